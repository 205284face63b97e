"""The picture: one pixmap, with smaller copies for zooming out."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter, QPixmap

from unet_desktop.images.opencv import cv2
from unet_desktop.images.read import Pixels

NEAREST_FROM = 4.0
"""Device pixels an image pixel from which pixels are shown as squares."""


class ImageLayer:
    """Shows the picture: smooth when small, its very pixels when large."""

    def __init__(self) -> None:
        """Start with no picture."""
        self._pixels: Pixels | None = None
        self._reduced: dict[int, QPixmap] = {}

    def set_pixels(self, pixels: Pixels | None) -> None:
        """Show this picture, (H, W, 3) uint8 RGB, or none."""
        self._pixels = pixels
        self._reduced.clear()

    @property
    def pixels(self) -> Pixels | None:
        """What is shown."""
        return self._pixels

    def paint(self, painter: QPainter, exposed: QRect, scale: float) -> None:
        """See `Layer.paint`."""
        if self._pixels is None:
            return
        height, width = self._pixels.shape[:2]
        # Two pixels more than exposed: smoothing at the border of a repainted part must see its neighbours.
        part = exposed.adjusted(-2, -2, 2, 2).intersected(QRect(0, 0, width, height))
        if part.isEmpty():
            return
        pixmap = self._pixmap(_halvings(scale))
        across, down = pixmap.width() / width, pixmap.height() / height
        source = QRectF(part.x() * across, part.y() * down, part.width() * across, part.height() * down)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < NEAREST_FROM)
        painter.drawPixmap(QRectF(part), pixmap, source)

    def _pixmap(self, halvings: int) -> QPixmap:
        """The picture reduced by 2**halvings; each made when first needed, because bilinear painting of the full
        one at a small scale skips pixels."""
        if halvings not in self._reduced:
            assert self._pixels is not None
            pixels = self._pixels
            if halvings:
                height, width = (max(1, length >> halvings) for length in pixels.shape[:2])
                reduced = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
                self._reduced[halvings] = _pixmap_of(np.asarray(reduced, np.uint8))
            else:
                self._reduced[0] = _pixmap_of(pixels)
        return self._reduced[halvings]


def _halvings(scale: float) -> int:
    count = 0
    while scale <= 0.5 and count < 6:
        scale, count = scale * 2, count + 1
    return count


def _pixmap_of(pixels: Pixels) -> QPixmap:
    height, width = pixels.shape[:2]
    return QPixmap.fromImage(QImage(pixels.data, width, height, pixels.strides[0], QImage.Format.Format_RGB888))
