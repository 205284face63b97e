"""Broken: the case that was to be opened and could not be, why, and what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from unet_desktop.errors import ImageError, MaskError, UserError


class Remedy(StrEnum):
    """What the user can do, beside trying again."""

    LOCATE = "locate"  # say where the picture is
    EMPTY_MASK = "empty-mask"  # put the mask aside and begin anew
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Broken:
    """A case that could not be opened.

    Attributes:
        case_id: which.
        sentence: why.
        remedy: what can be done.
    """

    case_id: str
    sentence: str
    remedy: Remedy = Remedy.NONE

    @classmethod
    def by(cls, case_id: str, error: UserError) -> Broken:
        """What this error says of the case."""
        remedy = Remedy.NONE
        if isinstance(error, ImageError):
            remedy = Remedy.LOCATE
        elif isinstance(error, MaskError):
            remedy = Remedy.EMPTY_MASK
        return cls(case_id, str(error), remedy)
