"""Canvas: the picture with its layers, zoomed and panned; it shows, and edits nothing."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QWidget

from unet_desktop.gui.canvas.layers import Layers
from unet_desktop.gui.canvas.viewport import Viewport, fitted, showing, within_limits
from unet_desktop.images.read import Pixels
from unet_desktop.labels import LabelSet
from unet_desktop.masks.patch import Box
from unet_desktop.masks.regions import Mask

GROUND = QColor(28, 29, 31)
"""Around the picture, in both themes: a bright surround would make a dark fundus look darker than it is."""
STEP = 1.25
"""Zoom of one key press or one notch of the wheel."""


class Canvas(QWidget):
    """Shows picture, mask, proposal and brush ring.

    Signals:
        viewport_changed: it was zoomed, panned or resized.
        settings_changed: the overlay's visibility or opacity changed.
    """

    viewport_changed = Signal()
    settings_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self.viewport = Viewport()
        self._layers = Layers()
        self._fits = True
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(240, 200)
        self.setAccessibleName("Picture and mask")

    @property
    def image_size(self) -> tuple[int, int] | None:
        """(width, height) of the picture in pixels, or None."""
        pixels = self._layers.image.pixels
        return None if pixels is None else (pixels.shape[1], pixels.shape[0])

    @property
    def zoom(self) -> float:
        """Device pixels an image pixel: 1 shows the picture's very pixels, also on a high-density screen."""
        return self.viewport.scale * self.devicePixelRatioF()

    @property
    def overlay_visible(self) -> bool:
        """Are mask and proposal shown?"""
        return self._layers.mask.visible

    @property
    def overlay_opacity(self) -> float:
        """Of the mask, 0..1."""
        return self._layers.mask.opacity

    def set_image(self, pixels: Pixels | None) -> None:
        """Show this picture, (H, W, 3) uint8 RGB, whole; or none."""
        self._layers.image.set_pixels(pixels)
        self._layers.cursor.set_centre(None)
        self.fit()

    def set_mask(self, mask: Mask | None, labels: LabelSet | None) -> None:
        """Show this mask, whose memory is looked at again whenever a part is repainted."""
        self._layers.mask.set_mask(mask, labels)
        self.update()

    def set_proposal(self, mask: Mask | None, labels: LabelSet | None) -> None:
        """Show the outlines of this prediction, or none."""
        self._layers.proposal.set_mask(mask, labels)
        self.update()

    def set_overlay_visible(self, visible: bool) -> None:
        """Show or hide mask and proposal."""
        self._layers.mask.visible = self._layers.proposal.visible = visible
        self.update()
        self.settings_changed.emit()

    def set_overlay_opacity(self, opacity: float) -> None:
        """Show the mask so opaque, 0..1."""
        self._layers.mask.set_opacity(min(max(opacity, 0.0), 1.0))
        self.update()
        self.settings_changed.emit()

    def set_brush(self, diameter: float, colour: QColor) -> None:
        """Size (image pixels) and colour of the ring at the pointer."""
        self._update_ring()
        self._layers.cursor.set_shape(diameter / 2, colour)
        self._update_ring()

    def set_pointer(self, point: tuple[float, float] | None) -> None:
        """The pointer is at this image point, or away."""
        self._update_ring()
        self._layers.cursor.set_centre(point)
        self._update_ring()

    def update_box(self, box: Box) -> None:
        """Repaint these image pixels."""
        rect = QRectF(box.left, box.top, box.right - box.left, box.bottom - box.top)
        self._update_image_rect(rect, margin=2)

    def fit(self) -> None:
        """Show the whole picture, and keep doing so while the window changes its size."""
        if self.image_size is not None:
            self._show(fitted((self.width(), self.height()), self.image_size), fits=True)
        else:
            self._show(Viewport(), fits=True)

    def show_box(self, box: Box) -> None:
        """Show this part of the image, with as much again round it."""
        width, height = box.right - box.left, box.bottom - box.top
        around = (box.left - width / 2, box.top - height / 2, 2 * width, 2 * height)
        self._show(showing(around, (self.width(), self.height())))

    def zoom_by(self, factor: float, anchor: QPointF | None = None) -> None:
        """Zoom; what is under the anchor (view coordinates; the middle when None) stays there."""
        self.zoom_to(self.zoom * factor, anchor)

    def zoom_to(self, zoom: float, anchor: QPointF | None = None) -> None:
        """Zoom to that many device pixels an image pixel."""
        if self.image_size is None:
            return
        size = (self.width(), self.height())
        at = QPointF(self.width() / 2, self.height() / 2) if anchor is None else anchor
        scale = within_limits(zoom / self.devicePixelRatioF(), size, self.image_size)
        self._show(self.viewport.zoomed(scale, at.x(), at.y()))

    def pan_by(self, by: QPointF) -> None:
        """Move the picture by that many view pixels."""
        if self.image_size is not None:
            self._show(self.viewport.panned(by.x(), by.y()))

    def _show(self, viewport: Viewport, *, fits: bool = False) -> None:
        self._fits = fits
        if self.image_size is not None and not fits:
            viewport = viewport.kept_in_sight((self.width(), self.height()), self.image_size)
        self.viewport = viewport
        self.update()
        self.viewport_changed.emit()

    def _update_ring(self) -> None:
        self._update_image_rect(self._layers.cursor.bounds, margin=4)

    def _update_image_rect(self, rect: QRectF, margin: int) -> None:
        if rect.isNull():
            return
        left, top = self.viewport.to_view(rect.left(), rect.top())
        scale = self.viewport.scale
        on_screen = QRectF(left, top, rect.width() * scale, rect.height() * scale).toAlignedRect()
        self.update(on_screen.adjusted(-margin, -margin, margin, margin))

    def _exposed(self, rect: QRect) -> QRect:
        left, top = self.viewport.to_image(rect.left(), rect.top())
        right, bottom = self.viewport.to_image(rect.right() + 1, rect.bottom() + 1)
        left, top, right, bottom = math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)
        return QRect(left, top, right - left, bottom - top)

    def sizeHint(self) -> QSize:
        return QSize(900, 700)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), GROUND)
        exposed = self._exposed(event.rect())
        # On whole device pixels: picture and mask round fractions differently and would come apart by one.
        density = self.devicePixelRatioF()
        painter.translate(round(self.viewport.left * density) / density, round(self.viewport.top * density) / density)
        painter.scale(self.viewport.scale, self.viewport.scale)
        self._layers.paint(painter, exposed, self.zoom)
        painter.resetTransform()
        if self.hasFocus():
            painter.setPen(self.palette().color(QPalette.ColorRole.Highlight))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._fits:
            self.fit()
            return
        grown = event.size() - event.oldSize()
        self._show(self.viewport.panned(grown.width() / 2, grown.height() / 2))

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
