"""Limits of agreement between two readers who measured the same pictures (Bland and Altman).

Sources: Bland and Altman 1986, "Statistical methods for assessing agreement between two methods of clinical
measurement", Lancet 327(8476), pp. 307-310; and 1999, "Measuring agreement in method comparison studies", Statistical
Methods in Medical Research 8(2), pp. 135-160.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unet_desktop.statistics.quantiles import t_quantile

Z_95 = 1.96
"""Standard deviations between which 95 % of normal differences lie."""
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Limits:
    """The differences between two readers, first minus second.

    Attributes:
        count: number of pictures that both measured.
        bias: mean difference. bias_interval: its 95 % confidence interval.
        deviation: standard deviation of the differences.
        low, high: the limits of agreement, which hold about 95 % of differences if these are nearly normal.
        low_interval, high_interval: 95 % confidence intervals of the limits.
    """

    count: int
    bias: float
    bias_interval: Interval
    deviation: float
    low: float
    low_interval: Interval
    high: float
    high_interval: Interval


def limits_of_agreement(first: Sequence[float], second: Sequence[float]) -> Limits | None:
    """Compute the limits of agreement of pairs of measurements; None for fewer than two.

    The pairs are taken as independent.
    """
    differences = np.subtract(np.asarray(first, float), np.asarray(second, float))
    if differences.size < 2:
        return None
    return limits_from_moments(differences.size, float(differences.mean()), float(differences.std(ddof=1)))


def limits_from_moments(count: int, bias: float, deviation: float) -> Limits:
    """Compute the limits of agreement from mean and standard deviation of `count` differences, at least two.

    Standard errors: of the bias s/sqrt(n) (1986, p. 309); of a limit s sqrt(1/n + 1.96²/(2(n - 1))) (1999, p. 141),
    of which 1986, p. 309, gives the approximation sqrt(3 s²/n). Intervals by Student's t with n - 1 degrees of freedom.
    """
    t = t_quantile(0.975, count - 1)
    reach = t * deviation / math.sqrt(count)
    reach_of_limit = t * deviation * math.sqrt(1 / count + Z_95**2 / (2 * (count - 1)))
    low, high = bias - Z_95 * deviation, bias + Z_95 * deviation
    return Limits(
        count,
        bias,
        (bias - reach, bias + reach),
        deviation,
        low,
        (low - reach_of_limit, low + reach_of_limit),
        high,
        (high - reach_of_limit, high + reach_of_limit),
    )
