"""Where the model is uncertain, as a heat map under the mask's outlines, and the legend of its colours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPen

from unet_desktop.masks.trust import UncertaintyMap

_STOPS = (
    (0.0, (70, 0, 130), 0.0),
    (0.1, (70, 0, 130), 0.0),
    (0.25, (110, 5, 140), 0.4),
    (0.6, (214, 39, 160), 0.75),
    (1.0, (255, 236, 250), 0.95),
)
"""(level, red green blue, opacity): violet to pink to nearly white. No fundus has these hues, and the lightness rises
all the way, so that it reads the same without telling red from green."""
_LEGEND = QSize(168, 42)
_FROM_EDGE = 12


class UncertaintyLayer:
    """Shows nothing where the model is certain, and stronger colours the less certain it is."""

    def __init__(self) -> None:
        self.visible = False
        self._image: QImage | None = None
        self._place = QRectF()

    @property
    def shows(self) -> bool:
        """Is there something to see?"""
        return self.visible and self._image is not None

    def set_map(self, uncertainty: UncertaintyMap | None) -> None:
        """Show this map, or none."""
        self._image = None
        if uncertainty is None:
            return
        heat = np.take(_table(), uncertainty.plane)
        height, width = heat.shape
        kind = QImage.Format.Format_ARGB32_Premultiplied
        self._image = QImage(heat.data, width, height, heat.strides[0], kind).copy()
        self._place = QRectF(uncertainty.left, uncertainty.top, uncertainty.width, uncertainty.height)

    def paint(self, painter: QPainter, scale: float) -> None:
        if self._image is None or not self.visible or not self._place.intersects(painter.clipBoundingRect()):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self._place, self._image)
        painter.restore()


def legend_place(view: QSize) -> QRectF:
    """The lower right part of a view of that size, which the legend covers."""
    left, top = view.width() - _LEGEND.width() - _FROM_EDGE, view.height() - _LEGEND.height() - _FROM_EDGE
    return QRectF(QPointF(left, top), _LEGEND.toSizeF())


def paint_legend(painter: QPainter, view: QSize) -> None:
    """Paint a bar of the colours from "certain" to "uncertain", on a dark plate that shows on any ground."""
    place = legend_place(view)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(20, 20, 20, 210))
    painter.drawRoundedRect(place, 5, 5)
    bar = QRectF(place.left() + 10, place.top() + 25, place.width() - 20, 8)
    ramp = QLinearGradient(bar.topLeft(), bar.topRight())
    for level, colour, opacity in _STOPS:
        ramp.setColorAt(level, QColor(*colour, round(255 * opacity)))
    painter.setBrush(ramp)
    painter.drawRect(bar)
    painter.setPen(QPen(QColor("white")))
    words = QRectF(place.left() + 10, place.top() + 5, place.width() - 20, 18)
    painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, "certain")
    painter.drawText(words, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, "uncertain")
    painter.restore()


def colour_ramp() -> NDArray[np.float64]:
    """(256, 4) red, green, blue and opacity of each level, 0..255."""
    at = [level * 255 for level, _, _ in _STOPS]
    parts = np.array([(*colour, 255 * opacity) for _, colour, opacity in _STOPS]).T
    return np.stack([np.interp(np.arange(256), at, part) for part in parts], axis=1)


def _table() -> NDArray[np.uint32]:
    """(256,) uint32: the colour of each level, premultiplied alpha, red, green, blue."""
    ramp = colour_ramp()
    premultiplied = np.rint(ramp[:, :3] * ramp[:, 3:] / 255).astype(np.uint32)
    red, green, blue, alpha = *premultiplied.T, np.rint(ramp[:, 3]).astype(np.uint32)
    return np.asarray(alpha << 24 | red << 16 | green << 8 | blue, np.uint32)
