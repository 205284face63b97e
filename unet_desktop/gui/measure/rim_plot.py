"""RimPlot: the rim by clock hour, oriented as in the picture, with the disc drawn as a circle."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QHelpEvent, QPainter, QPaintEvent, QPalette, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from unet_desktop.gui.measure.wording import TIPS, hour_text, spoken_hours
from unet_desktop.gui.style.contrast import readable
from unet_desktop.images.laterality import Eye
from unet_desktop.masks.rim import HOURS, RAYS, THIN, FoveaAxis, Rim

SIDE = 196
COMPACT_SIDE = 112
"""Pixels; there the letters of the quadrants replace the numbers of their hours."""
_OVERLAP = 0.75
"""Hours."""
_HOUR_RING, _LETTER_RING = 10, 25  # from the disc's edge to the middle of the text, pixels
_REST = 100
"""Milliseconds between two drawings while the mask is painted."""
_LATE = 0.45
"""Opacity while the rim is measured anew."""
_ANGLES = np.arange(RAYS) * (2 * np.pi / RAYS)
_ACROSS, _UP = np.sin(_ANGLES), np.cos(_ANGLES)
_WARNING = QColor("#d55e00")  # vermilion of Okabe and Ito (2008): told from blue and green by everybody


class RimPlot(QWidget):
    """The disc is a circle, so the cup's curve shows what share of the radius is left in each direction.

    It is drawn anew at most ten times a second, and what hardly ever changes is kept as pictures.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rim: Rim | None = None
        self._before: Rim | None = None
        self._eye, self._guessed = Eye.UNKNOWN, False
        self._axis: FoveaAxis | None = None
        self._mm_per_pixel: float | None = None
        self._colours = (QColor("#56b4e9"), QColor("#009e73"))
        self._kept: tuple[object, QPixmap, QPixmap] | None = None
        self._changed = False  # since it was last drawn
        self._rest = QTimer(self, singleShot=True, interval=_REST)
        self._rest.timeout.connect(self._draw_if_changed)
        self._side = SIDE
        self.set_side(SIDE)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Rim by clock hour")

    def set_rims(self, rim: Rim | None, before: Rim | None) -> None:
        """Show this rim, and one to compare it with as a thin dashed line."""
        self._rim, self._before, self._changed = rim, before, True
        self.setAccessibleDescription("" if rim is None else spoken_hours(rim))
        if not self._rest.isActive():
            self._draw_if_changed()

    def set_eye(self, eye: Eye, *, guessed: bool = False) -> None:
        """Set which side is nasal; with an unknown eye there are no letters, with a guessed one they have a "?"."""
        if (eye, guessed) != (self._eye, self._guessed):
            self._eye, self._guessed = eye, guessed
            self.update()

    def set_axis(self, axis: FoveaAxis | None) -> None:
        """Turn the letters of the quadrants to the fovea; None leaves them upright."""
        if axis != self._axis:
            self._axis = axis
            self.update()

    def set_scale(self, mm_per_pixel: float | None) -> None:
        """Set the unit of the widths in the tooltips."""
        self._mm_per_pixel = mm_per_pixel

    def set_colours(self, disc: str, cup: str) -> None:
        """Set the labels' colours, "#rrggbb"."""
        if self._colours != (QColor(disc), QColor(cup)):
            self._colours = (QColor(disc), QColor(cup))
            self.update()

    def set_side(self, side: int) -> None:
        """Set its height and least width, in pixels."""
        self._side = side
        self.setMinimumSize(side, side)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

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

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self._kept = None
        if event.type() == QEvent.Type.EnabledChange:
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else _LATE)
        centre = QRectF(self.rect()).center()
        ring = _LETTER_RING if self._side >= SIDE else _HOUR_RING
        radius = min(self.width(), self.height()) / 2 - ring - 9
        edge = None if self._rim is None or not self._rim.has_cup else _curve(self._rim, centre, radius)
        cup = readable(self._colours[1], self.palette())
        below, above = self._kept_pixmaps(centre, radius)
        painter.drawPixmap(0, 0, below)
        if edge is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(_blend(cup, 0.22, self.palette().color(QPalette.ColorRole.Base)))
            painter.drawPolygon(edge)
        painter.drawPixmap(0, 0, above)
        if edge is not None:  # after the dashes, so that it hides them where nothing changed
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(cup, 2))
            painter.drawPolygon(edge)
            self._paint_thin_hours(painter, centre, radius)

    def _draw_if_changed(self) -> None:
        if self._changed:
            self._changed = False
            self.update()
            self._rest.start()

    def _kept_pixmaps(self, centre: QPointF, radius: float) -> tuple[QPixmap, QPixmap]:
        """What hardly ever changes: the disc with the clock, below the cup, and spokes and dashes, above it."""
        thin = () if self._rim is None or not self._rim.has_cup else tuple((self._rim.hour_ratios < THIN).tolist())
        eye = (self._eye, self._guessed, self._axis)
        key = (self.size(), self.devicePixelRatioF(), self._rim is None, thin, self._before, eye, self._colours)
        if self._kept is None or self._kept[0] != key:
            below, above = self._empty_pixmap(), self._empty_pixmap()
            with _painting(below) as painter:
                self._paint_disc(painter, centre, radius)
                self._paint_clock(painter, centre, radius, thin)
            with _painting(above) as painter:
                self._paint_spokes(painter, centre, radius)
            self._kept = key, below, above
        return self._kept[1:]

    def _empty_pixmap(self) -> QPixmap:
        density = self.devicePixelRatioF()
        pixmap = QPixmap(self.size() * density)
        pixmap.setDevicePixelRatio(density)
        pixmap.fill(Qt.GlobalColor.transparent)
        return pixmap

    def _paint_disc(self, painter: QPainter, centre: QPointF, radius: float) -> None:
        disc = readable(self._colours[0], self.palette())
        quiet = self.palette().color(QPalette.ColorRole.PlaceholderText)
        painter.setPen(QPen(quiet if self._rim is None else disc, 1.5))
        painter.setBrush(_faint(disc, 0.0 if self._rim is None else 0.22))
        painter.drawEllipse(centre, radius, radius)

    def _paint_spokes(self, painter: QPainter, centre: QPointF, radius: float) -> None:
        painter.setPen(QPen(_faint(self.palette().color(QPalette.ColorRole.PlaceholderText), 0.4), 1))
        for hour in range(HOURS):
            painter.drawLine(_place(centre, radius * 0.12, hour), _place(centre, radius, hour))
        if self._before is not None and self._before.has_cup:
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Text), 1.2, Qt.PenStyle.DashLine))
            painter.drawPolygon(_curve(self._before, centre, radius))

    def _paint_thin_hours(self, painter: QPainter, centre: QPointF, radius: float) -> None:
        assert self._rim is not None
        pen = QPen(readable(_WARNING, self.palette()), 4)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        around = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
        for hour in np.flatnonzero(self._rim.hour_ratios < THIN):
            # Qt counts sixteenths of a degree anticlockwise from 3 o'clock.
            painter.drawArc(around, round(16 * (90 - 30 * (float(hour) + 0.5))), 16 * 30)

    def _paint_clock(self, painter: QPainter, centre: QPointF, radius: float, thin: Sequence[bool]) -> None:
        small, bold = QFont(self.font()), QFont(self.font())
        small.setPixelSize(10)
        bold.setPixelSize(13)
        bold.setBold(True)
        letters, is_small = _letters(self._eye, self._axis, guessed=self._guessed), self._side < SIDE
        for hour in range(HOURS):
            if is_small and any(_is_near(hour, other) for other in letters):
                continue
            is_thin = bool(thin) and thin[hour]
            small.setBold(is_thin)
            role = QPalette.ColorRole.Text if is_thin else QPalette.ColorRole.PlaceholderText
            _write(painter, _place(centre, radius + _HOUR_RING, hour), str(hour or HOURS), small, self, role)
        ring = _HOUR_RING if is_small else _LETTER_RING
        for place, letter in letters.items():
            _write(painter, _place(centre, radius + ring, place), letter, bold, self, QPalette.ColorRole.WindowText)


