"""The picture with its look; only the pixels that are exposed on the screen are computed."""

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
    """Shows the picture: smooth when small, pixel by pixel when large."""

    def __init__(self, on_finer: Callable[[], None]) -> None:
        """Start with no picture; `on_finer` is called when a finer one than was painted is ready."""
        self._look = NEUTRAL
        self._enhanced = EnhancedImage(on_finer)

    def set_pixels(self, pixels: Pixels | None) -> None:
        """Show this picture, (H, W, 3) uint8 RGB, or none."""
        self._enhanced.set_pixels(pixels)

    def set_look(self, look: Look) -> None:
        """Show the picture with this look."""
        self._look = look
        self._enhanced.set_look(look.local)

    @property
    def pixels(self) -> Pixels | None:
        """The picture without any look, or None."""
        return self._enhanced.pixels

    def paint(self, painter: QPainter, scale: float) -> None:
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
