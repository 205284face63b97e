"""What helps to see at the pointer: the magnifier, a round glass with the part under it enlarged, and the crosshair."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QRegion

POWER = 3.0
"""How much larger than on the canvas things are in the magnifier."""
DIAMETER = 190.0
"""Of the magnifier, logical pixels."""
_POINTER_GAP = 34.0
_RIM = 2.0
_GAP = 9.0
"""Logical pixels around the pointer that the crosshair leaves free."""
_CROSSHAIR_REACH = 3
"""Logical pixels on each side of a line of the crosshair that are repainted when it moves."""


def magnifier_rect(pointer: QPointF, view: QSize, ring: float) -> QRectF:
    """Where to show the magnifier: beside the pointer and its ring, where there is room; above rather than below.

    Args:
        pointer: in the view.
        view: size of the view.
        ring: radius of the tool's ring on the screen; a ring that leaves no room beside it is covered.
    """
    apart = DIAMETER / 2 + _POINTER_GAP / 1.4 + min(ring / 1.4, DIAMETER)
    room = QRectF(0, 0, view.width(), view.height())
    best, most = QRectF(), -1.0
    for across, down in ((1, -1), (-1, -1), (1, 1), (-1, 1)):
        middle = pointer + QPointF(across * apart, down * apart)
        glass = QRectF(middle.x() - DIAMETER / 2, middle.y() - DIAMETER / 2, DIAMETER, DIAMETER)
        seen = glass.intersected(room)
        share = seen.width() * seen.height()
        if share > most + 1.0:
            best, most = glass, share
    return best


def paint_magnifier(painter: QPainter, glass: QRectF, paint_inside: Callable[[], None]) -> None:
    """Paint the magnifier there; `paint_inside` paints what it shows, clipped to it."""
    painter.save()
    path = QPainterPath()
    path.addEllipse(glass)
    painter.setClipPath(path, Qt.ClipOperation.IntersectClip)
    paint_inside()
    painter.restore()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((QColor(0, 0, 0, 200), _RIM + 2.5), (QColor(240, 240, 240), _RIM)):
        painter.setPen(QPen(colour, width))
        painter.drawEllipse(glass)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def crosshair_region(at: QPointF, view: QSize) -> QRegion:
    """The part of a view of that size that the crosshair covers."""
    x, y, side = round(at.x()) - _CROSSHAIR_REACH, round(at.y()) - _CROSSHAIR_REACH, 2 * _CROSSHAIR_REACH + 1
    return QRegion(QRect(x, 0, side, view.height())).united(QRect(0, y, view.width(), side))


def paint_crosshair(painter: QPainter, at: QPointF, view: QSize) -> None:
    """Paint the crosshair, bright with a dark rim."""
    x, y = round(at.x()) + 0.5, round(at.y()) + 0.5
    for colour, width in ((QColor(0, 0, 0, 110), 3.0), (QColor(255, 255, 255, 215), 1.0)):
        painter.setPen(QPen(colour, width))
        painter.drawLine(QPointF(x, 0), QPointF(x, y - _GAP))
        painter.drawLine(QPointF(x, y + _GAP), QPointF(x, view.height()))
        painter.drawLine(QPointF(0, y), QPointF(x - _GAP, y))
        painter.drawLine(QPointF(x + _GAP, y), QPointF(view.width(), y))
