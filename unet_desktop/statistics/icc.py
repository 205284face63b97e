"""The intraclass correlation of readers: ICC(2,1), absolute agreement of single measurements.

Two-way random effects: the readers stand for others like them, and a reader who always measures more disagrees. It is
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
"""Of what it is compared with: smaller mean squares are rounding."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """ICC(2,1), at most 1, and its 95 % confidence interval, of so many pictures."""

    count: int
    value: float
    interval: Interval


def reliability(measured: Sequence[Sequence[float]]) -> Reliability | None:
    """ICC(2,1) with its confidence interval by F.

    Source: Shrout and Fleiss 1979, p. 423 (estimate) and p. 424 (interval, by Satterthwaite's degrees of freedom);
    McGraw and Wong 1996, tables 4 and 7, ICC(A,1).

    Args:
        measured: a row a picture, in it a value a reader.

    Returns:
        None for fewer than two pictures or readers, and where pictures do not differ beyond the readers.
    """
    values = np.asarray(measured, float)
    if values.ndim != 2 or min(values.shape) < 2:
        return None
    n, k = values.shape
    between, readers, error = _mean_squares(values)
    below = between + (k - 1) * error + k * (readers - error) / n
    if below <= _NOTHING * float(np.square(values).mean()):  # nothing differs, or two pictures are exchanged
        return None
    if error + readers <= _NOTHING * between:
        return Reliability(n, 1.0, (1.0, 1.0))
    value = (between - error) / below
    # Satterthwaite's degrees of freedom, with its ratio of mean squares written so that nothing is divided by `error`.
    weight = n * (1 + (k - 1) * value) - k * value
    top = (k * value * readers + weight * error) ** 2
    bottom = (n - 1) * (k * value * readers) ** 2 + (weight * error) ** 2
    # For an ICC of 0 or more they are k - 1 at least; a negative one could bring them to nothing.
    freedom = max((k - 1) * (n - 1) * top / bottom, k - 1.0) if bottom else k - 1.0
    lower, upper = f_quantile(0.975, n - 1, freedom), f_quantile(0.975, freedom, n - 1)
    rest = k * readers + (k * n - k - n) * error
    low = n * (between - lower * error) / (lower * rest + n * between)
    high = n * (upper * between - error) / (rest + n * upper * between)
    return Reliability(n, value, (max(low, -1.0), min(high, 1.0)))


def _mean_squares(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[float, float, float]:
    """Mean squares of a two-way table of (pictures, readers): between pictures, between readers, of the error."""
    n, k = values.shape
    grand, rows, columns = values.mean(), values.mean(axis=1), values.mean(axis=0)
    between = k * float(np.square(rows - grand).sum()) / (n - 1)
    readers = n * float(np.square(columns - grand).sum()) / (k - 1)
    rest = values - rows[:, np.newaxis] - columns + grand
    return between, readers, float(np.square(rest).sum()) / ((n - 1) * (k - 1))
