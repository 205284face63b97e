"""Scale: how large a pixel of a project's pictures is on the retina, as far as somebody has said."""

from __future__ import annotations

from collections.abc import Iterable

from unet_desktop.errors import WriteError
from unet_desktop.project.manifest import Manifest, write_manifest
from unet_desktop.project.project import Project

_ONE_SIZE = 0.01
"""Sizes that differ by so little are one: cameras round them."""


def note_scale(project: Project, mm_per_pixel: float | None) -> None:
    """Keep with the project how many millimetres a pixel covers, or that nobody knows.

    Raises:
        WriteError: it cannot be written; the project is as before.
    """
    if project.read_only:
        raise WriteError(f"The project {project.root} is open in another program, so it cannot be changed here.")
    write_manifest(project.layout.manifest, Manifest(project.name, project.labels, mm_per_pixel))
    project.mm_per_pixel = mm_per_pixel


def common_scale(spacings: Iterable[tuple[float, float] | None]) -> float | None:
    """Millimetres a pixel, where all pictures state square pixels of one size; None where one differs or says nothing.

    Args:
        spacings: height and width of each picture's pixels, millimetres.
    """
    sides: list[float] = []
    for spacing in spacings:
        if spacing is None:
            return None
        sides += spacing
    if not sides or max(sides) > min(sides) * (1.0 + _ONE_SIZE):
        return None
    return sum(sides) / len(sides)
