"""A project that is only looked at, because another program has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn, Self

from unet_desktop.errors import WriteError
from unet_desktop.project.layout import Layout
from unet_desktop.project.manifest import read_manifest
from unet_desktop.project.project import Project


class ReadOnlyProject(Project):
    """A project of which nothing is written, not even its index."""

    read_only = True

    @classmethod
    def open(cls, root: Path) -> Self:
        """Look at a project.

        Raises:
            ProjectError: no project, or damaged.
        """
        layout = Layout(root)
        return cls(layout, read_manifest(layout.manifest))

    def _refuse(self, *_arguments: Any, **_named: Any) -> NoReturn:
        raise WriteError(f"The project {self.root} is open in another program, so it cannot be changed here.")

    add_image = write_mask = note_mask = delete_mask = _refuse
    save_prediction = discard_prediction = mark = rebuild_catalog = _refuse
