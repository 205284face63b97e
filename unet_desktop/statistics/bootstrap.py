"""Confidence intervals of means by resampling the pictures, patient by patient where patients are known.

BCa: the percentiles of the resampled means, corrected for bias and for how the spread follows the mean. Source: Efron
1987, "Better bootstrap confidence intervals", Journal of the American Statistical Association 82(397), pp. 171-185;
the acceleration by the jackknife: Efron and Tibshirani 1993, "An Introduction to the Bootstrap", eq. 14.15, p. 186.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from unet_desktop.statistics.bland_altman import Interval

_AT_A_TIME = 1 << 20
"""Weights drawn at a time: 8 MB, however many pictures there are."""
_NORMAL = NormalDist()
Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Estimate:
    """The mean of a figure over the pictures that have it.

    Attributes:
        mean: of the figure. count: pictures that have it.
        interval: its 95 % confidence interval; None where it was not asked for or where there is but one patient.
    """

    mean: float
    count: int
    interval: Interval | None = None


def estimates(pictures: Sequence[Figures], groups: Sequence[str], resamples: int, seed: int) -> dict[str, Estimate]:
    """The mean of each figure, with its interval.

    Args:
        pictures: figures of each; what one lacks is left out of that figure's mean.
        groups: of each picture, what it belongs to (a patient, or itself); groups are drawn whole.
        resamples: how many; 0 for no intervals.
        seed: the same seed gives the same intervals.
    """
    names = list(dict.fromkeys(name for figures in pictures for name in figures))
    order = {group: place for place, group in enumerate(dict.fromkeys(groups))}
    place = np.array([order[group] for group in groups], int)
    sums, counts = np.zeros((2, len(order), len(names)))
    for column, name in enumerate(names):
        has = np.array([name in figures for figures in pictures])
        values = np.array([figures.get(name, 0.0) for figures in pictures])
        sums[:, column] = np.bincount(place, values, len(order))
        counts[:, column] = np.bincount(place, has, len(order))
    means = sums.sum(axis=0) / counts.sum(axis=0)
    intervals: list[Interval | None] = [None] * len(names)
    if resamples and len(order) > 1:
        drawn = _resampled(sums, counts, resamples, seed)
        intervals = [
            _bca(float(means[at]), drawn[:, at], _left_out(sums[:, at], counts[:, at])) for at in range(len(names))
        ]
    whole = counts.sum(axis=0)
    return {name: Estimate(float(means[at]), round(float(whole[at])), intervals[at]) for at, name in enumerate(names)}


def _resampled(
    sums: NDArray[np.float64], counts: NDArray[np.float64], resamples: int, seed: int
) -> NDArray[np.float64]:
    """(resamples, figures): the means over groups drawn with replacement, NaN where none of them has the figure."""
    generator, groups = np.random.default_rng(seed), len(sums)
    blocks = []
    for start in range(0, resamples, max(1, _AT_A_TIME // groups)):
        size = min(resamples - start, max(1, _AT_A_TIME // groups))
        drawn = generator.integers(groups, size=(size, groups)) + np.arange(size)[:, np.newaxis] * groups
        weights = np.bincount(drawn.ravel(), minlength=size * groups).reshape(size, groups).astype(float)
        with np.errstate(invalid="ignore", divide="ignore"):
            blocks.append((weights @ sums) / (weights @ counts))
    return np.concatenate(blocks)


def _left_out(sums: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """The means with each group left out that has the figure, where others have it too."""
    rest = counts.sum() - counts
    kept = (counts > 0) & (rest > 0)
    return np.asarray((sums.sum() - sums[kept]) / rest[kept], float)


def _bca(mean: float, drawn: NDArray[np.float64], left_out: NDArray[np.float64]) -> Interval | None:
    drawn = np.sort(drawn[np.isfinite(drawn)])
    if not drawn.size or left_out.size < 2:
        return None
    away = left_out.mean() - left_out
    spread = float(np.square(away).sum())
    if drawn[-1] - drawn[0] <= 1e-12 * max(1.0, abs(mean)) or spread == 0:  # all pictures have one value
        return (mean, mean)
    acceleration = float((away**3).sum()) / (6 * spread**1.5)
    # Half of those that are equal to the mean count as below it, so that coarse figures get no bias from ties.
    below = (np.count_nonzero(drawn < mean) + np.count_nonzero(drawn <= mean)) / (2 * drawn.size)
    bias = _NORMAL.inv_cdf(min(max(below, 0.5 / drawn.size), 1 - 0.5 / drawn.size))
    ends = []
    for tail in (0.025, 0.975):
        shifted = bias + _NORMAL.inv_cdf(tail)
        ends.append(_NORMAL.cdf(bias + shifted / max(1 - acceleration * shifted, 1e-6)))
    low, high = np.quantile(drawn, ends)
    return float(low), float(high)
