"""What long work yields beside the engine's own events: one small frozen value for each thing that was done."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ItemDone:
    """One of many items was done, or could not be.

    Attributes:
        name: of the item: a case's id or a file's name.
        done, total: how many are behind, of how many.
        problem: why it could not be done, as a sentence; empty when it was.
        note: what had to be decided on the way, as a sentence, or empty.
        picture: its picture's file, where somebody may want to look at it; None otherwise.
        mask: the file of the mask that was made of it; None where none was made.
    """

    name: str
    done: int
    total: int
    problem: str = ""
    note: str = ""
    picture: Path | None = None
    mask: Path | None = None


@dataclass(frozen=True, slots=True)
class ModelSaved:
    """Training saved a model in the project, complete and usable."""

    name: str
    path: Path
    metrics: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FoldsDone:
    """A cross-validation is through.

    Attributes:
        folds: how many there were.
        mean: of each figure over the folds.
        spread: standard deviation of each figure over the folds.
    """

    folds: int
    mean: dict[str, float]
    spread: dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class AugmentedSheet:
    """Training pictures as the network sees them, in a grid: (H, W, 3) uint8."""

    pixels: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Written:
    """A file for the user was written."""

    what: str
    path: Path


@dataclass(frozen=True, slots=True)
class Planned:
    """What a run would do with a picture: segment it, or leave it as it is."""

    name: str
    to_do: bool


@dataclass(frozen=True, slots=True)
class RunDone:
    """A run over folders is through.

    Attributes:
        segmented: pictures that were segmented now.
        failed: pictures that could not be.
        failed_before: pictures that failed in an earlier run and were not tried again.
        skipped: pictures that were not touched: these, those that are finished, and those left for a later run.
    """

    segmented: int
    failed: int
    failed_before: int
    skipped: int
