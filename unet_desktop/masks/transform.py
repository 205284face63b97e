"""What of a mask somebody has judged, and what follows where that is only a part."""

from __future__ import annotations

import numpy as np

from unet_desktop.images.opencv import cv2
from unet_desktop.labels import BACKGROUND, NOT_ANNOTATED
from unet_desktop.masks.patch import Patch, patch_between
from unet_desktop.masks.regions import Mask


def mark_unannotated(mask: Mask, name: str) -> Patch | None:
    """The patch that takes all background for not annotated, so that only what is painted is judged.

    Args:
        mask: (H, W) uint8; it stays as it is.
        name: of the patch.
    """
    return patch_between(name, mask, np.where(mask == BACKGROUND, np.uint8(NOT_ANNOTATED), mask))


def mirror(mask: Mask, size: tuple[int, int]) -> Mask:
    """(H, W) uint8: the mask with left and right exchanged, at another size where that differs.

    Args:
        mask: (h, w) uint8.
        size: (height, width) wanted; labels are never mixed, each pixel takes its nearest.
    """
    turned = np.ascontiguousarray(mask[:, ::-1])
    if turned.shape != size:
        turned = cv2.resize(turned, (size[1], size[0]), interpolation=cv2.INTER_NEAREST_EXACT).astype(np.uint8)
    return turned
