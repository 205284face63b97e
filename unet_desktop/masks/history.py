"""History: undo and redo of patches, bounded by bytes."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from unet_desktop.masks.patch import Patch

BUDGET = 256 << 20
"""Bytes of patches kept for one case by default."""


class History:
    """Patches that were applied and those that were undone; it never touches a mask itself."""

    def __init__(self, budget: int = BUDGET) -> None:
        """Start empty, with that many bytes to spend."""
        self._budget = budget
        self._done: deque[Patch] = deque()
        self._undone: list[Patch] = []
        self._dropped = False

    def push(self, patch: Patch) -> None:
        """Note a patch that was just applied; what was undone can no longer be redone.

        The oldest patches go when the budget is spent, but never the newest.
        """
        self._undone.clear()
        self._done.append(patch)
        size = self.size
        while size > self._budget and len(self._done) > 1:
            size -= self._done.popleft().size
            self._dropped = True

    def undo(self) -> Patch | None:
        """The patch to apply in order to take the last step back, or None when there is none."""
        if not self._done:
            return None
        patch = self._done.pop()
        self._undone.append(patch)
        return patch.inverse()

    def redo(self) -> Patch | None:
        """The patch to apply in order to do the last undone step again, or None when there is none."""
        if not self._undone:
            return None
        patch = self._undone.pop()
        self._done.append(patch)
        return patch

    @property
    def can_undo(self) -> bool:
        """Is there a step to take back?"""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Is there a step to do again?"""
        return bool(self._undone)

    @property
    def has_dropped_steps(self) -> bool:
        """Did the oldest steps go, so that undoing everything does not lead back to the beginning?"""
        return self._dropped

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the applied steps, oldest first."""
        return tuple(patch.name for patch in self._done)

    @property
    def undone_names(self) -> tuple[str, ...]:
        """Names of the steps that can be done again, the next one first."""
        return tuple(patch.name for patch in reversed(self._undone))

    @property
    def patches(self) -> tuple[Patch, ...]:
        """The applied steps, oldest first, and then those that can be done again, the next one first."""
        return (*self._done, *reversed(self._undone))

    @property
    def size(self) -> int:
        """Bytes held."""
        return sum(patch.size for patch in self._done) + sum(patch.size for patch in self._undone)


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
