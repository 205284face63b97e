"""Trust: how far, and where, a predicted mask may be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Interval = tuple[float, float]
"""Lower and upper end."""


class Unfamiliar(StrEnum):
    """How an image is unlike those that the model was trained on; empty, and so false, if it is not.

    The values are what tables and records say.
    """

    NO = ""
    FRAMING = "framing"
    CAMERA = "camera"
    BOTH = "camera and framing"
    NOT_FUNDUS = "not a fundus photograph"
    UNSPECIFIED = "unspecified"

    @classmethod
    def read(cls, unfamiliar: object, kind: object) -> Unfamiliar:
        """Read what a table or record says.

        Args:
            unfamiliar: whether it says that the image is unfamiliar.
            kind: how; older programs do not say it, and newer ones may know more kinds.
        """
        if unfamiliar is not True:
            return cls.NO
        return cls(kind) if isinstance(kind, str) and kind and kind in list(cls) else cls.UNSPECIFIED

    @property
    def kind(self) -> str:
        """What tables and records say; empty if it is not known how the image is unfamiliar."""
        return "" if self is Unfamiliar.UNSPECIFIED else self.value

    @property
    def phrase(self) -> str:
        """A few words for lists; empty if the image is familiar."""
        return _PHRASES.get(self, "")

    def sentence(self, subject: str = "It") -> str:
        """A sentence for people; empty if the image is familiar."""
        text = _SENTENCES.get(self)
        return "" if text is None else f"{subject} {text}"

    @property
    def advice(self) -> str:
        """What to do, as a sentence; empty if the image is familiar."""
        if self is Unfamiliar.NOT_FUNDUS:
            return "Leave it out, or draw by hand."
        return "Correct five such pictures and train again." if self else ""


_PHRASES = {
    Unfamiliar.FRAMING: "unlike the training pictures (another framing)",
    Unfamiliar.CAMERA: "unlike the training pictures (another camera)",
    Unfamiliar.BOTH: "unlike the training pictures (another camera and framing)",
    Unfamiliar.NOT_FUNDUS: "not a fundus photograph",
    Unfamiliar.UNSPECIFIED: "unlike the training pictures",
}
_SENTENCES = {
    Unfamiliar.FRAMING: (
        "is framed unlike the training pictures: its disc is much larger or smaller, or its dark surround differs."
    ),
    Unfamiliar.CAMERA: (
        "seems to come from another camera: its fine detail or its field of view differs from the training pictures."
    ),
    Unfamiliar.BOTH: "is framed unlike the training pictures, and seems to come from another camera.",
    Unfamiliar.NOT_FUNDUS: "does not look like a fundus photograph, so nothing is marked in it.",
    Unfamiliar.UNSPECIFIED: "looks unlike the pictures that the model was trained on.",
}


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
        unfamiliar: how the image is unlike those the model was trained on.
        uncertainty: where the model is uncertain; None if the model made no map.
    """

    expected_dice: Mapping[str, float] = field(default_factory=dict)
    vcdr: Interval | None = None
    unfamiliar: Unfamiliar = Unfamiliar.NO
    uncertainty: UncertaintyMap | None = None


NO_TRUST = Trust()
"""Nothing is known, as for predictions of older programs."""
UNFAMILIAR = Unfamiliar.UNSPECIFIED.sentence()
"""What the notes of older tables say about an unfamiliar image."""
