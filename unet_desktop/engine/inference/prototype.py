"""The prototype of the training crops' features, by which the best of several locations is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unet_desktop.engine.inference.familiarity import Features
from unet_desktop.errors import CheckpointError

_DIGITS = 5


@dataclass(frozen=True, slots=True, eq=False)
class CropPrototype:
    """The direction of the mean of the training crops' features.

    Attributes:
        direction: (C,) of length 1.
    """

    direction: Features

    @classmethod
    def fit(cls, features: NDArray[np.float64]) -> CropPrototype | None:
        """Fit to (N, C) features of the training crops; None if they are all zero or not finite."""
        mean = features.mean(axis=0)
        length = float(np.linalg.norm(mean))
        return cls(mean / length) if np.isfinite(length) and length > 0.0 else None

    def distance(self, features: Features) -> float:
        """One minus the cosine: 0 for a crop just like them, whatever the picture's contrast.

        Raises:
            CheckpointError: the prototype belongs to another network.
        """
        if features.shape != self.direction.shape:
            raise CheckpointError(
                "The model is damaged: its crop prototype belongs to another network. Train it again."
            )
        length = float(np.linalg.norm(features))
        return 1.0 - float(self.direction @ features) / length if length > 0.0 else 1.0

    def to_json(self) -> dict[str, Any]:
        """Plain data for a checkpoint's header."""
        return {"direction": [float(f"{value:.{_DIGITS}g}") for value in self.direction]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CropPrototype:
        """Read what `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: the data has another form.
        """
        direction = np.asarray(data["direction"], np.float64)
        if direction.ndim != 1 or not np.isfinite(direction).all() or not direction.any():
            raise ValueError("not a direction")
        return cls(direction / np.linalg.norm(direction))
