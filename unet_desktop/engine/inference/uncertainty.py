"""How reliable a prediction is, from the network's own probabilities.

docs/experiments/2026-11-25-uncertainty.md compares the figures.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unet_desktop.engine.inference.predictor import Probabilities
from unet_desktop.labels import LabelSet
from unet_desktop.masks.measure import cup_and_disc

THRESHOLD = 0.5
_WIDE, _NARROW = 0.25, 0.75
_LEAST_SPREAD = 0.02
"""No case is more certain of its ratio than this: a row of a crop is already 0.007."""
_LEAST_PROBABILITY = 1e-4
"""Its entropy of 0.0015 bits is level 0; most pixels are more certain, and logarithms take time."""


def entropy(planes: Probabilities) -> NDArray[np.uint8]:
    """(h, w) uint8: each pixel's binary entropy, 255 for one bit, of the region that is least certain there."""
    # The region whose probability is nearest to a half has the largest entropy.
    unsure = np.minimum(planes, np.float32(1.0) - planes).max(axis=0)
    levels = np.zeros(unsure.shape, np.uint8)
    seen = unsure > _LEAST_PROBABILITY
    p = unsure[seen]
    levels[seen] = np.rint(-255.0 * (p * np.log2(p) + (1.0 - p) * np.log2(1.0 - p)))
    return levels


def expected_dices(planes: Probabilities) -> NDArray[np.float64]:
    """(R,) Dice of each thresholded plane against a truth drawn from the probabilities; NaN where it is empty.

    2 Σ p·m / (Σ p + Σ m) with m the thresholded plane: both sums in expectation.
    """
    chosen = planes >= THRESHOLD
    sizes = chosen.sum(axis=(1, 2))
    common = (planes * chosen).sum(axis=(1, 2), dtype=np.float64)
    totals = planes.sum(axis=(1, 2), dtype=np.float64) + sizes
    return np.where(sizes > 0, 2.0 * common / np.maximum(totals, 1.0), np.nan)


def ratio_spread(planes: Probabilities, labels: LabelSet) -> float | None:
    """By how much the vertical cup-to-disc ratio differs between a generous and a strict threshold of the cup.

    None for labels without cup and disc, and where no disc was found.
    """
    pair = cup_and_disc(labels)
    if pair is None:
        return None
    cup, disc = (planes[labels.labels.index(label)] for label in pair)
    height = _height(disc, THRESHOLD)
    if height == 0:
        return None
    return max((_height(cup, _WIDE) - _height(cup, _NARROW)) / height, _LEAST_SPREAD)


def _height(plane: NDArray[np.float32], threshold: float) -> int:
    rows = np.flatnonzero((plane >= threshold).any(axis=1))
    return 0 if rows.size == 0 else int(rows[-1] - rows[0]) + 1
