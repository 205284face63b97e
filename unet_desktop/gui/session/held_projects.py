"""HeldProjects: the projects that this program holds, so that no other program writes to them."""

from __future__ import annotations

from pathlib import Path

from unet_desktop.gui.session.unsaved_masks import UnsavedMasks
from unet_desktop.project.lease import ProjectLease, lease_project


class HeldProjects:
    """Holds the open project, and those that were left with masks that could not be written yet."""

    def __init__(self, unsaved: UnsavedMasks) -> None:
        self._unsaved = unsaved
        self._held: dict[Path, ProjectLease] = {}

    def open(self, root: Path) -> ProjectLease:
        """Open a project; one that this program holds already is read again.

        Raises:
            ProjectError: no project, or damaged.
        """
        held = self._held.get(root.resolve())
        return lease_project(root) if held is None or held.obstacle else held.reopen(root)

    def release_all(self) -> None:
        """Release all of them, because the program ends."""
        for held in self._held.values():
            held.release()
        self._held.clear()

    def hold(self, lease: ProjectLease | None) -> None:
        """Hold this project, or none, and release those that are not needed any more."""
        keep = {} if lease is None else {lease.project.root.resolve(): lease}
        for key, held in self._held.items():
            if key not in keep and self._unsaved.any_of(held.project.root):
                keep[key] = held
            elif key not in keep:
                held.release()
        self._held = keep
