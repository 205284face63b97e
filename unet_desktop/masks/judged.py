"""What of a mask somebody has judged, and what follows where that is only a part."""

from __future__ import annotations

import numpy as np

from unet_desktop.images.box import Box, bounds
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import BACKGROUND, NOT_ANNOTATED
from unet_desktop.masks.patch import Patch, patch_between
from unet_desktop.masks.regions import Mask, Region

_MOST_OPEN = 0.25
"""Share of a region's surroundings that may be left open while its outline counts as drawn."""


def unjudged(mask: Mask, name: str) -> Patch | None:
    """The patch that takes all background for not annotated, so that only what is painted is judged.

    Args:
        mask: (H, W) uint8; it stays as it is.
        name: of the patch.
    """
    return patch_between(name, mask, np.where(mask == BACKGROUND, np.uint8(NOT_ANNOTATED), mask))


def outline_judged(plane: Region, mask: Mask) -> bool:
    """Whether the region is drawn to its edge: at most a quarter of the pixels next to it are not annotated.

    A stroke within a disc says that this is disc, and nothing of how large the disc is.

    Args:
        plane: (H, W) bool, a region of the mask; an empty one has no edge that is open.
        mask: (H, W) uint8.
    """
    box = bounds(plane)
    if box.empty:
        return True
    around = Box(box.top - 1, box.left - 1, box.bottom + 1, box.right + 1).within(*mask.shape)
    inner = plane[around.slices]
    ring = cv2.dilate(inner.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool) & ~inner
    beside = mask[around.slices][ring]
    return beside.size == 0 or float((beside == NOT_ANNOTATED).mean()) <= _MOST_OPEN
