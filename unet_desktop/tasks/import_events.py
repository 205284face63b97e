"""The events of an import of pictures and masks, beyond those of every task."""

from __future__ import annotations

from dataclasses import dataclass

from unet_desktop.engine.events import Message
from unet_desktop.plurals import name_some, quantity

MAX_NAMED = 10
"""Names in a sentence; more are listed in a file."""


@dataclass(frozen=True, slots=True)
class MasksRead(Message):
    """A sentence that says how masks of other programs are read; said before the first, and again at the end."""


@dataclass(frozen=True, slots=True)
class LeftWithoutMask:
    """Masks were asked for, and some pictures have none.

    Attributes:
        pictures: their names.
        total: number of all pictures.
        loose: masks whose names only begin with a picture's, and that picture; they were not used.
    """

    pictures: tuple[str, ...]
    total: int
    loose: tuple[tuple[str, str], ...] = ()

    @property
    def sentence(self) -> str:
        """It in words."""
        count = len(self.pictures)
        have = "has" if count == 1 else "have"
        text = f"{count:,} of {self.total:,} pictures {have} no mask: {name_some(self.pictures, MAX_NAMED)}."
        if self.total == 1:
            text = f"The picture {self.pictures[0]} has no mask."
        if self.loose:
            pairs = name_some([f"{mask} for {picture}" for mask, picture in self.loose], MAX_NAMED)
            text += f" Masks whose names only begin with a picture's name were not used: {pairs}."
        return text


@dataclass(frozen=True, slots=True)
class MasksLeftOut:
    """Masks of pictures that have another, surer one; they were not taken.

    Attributes:
        masks: names of masks, and of the pictures.
    """

    masks: tuple[tuple[str, str], ...]

    @property
    def sentence(self) -> str:
        """It in words."""
        pairs = name_some([f"{mask} for {picture}" for mask, picture in self.masks], MAX_NAMED)
        return (
            f"These masks were not taken, because their pictures have a surer one: {pairs}. Leave one mask for each "
            "picture in the folder."
        )


@dataclass(frozen=True, slots=True)
class AnnotationsLeftOut:
    """Masks or annotations that were there and not used.

    Attributes:
        problems: which and why, as sentences.
    """

    problems: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """It in words."""
        rest = len(self.problems) - MAX_NAMED
        more = f" {quantity(rest, 'more file')} could not be used." if rest > 0 else ""
        return " ".join(self.problems[:MAX_NAMED]) + more
