"""Confidence intervals of means by resampling pictures, or whole patients where they are known.

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
"""Weights drawn at a time: 8 MB for any number of pictures."""
_NORMAL = NormalDist()
Metrics = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Estimate:
    """The mean of a metric over the pictures that have it.

    Attributes:
        mean: the mean. count: number of pictures that have the metric.
        interval: 95 % confidence interval; None when not requested, and for a single patient.
    """

    mean: float
    count: int
    interval: Interval | None = None


def estimate_means(
    pictures: Sequence[Metrics], groups: Sequence[str], resamples: int, seed: int
) -> dict[str, Estimate]:
    """Estimate the mean of each metric, with its confidence interval.

    Args:
        pictures: metrics of each picture; a picture without a metric is left out of its mean.
        groups: what each picture belongs to (a patient, or itself); groups are resampled whole.
        resamples: number of resamples; 0 for no intervals.
        seed: the same seed gives the same intervals.
    """
    names = list(dict.fromkeys(name for metrics in pictures for name in metrics))
    order = {group: place for place, group in enumerate(dict.fromkeys(groups))}
    place = np.array([order[group] for group in groups], int)
    sums, counts = np.zeros((2, len(order), len(names)))
    for column, name in enumerate(names):
        has = np.array([name in metrics for metrics in pictures])
        values = np.array([metrics.get(name, 0.0) for metrics in pictures])
        sums[:, column] = np.bincount(place, values, len(order))
        counts[:, column] = np.bincount(place, has, len(order))
    means = sums.sum(axis=0) / counts.sum(axis=0)
    intervals: list[Interval | None] = [None] * len(names)
    if resamples and len(order) > 1:
        drawn = _resample(sums, counts, resamples, seed)
        intervals = [
            _bca(float(means[at]), drawn[:, at], _leave_one_out(sums[:, at], counts[:, at])) for at in range(len(names))
        ]
    whole = counts.sum(axis=0)
    return {name: Estimate(float(means[at]), round(float(whole[at])), intervals[at]) for at, name in enumerate(names)}


def _resample(sums: NDArray[np.float64], counts: NDArray[np.float64], resamples: int, seed: int) -> NDArray[np.float64]:
    """Draw groups with replacement; return (resamples, metrics) means, NaN where no group drawn has the metric."""
    generator, groups = np.random.default_rng(seed), len(sums)
    blocks = []
    for start in range(0, resamples, max(1, _AT_A_TIME // groups)):
        size = min(resamples - start, max(1, _AT_A_TIME // groups))
        drawn = generator.integers(groups, size=(size, groups)) + np.arange(size)[:, np.newaxis] * groups
        weights = np.bincount(drawn.ravel(), minlength=size * groups).reshape(size, groups).astype(float)
        with np.errstate(invalid="ignore", divide="ignore"):
            blocks.append((weights @ sums) / (weights @ counts))
    return np.concatenate(blocks)


def _leave_one_out(sums: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the means without each group that has the metric, where others have it too."""
    rest = counts.sum() - counts
    kept = (counts > 0) & (rest > 0)
    return np.asarray((sums.sum() - sums[kept]) / rest[kept], float)


def _bca(mean: float, drawn: NDArray[np.float64], left_out: NDArray[np.float64]) -> Interval | None:
    drawn = np.sort(drawn[np.isfinite(drawn)])
    if not drawn.size or left_out.size < 2:
        return None
    away = left_out.mean() - left_out
    spread = float(np.square(away).sum())
    if drawn[-1] - drawn[0] <= 1e-12 * max(1.0, abs(mean)) or spread == 0:  # all pictures have the same value
        return (mean, mean)
    acceleration = float((away**3).sum()) / (6 * spread**1.5)
    # Half of those equal to the mean count as below it, so that ties in coarse metrics cause no bias.
    below = (np.count_nonzero(drawn < mean) + np.count_nonzero(drawn <= mean)) / (2 * drawn.size)
    bias = _NORMAL.inv_cdf(min(max(below, 0.5 / drawn.size), 1 - 0.5 / drawn.size))
    ends = []
    for tail in (0.025, 0.975):
        shifted = bias + _NORMAL.inv_cdf(tail)
        ends.append(_NORMAL.cdf(bias + shifted / max(1 - acceleration * shifted, 1e-6)))
    low, high = np.quantile(drawn, ends)
    return float(low), float(high)
