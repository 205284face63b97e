"""STAPLE: the hidden truth behind several readers' decisions, and how reliable each reader is.

Source: Warfield, Zou and Wells 2004, "Simultaneous truth and performance level estimation (STAPLE): an algorithm for
the validation of image segmentation", IEEE Transactions on Medical Imaging 23(7), pp. 903-921, section II. Pixels with
the same decisions get the same weight, so each pattern of decisions is computed once and counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NO, YES, MISSING = 0, 1, 2
"""What a reader decided about a pixel; a missing decision says nothing."""
_BEGIN = 0.99999
"""Sensitivity and specificity at the beginning: near 1, so that all readers are trusted at first."""
_CLOSE = 1e-9
_MOST_ROUNDS = 500


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What is estimated.

    Attributes:
        weights: (P,) the probability that the truth is yes, for each pattern.
        sensitivity, specificity: (R,) of each reader, p and q in the paper.
        rounds: of expectation and maximisation.
    """

    weights: NDArray[np.float64]
    sensitivity: NDArray[np.float64]
    specificity: NDArray[np.float64]
    rounds: int


def estimate_truth(patterns: NDArray[np.integer], counts: NDArray[np.integer]) -> Truth:
    """Estimate the truth by expectation and maximisation.

    The prior is the share of yes among all decisions.

    Args:
        patterns: (P, R) integers, the decisions `NO`, `YES` or `MISSING` of R readers.
        counts: (P,) how many pixels have each pattern; at least one decision in all is not missing.
    """
    yes, no, many = patterns == YES, patterns == NO, counts.astype(float)
    decided = float(many @ (yes | no).sum(1))
    prior = float(many @ yes.sum(1)) / decided if decided else 0.5
    readers = patterns.shape[1]
    p, q = np.full(readers, _BEGIN), np.full(readers, _BEGIN)
    weights = np.zeros(len(patterns))
    rounds = 0
    while rounds < _MOST_ROUNDS:
        rounds, before = rounds + 1, weights
        inside = prior * np.where(yes, p, np.where(no, 1 - p, 1.0)).prod(1)
        outside = (1 - prior) * np.where(no, q, np.where(yes, 1 - q, 1.0)).prod(1)
        total = inside + outside
        weights = np.divide(inside, total, out=np.full(len(patterns), prior), where=total > 0)
        p = _share(yes, yes | no, weights * many, p)
        q = _share(no, yes | no, (1 - weights) * many, q)
        if np.abs(weights - before).max(initial=0.0) < _CLOSE:
            break
    return Truth(weights, p, q, rounds)


def _share(
    chosen: NDArray[np.bool_], decided: NDArray[np.bool_], weights: NDArray[np.float64], before: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return each reader's share of chosen among decided pixels, weighted; as before where there are none."""
    below = weights @ decided
    found: NDArray[np.float64] = np.divide(weights @ chosen, below, out=before.copy(), where=below > 0)
    return found
