"""What is said at the end of an import: masks that are odd, and pictures that the project had already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from unet_desktop.engine.events import Message
from unet_desktop.labels import LabelSet
from unet_desktop.masks.oddities import describe_oddities
from unet_desktop.masks.regions import Mask
from unet_desktop.plurals import name_some, quantity
from unet_desktop.project.case import Case
from unet_desktop.safe_text import escape_controls
from unet_desktop.tasks.import_events import MAX_NAMED

_MUCH = 0.01
"""Share of a cup outside its disc that is worth a word."""


@dataclass(slots=True)
class ImportNotes:
    """Collected during an import.

    Attributes:
        odd: names of pictures, and what is odd about their masks.
        same: names of pictures that were not imported, and of the cases that have the same file.
    """

    odd: list[tuple[str, str]] = field(default_factory=list)
    same: list[tuple[str, str]] = field(default_factory=list)

    def look_at(self, picture: Path, mask: Mask, labels: LabelSet, *, outside: float = 0.0) -> None:
        """Note what is odd about a picture's (H, W) uint8 mask, of whose cup such a share was cut off."""
        oddities = describe_oddities(mask, labels)
        if outside >= _MUCH:
            oddities += (f"{outside:.0%} of the cup lay outside the disc and was cut off",)
        if oddities:
            self.odd.append((picture.name, ", and ".join(oddities)))

    def note_same(self, picture: Path, case: Case) -> None:
        """Note a picture that is in the project; of one that comes again under its own name, nothing has to be said."""
        if Path(case.image).stem.casefold() != picture.stem.casefold():
            self.same.append((picture.name, case.id))

    def messages(self) -> Iterator[Message]:
        """Yield them in words."""
        if self.same:
            names = name_some([escape_controls(f"{name} (case {case_id})") for name, case_id in self.same], MAX_NAMED)
            have = (
                "picture is the same file as a case" if len(self.same) == 1 else "pictures are the same files as cases"
            )
            yield Message(f"{len(self.same):,} {have} of another name, so nothing was added: {names}.")
        if self.odd:
            listed = "; ".join(escape_controls(f"{name}: {what}") for name, what in self.odd[:MAX_NAMED])
            rest = len(self.odd) - MAX_NAMED
            more = f"; and {rest:,} more, which a check of the project lists" if rest > 0 else ""
            yield Message(f"{quantity(len(self.odd), 'mask is', 'masks are')} unusual. {listed}{more}.")
