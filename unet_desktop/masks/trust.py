"""Trust: how far, and where, a predicted mask may be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Interval = tuple[float, float]
"""Lower and upper end."""


@dataclass(frozen=True, slots=True, eq=False)
class UncertaintyMap:
    """How uncertain a model is at each place of an image, coarser than the image.

    Attributes:
        plane: (h, w) uint8: 0 is certain, 255 is most uncertain.
        left, top: corner of the covered area, image pixels; it may be outside the image.
        width, height: of the covered area, image pixels.
    """

    plane: NDArray[np.uint8]
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, eq=False)
class Trust:
    """What a model says about its own mask.

    Attributes:
        expected_dice: label name to the expected Dice of its region, for the labels that were found.
        vcdr: interval in which the vertical cup-to-disc ratio probably lies; None if unknown.
        unfamiliar: the image is unlike those the model was trained on.
        uncertainty: where the model is uncertain; None if the model made no map.
    """

    expected_dice: Mapping[str, float] = field(default_factory=dict)
    vcdr: Interval | None = None
    unfamiliar: bool = False
    uncertainty: UncertaintyMap | None = None


NO_TRUST = Trust()
"""Nothing is known, as for predictions of older programs."""
UNFAMILIAR = "It looks unlike the pictures that the model was trained on."
"""What lists say about an unfamiliar image."""
