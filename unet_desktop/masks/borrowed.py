"""Borrowed: a mask taken over from another picture: as it is, or mirrored for the other eye."""

from __future__ import annotations

import numpy as np

from unet_desktop.images.opencv import cv2
from unet_desktop.masks.regions import Mask


def mirrored(mask: Mask, size: tuple[int, int]) -> Mask:
    """(H, W) uint8: the mask with left and right exchanged, at another size where that differs.

    Args:
        mask: (h, w) uint8.
        size: (height, width) wanted; labels are never mixed, each pixel takes its nearest.
    """
    turned = np.ascontiguousarray(mask[:, ::-1])
    if turned.shape != size:
        turned = cv2.resize(turned, (size[1], size[0]), interpolation=cv2.INTER_NEAREST_EXACT).astype(np.uint8)
    return turned
