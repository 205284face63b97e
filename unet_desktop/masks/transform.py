"""Transform: changes to a whole mask."""

from __future__ import annotations

import numpy as np

from unet_desktop.images.opencv import cv2
from unet_desktop.labels import BACKGROUND, NOT_ANNOTATED
from unet_desktop.masks.patch import Patch, patch_between
from unet_desktop.masks.regions import Mask


def mark_unannotated(mask: Mask, name: str) -> Patch | None:
    """Return the patch that turns background into not annotated, so that only the strokes count as annotated.

    Args:
        mask: (H, W) uint8; not changed.
        name: of the patch.
    """
    return patch_between(name, mask, np.where(mask == BACKGROUND, np.uint8(NOT_ANNOTATED), mask))


def mirror(mask: Mask, size: tuple[int, int]) -> Mask:
    """Return the mask flipped left to right, (H, W) uint8, resized by nearest neighbour if the size differs.

    Args:
        mask: (h, w) uint8.
        size: (height, width) of the result.
    """
    turned = np.ascontiguousarray(mask[:, ::-1])
    if turned.shape != size:
        turned = cv2.resize(turned, (size[1], size[0]), interpolation=cv2.INTER_NEAREST_EXACT).astype(np.uint8)
    return turned
