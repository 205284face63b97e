"""History: undo and redo of patches, bounded by bytes."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from unet_desktop.masks.patch import Patch

BUDGET = 256 << 20
"""Default limit in bytes for the patches of one case."""


class History:
    """The applied and the undone patches of one mask; it never touches the mask itself."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._done: deque[Patch] = deque()
        self._undone: list[Patch] = []
        self._dropped = False
        self._size = 0

    def push(self, patch: Patch) -> None:
        """Add a patch that was just applied; undone patches can no longer be redone.

        The oldest patches are dropped when the budget is exceeded, but never the newest.
        """
        self._size += patch.size - sum(undone.size for undone in self._undone)
        self._undone.clear()
        self._done.append(patch)
        while self._size > self._budget and len(self._done) > 1:
            self._size -= self._done.popleft().size
            self._dropped = True

    def undo(self) -> Patch | None:
        """Return the patch that undoes the last step when applied, or None if there is none."""
        if not self._done:
            return None
        patch = self._done.pop()
        self._undone.append(patch)
        return patch.inverse()

    def redo(self) -> Patch | None:
        """Return the patch that redoes the last undone step when applied, or None if there is none."""
        if not self._undone:
            return None
        patch = self._undone.pop()
        self._done.append(patch)
        return patch

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to redo."""
        return bool(self._undone)

    @property
    def has_dropped_steps(self) -> bool:
        """Whether the oldest steps were dropped, so that undoing everything does not restore the initial mask."""
        return self._dropped

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the applied steps, oldest first."""
        return tuple(patch.name for patch in self._done)

    @property
    def undone_names(self) -> tuple[str, ...]:
        """Names of the steps that can be redone, the next one first."""
        return tuple(patch.name for patch in reversed(self._undone))

    @property
    def patches(self) -> tuple[Patch, ...]:
        """The applied steps, oldest first, then those that can be redone, the next one first."""
        return (*self._done, *reversed(self._undone))

    @property
    def size(self) -> int:
        """Bytes held."""
        return self._size


class StepKind(StrEnum):
    """Whether the patch is new, undone or redone."""

    DONE = "done"
    UNDONE = "undone"
    REDONE = "redone"


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """A patch as it was applied to the mask (for an undone step, the inverse), and its kind."""

    kind: StepKind
    patch: Patch
