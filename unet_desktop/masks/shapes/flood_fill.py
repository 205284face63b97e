"""Bucket: areas of a mask that hang together, those that are enclosed, and the holes of a region."""

from __future__ import annotations

import numpy as np

from unet_desktop.images.box import Box, bounding_box
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import BACKGROUND, Label, LabelSet
from unet_desktop.masks.patch import Patch
from unet_desktop.masks.regions import Mask, Region, region
from unet_desktop.masks.stroke import paint_table

_FOUND = 255


def flood_fill(mask: Mask, row: int, column: int) -> tuple[Box, Region]:
    """The pixels of the same value that hang together with one pixel, side to side; corners alone do not join them.

    Args:
        mask: (H, W) uint8.
        row, column: of the pixel, inside the mask.

    Returns:
        their box and (h, w) bool, the pixels in it.
    """
    height, width = mask.shape
    found = np.zeros((height + 2, width + 2), np.uint8)
    flags = 4 | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE | (_FOUND << 8)
    left, top, across, down = cv2.floodFill(mask, found, (column, row), 0, flags=flags)[3]
    box = Box(top, left, top + down, left + across)
    plane: Region = found[1:-1, 1:-1][box.slices] == _FOUND
    return box, plane


def find_enclosed_area(mask: Mask, row: int, column: int) -> tuple[Box, Region] | None:
    """The area of the same value round a pixel, or None when it reaches the picture's border.

    Pixels that touch at a corner only do not hang together here, so a thin slanting outline holds.
    """
    box, plane = flood_fill(mask, row, column)
    height, width = mask.shape
    return None if box.top == 0 or box.left == 0 or box.bottom == height or box.right == width else (box, plane)


def fill_label_holes(mask: Mask, labels: LabelSet, label: Label) -> Patch | None:
    """The patch that fills all holes of a label's region; None when it has none.

    A hole is an area outside the region that reaches the picture's border only across the region. What somebody left
    not annotated stays so, and other labels stay unless the label lies inside them.
    """
    inside = region(mask, labels, label)
    box = bounding_box(inside)
    if box.empty:
        return None
    # A frame of one pixel round the region, so that all outside hangs together.
    padded = np.pad(inside[box.slices].view(np.uint8), 1)
    outer = flood_fill(padded, 0, 0)[1]
    before = mask[box.slices]
    holes = ~outer[1:-1, 1:-1] & ~inside[box.slices] & _may_be_filled(labels, label)[before]
    if not holes.any():
        return None
    after = before.copy()
    after[holes] = paint_table(labels, label)[before[holes]]
    return Patch(f"Fill holes of {label.name}", box.top, box.left, before.copy(), after)


def _may_be_filled(labels: LabelSet, label: Label) -> Region:
    """(256,) bool: background, and the labels that the label lies inside."""
    table = np.zeros(256, bool)
    table[BACKGROUND] = True
    outer = labels.parent(label)
    while outer is not None:
        table[outer.value] = True
        outer = labels.parent(outer)
    return table
