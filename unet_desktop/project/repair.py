"""Repair: remedies for a case that cannot be opened; nothing is deleted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from unet_desktop import files, json_data
from unet_desktop.errors import ImageError
from unet_desktop.images.read import read_image
from unet_desktop.project.case import Case
from unet_desktop.project.guard import check_project
from unet_desktop.project.project import Project
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.trail import Act, Event, append


def is_imported_file(project: ProjectReader, case_id: str, picture: Path) -> bool:
    """Return whether this is the same file that the case was imported from.

    Raises:
        ImageError: it cannot be read.
    """
    try:
        return files.sha256(picture) == project.sound_case(case_id).sha256
    except OSError as error:
        raise ImageError(f"{picture} cannot be read ({error.strerror or error}). Choose another file.") from error


def relocate(project: Project, case_id: str, picture: Path) -> Case:
    """Point the case at an image file in a new place, or at another file of the same size.

    Raises:
        ImageError: not an image, or of a different size. WriteError: the record cannot be written.
    """
    check_project(project.root)
    case = project.sound_case(case_id)
    height, width = read_image(picture).pixels.shape[:2]
    if (height, width) != (case.height, case.width):
        raise ImageError(
            f"{picture} has {width} x {height} pixels, but the picture of {case_id} has {case.width} x {case.height}. "
            "Choose the picture that belongs to it."
        )
    picture, root = picture.resolve(), project.root.resolve()
    image = picture.relative_to(root) if picture.is_relative_to(root) else picture
    found = replace(case, image=image.as_posix(), sha256=files.sha256(picture))
    record = project.layout.record(case_id)
    try:
        known = json_data.read(record, dict[str, Any], file_names=True)
    except (OSError, ValueError):
        known = {}
    files.write_json(record, known | found.to_json())
    append(project.layout, Event(Act.DESCRIBED, case_id, detail="picture"))
    return project.refresh(case_id)


def put_mask_aside(project: Project, case_id: str) -> Path:
    """Rename the human mask and its journal, so that the case is as if nobody had drawn one.

    Returns:
        the mask's new path.

    Raises:
        WriteError: it cannot be moved.
    """
    check_project(project.root)
    project.sound_case(case_id)
    layout, number = project.layout, 1
    while layout.mask_aside(case_id, number).exists() or layout.journal_aside(case_id, number).exists():
        number += 1
    if layout.journal(case_id).exists():  # first, or it would be used for a new mask
        files.move_file(layout.journal(case_id), layout.journal_aside(case_id, number))
    aside = layout.mask_aside(case_id, number)
    files.move_file(layout.mask(case_id), aside)
    append(layout, Event(Act.CLEARED, case_id, detail=f"set aside as {aside.name}"))
    project.refresh(case_id)
    return aside
