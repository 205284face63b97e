"""Workbook: what project.json says of a project in which a reader works on another project's cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

_Text = Annotated[str, Meta(max_length=500)]


@dataclass(frozen=True, slots=True)
class Workbook:
    """Whose it is, and of which project.

    Attributes:
        reader: the name of the reader.
        turn: 1 for the reader's first reading of the cases, 2 for the second.
        project: the identity of the project; empty if it had none.
        project_name: the project's name.
        began: when it was made (ISO 8601, UTC).
        shows_predictions: the project's predictions were put into it, so the reader was not masked against the model.
        from_project: it began with the project's masks, so it was not read masked.
        follows: it gets the cases that the project gets later.
    """

    reader: _Text
    turn: Annotated[int, Meta(ge=1, le=1000)] = 1
    project: _Text = ""
    project_name: _Text = ""
    began: _Text = ""
    shows_predictions: bool = False
    from_project: bool = False
    follows: bool = True

    @property
    def title(self) -> str:
        """What people call it: the reader, and which reading unless it is the first."""
        return self.reader if self.turn == 1 else f"{self.reader} ({self.turn})"
