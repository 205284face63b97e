"""Drawing: render a mask as it is shown over its image, for the visible screen pixels only.

The cost depends on the painted part, not on the size of the image, and nothing is cached that an edit could make
stale. Codes say what each screen pixel shows; a table maps codes to colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.opencv import cv2
from unet_desktop.images.screen import Grid, sample_nearest
from unet_desktop.labels import NOT_ANNOTATED, Label, LabelSet
from unet_desktop.masks.regions import Mask, region_table

Codes = NDArray[np.unsignedinteger[Any]]
"""(h, w) uint8, or uint16 for many labels: what each screen pixel shows; 0 is nothing."""


class MaskStyle(StrEnum):
    """Which parts of a region are drawn."""

    FILL = "fill"
    OUTLINE = "outline"
    BOTH = "both"


@dataclass(frozen=True)
class Palette:
    """Codes and colours for the labels of a project.

    Of n labels, number i (from 1) has code i for its fill and n + i for its outline. Then come the outline of the
    label in use, the dark hairline round every outline, and two stripes for not annotated pixels.

    Attributes:
        labels: of the masks.
        hidden: pixel values of labels that are not shown: their pixels look like the nearest label around that is.
    """

    labels: LabelSet
    hidden: frozenset[int] = frozenset()

    @cached_property
    def ranks(self) -> Codes:
        """(256,): number of each pixel value's label from 1; 0 for other values. A parent's is lower than a child's."""
        ranks: Codes = np.zeros(256, np.uint8 if 2 * len(self.labels) + 4 < 256 else np.uint16)
        for place, label in enumerate(self.labels, 1):
            parent = self.labels.parent(label)
            around = 0 if parent is None else ranks[parent.value]  # it comes before
            ranks[label.value] = around if label.value in self.hidden else place
        return ranks

    @property
    def in_use(self) -> int:
        """Code of the outline of the label in use."""
        return 2 * len(self.labels) + 1

    @property
    def hairline(self) -> int:
        """Code of the dark line outside an outline."""
        return 2 * len(self.labels) + 2

    @property
    def stripes(self) -> int:
        """Code of the dark stripes of not annotated pixels; the next code is the bright stripes'."""
        return 2 * len(self.labels) + 3

    def colours(self, style: MaskStyle, opacity: float, in_use: Label | None) -> NDArray[np.uint32]:
        """Return (codes,) uint32: the colour of each code in Qt's premultiplied ARGB32.

        Args:
            style: with outlines only, fills are transparent.
            opacity: of fills, 0..1. Outlines stay opaque down to 0.25, then fade too.
            in_use: the label in use, or None.
        """
        line = min(1.0, 4 * opacity)
        table = np.zeros(self.stripes + 2, np.uint32)
        for place, label in enumerate(self.labels, 1):
            table[place] = _argb(label.colour, 0.0 if style is MaskStyle.OUTLINE else opacity)
            table[len(self.labels) + place] = _argb(label.colour, line)
        if in_use is not None:
            table[self.in_use] = _argb(in_use.colour, line)
        table[self.hairline] = _argb("#000000", 0.45 * line)
        table[self.stripes] = _argb("#000000", min(1.0, 1.3 * opacity))
        table[self.stripes + 1] = _argb("#ffffff", min(1.0, 1.3 * opacity))
        return table


@dataclass(frozen=True, slots=True)
class Pen:
    """How outlines are drawn.

    Attributes:
        width: of a line, screen pixels, at least 1; the line is inside its region.
        width_in_use: the same for the label in use.
        in_use: the label in use, or None.
        stripe: width of a stripe over not annotated pixels, screen pixels.
    """

    width: int = 2
    width_in_use: int = 3
    in_use: Label | None = None
    stripe: int = 4


def render_codes(mask: Mask, palette: Palette, grid: Grid, style: MaskStyle, pen: Pen) -> tuple[Grid, Codes] | None:
    """Render a mask at the grid's screen pixels.

    Args:
        mask: (H, W) uint8.
        palette: of its labels.
        grid: the screen pixels, relative to the image.
        style: what is drawn.
        pen: how outlines and stripes are drawn.

    Returns:
        the part of the grid that shows anything, and its (h, w) codes; None if there is nothing.
    """
    margin = 0 if style is MaskStyle.FILL else max(pen.width, pen.width_in_use) + 1
    around = grid.expand(margin).clip(*mask.shape)
    if grid.empty or around.empty:
        return None
    values = sample_nearest(mask, around)
    left, top, width, height = cv2.boundingRect(values)
    if width == 0:
        return None
    # Add a margin for lines and hairlines; the array of values ends at the image border.
    part = Grid(grid.zoom, around.left + left, around.top + top, width, height).expand(margin)
    part = _intersection(part, around)
    values = values[_slices(part, around)]
    codes = _code_pixels(values, palette, style, pen)
    _draw_stripes(codes, values, palette, part, pen)
    asked = _intersection(part, grid)
    shown: Codes = np.ascontiguousarray(codes[_slices(asked, part)])
    return None if asked.empty else (asked, shown)


