"""Trust: how far a predicted mask may be trusted, and where it may not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Interval = tuple[float, float]
"""Lower and upper end."""


@dataclass(frozen=True, slots=True, eq=False)
class UncertaintyMap:
    """How uncertain a model is at each place of a picture, coarser than the picture.

    Attributes:
        plane: (h, w) uint8: 0 certain, 255 as uncertain as can be.
        left, top: its corner, picture pixels; it may lie outside the picture.
        width, height: of what it covers, picture pixels.
    """

    plane: NDArray[np.uint8]
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, eq=False)
class Trust:
    """What a model says of its own mask.

    Attributes:
        expected_dice: label name to the Dice that its region is expected to have, of the labels that were found.
        vcdr: ends of the interval in which the vertical cup-to-disc ratio probably lies; None where that is not known.
        unfamiliar: the picture is unlike those that the model learned from.
        uncertainty: where it is uncertain; None where nothing was looked at closely.
    """

    expected_dice: Mapping[str, float] = field(default_factory=dict)
    vcdr: Interval | None = None
    unfamiliar: bool = False
    uncertainty: UncertaintyMap | None = None


NO_TRUST = Trust()
"""Nothing is known, as of a prediction of an older program."""
UNFAMILIAR = "It looks unlike the pictures that the model was trained on."
"""What lists say of a picture that is unfamiliar."""
