"""The scale bar: a bar of a round length in the corner of the canvas, in pixels or millimetres of the retina."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen

_MAX_LENGTH = 160.0
"""Logical pixels."""
_FROM_EDGE = 16.0
_HEIGHT = 34.0


def round_length(longest: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that is not longer."""
    power = 10.0 ** math.floor(math.log10(longest))
    return power * max(step for step in (1, 2, 5) if step * power <= longest * (1 + 1e-9))


def bar(scale: float, mm_per_pixel: float | None) -> tuple[float, str]:
    """The bar's length in logical pixels and its text, at a scale of logical pixels per image pixel."""
    unit = mm_per_pixel or 1.0  # per image pixel
    length = round_length(_MAX_LENGTH / scale * unit)
    return length / unit * scale, _text(length, mm_per_pixel is not None)


def bar_place(view: QSize) -> QRectF:
    """The part of a view of that size that the bar may cover."""
    return QRectF(0, view.height() - _FROM_EDGE - _HEIGHT, _MAX_LENGTH + 2 * _FROM_EDGE, _HEIGHT + _FROM_EDGE)


def paint_scale_bar(painter: QPainter, view: QSize, scale: float, mm_per_pixel: float | None) -> None:
    """Paint the bar in the lower left corner, white with a dark rim, which shows on any ground."""
    length, text = bar(scale, mm_per_pixel)
    left, base = _FROM_EDGE, view.height() - _FROM_EDGE + 0.5
    ends = [
        QPointF(left, base - 5),
        QPointF(left, base),
        QPointF(left + length, base),
        QPointF(left + length, base - 5),
    ]
    for colour, width in ((QColor(0, 0, 0, 200), 4.5), (QColor("white"), 2.0)):
        pen = QPen(colour, width)
        pen.setCapStyle(Qt.PenCapStyle.SquareCap)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.drawPolyline(ends)
    where = QRectF(left, base - 26, _MAX_LENGTH, 18)
    painter.setPen(QColor(0, 0, 0, 220))
    for across, down in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        painter.drawText(where.translated(across, down), Qt.AlignmentFlag.AlignLeft, text)
    painter.setPen(QColor("white"))
    painter.drawText(where, Qt.AlignmentFlag.AlignLeft, text)


def _text(length: float, millimetres: bool) -> str:
    if not millimetres:
        return f"{length:g} px"
    return f"{length:g} mm" if length >= 0.1 else f"{1000 * length:g} µm"
