"""How an error falls with the number of training cases, and how many more would lower it further."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_MIN_MEASURED = 3
"""Cases on which a model's error must have been measured; fewer say little about it."""
_MIN_ERROR = 1e-4
_MAX_MORE = 200
"""More cases than this are not a forecast from a few models."""


@dataclass(frozen=True, slots=True)
class ModelError:
    """What a model trained on so many cases got wrong.

    Attributes:
        trained_on: number of training cases, 1 or more.
        error: mean over the cases it was measured on, 0..1.
        measured: number of those cases.
    """

    trained_on: int
    error: float
    measured: int


def cases_to_lower(models: Sequence[ModelError], share: float) -> float | None:
    """How many more training cases are likely to lower the error of the model with most of them.

    The error is taken to fall as a power of the number of cases, fitted by least squares on logarithms, weighted by the
    cases measured (Figueroa et al. 2012, "Predicting sample size required for classification performance", BMC Med
    Inform Decis Mak 12:8, equation 1, without its constant error).

    Args:
        models: in any order; those measured on fewer than three cases are left out.
        share: of that error, between 0 and 1, for example 0.1.

    Returns:
        a whole number, or infinity if more cases are unlikely to help; None if there are not two models of different
        size to compare.
    """
    usable = [model for model in models if model.measured >= _MIN_MEASURED and model.trained_on > 0]
    if len({model.trained_on for model in usable}) < 2:
        return None
    sizes = np.log([model.trained_on for model in usable])
    errors = np.log([max(model.error, _MIN_ERROR) for model in usable])
    weights = np.array([model.measured for model in usable], np.float64)
    sizes_mean, errors_mean = np.average(sizes, weights=weights), np.average(errors, weights=weights)
    slope = np.sum(weights * (sizes - sizes_mean) * (errors - errors_mean)) / np.sum(
        weights * (sizes - sizes_mean) ** 2
    )
    if slope >= 0.0:
        return math.inf
    largest = max(model.trained_on for model in usable)
    growth = math.log(1.0 - share) / float(slope)  # natural logarithm; a flat curve would need more than a float holds
    if growth > math.log1p(_MAX_MORE / largest):
        return math.inf
    return max(1, math.ceil(largest * math.expm1(growth)))
