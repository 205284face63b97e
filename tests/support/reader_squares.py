"""Masks of 60 x 80 pixels for tests of several readers."""

from __future__ import annotations

import numpy as np


def square(size: int = 20, cup: int = 5) -> np.ndarray:
    """A square disc of that side with a square cup in it."""
    mask = np.zeros((60, 80), np.uint8)
    mask[10 : 10 + size, 20 : 20 + size] = 1
    mask[12 : 12 + cup, 22 : 22 + cup] = 2
    return mask
