"""HeldProjects: the projects that this program has, so that no other one writes in them."""

from __future__ import annotations

from pathlib import Path

from unet_desktop.gui.session.unsaved_masks import UnsavedMasks
from unet_desktop.project.lease import ProjectLease, lease_project


class HeldProjects:
    """Holds the open project, and those that were left with masks that cannot be written yet."""

    def __init__(self, unsaved: UnsavedMasks) -> None:
        """Start with none."""
        self._unsaved = unsaved
        self._held: dict[Path, ProjectLease] = {}

    def enter(self, root: Path) -> ProjectLease:
        """Open a project; one that this program has already is read again.

        Raises:
            ProjectError: no project, or damaged.
        """
        held = self._held.get(root.resolve())
        return lease_project(root) if held is None or held.holder is not None else held.reopen(root)

    def leave(self) -> None:
        """Let others have all of them, because the program ends."""
        for held in self._held.values():
            held.release()
        self._held.clear()

    def keep(self, access: ProjectLease | None) -> None:
        """This one is open now, or none; let others have what is not needed any more."""
        keep = {} if access is None else {access.project.root.resolve(): access}
        for key, held in self._held.items():
            if key not in keep and self._unsaved.any_of(held.project.root):
                keep[key] = held
            elif key not in keep:
                held.release()
        self._held = keep
