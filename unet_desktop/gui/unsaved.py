"""Masks that could not be written yet: kept in memory until they can, even when another case is opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from unet_desktop.masks.regions import Mask
from unet_desktop.project.case import Case
from unet_desktop.project.project import Project


@dataclass(frozen=True, slots=True, eq=False)
class Unsaved:
    """A mask that is newer than its file.

    Attributes:
        project: where it belongs.
        case_id: whose it is.
        mask: (H, W) uint8; None takes the human mask away, because every edit was undone.
        model: fingerprint of the model whose prediction it started from, or empty.
    """

    project: Project
    case_id: str
    mask: Mask | None
    model: str

    def copy_of_mask(self) -> Mask | None:
        """A mask to go on editing with; this one must stay as it is until it is written."""
        return None if self.mask is None else self.mask.copy()

    def write(self) -> Case:
        """Bring the file up to date.

        Raises:
            WriteError: it cannot be written; this stays the only copy.
        """
        if self.mask is None:
            return self.project.delete_mask(self.case_id)
        return self.project.save_mask(self.case_id, self.mask, model=self.model)


class UnsavedMasks:
    """All masks that are newer than their files, at most one a case."""

    def __init__(self) -> None:
        """Start with none."""
        self._masks: dict[tuple[Path, str], Unsaved] = {}

    def __bool__(self) -> bool:
        """Is there any?"""
        return bool(self._masks)

    def __iter__(self) -> Iterator[Unsaved]:
        """All of them, oldest first; a copy, so that they can be dropped on the way."""
        return iter(tuple(self._masks.values()))

    def put(self, unsaved: Unsaved) -> None:
        """Keep it; an older one of the same case goes."""
        self._masks[unsaved.project.root, unsaved.case_id] = unsaved

    def drop(self, unsaved: Unsaved) -> None:
        """Forget it: it is on disk now."""
        self._masks.pop((unsaved.project.root, unsaved.case_id), None)

    def find(self, root: Path, case_id: str) -> Unsaved | None:
        """The unsaved mask of that case, or None."""
        return self._masks.get((root, case_id))
