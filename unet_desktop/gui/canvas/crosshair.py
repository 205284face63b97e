"""The crosshair: two lines through the pointer, right across the view, open in the middle."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QSize
from PySide6.QtGui import QColor, QPainter, QPen, QRegion

_GAP = 9.0
_HALF = 3
"""Logical pixels on each side of a line that are painted anew when it moves."""


def crosshair_region(at: QPointF, view: QSize) -> QRegion:
    """What it covers of a view of that size."""
    x, y, side = round(at.x()) - _HALF, round(at.y()) - _HALF, 2 * _HALF + 1
    return QRegion(QRect(x, 0, side, view.height())).united(QRect(0, y, view.width(), side))


def paint_crosshair(painter: QPainter, at: QPointF, view: QSize) -> None:
    """Paint it, bright with a dark rim."""
    x, y = round(at.x()) + 0.5, round(at.y()) + 0.5
    for colour, width in ((QColor(0, 0, 0, 110), 3.0), (QColor(255, 255, 255, 215), 1.0)):
        painter.setPen(QPen(colour, width))
        painter.drawLine(QPointF(x, 0), QPointF(x, y - _GAP))
        painter.drawLine(QPointF(x, y + _GAP), QPointF(x, view.height()))
        painter.drawLine(QPointF(0, y), QPointF(x - _GAP, y))
        painter.drawLine(QPointF(x + _GAP, y), QPointF(view.width(), y))
