"""Quantiles of Student's t and of F, by mpmath, which torch brings along.

SciPy would do it in one line, but adds 143 MB to every installation, and nothing else here would use it.
"""

from __future__ import annotations

import math
from functools import cache
from statistics import NormalDist

LARGE = 200.0
"""From this many degrees of freedom in numerator and denominator, a formula replaces mpmath's series, which converge
too slowly; its error there is less than 1e-4."""
_MAX_DF = 1e4
"""Larger numbers of degrees of freedom are clamped to this; F changes by less than 1e-3 of itself."""


def t_quantile(probability: float, df: float) -> float:
    """Return the value below which Student's t lies with that probability, 0.5 to 1.

    The square of t has the F distribution with 1 and `df` degrees.
    """
    return math.sqrt(f_quantile(2 * probability - 1, 1.0, df))


@cache
def f_quantile(probability: float, numerator_df: float, denominator_df: float) -> float:
    """Return the value below which F lies with that probability; degrees of freedom may be fractional.

    Source: Abramowitz and Stegun 1964, "Handbook of Mathematical Functions": F by the incomplete beta function,
    26.6.2; where both degrees are large, 26.6.16.
    """
    if min(numerator_df, denominator_df) >= LARGE:
        return _of_large(probability, numerator_df, denominator_df)
    from mpmath import betainc, findroot, mpf, workdps  # an eighth of a second to import

    a, b = min(numerator_df, _MAX_DF) / 2, min(denominator_df, _MAX_DF) / 2
    with workdps(20):
        root = findroot(
            lambda y: betainc(a, b, 0, y, regularized=True) - probability,
            (mpf(0), mpf(1)),
            solver="illinois",
            tol=1e-28,
            maxsteps=300,
        )
        return float(b * root / (a * (1 - root)))


def _of_large(probability: float, numerator_df: float, denominator_df: float) -> float:
    normal = NormalDist().inv_cdf(probability)
    bend = (normal**2 - 3) / 6
    mean = 2 / (1 / (denominator_df - 1) + 1 / (numerator_df - 1))
    width = normal * math.sqrt(mean + bend) / mean
    lean = (1 / (numerator_df - 1) - 1 / (denominator_df - 1)) * (bend + 5 / 6 - 2 / (3 * mean))
    return math.exp(2 * (width - lean))