def dash_outlines(codes: Codes, palette: Palette, grid: Grid, dash: int) -> None:
    """Turn outlines into dashes, in place: parts of them become hairline.

    Args:
        codes: (h, w), from `render_codes`.
        palette: the same as for the codes.
        grid: where the codes are; dashes are fixed to the image, so that they move with it.
        dash: length of a dash, screen pixels.
    """
    # Steps right, down and along both diagonals are all nonzero modulo 5, so lines in these directions are dashed.
    across = (np.arange(grid.width) + grid.left) // dash
    down = (np.arange(grid.height) + grid.top) // dash * 2 % 5
    off = (np.arange(5)[:, np.newaxis] + across) % 5 < 2  # every row is one of these five
    lines = (codes > len(palette.labels)) & (codes <= palette.in_use)
    np.copyto(codes, palette.hairline, where=lines & off[down])


def _code_pixels(values: Mask, palette: Palette, style: MaskStyle, pen: Pen) -> Codes:
    ranks: Codes = np.asarray(cv2.LUT(values, palette.ranks), palette.ranks.dtype)
    if style is MaskStyle.FILL:
        return ranks
    edges = cv2.compare(cv2.erode(ranks, _kernel(pen.width)), ranks, cv2.CMP_LT)
    outside = cv2.compare(cv2.dilate(ranks, _kernel(1)), ranks, cv2.CMP_GT)
    codes: Codes = ranks + (np.asarray(edges, np.uint8) & np.uint8(len(palette.labels)))
    if pen.in_use is not None:
        plane = cv2.LUT(values, region_table(palette.labels, pen.in_use))
        edges = cv2.compare(cv2.erode(plane, _kernel(pen.width_in_use)), plane, cv2.CMP_LT)
        np.copyto(codes, palette.in_use, where=edges.view(np.bool_))
    np.copyto(codes, palette.hairline, where=outside.view(np.bool_))
    return codes


def _draw_stripes(codes: Codes, values: Mask, palette: Palette, grid: Grid, pen: Pen) -> None:
    """Draw diagonal stripes over not annotated pixels, in place; they are fixed to the image and move with it."""
    blank = values == NOT_ANNOTATED
    left, top, width, height = cv2.boundingRect(blank.view(np.uint8))
    if width == 0:
        return
    inside = (slice(top, top + height), slice(left, left + width))
    across, down = np.arange(width) + grid.left + left, np.arange(height) + grid.top + top
    turns = ((np.arange(width + height) + across[0] + down[0]) // pen.stripe) % 3 == 0
    stripes = np.where(turns, palette.stripes + 1, palette.stripes).astype(codes.dtype)
    diagonal = np.lib.stride_tricks.sliding_window_view(stripes, width)[:height]
    np.copyto(codes[inside], diagonal, where=blank[inside])


def _kernel(radius: int) -> NDArray[np.uint8]:
    size = 2 * radius + 1
    shape = cv2.MORPH_RECT if radius == 1 else cv2.MORPH_ELLIPSE
    return np.asarray(cv2.getStructuringElement(shape, (size, size)), np.uint8)


def _intersection(one: Grid, other: Grid) -> Grid:
    left, top = max(one.left, other.left), max(one.top, other.top)
    right = min(one.left + one.width, other.left + other.width)
    bottom = min(one.top + one.height, other.top + other.height)
    return Grid(one.zoom, left, top, right - left, bottom - top)


def _slices(part: Grid, whole: Grid) -> tuple[slice, slice]:
    top, left = part.top - whole.top, part.left - whole.left
    return slice(top, top + part.height), slice(left, left + part.width)


def _argb(colour: str, opacity: float) -> int:
    red, green, blue = (round(int(colour[at : at + 2], 16) * opacity) for at in (1, 3, 5))
    return round(255 * opacity) << 24 | red << 16 | green << 8 | blue
