"""The fovea: a mark of constant size where a person placed it."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter

from unet_desktop.gui.canvas.layer import cosmetic_pen

REACH = 16
"""Logical pixels of the view that the mark covers around its point."""
_RING, _ARMS = 7.0, (4.0, 12.0)
_DARK = QColor(0, 0, 0, 190)


class FoveaLayer:
    """A ring with four arms, open in the middle, so that the point under it can be seen."""

    def __init__(self) -> None:
        self.fovea: tuple[float, float] | None = None
        self.visible = True

    def paint(self, painter: QPainter, scale: float) -> None:
        if self.fovea is None or not self.visible:
            return
        unit = painter.device().devicePixelRatioF() / scale  # image pixels of one logical pixel of the view
        place, (near, far) = QPointF(*self.fovea), _ARMS
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for colour, width in ((_DARK, 4.0), (QColor("white"), 1.6)):
            painter.setPen(cosmetic_pen(painter, colour, width))
            painter.drawEllipse(place, _RING * unit, _RING * unit)
            for arm in (QPointF(unit, 0), QPointF(-unit, 0), QPointF(0, unit), QPointF(0, -unit)):
                painter.drawLine(place + arm * near, place + arm * far)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
