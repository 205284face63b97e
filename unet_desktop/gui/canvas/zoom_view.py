"""ZoomView: a widget that shows something as large as a picture, zoomed and panned."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRect, QRectF, Signal
from PySide6.QtGui import QColor, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from unet_desktop.gui.canvas.viewport import Viewport, fit_box, fit_picture, limit_scale
from unet_desktop.images.box import Box

GROUND = QColor(28, 29, 31)
"""Colour around the picture, in both themes: a bright one would make a dark fundus look darker than it is."""
_FULL_REPAINT_FRACTION = 0.5
"""Above this fraction of their common bounds, painting one rectangle is cheaper than painting many."""
_NOTCH = 120.0
"""Wheel units of one notch, in Qt's count."""
STEP = 1.25
"""Zoom of one key press or one notch of the wheel."""


class ZoomView(QWidget):
    """Holds the viewport; a subclass paints.

    Signals:
        viewport_changed: it was zoomed, panned or resized.
    """

    viewport_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.viewport = Viewport()
        self._fits = True

    @property
    def image_size(self) -> tuple[int, int] | None:
        """(width, height) of the picture in pixels, or None."""
        raise NotImplementedError

    @property
    def zoom(self) -> float:
        """Device pixels per image pixel: 1 shows the picture pixel by pixel, also on a high-density screen."""
        return self.viewport.scale * self.devicePixelRatioF()

    def fit(self) -> None:
        """Show the whole picture, and keep doing so when the view is resized."""
        if self.image_size is not None:
            self._show(fit_picture((self.width(), self.height()), self.image_size), fits=True)
        else:
            self._show(Viewport(), fits=True)

    def show_box(self, box: Box) -> None:
        """Show this part of the image, with half its width and height around it."""
        height, width = box.shape
        around = (box.left - width / 2, box.top - height / 2, 2 * width, 2 * height)
        self._show(fit_box(around, (self.width(), self.height())))

    def zoom_by(self, factor: float, anchor: QPointF | None = None) -> None:
        """Zoom; what is under the anchor (view coordinates, None for the middle) stays there."""
        self.zoom_to(self.zoom * factor, anchor)

    def zoom_to(self, zoom: float, anchor: QPointF | None = None) -> None:
        """Zoom to that many device pixels per image pixel."""
        if self.image_size is None:
            return
        size = (self.width(), self.height())
        at = QPointF(self.width() / 2, self.height() / 2) if anchor is None else anchor
        scale = limit_scale(zoom / self.devicePixelRatioF(), size, self.image_size)
        self._show(self.viewport.zoom(scale, at.x(), at.y()))

    def pan_by(self, by: QPointF) -> None:
        """Move the picture by that many view pixels."""
        if self.image_size is not None:
            self._show(self.viewport.pan(by.x(), by.y()))

    def show_viewport(self, viewport: Viewport) -> None:
        """Show what another view shows, without a signal."""
        self._fits = False
        self.viewport = viewport
        self.update()

    def take_viewport(self, viewport: Viewport) -> None:
        """Follow another view, within this one's limits, and emit `viewport_changed`."""
        if viewport != self.viewport:
            self._show(viewport)

    def _show(self, viewport: Viewport, *, fits: bool = False) -> None:
        self._fits = fits
        if self.image_size is not None and not fits:
            viewport = viewport.keep_in_sight((self.width(), self.height()), self.image_size)
        self.viewport = viewport
        self.update()
        self.viewport_changed.emit()

    def _update_image_rect(self, rect: QRectF, margin: int) -> None:
        if rect.isNull():
            return
        left, top = self.viewport.to_view(rect.left(), rect.top())
        scale = self.viewport.scale
        on_screen = QRectF(left, top, rect.width() * scale, rect.height() * scale).toAlignedRect()
        self.update(on_screen.adjusted(-margin, -margin, margin, margin))

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._fits:
            self.fit()
            return
        grown = event.size() - event.oldSize()
        self._show(self.viewport.pan(grown.width() / 2, grown.height() / 2))


def notches(event: QWheelEvent) -> float:
    """How many notches the wheel was turned up or left; some mice and touchpads send fractions."""
    return (event.angleDelta().y() or event.angleDelta().x()) / _NOTCH


def rects_of(event: QPaintEvent) -> list[QRect]:
    """The rectangles to paint; the common bounds of two thin lines could be the whole view."""
    rects: Iterable[QRect] = event.region()  # type: ignore[assignment]  # the stubs do not say that it is iterable
    parts, bounds = [QRect(rect) for rect in rects], event.rect()
    covered = sum(part.width() * part.height() for part in parts)
    return [bounds] if covered > _FULL_REPAINT_FRACTION * bounds.width() * bounds.height() else parts
