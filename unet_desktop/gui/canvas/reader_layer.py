"""Other readers: outlines of their masks over the picture, and the legend that tells them apart."""

from __future__ import annotations

from collections.abc import Sequence
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
COLOURS = (COLOUR, "#ffe14d", "#ffffff", "#a78bff", "#b6ff3c", "#ff9c8a")
"""Of several readers, in the order in which they are easiest to tell apart."""
DASHES = (9.0, 5.0, 14.0, 3.0)
"""Of several readers, so that colour alone does not tell them apart."""
_WIDTH = 2.5
"""Of the line, logical pixels of the view."""
_DASH = DASHES[0]
"""Longer than a proposal's."""
_LEGEND_WIDTH, _LINE, _AROUND = 230, 20, 10
_FROM_EDGE = 12


class ReaderLayer:
    """The outlines of other masks, each in one colour: it stands for a reader, not for a label."""

    def __init__(self) -> None:
        self.visible = True
        self._readers: tuple[OtherReader, ...] = ()
        self._lines: list[DashedOutlines] = []

    @property
    def shows(self) -> tuple[OtherReader, ...]:
        """The readers whose outlines can be seen."""
        return self._readers if self.visible else ()

    def set_readers(self, readers: Sequence[OtherReader]) -> None:
        """Show the outlines of these readers."""
        self._readers = tuple(readers)
        self._lines = []
        for reader in self._readers:
            lines = DashedOutlines(_WIDTH, reader.dash or _DASH)
            lines.set_outlines(reader.mask, Palette(_in_one_colour(reader.labels, reader.colour or COLOUR)))
            self._lines.append(lines)

    def paint(self, painter: QPainter, scale: float) -> None:
        for lines in self._lines if self.visible else ():
            lines.paint(painter, scale)


def reader_legend_place(view: QSize, readers: int = 1) -> QRectF:
    """The part of a view of that size that the legend of so many readers covers: at the left, above the scale bar.

    Banners are on top.
    """
    height = _LINE * (1 + readers) + _AROUND
    size = QSizeF(_LEGEND_WIDTH, height).boundedTo(QSizeF(max(view.width() - 2 * _FROM_EDGE, 0), height))
    return QRectF(QPointF(_FROM_EDGE, max(bar_place(view).top() - size.height(), _FROM_EDGE)), size)


def paint_reader_legend(painter: QPainter, view: QSize, readers: Sequence[OtherReader]) -> None:
    """Paint a line of each kind with its name, on a dark plate that shows on any ground."""
    place = reader_legend_place(view, len(readers))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(20, 20, 20, 210))
    painter.drawRoundedRect(place, 5, 5)
    colours = [label.colour for label in readers[0].labels][:2]
    _line(painter, place, 15, readers[0].own, colours, 0.0)
    for number, reader in enumerate(readers, 1):
        _line(painter, place, 15 + _LINE * number, reader.name, [reader.colour or COLOUR], reader.dash or _DASH)
    painter.restore()


def _line(painter: QPainter, place: QRectF, down: float, name: str, colours: list[str], dash: float) -> None:
    """Paint a sample of a line and its name; a dash of 0 stands for none."""
    left, width = place.left() + 10, 26.0 / len(colours)
    for number, colour in enumerate(colours):
        pen = QPen(QColor(colour), 2.5)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if dash:
            pen.setDashPattern([3.4 * dash / _DASH, 1.8])
        painter.setPen(pen)
        y = place.top() + down
        painter.drawLine(QPointF(left + number * width, y), QPointF(left + (number + 1) * width, y))
    words = QRectF(left + 34, place.top() + down - 9, place.width() - 54, 18)
    painter.setPen(QColor("white"))
    text = QFontMetricsF(painter.font()).elidedText(name, Qt.TextElideMode.ElideMiddle, words.width())
    painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


def _in_one_colour(labels: LabelSet, colour: str) -> LabelSet:
    return LabelSet(tuple(replace(label, colour=colour) for label in labels))
