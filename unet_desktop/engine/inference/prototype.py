"""Typical: what crops of a training looked like to its network, so that of several places the likeliest is taken."""

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
        """From (N, C) features of the training crops; None where they say nothing."""
        mean = features.mean(axis=0)
        length = float(np.linalg.norm(mean))
        return cls(mean / length) if np.isfinite(length) and length > 0.0 else None

    def distance(self, features: Features) -> float:
        """One minus the cosine: 0 for what looks just like them, however strong the picture's contrast.

        Raises:
            CheckpointError: this was learned by another network.
        """
        if features.shape != self.direction.shape:
            raise CheckpointError("The model is damaged: what it knows of crops is of another network. Train it again.")
        length = float(np.linalg.norm(features))
        return 1.0 - float(self.direction @ features) / length if length > 0.0 else 1.0

    def to_json(self) -> dict[str, Any]:
        """Plain data for a checkpoint's header."""
        return {"direction": [float(f"{value:.{_DIGITS}g}") for value in self.direction]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CropPrototype:
        """What `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: the data has another form.
        """
        direction = np.asarray(data["direction"], np.float64)
        if direction.ndim != 1 or not np.isfinite(direction).all() or not direction.any():
            raise ValueError("a direction that is none")
        return cls(direction / np.linalg.norm(direction))
