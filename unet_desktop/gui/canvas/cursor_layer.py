"""The ring at the pointer: the true size of what the next press changes, with its diameter while that changes."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from unet_desktop.gui.canvas.layer import cosmetic_pen, paint_text

_CROSS = 3.5
"""Half of the cross in the middle, logical pixels of the view."""
_SMALL = 4.0
"""A ring with a smaller radius in the view gets ticks around it."""
_TICKS = (3.0, 9.0)
"""Where these begin and end, logical pixels from the ring."""
_ARMS = (QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1))
_MARGIN = 15
_SIZE_MARGIN = 130
_DARK, _ERASING = QColor(0, 0, 0, 170), QColor("white")


class CursorLayer:
    """A ring around the pointer, in the label's colour over a dark ring, so that it shows on any ground."""

    def __init__(self) -> None:
        self.erasing = False
        self.shows_size = False
        self._centre: QPointF | None = None
        self._stand_in: QPointF | None = None
        self._radius: float | None = None
        self._colour = QColor("white")

    def set_centre(self, centre: tuple[float, float] | None) -> None:
        """Set the image point that the pointer is at, or None if it is away."""
        self._centre = None if centre is None else QPointF(*centre)

    def set_stand_in(self, place: tuple[float, float] | None) -> None:
        """Set where to draw the ring while the pointer is away; None for nowhere."""
        self._stand_in = None if place is None else QPointF(*place)

    def set_shape(self, radius: float | None, colour: QColor) -> None:
        """Set the radius, image pixels (None for no ring), and the colour."""
        self._radius, self._colour = radius, colour

    @property
    def _place(self) -> QPointF | None:
        return self._stand_in if self._centre is None else self._centre

    @property
    def bounds(self) -> QRectF:
        """The ring's box, image pixels; empty when there is none."""
        place, radius = self._place, self._radius
        if place is None or radius is None:
            return QRectF()
        return QRectF(place.x() - radius, place.y() - radius, 2 * radius, 2 * radius)

    @property
    def margin(self) -> int:
        """How far it draws outside the ring's box, logical pixels of the view."""
        return _SIZE_MARGIN if self.shows_size else _MARGIN

    def paint(self, painter: QPainter, scale: float) -> None:
        place, radius = self._place, self._radius
        if place is None or radius is None:
            return
        unit = painter.device().devicePixelRatioF() / scale  # image pixels of one logical pixel of the view
        near, far = (0.0, min(_CROSS * unit, radius / 2))
        if radius < _SMALL * unit:
            near, far = (radius + tick * unit for tick in _TICKS)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for colour, width in ((_DARK, 3.0), (_ERASING if self.erasing else self._colour, 1.4)):
            painter.setPen(cosmetic_pen(painter, colour, width))
            painter.drawEllipse(place, radius, radius)
            for arm in _ARMS:
                painter.drawLine(place + arm * near, place + arm * far)
        if self.shows_size:
            paint_text(painter, place, unit, f"{2 * radius:.0f} px")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
