"""The masks over the picture: the open one, drawn from the label image's own memory, and dashed outlines of others."""

from __future__ import annotations

from PySide6.QtGui import QPainter

from unet_desktop.gui.canvas.layer import clipped_grid, draw_codes, whole_pixels
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.drawing import MaskStyle, Palette, Pen, dash_outlines, render_codes
from unet_desktop.masks.regions import Mask

_STRIPE = 3.0
"""Width of the stripes over pixels that are not annotated, logical pixels."""
_EXTRA_WIDTH_IN_USE = 1.0
"""Logical pixels by which the outline of the label in use is wider."""
PROPOSAL_WIDTH = 3.0
_PROPOSAL_DASH = 5.0
"""Of a proposal's line, logical pixels of the view."""


class MaskLayer:
    """Shows each label in its colour, as fill, outline or both, as opaque as wanted."""

    def __init__(self) -> None:
        self.visible = True
        self.style = MaskStyle.FILL
        self.opacity = 0.4
        self.line_width = 1.5
        self.in_use: Label | None = None
        self._hidden: frozenset[int] = frozenset()
        self._mask: Mask | None = None
        self._palette: Palette | None = None

    def set_mask(self, mask: Mask | None, labels: LabelSet | None) -> None:
        """Show this mask, (H, W) uint8; later changes in its memory show when that part is repainted."""
        self._mask = mask
        self._palette = None if labels is None else Palette(labels, self._hidden)

    def hide_labels(self, hidden: frozenset[int]) -> None:
        """Show none of the labels with these pixel values."""
        self._hidden = hidden
        self._palette = None if self._palette is None else Palette(self._palette.labels, hidden)

    @property
    def reach(self) -> int:
        """Logical pixels round a changed box of the mask that look different too."""
        return 2 if self.style is MaskStyle.FILL else whole_pixels(self.line_width + _EXTRA_WIDTH_IN_USE) + 3

    def paint(self, painter: QPainter, scale: float) -> None:
        if self._mask is None or self._palette is None or not self.visible:
            return
        labels, density = self._palette.labels, painter.device().devicePixelRatioF()
        in_use = self.in_use if self.in_use in labels.labels else None
        if in_use is not None and in_use.value in self._hidden:
            in_use = None
        pen = Pen(
            whole_pixels(self.line_width * density),
            whole_pixels((self.line_width + _EXTRA_WIDTH_IN_USE) * density),
            in_use,
            whole_pixels(_STRIPE * density),
        )
        grid = clipped_grid(painter, scale).clip(*self._mask.shape)
        rendered = render_codes(self._mask, self._palette, grid, self.style, pen)
        if rendered is None:
            return
        part, codes = rendered
        draw_codes(painter, codes, self._palette.colours(self.style, self.opacity, in_use), part)


class DashedOutlines:
    """Shows where each region of a second mask ends; the dark line between the dashes shows on bright discs."""

    def __init__(self, width: float, dash: float) -> None:
        """Draw lines of that width with dashes of that length, in logical pixels of the view."""
        self.visible = True
        self._width, self._dash = width, dash
        self._mask: Mask | None = None
        self._palette: Palette | None = None

    def set_outlines(self, mask: Mask | None, palette: Palette | None) -> None:
        """Show the outlines of this mask's regions in these colours, or none."""
        self._mask, self._palette = mask, palette

    def paint(self, painter: QPainter, scale: float) -> None:
        if self._mask is None or self._palette is None or not self.visible:
            return
        density = painter.device().devicePixelRatioF()
        width = whole_pixels(self._width * density)
        grid = clipped_grid(painter, scale).clip(*self._mask.shape)
        rendered = render_codes(self._mask, self._palette, grid, MaskStyle.OUTLINE, Pen(width, width))
        if rendered is not None:
            part, codes = rendered
            dash_outlines(codes, self._palette, part, whole_pixels(self._dash * density))
            draw_codes(painter, codes, self._palette.colours(MaskStyle.OUTLINE, 1.0, None), part)


class ProposalLayer(DashedOutlines):
    """The proposal, dashed, in the colours of the labels."""

    def __init__(self) -> None:
        super().__init__(PROPOSAL_WIDTH, _PROPOSAL_DASH)
        self._hidden: frozenset[int] = frozenset()

    def set_mask(self, mask: Mask | None, labels: LabelSet | None) -> None:
        """Show the outlines of this mask's regions, or none."""
        self.set_outlines(mask, None if labels is None else Palette(labels, self._hidden))

    def hide_labels(self, hidden: frozenset[int]) -> None:
        """Show none of the labels with these pixel values."""
        self._hidden = hidden
        if self._palette is not None:
            self.set_outlines(self._mask, Palette(self._palette.labels, hidden))
