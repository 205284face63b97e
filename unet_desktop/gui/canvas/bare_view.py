"""BareView: the picture without mask, beside the canvas; zoomed and panned with it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from unet_desktop.gui.canvas.image_layer import ImageLayer
from unet_desktop.gui.canvas.zoom_view import GROUND, STEP, ZoomView, notches, rects_of
from unet_desktop.images.display import Look
from unet_desktop.images.read import Pixels

_MARK = 11.0
"""Logical pixels from the middle of the mark at the pointer's place to its ends."""


class BareView(ZoomView):
    """Shows the picture alone, with a mark where the pointer is in the canvas; every button pans.

    Signals:
        pointed(point): the pointer is over this image point (x, y), or None if it is away.
        fit_requested: a double click.
    """

    pointed = Signal(object)
    fit_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = ImageLayer(self.update)
        self._mark: tuple[float, float] | None = None
        self._grabbed: QPointF | None = None
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(160, 160)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setAccessibleName("Picture without mask")

    @property
    def image_size(self) -> tuple[int, int] | None:
        """(width, height) of the picture in pixels, or None."""
        pixels = self._image.pixels
        return None if pixels is None else (pixels.shape[1], pixels.shape[0])

    def set_image(self, pixels: Pixels | None) -> None:
        """Show this picture, (H, W, 3) uint8 RGB, or none."""
        self._image.set_pixels(pixels)
        self.update()

    def set_look(self, look: Look) -> None:
        """Show the picture with this look."""
        self._image.set_look(look)
        self.update()

    def set_mark(self, point: tuple[float, float] | None) -> None:
        """Mark this image point, where the pointer is in the canvas, or none."""
        for place in (self._mark, point):
            if place is not None:
                at = QPointF(*self.viewport.to_view(*place))
                self.update(QRectF(at.x() - _MARK, at.y() - _MARK, 2 * _MARK, 2 * _MARK).toAlignedRect())
        self._mark = point

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        density = self.devicePixelRatioF()
        for part in rects_of(event):
            painter.setClipRect(part)
            painter.fillRect(part, GROUND)
            painter.save()
            left, top = round(self.viewport.left * density) / density, round(self.viewport.top * density) / density
            painter.translate(left, top)
            painter.scale(self.viewport.scale, self.viewport.scale)
            self._image.paint(painter, self.zoom)
            painter.restore()
            if self._mark is not None:
                _paint_mark(painter, QPointF(*self.viewport.to_view(*self._mark)))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._grabbed = event.position()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is not None:
            self.pan_by(event.position() - self._grabbed)
            self._grabbed = event.position()
        self.pointed.emit(self.viewport.to_image(event.position().x(), event.position().y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grabbed = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit_requested.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_by(STEP ** notches(event), event.position())

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Do nothing: it shows what the canvas shows, whatever its own size."""


def _paint_mark(painter: QPainter, at: QPointF) -> None:
    for colour, width in ((QColor(0, 0, 0, 180), 3.5), (QColor("white"), 1.5)):
        painter.setPen(QPen(colour, width))
        for across, down in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            way = QPointF(across, down)
            painter.drawLine(at + way * 4, at + way * (_MARK - 2))
