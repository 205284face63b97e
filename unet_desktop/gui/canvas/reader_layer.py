"""The other reader: outlines of somebody else's mask over the picture, and the legend that says whose are whose."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from unet_desktop.gui.canvas.layer import clipped_grid, draw_codes, whole_pixels
from unet_desktop.gui.jobs.comparison import OtherReader
from unet_desktop.labels import LabelSet
from unet_desktop.masks.drawing import Palette, Pen, Style, dash_outlines, render_codes

COLOUR = "#ff4fd8"
"""Pink: no retina has it, and it is far from the labels' usual colours, also for the colour-blind."""
_WIDTH = 2.5
"""Of the line, logical pixels of the view."""
_DASH = 9.0
"""Longer than a proposal's."""
_LEGEND = QSizeF(230, 50)
_FROM_EDGE = 12


class ReaderLayer:
    """Shows where each region of the other mask ends, all in one colour: it stands for the reader, not for a label."""

    def __init__(self) -> None:
        """Start with none."""
        self.visible = True
        self._reader: OtherReader | None = None
        self._palette: Palette | None = None

    @property
    def shows(self) -> OtherReader | None:
        """Whose outlines are to be seen, or None."""
        return self._reader if self.visible else None

    def set_reader(self, reader: OtherReader | None) -> None:
        """Show the outlines of this reader, or none."""
        self._reader = reader
        self._palette = None if reader is None else Palette(_in_one_colour(reader.labels))

    def paint(self, painter: QPainter, scale: float) -> None:
        """See `Layer.paint`."""
        if self._reader is None or self._palette is None or not self.visible:
            return
        density = painter.device().devicePixelRatioF()
        width = whole_pixels(_WIDTH * density)
        grid = clipped_grid(painter, scale).clip(*self._reader.mask.shape)
        found = render_codes(self._reader.mask, self._palette, grid, Style.OUTLINE, Pen(width, width))
        if found is not None:
            part, codes = found
            dash_outlines(codes, self._palette, part, whole_pixels(_DASH * density))
            draw_codes(painter, codes, self._palette.colours(Style.OUTLINE, 1.0, None), part)


def reader_legend_place(view: QSize) -> QRectF:
    """What the legend covers of a view of that size: its upper left corner."""
    size = _LEGEND.boundedTo(QSizeF(max(view.width() - 2 * _FROM_EDGE, 0), _LEGEND.height()))
    return QRectF(QPointF(_FROM_EDGE, _FROM_EDGE), size)


def paint_reader_legend(painter: QPainter, view: QSize, reader: OtherReader) -> None:
    """A line of each kind with its name, on a dark plate that shows on any ground."""
    place = reader_legend_place(view)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(20, 20, 20, 210))
    painter.drawRoundedRect(place, 5, 5)
    colours = [label.colour for label in reader.labels][:2]
    _line(painter, place, 15, reader.own, colours, Qt.PenStyle.SolidLine)
    _line(painter, place, 35, reader.name, [COLOUR], Qt.PenStyle.DashLine)
    painter.restore()


def _line(painter: QPainter, place: QRectF, down: float, name: str, colours: list[str], style: Qt.PenStyle) -> None:
    left, width = place.left() + 10, 26.0 / len(colours)
    for number, colour in enumerate(colours):
        pen = QPen(QColor(colour), 2.5, style)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if style is Qt.PenStyle.DashLine:
            pen.setDashPattern([3.4, 1.8])
        painter.setPen(pen)
        y = place.top() + down
        painter.drawLine(QPointF(left + number * width, y), QPointF(left + (number + 1) * width, y))
    words = QRectF(left + 34, place.top() + down - 9, place.width() - 54, 18)
    painter.setPen(QColor("white"))
    text = QFontMetricsF(painter.font()).elidedText(name, Qt.TextElideMode.ElideMiddle, words.width())
    painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


def _in_one_colour(labels: LabelSet) -> LabelSet:
    return LabelSet(tuple(replace(label, colour=COLOUR) for label in labels))
