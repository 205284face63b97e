"""Layer: something that the canvas paints in image coordinates; and how a layer paints single screen pixels."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QTransform

from unet_desktop.images.screen import Grid
from unet_desktop.masks.drawing import Codes


class Layer(Protocol):
    """One thing the canvas shows; it holds what it shows and nothing else, and the canvas asks for repaints."""

    def paint(self, painter: QPainter, scale: float) -> None:
        """Paint the part within the painter's clip.

        Args:
            painter: transformed, so that one unit is one image pixel; pens must be cosmetic. It is clipped.
            scale: device pixels per image pixel.
        """


def cosmetic_pen(painter: QPainter, colour: QColor, width: float) -> QPen:
    """A pen that is `width` logical pixels wide at any zoom; Qt's cosmetic pens count device pixels."""
    pen = QPen(colour, width * painter.device().devicePixelRatioF())
    pen.setCosmetic(True)
    return pen


def paint_text(painter: QPainter, place: QPointF, unit: float, text: str) -> None:
    """Paint light on dark above and to the right of an image point, or to the left where the view ends.

    Args:
        painter: see `Layer.paint`.
        place: the image point.
        unit: a logical pixel of the view in image pixels; the text has the same size at any zoom.
        text: one line.
    """
    painter.save()
    device = painter.device()
    room = device.width() - painter.worldTransform().map(place).x()
    painter.translate(place)
    painter.scale(unit, unit)
    font = painter.font()
    font.setPixelSize(13)
    painter.setFont(font)
    width = painter.fontMetrics().horizontalAdvance(text) + 14
    label = QRectF(14 if width + 18 <= room else -14 - width, -36, width, 22)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 190))
    painter.drawRoundedRect(label, 5, 5)
    painter.setPen(QColor("white"))
    painter.drawText(label, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def whole_pixels(length: float) -> int:
    """The length rounded to whole device pixels, at least one; halves are rounded up, so 1.5 and 2.5 give 2 and 3."""
    return max(1, math.floor(length + 0.5))


def clipped_grid(painter: QPainter, scale: float) -> Grid:
    """The device pixels within the painter's clip, counted from the picture's corner; arguments as in `Layer.paint`."""
    clip = painter.clipBoundingRect()
    left, top = math.floor(clip.left() * scale + 0.01), math.floor(clip.top() * scale + 0.01)
    right, bottom = math.ceil(clip.right() * scale - 0.01), math.ceil(clip.bottom() * scale - 0.01)
    return Grid(scale, left, top, right - left, bottom - top)


def draw_pixels(painter: QPainter, image: QImage, grid: Grid) -> None:
    """Draw an image on the grid's device pixels, one to one."""
    density = painter.device().devicePixelRatioF()
    transform = painter.worldTransform()
    corner = QPoint(round(transform.dx() * density) + grid.left, round(transform.dy() * density) + grid.top)
    painter.save()
    painter.setTransform(QTransform.fromScale(1 / density, 1 / density))
    painter.drawImage(corner, image)
    painter.restore()


def draw_codes(painter: QPainter, codes: Codes, colours: NDArray[np.uint32], grid: Grid) -> None:
    """Draw codes on the grid's device pixels, in colours of premultiplied alpha, red, green, blue."""
    shown = np.take(colours, codes, mode="clip")
    kind = QImage.Format.Format_ARGB32_Premultiplied
    draw_pixels(painter, QImage(shown.data, grid.width, grid.height, shown.strides[0], kind), grid)
