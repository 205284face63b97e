"""The mask over the picture, drawn from the label image's own memory, with nothing to keep in sync."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtGui import QColor, QPainter

from unet_desktop.gui.canvas.layer import clipped_grid, draw_codes, whole_pixels
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.drawing import Palette, Pen, Style, dash_outlines, render_codes
from unet_desktop.masks.regions import Mask

_STRIPE = 3.0
"""Width of a stripe of what is not annotated, logical pixels."""
_STRONGER = 1.0
"""Logical pixels by which the outline of the label in use is wider."""


class MaskLayer:
    """Shows each label in its colour, as fill, outline or both, as opaque as wanted."""

    def __init__(self) -> None:
        """Start with no mask, half transparent."""
        self.visible = True
        self.style = Style.FILL
        self.opacity = 0.4
        self.line_width = 1.5
        self.in_use: Label | None = None
        self._mask: Mask | None = None
        self._palette: Palette | None = None

    def set_mask(self, mask: Mask | None, labels: LabelSet | None) -> None:
        """Show this mask, (H, W) uint8; later changes in its memory show when that part is repainted."""
        self._mask = mask
        self._palette = None if labels is None else Palette(labels)

    @property
    def reach(self) -> int:
        """Logical pixels round a changed box of the mask that look different too."""
        return 2 if self.style is Style.FILL else whole_pixels(self.line_width + _STRONGER) + 3

    def paint(self, painter: QPainter, scale: float) -> None:
        """See `Layer.paint`."""
        if self._mask is None or self._palette is None or not self.visible:
            return
        labels, density = self._palette.labels, painter.device().devicePixelRatioF()
        in_use = self.in_use if self.in_use in labels.labels else None
        pen = Pen(
            whole_pixels(self.line_width * density),
            whole_pixels((self.line_width + _STRONGER) * density),
            in_use,
            whole_pixels(_STRIPE * density),
        )
        grid = clipped_grid(painter, scale).clip(*self._mask.shape)
        found = render_codes(self._mask, self._palette, grid, self.style, pen)
        if found is None:
            return
        part, codes = found
        draw_codes(painter, codes, self._palette.colours(self.style, self.opacity, in_use), part)


WIDTH = 3.0
"""Of the line, logical pixels of the view."""
_DASH = 5.0


class ProposalLayer:
    """Shows where each region of a prediction ends; the dark line between the dashes shows on bright discs."""

    def __init__(self) -> None:
        """Start with none."""
        self.visible = True
        self._mask: Mask | None = None
        self._palette: Palette | None = None

    def set_mask(self, mask: Mask | None, labels: LabelSet | None) -> None:
        """Show the outlines of this mask's regions, or none."""
        self._mask = mask
        self._palette = None if labels is None else Palette(_brighter(labels))

    def paint(self, painter: QPainter, scale: float) -> None:
        """See `Layer.paint`."""
        if self._mask is None or self._palette is None or not self.visible:
            return
        density = painter.device().devicePixelRatioF()
        width = whole_pixels(WIDTH * density)
        grid = clipped_grid(painter, scale).clip(*self._mask.shape)
        found = render_codes(self._mask, self._palette, grid, Style.OUTLINE, Pen(width, width))
        if found is not None:
            part, codes = found
            dash_outlines(codes, self._palette, part, whole_pixels(_DASH * density))
            draw_codes(painter, codes, self._palette.colours(Style.OUTLINE, 1.0, None), part)


def _brighter(labels: LabelSet) -> LabelSet:
    """The same labels in colours that stand out from those of the mask itself."""
    return LabelSet(tuple(replace(label, colour=QColor(label.colour).lighter(130).name()) for label in labels))
