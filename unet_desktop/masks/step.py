"""Step: what was just done to a mask and its history, as one value that can be kept."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from unet_desktop.masks.patch import Patch


class StepKind(StrEnum):
    """Whether the history grew by the patch, or went one step back or forth."""

    DONE = "done"
    UNDONE = "undone"
    REDONE = "redone"


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """A patch as it was applied to the mask (of a step taken back, the inverted one), and why."""

    kind: StepKind
    patch: Patch
