"""Flood fill: connected areas of a mask, enclosed areas, and the holes of a region."""

from __future__ import annotations

import numpy as np

from unet_desktop.images.box import Box, bounding_box
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import BACKGROUND, Label, LabelSet
from unet_desktop.masks.paint_tables import outside_table, paint_table
from unet_desktop.masks.patch import Patch
from unet_desktop.masks.regions import Mask, Region, region

_FOUND = 255


def flood_fill(mask: Mask, row: int, column: int) -> tuple[Box, Region]:
    """Return the 4-connected area of equal value around a pixel.

    Args:
        mask: (H, W) uint8.
        row, column: of the pixel, inside the mask.

    Returns:
        its box and (h, w) bool, the pixels in it.
    """
    height, width = mask.shape
    found = np.zeros((height + 2, width + 2), np.uint8)
    flags = 4 | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE | (_FOUND << 8)
    left, top, across, down = cv2.floodFill(mask, found, (column, row), 0, flags=flags)[3]
    box = Box(top, left, top + down, left + across)
    plane: Region = found[1:-1, 1:-1][box.slices] == _FOUND
    return box, plane


def find_enclosed_area(mask: Mask, row: int, column: int) -> tuple[Box, Region] | None:
    """Return the 4-connected area of equal value around a pixel, or None if it reaches the image border.

    Pixels that only touch at a corner are not connected, so a thin diagonal outline is closed.
    """
    box, plane = flood_fill(mask, row, column)
    height, width = mask.shape
    return None if box.top == 0 or box.left == 0 or box.bottom == height or box.right == width else (box, plane)


def fill_label_holes(mask: Mask, labels: LabelSet, label: Label, within: Label | None = None) -> Patch | None:
    """Return the patch that fills all holes of a label's region; None if it has none.

    A hole is an area outside the region that the region separates from the image border. Not annotated pixels stay so,
    and other labels stay unless they are parents of the label.

    Args:
        mask: (H, W) uint8; not changed.
        labels: the label set.
        label: whose region.
        within: the label whose holes are not filled along with it; None fills those of the parents too.
    """
    inside = region(mask, labels, label)
    box = bounding_box(inside)
    if box.empty:
        return None
    # Add a frame of one pixel around the region, so that all of its outside is connected.
    padded = np.pad(inside[box.slices].view(np.uint8), 1)
    outer = flood_fill(padded, 0, 0)[1]
    before = mask[box.slices]
    fillable = _fillable_table(labels, label) & (outside_table(labels, within) == 0)
    holes = ~outer[1:-1, 1:-1] & ~inside[box.slices] & fillable[before]
    if not holes.any():
        return None
    after = before.copy()
    after[holes] = paint_table(labels, label)[before[holes]]
    return Patch(f"Fill holes of {label.name}", box.top, box.left, before.copy(), after)


def _fillable_table(labels: LabelSet, label: Label) -> Region:
    """Return (256,) bool: True for background and the label's parents."""
    table = np.zeros(256, bool)
    table[BACKGROUND] = True
    outer = labels.parent(label)
    while outer is not None:
        table[outer.value] = True
        outer = labels.parent(outer)
    return table
