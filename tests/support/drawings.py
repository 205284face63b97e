"""Small pictures and masks for the window's tests."""

from __future__ import annotations

import numpy as np

from unet_desktop.masks.regions import Mask

SIZE = (120, 160)
"""(height, width) of the test pictures."""


def picture(seed: int) -> np.ndarray:
    """(H, W, 3) uint8: a grey ground with a bright disc."""
    height, width = SIZE
    rows, columns = np.mgrid[:height, :width]
    ground = np.full((height, width, 3), (90 + 10 * seed, 50, 30), np.uint8)
    ground[(rows - 60) ** 2 + (columns - 80) ** 2 < 30**2] = (230, 190, 120)
    return ground


def disc_mask(radius: int = 30) -> Mask:
    """(H, W) uint8: a disc with a cup of half its radius."""
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]]
    distance = (rows - 60) ** 2 + (columns - 80) ** 2
    mask = np.zeros(SIZE, np.uint8)
    mask[distance < radius**2] = 1
    mask[distance < (radius // 2) ** 2] = 2
    return mask
