"""The mask over the picture: a coloured view of the label image's own memory, with nothing to keep in sync."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from unet_desktop.labels import NOT_ANNOTATED, LabelSet
from unet_desktop.masks.regions import Mask


class MaskLayer:
    """Shows each label in its colour, as opaque as wanted."""

    def __init__(self) -> None:
        """Start with no mask, half transparent."""
        self.visible = True
        self._mask: Mask | None = None  # kept as long as the QImage that looks at its memory
        self._image: QImage | None = None
        self._labels: LabelSet | None = None
        self._opacity = 0.4

    def set_mask(self, mask: Mask | None, labels: LabelSet | None) -> None:
        """Show this mask, (H, W) uint8; later changes in its memory show when that part is repainted."""
        self._mask, self._labels = mask, labels
        if mask is None:
            self._image = None
            return
        height, width = mask.shape
        self._image = QImage(mask.data, width, height, mask.strides[0], QImage.Format.Format_Indexed8)
        self._colour()

    @property
    def opacity(self) -> float:
        """0 invisible to 1 opaque."""
        return self._opacity

    def set_opacity(self, opacity: float) -> None:
        """Show it so opaque, 0..1."""
        self._opacity = opacity
        self._colour()

    def paint(self, painter: QPainter, exposed: QRect, scale: float) -> None:
        """See `Layer.paint`."""
        if self._image is None or not self.visible:
            return
        part = exposed.intersected(self._image.rect())
        if part.isEmpty():
            return
        # Never smoothed: a mask's pixels are decisions, and interpolated labels do not exist.
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(QRectF(part), self._image, QRectF(part))

    def _colour(self) -> None:
        if self._image is None or self._labels is None:
            return
        table = [0] * 256
        for label in self._labels:
            colour = QColor(label.colour)
            colour.setAlphaF(self._opacity)
            table[label.value] = colour.rgba()
        table[NOT_ANNOTATED] = QColor(128, 128, 128, round(255 * self._opacity)).rgba()
        self._image.setColorTable(table)
