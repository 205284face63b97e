"""Cohen's kappa, plain and weighted: the agreement of two readers who grade the same cases, beyond chance.

Sources: Cohen 1960, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20(1),
pp. 37-46; Cohen 1968, "Weighted kappa: nominal scale agreement with provision for scaled disagreement or partial
credit", Psychological Bulletin 70(4), pp. 213-220; Fleiss, Cohen and Everitt 1969, "Large sample standard errors of
kappa and weighted kappa", Psychological Bulletin 72(5), pp. 323-327.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from unet_desktop.statistics.bland_altman import Z_95, Interval


class Weights(StrEnum):
    """How much a disagreement counts, by the distance of the two grades."""

    NONE = "unweighted"  # each the same
    LINEAR = "linear"  # the distance
    QUADRATIC = "quadratic"  # its square


@dataclass(frozen=True, slots=True)
class Kappa:
    """Kappa, at most 1, of two readers.

    Attributes:
        count: number of cases.
        value: kappa; 0 is chance.
        interval: its 95 % confidence interval, by the large-sample standard error.
        agreement: share of cases with the same grade.
    """

    count: int
    value: float
    interval: Interval
    agreement: float


def weighted_kappa(
    first: Sequence[Hashable],
    second: Sequence[Hashable],
    grades: Sequence[Hashable],
    weights: Weights = Weights.QUADRATIC,
) -> Kappa | None:
    """Compute kappa of two readers' grades of the same cases.

    Args:
        first, second: the grades, each in `grades`.
        grades: all that can be given, in order, which also matters for those that nobody gave.
        weights: of disagreements.

    Returns:
        None without cases, with fewer than two grades, or where both readers gave one and the same grade to all: then
        chance agrees as well.
    """
    if not first or len(grades) < 2:
        return None
    place = {grade: number for number, grade in enumerate(grades)}
    table = np.zeros((len(grades), len(grades)))
    for one, other in zip(first, second, strict=True):
        table[place[one], place[other]] += 1
    return kappa_of_table(table, weights)


def kappa_of_table(table: NDArray[np.float64], weights: Weights = Weights.QUADRATIC) -> Kappa | None:
    """Compute kappa of a square table of counts: rows are the first reader's grades, columns the second's."""
    n, agreement_weights = float(table.sum()), 1 - _disagreement(len(table), weights)
    if not n:
        return None
    shares = table / n
    rows, columns = shares.sum(1), shares.sum(0)
    observed = float((agreement_weights * shares).sum())
    expected = float(rows @ agreement_weights @ columns)
    if expected > 1 - 1e-12:
        return None
    kappa = (observed - expected) / (1 - expected)
    # The large-sample variance of Fleiss, Cohen and Everitt 1969.
    by_row, by_column = agreement_weights @ columns, rows @ agreement_weights
    spread = agreement_weights - (by_row[:, np.newaxis] + by_column) * (1 - kappa)
    variance = float((shares * spread**2).sum()) - (kappa - expected * (1 - kappa)) ** 2
    reach = Z_95 * math.sqrt(max(variance, 0.0) / n) / (1 - expected)
    interval = (max(kappa - reach, -1.0), min(kappa + reach, 1.0))
    return Kappa(round(n), kappa, interval, float(np.trace(shares)))


def _disagreement(size: int, weights: Weights) -> NDArray[np.float64]:
    """Return (size, size): 0 for the same grade, up to 1 for the two that are farthest apart."""
    numbers = np.arange(size)
    distance = np.abs(numbers[:, np.newaxis] - numbers) / (size - 1)
    if weights is Weights.NONE:
        distance = (distance > 0).astype(float)
    found: NDArray[np.float64] = distance**2 if weights is Weights.QUADRATIC else distance
    return found