def _letters(eye: Eye, axis: FoveaAxis | None, *, guessed: bool) -> dict[float, str]:
    """Hours to the letter of their quadrant, turned to the fovea if there is an axis to it."""
    if axis is not None:
        fovea, upwards = axis.direction * HOURS / 360, 3 if axis.eye is Eye.RIGHT else -3
        places = ((fovea, "T"), (fovea + 6, "N"), (fovea + upwards, "S"), (fovea - upwards, "I"))
        return {hour % HOURS: letter for hour, letter in places}
    nasal_is_right = eye.nasal_is_right
    nasal, temporal = ("N?", "T?") if guessed else ("N", "T")
    sides: dict[float, str] = {} if nasal_is_right is None else {3: nasal if nasal_is_right else temporal}
    if nasal_is_right is not None:
        sides[9] = temporal if nasal_is_right else nasal
    return {0.0: "S", 6.0: "I", **sides}


def _is_near(hour: float, other: float) -> bool:
    """Do the texts of two hours overlap?"""
    return abs((hour - other + HOURS / 2) % HOURS - HOURS / 2) < _OVERLAP


def _place(centre: QPointF, radius: float, hour: float) -> QPointF:
    angle = 2 * math.pi * hour / HOURS
    return QPointF(centre.x() + radius * math.sin(angle), centre.y() - radius * math.cos(angle))


def _curve(rim: Rim, centre: QPointF, radius: float) -> QPolygonF:
    """The cup's edge, scaled so that the disc is a circle."""
    shares = radius * np.divide(rim.cup, rim.disc, out=np.zeros(RAYS), where=rim.disc > 0)
    across, down = (centre.x() + shares * _ACROSS).tolist(), (centre.y() - shares * _UP).tolist()
    return QPolygonF([QPointF(x, y) for x, y in zip(across, down, strict=True)])


def _faint(colour: QColor, opacity: float) -> QColor:
    result = QColor(colour)
    result.setAlphaF(opacity)
    return result


def _blend(colour: QColor, opacity: float, ground: QColor) -> QColor:
    """The colour that this one makes on an opaque ground."""
    over, under = ((each.red(), each.green(), each.blue()) for each in (colour, ground))
    return QColor(*(round(opacity * one + (1 - opacity) * other) for one, other in zip(over, under, strict=True)))


@contextmanager
def _painting(pixmap: QPixmap) -> Iterator[QPainter]:
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    yield painter
    painter.end()


def _write(
    painter: QPainter, place: QPointF, text: str, font: QFont, widget: QWidget, role: QPalette.ColorRole
) -> None:
    painter.setFont(font)
    painter.setPen(widget.palette().color(role))
    painter.drawText(QRectF(place.x() - 15, place.y() - 8, 30, 16), Qt.AlignmentFlag.AlignCenter, text)
