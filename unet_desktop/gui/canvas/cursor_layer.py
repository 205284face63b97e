"""The brush's ring: the true size of what the next press paints."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QPainter

from unet_desktop.gui.canvas.layer import cosmetic_pen


class CursorLayer:
    """A ring round the pointer, in the label's colour over a dark one; it shows on any ground."""

    def __init__(self) -> None:
        """Start with nothing under the pointer."""
        self._centre: QPointF | None = None
        self._radius: float | None = None
        self._colour = QColor("white")

    def set_centre(self, centre: tuple[float, float] | None) -> None:
        """The pointer is at this image point, or away."""
        self._centre = None if centre is None else QPointF(*centre)

    def set_shape(self, radius: float | None, colour: QColor) -> None:
        """Of that radius, image pixels (None for no ring), and colour."""
        self._radius, self._colour = radius, colour

    @property
    def bounds(self) -> QRectF:
        """What it covers, image pixels, without its pen; empty when the pointer is away."""
        if self._centre is None or self._radius is None:
            return QRectF()
        side = 2 * self._radius
        return QRectF(self._centre.x() - self._radius, self._centre.y() - self._radius, side, side)

    def paint(self, painter: QPainter, exposed: QRect, scale: float) -> None:
        """See `Layer.paint`."""
        if self._centre is None or self._radius is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for colour, width in ((QColor(0, 0, 0, 170), 3.0), (self._colour, 1.4)):
            painter.setPen(cosmetic_pen(painter, colour, width))
            painter.drawEllipse(self._centre, self._radius, self._radius)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
