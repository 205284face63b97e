"""What a layer of the canvas is: something painted in image coordinates."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter, QPen


class Layer(Protocol):
    """One thing the canvas shows. Layers hold what they show and nothing else; the canvas asks for repaints."""

    def paint(self, painter: QPainter, exposed: QRect, scale: float) -> None:
        """Paint the part that is exposed.

        Args:
            painter: transformed, so that one unit is one image pixel; pens must be cosmetic.
            exposed: image pixels to be painted, rounded outwards; it may reach over the picture's border.
            scale: device pixels an image pixel.
        """


def cosmetic_pen(painter: QPainter, colour: QColor, width: float) -> QPen:
    """A pen that is `width` logical pixels wide at any zoom; Qt's own counts device pixels."""
    pen = QPen(colour, width * painter.device().devicePixelRatio())
    pen.setCosmetic(True)
    return pen
