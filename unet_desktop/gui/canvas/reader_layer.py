"""The other reader in a comparison: outlines of their mask over the picture, and the legend that tells them apart."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from unet_desktop.gui.canvas.mask_layer import DashedOutlines
from unet_desktop.gui.canvas.scale_bar import bar_place
from unet_desktop.gui.jobs.comparison import OtherReader
from unet_desktop.labels import LabelSet
from unet_desktop.masks.drawing import Palette

COLOUR = "#ff4fd8"
"""Pink: no retina has it, and it is far from the labels' usual colours, also for the colour-blind."""
_WIDTH = 2.5
"""Of the line, logical pixels of the view."""
_DASH = 9.0
"""Longer than a proposal's."""
_LEGEND = QSizeF(230, 50)
_FROM_EDGE = 12


class ReaderLayer(DashedOutlines):
    """The outlines of the other mask, all in one colour: it stands for the reader, not for a label."""

    def __init__(self) -> None:
        super().__init__(_WIDTH, _DASH)
        self._reader: OtherReader | None = None

    @property
    def shows(self) -> OtherReader | None:
        """The reader whose outlines can be seen, or None."""
        return self._reader if self.visible else None

    def set_reader(self, reader: OtherReader | None) -> None:
        """Show the outlines of this reader, or none."""
        self._reader = reader
        if reader is None:
            self.set_outlines(None, None)
        else:
            self.set_outlines(reader.mask, Palette(_in_one_colour(reader.labels)))


def reader_legend_place(view: QSize) -> QRectF:
    """The part of a view of that size, at the left above the scale bar, that the legend covers; banners are on top."""
    size = _LEGEND.boundedTo(QSizeF(max(view.width() - 2 * _FROM_EDGE, 0), _LEGEND.height()))
    return QRectF(QPointF(_FROM_EDGE, max(bar_place(view).top() - size.height(), _FROM_EDGE)), size)


def paint_reader_legend(painter: QPainter, view: QSize, reader: OtherReader) -> None:
    """Paint a line of each kind with its name, on a dark plate that shows on any ground."""
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
