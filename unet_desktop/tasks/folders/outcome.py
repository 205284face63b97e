"""What became of one picture: its row and its files, or why there are none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Segmented:
    """What was made of one picture.

    Attributes:
        row: of the table: column to text, number or bool. All but "seconds" depend only on picture and model or mask.
        files: path below the output folder (with slashes) and content, which depends only on picture and model, and
            where it refers to the picture on where that is.
    """

    row: dict[str, object]
    files: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a picture could not be segmented."""

    sentence: str


Outcome = Segmented | Problem
