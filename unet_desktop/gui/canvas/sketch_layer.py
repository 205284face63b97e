"""The sketch of the tool in use: lines with a dark rim that show on any ground, and handles of constant size."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF

from unet_desktop.gui.canvas.layer import cosmetic_pen, paint_text
from unet_desktop.gui.tools.sketch import EMPTY, Handle, HandleKind, Line, Sketch

HANDLE = 5.0
"""Half the side of a handle, logical pixels of the view."""
_DARK = QColor(0, 0, 0, 190)


class SketchLayer:
    """Draws the sketch's lines, above them its handles, above these its notes."""

    def __init__(self) -> None:
        self.sketch: Sketch = EMPTY
        self.colour = QColor("white")

    def paint(self, painter: QPainter, scale: float) -> None:
        if not (self.sketch.lines or self.sketch.handles):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for line in self.sketch.lines:
            self._paint_line(painter, line)
        unit = painter.device().devicePixelRatioF() / scale  # image pixels of one logical pixel of the view
        for handle in self.sketch.handles:
            self._paint_handle(painter, handle, unit)
        for note in self.sketch.notes:
            paint_text(painter, QPointF(note.x, note.y), unit, note.text)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_line(self, painter: QPainter, line: Line) -> None:
        polygon = QPolygonF([QPointF(x, y) for x, y in line.points.tolist()])
        if line.closed and not polygon.isEmpty():
            polygon.append(polygon.first())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(cosmetic_pen(painter, _DARK, 3.5))
        painter.drawPolyline(polygon)
        pen = cosmetic_pen(painter, self.colour, 1.6)
        if line.dashed:
            pen.setDashPattern([4.0, 3.0])
        painter.setPen(pen)
        painter.drawPolyline(polygon)

    def _paint_handle(self, painter: QPainter, handle: Handle, unit: float) -> None:
        half = HANDLE * unit * (1.35 if handle.hot else 1.0)
        place = QRectF(handle.x - half, handle.y - half, 2 * half, 2 * half)
        painter.setPen(cosmetic_pen(painter, _DARK, 1.5))
        painter.setBrush(self.colour if handle.hot else QColor("white"))
        if handle.kind is HandleKind.SIZE:
            painter.drawRect(place)
        elif handle.kind is HandleKind.CENTRE:
            for colour, width in ((_DARK, 4.5), (QColor("white"), 2.0)):
                painter.setPen(cosmetic_pen(painter, colour, width))
                painter.drawLine(QPointF(place.left(), handle.y), QPointF(place.right(), handle.y))
                painter.drawLine(QPointF(handle.x, place.top()), QPointF(handle.x, place.bottom()))
        else:
            painter.drawEllipse(place)
        painter.setBrush(Qt.BrushStyle.NoBrush)
