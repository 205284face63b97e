"""The intraclass correlation of readers: ICC(2,1), absolute agreement of single measurements.

Two-way random effects: the readers stand for others like them, and a reader who always measures more disagrees. This is
ICC(2,1) of Shrout and Fleiss 1979, "Intraclass correlations: uses in assessing rater reliability", Psychological
Bulletin 86(2), pp. 420-428, and ICC(A,1) of McGraw and Wong 1996, "Forming inferences about some intraclass correlation
coefficients", Psychological Methods 1(1), pp. 30-46.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unet_desktop.statistics.bland_altman import Interval
from unet_desktop.statistics.quantiles import f_quantile

_NOTHING = 1e-12
"""Relative to what they are compared with, smaller mean squares are rounding."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """ICC(2,1), at most 1, its 95 % confidence interval, and the number of pictures."""

    count: int
    value: float
    interval: Interval


def intraclass_correlation(measured: Sequence[Sequence[float]]) -> Reliability | None:
    """Compute ICC(2,1) with its confidence interval by F.

    Source: Shrout and Fleiss 1979, p. 423 (estimate) and p. 424 (interval, by Satterthwaite's degrees of freedom);
    McGraw and Wong 1996, tables 4 and 7, ICC(A,1).

    Args:
        measured: one row for each picture, with one value for each reader.

    Returns:
        None for fewer than two pictures or readers, and where pictures do not differ beyond the readers.
    """
    values = np.asarray(measured, float)
    if values.ndim != 2 or min(values.shape) < 2:
        return None
    n, k = values.shape
    between, readers, error = _mean_squares(values)
    below = between + (k - 1) * error + k * (readers - error) / n
    if below <= _NOTHING * float(np.square(values).mean()):  # nothing differs, or two pictures are swapped
        return None
    if error + readers <= _NOTHING * between:
        return Reliability(n, 1.0, (1.0, 1.0))
    value = (between - error) / below
    # Satterthwaite's degrees of freedom, with its ratio of mean squares written so that nothing is divided by `error`.
    weight = n * (1 + (k - 1) * value) - k * value
    top = (k * value * readers + weight * error) ** 2
    bottom = (n - 1) * (k * value * readers) ** 2 + (weight * error) ** 2
    # For an ICC of 0 or more they are at least k - 1; a negative one could make them 0.
    freedom = max((k - 1) * (n - 1) * top / bottom, k - 1.0) if bottom else k - 1.0
    lower, upper = f_quantile(0.975, n - 1, freedom), f_quantile(0.975, freedom, n - 1)
    rest = k * readers + (k * n - k - n) * error
    low = n * (between - lower * error) / (lower * rest + n * between)
    high = n * (upper * between - error) / (rest + n * upper * between)
    # Where pictures hardly differ, the estimate and both ends can lie far below -1.
    return Reliability(n, value, (min(max(low, -1.0), 1.0), min(max(high, -1.0), 1.0)))


def _mean_squares(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[float, float, float]:
    """Compute mean squares of a (pictures, readers) table: between pictures, between readers, and the error's."""
    n, k = values.shape
    grand, rows, columns = values.mean(), values.mean(axis=1), values.mean(axis=0)
    between = k * float(np.square(rows - grand).sum()) / (n - 1)
    readers = n * float(np.square(columns - grand).sum()) / (k - 1)
    rest = values - rows[:, np.newaxis] - columns + grand
    return between, readers, float(np.square(rest).sum()) / ((n - 1) * (k - 1))
