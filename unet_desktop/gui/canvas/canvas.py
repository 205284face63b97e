"""Canvas: the picture with its layers, zoomed and panned; it shows, but edits nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QWidget

from unet_desktop.gui.canvas.cursor_layer import CursorLayer
from unet_desktop.gui.canvas.fovea_layer import REACH, FoveaLayer
from unet_desktop.gui.canvas.image_layer import ImageLayer
from unet_desktop.gui.canvas.layer import Layer
from unet_desktop.gui.canvas.magnifier import POWER, crosshair_region, magnifier_rect, paint_crosshair, paint_magnifier
from unet_desktop.gui.canvas.mask_layer import MaskLayer, ProposalLayer
from unet_desktop.gui.canvas.reader_layer import ReaderLayer, paint_reader_legend, reader_legend_place
from unet_desktop.gui.canvas.scale_bar import bar_place, paint_scale_bar
from unet_desktop.gui.canvas.sketch_layer import SketchLayer
from unet_desktop.gui.canvas.uncertainty_layer import UncertaintyLayer, legend_place, paint_legend
from unet_desktop.gui.canvas.zoom_view import GROUND, ZoomView, rects_of
from unet_desktop.gui.jobs.comparison import OtherReader
from unet_desktop.gui.settings.view_options import View
from unet_desktop.gui.tools.sketch import Sketch
from unet_desktop.images.box import Box
from unet_desktop.images.read import Pixels
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.regions import Mask
from unet_desktop.masks.trust import UncertaintyMap


class Layers:
    """What the canvas shows in image coordinates; `all` has the layers from bottom to top."""

    def __init__(self, on_finer: Callable[[], None]) -> None:
        """Start empty; `on_finer` is called when a finer picture than was painted is ready."""
        self.image = ImageLayer(on_finer)
        self.uncertainty = UncertaintyLayer()
        self.mask = MaskLayer()
        self.reader = ReaderLayer()
        self.proposal = ProposalLayer()
        self.fovea = FoveaLayer()
        self.sketch = SketchLayer()
        self.cursor = CursorLayer()
        self.all: tuple[Layer, ...] = (
            self.image,
            self.uncertainty,
            self.mask,
            self.reader,
            self.proposal,
            self.fovea,
            self.sketch,
            self.cursor,
        )


class Canvas(ZoomView):
    """Shows picture, mask, proposal, the tool's sketch and ring, crosshair, magnifier and scale bar."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers = Layers(self.update)
        self._view = View()
        self._pointer: tuple[float, float] | None = None
        self._reader: OtherReader | None = None
        self._version: OtherReader | None = None
        self._readers: tuple[OtherReader, ...] = ()
        self._mm_per_pixel: float | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(240, 200)
        self.setAccessibleName("Picture and mask")
        self.set_view(self._view)

    @property
    def image_size(self) -> tuple[int, int] | None:
        """(width, height) of the picture in pixels, or None."""
        pixels = self._layers.image.pixels
        return None if pixels is None else (pixels.shape[1], pixels.shape[0])

    def set_image(self, pixels: Pixels | None) -> None:
        """Show this picture, (H, W, 3) uint8 RGB, whole; or none."""
        self._layers.image.set_pixels(pixels)
        self._pointer = None
        self._layers.cursor.set_centre(None)
        self.fit()

    def set_mask(self, mask: Mask | None, labels: LabelSet | None) -> None:
        """Show this mask, (H, W) uint8, or none; every repaint reads its memory again."""
        self._layers.mask.set_mask(mask, labels)
        self.update()

    def set_proposal(self, mask: Mask | None, labels: LabelSet | None) -> None:
        """Show the outlines of this prediction, or none."""
        self._layers.proposal.set_mask(mask, labels)
        self.update()

    def hide_labels(self, hidden: frozenset[int]) -> None:
        """Show none of the labels with these pixel values, in mask and proposal."""
        self._layers.mask.hide_labels(hidden)
        self._layers.proposal.hide_labels(hidden)
        self.update()

    def set_reader(self, reader: OtherReader | None) -> None:
        """Show the outlines of this other reader's mask and whose they are, or none."""
        self._reader = reader
        self._show_readers()

    def set_version(self, version: OtherReader | None) -> None:
        """Show the outlines of this earlier state of the mask, or none."""
        self._version = version
        self._show_readers()

    def set_readers(self, readers: Sequence[OtherReader]) -> None:
        """Show the outlines of these readers' masks and whose they are; one that is compared goes before them."""
        self._readers = tuple(readers)
        self._show_readers()

    def _show_readers(self) -> None:
        one = self._version or self._reader
        self._layers.reader.set_readers(self._readers if one is None else (one,))
        self.update()

    def set_uncertainty(self, uncertainty: UncertaintyMap | None) -> None:
        """Show where the model is uncertain if the view says so, or nothing."""
        self._layers.uncertainty.set_map(uncertainty)
        self.update()

    def set_view(self, view: View) -> None:
        """Show everything as the view says."""
        self._view = view
        mask = self._layers.mask
        mask.style, mask.opacity, mask.line_width = view.style, view.opacity, view.line_width
        mask.visible = self._layers.proposal.visible = self._layers.reader.visible = view.visible
        self._layers.fovea.visible = view.visible
        self._layers.uncertainty.visible = view.visible and view.uncertainty
        self._layers.image.set_look(view.look)
        self.update()

    def set_scale(self, mm_per_pixel: float | None) -> None:
        """Set what a pixel of the picture measures, for the scale bar; None counts in pixels."""
        self._mm_per_pixel = mm_per_pixel
        self.update()

    def set_label_in_use(self, label: Label | None) -> None:
        """Draw this label's outline wider than the others."""
        if label is not self._layers.mask.in_use:
            self._layers.mask.in_use = label
            self.update()

    def set_tool(self, ring: float | None, colour: QColor) -> None:
        """Set the diameter of the ring at the pointer (image pixels, or None) and the colour of ring and sketch."""
        self._update_pointer()
        self._layers.cursor.set_shape(None if ring is None else ring / 2, colour)
        self._layers.sketch.colour = colour
        self._update_pointer()

    def set_sketch(self, sketch: Sketch) -> None:
        """Show this sketch of the tool in use."""
        before, self._layers.sketch.sketch = self._layers.sketch.sketch, sketch
        box = sketch.difference(before)
        margin = 400 if sketch.notes or before.notes else 12
        self._update_image_rect(QRectF(box.left, box.top, box.width, box.height), margin=margin)

    def set_fovea(self, fovea: tuple[float, float] | None) -> None:
        """Mark this image point as the fovea, or none."""
        for point in (self._layers.fovea.fovea, fovea):
            if point is not None:
                self._update_image_rect(QRectF(*point, 1, 1), margin=REACH)
        self._layers.fovea.fovea = fovea

    def set_pointer(self, point: tuple[float, float] | None) -> None:
        """Set the image point that the pointer is at, or None if it is away."""
        self._update_pointer()
        self._pointer = point
        self._layers.cursor.set_centre(point)
        self._update_pointer()

    def set_erasing(self, erasing: bool) -> None:
        """Show whether a press would erase."""
        if erasing != self._layers.cursor.erasing:
            self._layers.cursor.erasing = erasing
            self._update_pointer()

    def show_ring_size(self, shown: bool) -> None:
        """Show or hide the ring's diameter as a number; if the pointer is away, in the middle of the view."""
        self._update_pointer()
        self._layers.cursor.shows_size = shown
        middle = self.viewport.to_image(self.width() / 2, self.height() / 2)
        self._layers.cursor.set_stand_in(middle if shown and self.image_size is not None else None)
        self._update_pointer()

    def update_box(self, box: Box) -> None:
        """Repaint these image pixels."""
        self._update_image_rect(QRectF(box.left, box.top, box.width, box.height), margin=self._layers.mask.reach)
        if self._view.magnifier and self._pointer is not None:
            self.update(_whole(self._glass(self._pointer)))

    def _update_pointer(self) -> None:
        """Repaint everything that follows the pointer."""
        self._update_image_rect(self._layers.cursor.bounds, margin=self._layers.cursor.margin)
        if self._pointer is None:
            return
        if self._view.crosshair:
            self.update(crosshair_region(QPointF(*self.viewport.to_view(*self._pointer)), self.size()))
        if self._view.magnifier:
            self.update(_whole(self._glass(self._pointer)))

    def _glass(self, pointer: tuple[float, float]) -> QRectF:
        ring = self._layers.cursor.bounds.width() / 2 * self.viewport.scale
        return magnifier_rect(QPointF(*self.viewport.to_view(*pointer)), self.size(), ring)

    def _paint_part(self, painter: QPainter, part: QRect) -> None:
        painter.setClipRect(part)
        painter.fillRect(part, GROUND)
        self._paint_layers(painter, self.viewport.scale, QPointF(self.viewport.left, self.viewport.top))
        view, size = self._view, self.size()
        if self.image_size is None:
            return
        if view.scale_bar and bar_place(size).toAlignedRect().intersects(part):
            paint_scale_bar(painter, size, self.viewport.scale, self._mm_per_pixel)
        if self._layers.uncertainty.shows and legend_place(size).intersects(part):
            paint_legend(painter, size)
        readers = self._layers.reader.shows
        if readers and reader_legend_place(size, len(readers)).intersects(part):
            paint_reader_legend(painter, size, readers)
        if self._pointer is None:
            return
        at = QPointF(*self.viewport.to_view(*self._pointer))
        if view.crosshair and crosshair_region(at, size).intersects(part):
            paint_crosshair(painter, at, size)
        glass = self._glass(self._pointer)
        if view.magnifier and _whole(glass).intersects(part):
            paint_magnifier(painter, glass, lambda: self._paint_magnified(painter, glass, part))

    def _paint_magnified(self, painter: QPainter, glass: QRectF, part: QRect) -> None:
        assert self._pointer is not None
        scale = self.viewport.scale * POWER
        corner = glass.center() - QPointF(*self._pointer) * scale
        inside = glass.toAlignedRect().intersected(part)
        painter.fillRect(inside, GROUND)
        self._paint_layers(painter, scale, corner)

    def _paint_layers(self, painter: QPainter, scale: float, corner: QPointF) -> None:
        """Paint the layers at a scale, with the picture's corner on the device pixel nearest to a point of the view."""
        density = self.devicePixelRatioF()
        painter.save()
        painter.translate(round(corner.x() * density) / density, round(corner.y() * density) / density)
        painter.scale(scale, scale)
        for layer in self._layers.all:
            layer.paint(painter, scale * density)
        painter.restore()

    def sizeHint(self) -> QSize:
        return QSize(900, 700)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for part in rects_of(event):
            self._paint_part(painter, part)
        painter.setClipping(False)
        if self.hasFocus():
            painter.setPen(self.palette().color(QPalette.ColorRole.Highlight))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()


def _whole(glass: QRectF) -> QRect:
    return glass.toAlignedRect().adjusted(-4, -4, 4, 4)
