"""Detect unfamiliar pictures: those whose features are far from those of the training pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIDE = 160
"""Side in pixels of the whole pictures that features come from; the article's network would take a second for more."""
_MIN_PICTURES = 5
"""Fewer pictures do not show how much those of one camera differ."""
_AXES = 8
_SHRINKAGE = 0.3
_TOLERANCE_FACTOR = 1.1
"""Unfamiliar pictures are this much farther away than any training picture is from the others."""
_DIGITS = 5
_MIN_VARIANCE = 1e-30

Features = NDArray[np.float64]
"""(C,) means of a network's channels over a picture."""


@dataclass(frozen=True, slots=True, eq=False)
class FamiliarityDetector:
    """Mean and spread of the training pictures' features.

    The distance is Mahalanobis's with the covariance shrunk towards a multiple of the identity (Ledoit and Wolf 2004,
    "A well-conditioned estimator for large-dimensional covariance matrices", J. Multivariate Analysis 88(2), eq. 14)
    and approximated by its few longest axes.

    Attributes:
        centre: (C,) mean.
        axes: (K, C) orthonormal directions in which the pictures differ most.
        variances: (K,) along them.
        rest: variance in all other directions.
        limit: pictures with a larger distance are unfamiliar.
    """

    centre: Features
    axes: NDArray[np.float64]
    variances: NDArray[np.float64]
    rest: float
    limit: float

    @classmethod
    def fit(cls, features: NDArray[np.float64]) -> FamiliarityDetector | None:
        """Fit to (N, C) features of the training pictures; None if they are too few or all equal."""
        if len(features) < _MIN_PICTURES or not np.ptp(features, axis=0).any():
            return None
        # Leave each picture out, since a new one is not among the training pictures either.
        distances = [_fit(np.delete(features, index, 0)).distance(row) for index, row in enumerate(features)]
        return replace(_fit(features), limit=max(distances) * _TOLERANCE_FACTOR)

    def distance(self, features: Features) -> float:
        """How far a picture is from the mean, in standard deviations."""
        offset = features - self.centre
        along_axes = self.axes @ offset
        remainder = max(float(offset @ offset - along_axes @ along_axes), 0.0)
        return float(np.sqrt(((along_axes**2 / self.variances).sum() + remainder / self.rest) / len(offset)))

    def to_json(self) -> dict[str, Any]:
        """Plain data for a checkpoint's header."""
        arrays = {"centre": self.centre, "axes": self.axes, "variances": self.variances}
        rounded = {name: _round(array) for name, array in arrays.items()}
        return rounded | {"rest": self.rest, "limit": self.limit}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FamiliarityDetector:
        """Read what `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: the data has another form.
        """
        centre, axes, variances = (np.asarray(data[name], np.float64) for name in ("centre", "axes", "variances"))
        detector = cls(centre, axes, variances, float(data["rest"]), float(data["limit"]))
        fits = centre.ndim == 1 and axes.shape == (len(variances), len(centre)) and variances.ndim == 1
        if not fits or not np.isfinite(axes).all() or not (variances > 0).all() or not detector.rest > 0:
            raise ValueError("features that do not fit")
        return detector


def _fit(features: NDArray[np.float64]) -> FamiliarityDetector:
    """The detector with an infinite limit."""
    centre = features.mean(axis=0)
    _, scales, axes = np.linalg.svd(features - centre, full_matrices=False)
    variances = scales**2 / max(len(features) - 1, 1)
    even = max(float(variances.sum()) / len(centre), _MIN_VARIANCE)
    kept = min(_AXES, len(features) - 1)
    beyond = float(variances[kept:].sum()) / max(len(centre) - kept, 1)
    shrunk = (1.0 - _SHRINKAGE) * variances[:kept] + _SHRINKAGE * even
    return FamiliarityDetector(centre, axes[:kept], shrunk, (1.0 - _SHRINKAGE) * beyond + _SHRINKAGE * even, np.inf)


def _round(array: NDArray[np.float64]) -> list[Any]:
    """Nested lists of numbers with `_DIGITS` significant digits."""
    if array.ndim > 1:
        return [_round(row) for row in array]
    return [float(f"{value:.{_DIGITS}g}") for value in array]
