"""Orientation: turn arrays upright by EXIF orientation (EXIF 2.32, 4.6.4)."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.generic)


def turn_upright(stored: NDArray[Number], orientation: int) -> NDArray[Number]:
    """Turn and mirror stored pixels upright; an unknown orientation counts as upright.

    Args:
        stored: (H, W) or (H, W, channels).
        orientation: EXIF orientation, 1 to 8.
    """
    if orientation in {5, 6, 7, 8}:
        stored = stored.swapaxes(0, 1)
    if orientation in {3, 4, 7, 8}:
        stored = stored[::-1]
    if orientation in {2, 3, 6, 7}:
        stored = stored[:, ::-1]
    return stored
