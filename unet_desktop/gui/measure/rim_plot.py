"""RimPlot: the rim by clock hour, oriented as in the picture, with the disc drawn as a circle."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QHelpEvent, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from unet_desktop.gui.measure.wording import TIPS, hour_text, spoken_hours
from unet_desktop.gui.style.contrast import readable
from unet_desktop.images.laterality import Eye
from unet_desktop.masks.rim import HOURS, RAYS, THIN, Rim

_SIDE = 196
_HOUR_RING, _LETTER_RING = 10, 25  # from the disc's edge to the middle of the text, pixels
_WARNING = QColor("#d55e00")  # vermilion of Okabe and Ito (2008): told from blue and green by everybody


class RimPlot(QWidget):
    """The disc is a circle, so the cup's curve shows what share of the radius is left in each direction."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rim: Rim | None = None
        self._before: Rim | None = None
        self._eye = Eye.UNKNOWN
        self._mm_per_pixel: float | None = None
        self._colours = (QColor("#56b4e9"), QColor("#009e73"))
        self.setMinimumSize(_SIDE, _SIDE)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Rim by clock hour")

    def set_rims(self, rim: Rim | None, before: Rim | None) -> None:
        """Show this rim, and one to compare it with as a thin dashed line."""
        self._rim, self._before = rim, before
        self.setAccessibleDescription("" if rim is None else spoken_hours(rim))
        self.update()

    def set_eye(self, eye: Eye) -> None:
        """Set which side is nasal; with an unknown eye there are no letters."""
        self._eye = eye
        self.update()

    def set_scale(self, mm_per_pixel: float | None) -> None:
        """Set the unit of the widths in the tooltips."""
        self._mm_per_pixel = mm_per_pixel

    def set_colours(self, disc: str, cup: str) -> None:
        """Set the labels' colours, "#rrggbb"."""
        self._colours = (QColor(disc), QColor(cup))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_SIDE, _SIDE)

    def hour_at(self, place: QPoint) -> int:
        """The clock hour, 1 to 12, in the direction of a point of the widget."""
        centre = QRectF(self.rect()).center()
        angle = math.atan2(place.x() - centre.x(), centre.y() - place.y())
        return round(angle * HOURS / (2 * math.pi)) % HOURS or HOURS

    def event(self, event: QEvent) -> bool:
        """Show the values of the hour under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            rim = self._rim
            text = TIPS["plot"] if rim is None else hour_text(rim, self.hour_at(event.pos()), self._mm_per_pixel)
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre = QRectF(self.rect()).center()
        radius = min(self.width(), self.height()) / 2 - _LETTER_RING - 9
        self._paint_disc(painter, centre, radius)
        if self._rim is not None and self._rim.has_cup:
            self._paint_thin_hours(painter, centre, radius)
        self._paint_clock(painter, centre, radius)

    def _paint_disc(self, painter: QPainter, centre: QPointF, radius: float) -> None:
        disc, cup = (readable(colour, self.palette()) for colour in self._colours)
        quiet = self.palette().color(QPalette.ColorRole.PlaceholderText)
        painter.setPen(QPen(quiet if self._rim is None else disc, 1.5))
        painter.setBrush(_faint(disc, 0.0 if self._rim is None else 0.22))
        painter.drawEllipse(centre, radius, radius)
        edge = None if self._rim is None or not self._rim.has_cup else _curve(self._rim, centre, radius)
        if edge is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            for fill in (self.palette().color(QPalette.ColorRole.Base), _faint(cup, 0.22)):
                painter.setBrush(fill)
                painter.drawPolygon(edge)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(_faint(quiet, 0.4), 1))
        for hour in range(HOURS):
            painter.drawLine(_place(centre, radius * 0.12, hour), _place(centre, radius, hour))
        if self._before is not None and self._before.has_cup:
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Text), 1.2, Qt.PenStyle.DashLine))
            painter.drawPolygon(_curve(self._before, centre, radius))
        if edge is not None:  # last, so that it hides the dashes where nothing changed
            painter.setPen(QPen(cup, 2))
            painter.drawPolygon(edge)

    def _paint_thin_hours(self, painter: QPainter, centre: QPointF, radius: float) -> None:
        assert self._rim is not None
        pen = QPen(readable(_WARNING, self.palette()), 4)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        around = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
        for hour in np.flatnonzero(self._rim.hour_ratios < THIN):
            # Qt counts sixteenths of a degree anticlockwise from 3 o'clock.
            painter.drawArc(around, round(16 * (90 - 30 * (float(hour) + 0.5))), 16 * 30)

    def _paint_clock(self, painter: QPainter, centre: QPointF, radius: float) -> None:
        thin = [] if self._rim is None or not self._rim.has_cup else list(self._rim.hour_ratios < THIN)
        small, bold = QFont(self.font()), QFont(self.font())
        small.setPixelSize(10)
        bold.setPixelSize(13)
        bold.setBold(True)
        for hour in range(HOURS):
            is_thin = bool(thin) and bool(thin[hour])
            small.setBold(is_thin)
            role = QPalette.ColorRole.Text if is_thin else QPalette.ColorRole.PlaceholderText
            _write(painter, _place(centre, radius + _HOUR_RING, hour), str(hour or HOURS), small, self, role)
        for hour, letter in _letters(self._eye).items():
            _write(
                painter, _place(centre, radius + _LETTER_RING, hour), letter, bold, self, QPalette.ColorRole.WindowText
            )


def _letters(eye: Eye) -> dict[int, str]:
    """Hours to the letter of their quadrant."""
    nasal_is_right = eye.nasal_is_right
    sides = {} if nasal_is_right is None else {3: "N" if nasal_is_right else "T", 9: "T" if nasal_is_right else "N"}
    return {0: "S", 6: "I"} | sides


def _place(centre: QPointF, radius: float, hour: float) -> QPointF:
    angle = 2 * math.pi * hour / HOURS
    return QPointF(centre.x() + radius * math.sin(angle), centre.y() - radius * math.cos(angle))


def _curve(rim: Rim, centre: QPointF, radius: float) -> QPolygonF:
    """The cup's edge, scaled so that the disc is a circle."""
    shares = np.divide(rim.cup, rim.disc, out=np.zeros(RAYS), where=rim.disc > 0)
    return QPolygonF([_place(centre, radius * float(share), HOURS * at / RAYS) for at, share in enumerate(shares)])


def _faint(colour: QColor, opacity: float) -> QColor:
    result = QColor(colour)
    result.setAlphaF(opacity)
    return result


def _write(
    painter: QPainter, place: QPointF, text: str, font: QFont, widget: QWidget, role: QPalette.ColorRole
) -> None:
    painter.setFont(font)
    painter.setPen(widget.palette().color(role))
    painter.drawText(QRectF(place.x() - 15, place.y() - 8, 30, 16), Qt.AlignmentFlag.AlignCenter, text)
