"""The proposal: outlines of a predicted mask, dashed, until somebody decides."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPolygonF

from unet_desktop.gui.canvas.layer import cosmetic_pen
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import LabelSet
from unet_desktop.masks.box import bounds
from unet_desktop.masks.regions import Mask, Region, region

WIDTH = 2.0
"""Of the line, logical pixels of the view."""


class ProposalLayer:
    """Shows where each region of a prediction ends; the dark line under the dashes is for bright discs."""

    def __init__(self) -> None:
        """Start with none."""
        self.visible = True
        self._outlines: list[tuple[QColor, QPainterPath]] = []

    def set_mask(self, mask: Mask | None, labels: LabelSet | None) -> None:
        """Show the outlines of this mask's regions, or none."""
        self._outlines = []
        if mask is None or labels is None:
            return
        for label in labels:
            path = QPainterPath()
            for outline in _outlines(region(mask, labels, label)):
                path.addPolygon(QPolygonF([QPointF(x, y) for x, y in outline]))
                path.closeSubpath()
            self._outlines.append((QColor(label.colour), path))

    def paint(self, painter: QPainter, exposed: QRect, scale: float) -> None:
        """See `Layer.paint`."""
        if not self.visible:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for colour, path in self._outlines:
            if not path.boundingRect().toAlignedRect().adjusted(-4, -4, 4, 4).intersects(exposed):
                continue
            painter.strokePath(path, cosmetic_pen(painter, QColor(0, 0, 0, 150), WIDTH + 1.5))
            dashes = cosmetic_pen(painter, colour.lighter(125), WIDTH)
            dashes.setDashPattern([4.0, 3.0])
            dashes.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.strokePath(path, dashes)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _outlines(plane: Region) -> Iterator[np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    """(N, 2) float64 closed outlines, (x, y) in image pixels, a quarter of a pixel inside the region's edge.

    OpenCV's outlines run through pixel centres; on a doubled plane those centres lie a quarter from the edge.
    """
    box = bounds(plane)
    if box.empty:
        return
    doubled = plane[box.slices].astype(np.uint8).repeat(2, axis=0).repeat(2, axis=1)
    found, _ = cv2.findContours(doubled, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    for outline in found:
        yield (outline.reshape(-1, 2) + 0.5) / 2 + (box.left, box.top)
