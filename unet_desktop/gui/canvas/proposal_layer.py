"""The proposal: outlines of a predicted mask, dashed, until somebody decides."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtGui import QColor, QPainter

from unet_desktop.gui.canvas.layer import clipped_grid, draw_codes, whole_pixels
from unet_desktop.labels import LabelSet
from unet_desktop.masks.drawing import Palette, Pen, Style, dashed, drawn
from unet_desktop.masks.regions import Mask

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
        grid = clipped_grid(painter, scale).within(*self._mask.shape)
        found = drawn(self._mask, self._palette, grid, Style.OUTLINE, Pen(width, width))
        if found is not None:
            part, codes = found
            dashed(codes, self._palette, part, whole_pixels(_DASH * density))
            draw_codes(painter, codes, self._palette.colours(Style.OUTLINE, 1.0, None), part)


def _brighter(labels: LabelSet) -> LabelSet:
    """The same labels in colours that stand out from those of the mask itself."""
    return LabelSet(tuple(replace(label, colour=QColor(label.colour).lighter(130).name()) for label in labels))
