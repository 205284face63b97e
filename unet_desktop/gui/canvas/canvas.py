"""Canvas: the picture with its layers, zoomed and panned; it shows, and edits nothing."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QWidget

from unet_desktop.gui.canvas.layers import Layers
from unet_desktop.gui.canvas.sketch import Sketch
from unet_desktop.gui.canvas.zoom_view import ZoomView
from unet_desktop.images.read import Pixels
from unet_desktop.labels import LabelSet
from unet_desktop.masks.box import Box
from unet_desktop.masks.regions import Mask

GROUND = QColor(28, 29, 31)
"""Around the picture, in both themes: a bright surround would make a dark fundus look darker than it is."""


class Canvas(ZoomView):
    """Shows picture, mask, proposal, the tool's sketch and ring.

    Signals:
        settings_changed: the overlay's visibility or opacity changed.
    """

    settings_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self._layers = Layers()
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

    def set_tool(self, ring: float | None, colour: QColor) -> None:
        """Diameter of the ring at the pointer (image pixels; None for none), and colour of ring and sketch."""
        self._update_ring()
        self._layers.cursor.set_shape(None if ring is None else ring / 2, colour)
        self._layers.sketch.colour = colour
        self._update_ring()

    def set_sketch(self, sketch: Sketch) -> None:
        """Show this sketch of the tool in use."""
        for shown in (self._layers.sketch.sketch, sketch):
            self._layers.sketch.sketch = sketch
            box = shown.bounds
            self._update_image_rect(QRectF(box.left, box.top, box.right - box.left, box.bottom - box.top), margin=12)

    def set_pointer(self, point: tuple[float, float] | None) -> None:
        """The pointer is at this image point, or away."""
        self._update_ring()
        self._layers.cursor.set_centre(point)
        self._update_ring()

    def set_erasing(self, erasing: bool) -> None:
        """Would a press erase?"""
        if erasing != self._layers.cursor.erasing:
            self._layers.cursor.erasing = erasing
            self._update_ring()

    def set_size_shown(self, shown: bool) -> None:
        """Show the ring's diameter in figures, in the middle of the view while the pointer is away; or no longer."""
        self._update_ring()
        self._layers.cursor.figures = shown
        middle = self.viewport.to_image(self.width() / 2, self.height() / 2)
        self._layers.cursor.set_stand_in(middle if shown and self.image_size is not None else None)
        self._update_ring()

    def update_box(self, box: Box) -> None:
        """Repaint these image pixels."""
        rect = QRectF(box.left, box.top, box.right - box.left, box.bottom - box.top)
        self._update_image_rect(rect, margin=2)

    def _update_ring(self) -> None:
        self._update_image_rect(self._layers.cursor.bounds, margin=self._layers.cursor.margin)

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

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
