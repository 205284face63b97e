"""How reliable a prediction is, from the network's own probabilities.

docs/experiments/2026-11-25-uncertainty.md compares several measures.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unet_desktop.engine.inference.predictor import Probabilities
from unet_desktop.labels import LabelSet
from unet_desktop.masks.measure import cup_and_disc

THRESHOLD = 0.5
_LOW, _HIGH = 0.25, 0.75
_MIN_SPREAD = 0.02
"""Lower limit of the spread: one row of a crop is already 0.007."""
_MIN_PROBABILITY = 1e-4
"""Its entropy of 0.0015 bits rounds to 0; most pixels are more certain, and logarithms take time."""


def entropy(planes: Probabilities) -> NDArray[np.uint8]:
    """(h, w) uint8: binary entropy of each pixel's least certain region; 255 is one bit."""
    # The region whose probability is nearest to a half has the largest entropy.
    distance = np.minimum(planes, np.float32(1.0) - planes).max(axis=0)
    levels = np.zeros(distance.shape, np.uint8)
    uncertain = distance > _MIN_PROBABILITY
    p = distance[uncertain]
    levels[uncertain] = np.rint(-255.0 * (p * np.log2(p) + (1.0 - p) * np.log2(1.0 - p)))
    return levels


def expected_dices(planes: Probabilities) -> NDArray[np.float64]:
    """(R,) expected Dice of each thresholded plane, if truth is drawn from the probabilities; NaN if it is empty.

    2 Σ p·m / (Σ p + Σ m), with m the thresholded plane: the ratio of both expectations.
    """
    chosen = planes >= THRESHOLD
    sizes = chosen.sum(axis=(1, 2))
    common = (planes * chosen).sum(axis=(1, 2), dtype=np.float64)
    totals = planes.sum(axis=(1, 2), dtype=np.float64) + sizes
    return np.where(sizes > 0, 2.0 * common / np.maximum(totals, 1.0), np.nan)


def ratio_spread(planes: Probabilities, labels: LabelSet) -> float | None:
    """The difference of the vertical cup-to-disc ratio between a low and a high threshold of the cup.

    None for labels without cup and disc, and if no disc was found.
    """
    pair = cup_and_disc(labels)
    if pair is None:
        return None
    cup, disc = (planes[labels.labels.index(label)] for label in pair)
    height = _height(disc, THRESHOLD)
    if height == 0:
        return None
    return max((_height(cup, _LOW) - _height(cup, _HIGH)) / height, _MIN_SPREAD)


def _height(plane: NDArray[np.float32], threshold: float) -> int:
    rows = np.flatnonzero((plane >= threshold).any(axis=1))
    return 0 if rows.size == 0 else int(rows[-1] - rows[0]) + 1
