"""Scale: how large a pixel of a project's pictures is on the retina, as far as somebody has said."""

from __future__ import annotations

from unet_desktop.errors import WriteError
from unet_desktop.project.manifest import Manifest, write_manifest
from unet_desktop.project.project import Project


def set_scale(project: Project, mm_per_pixel: float | None) -> None:
    """Keep with the project how many millimetres a pixel covers, or that nobody knows.

    Raises:
        WriteError: it cannot be written; the project is as before.
    """
    if project.read_only:
        raise WriteError(f"The project {project.root} is open in another program, so it cannot be changed here.")
    write_manifest(project.layout.manifest, Manifest(project.name, project.labels, mm_per_pixel))
    project.mm_per_pixel = mm_per_pixel
