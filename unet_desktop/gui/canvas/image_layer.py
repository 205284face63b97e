"""The picture as its look shows it: only the pixels of the screen are worked out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtGui import QImage, QPainter

from unet_desktop.gui.canvas.enhanced_image import EnhancedImage
from unet_desktop.gui.canvas.layer import clipped_grid, draw_pixels
from unet_desktop.images.display import NEUTRAL, DisplayPixels, Look, apply_tones
from unet_desktop.images.read import Pixels
from unet_desktop.images.screen import NEAREST_FROM, sample_nearest, sample_smooth, to_bgra


class ImageLayer:
    """Shows the picture: smooth when small, its very pixels when large."""

    def __init__(self, on_finer: Callable[[], None]) -> None:
        """Start with no picture.

        Args:
            on_finer: called when a finer picture than was painted is ready: paint again.
        """
        self._look = NEUTRAL
        self._enhanced = EnhancedImage(on_finer)

    def set_pixels(self, pixels: Pixels | None) -> None:
        """Show this picture, (H, W, 3) uint8 RGB, or none."""
        self._enhanced.set_pixels(pixels)

    def set_look(self, look: Look) -> None:
        """Show it so."""
        self._look = look
        self._enhanced.set_look(look.local)

    @property
    def pixels(self) -> Pixels | None:
        """What is shown, as it is in truth."""
        return self._enhanced.pixels

    def paint(self, painter: QPainter, scale: float) -> None:
        """See `Layer.paint`."""
        pixels = self._enhanced.pixels
        if pixels is None:
            return
        height, width = pixels.shape[:2]
        grid = clipped_grid(painter, scale).clip(height, width)
        if grid.empty:
            return
        level = self._enhanced.level(_halvings(scale))
        if scale >= NEAREST_FROM and level.shape[:2] == (height, width):
            shown = to_bgra(sample_nearest(level, grid))
        else:
            shown = sample_smooth(level, (height, width), grid)
        draw_pixels(painter, _image(np.ascontiguousarray(apply_tones(shown, self._look))), grid)


def _halvings(scale: float) -> int:
    count = 0
    while scale <= 0.5 and count < 6:
        scale, count = scale * 2, count + 1
    return count


def _image(shown: DisplayPixels) -> QImage:
    kind = QImage.Format.Format_Grayscale8 if shown.ndim == 2 else QImage.Format.Format_RGB32
    return QImage(shown.data, shown.shape[1], shown.shape[0], shown.strides[0], kind)
