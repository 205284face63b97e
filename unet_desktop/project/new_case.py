"""New case: what is recorded of a picture that is added to a project."""

from __future__ import annotations

from pathlib import Path

from unet_desktop import files
from unet_desktop.errors import ProjectError
from unet_desktop.images.dicom_facts import read_facts
from unet_desktop.images.laterality import Eye, guess_eye_from_name
from unet_desktop.images.read import read_image
from unet_desktop.project.case import Case
from unet_desktop.project.layout import Layout
from unet_desktop.project.workbook import Workbook


def new_case(case_id: str, source: Path, image: str, patient: str, eye: Eye | None) -> Case:
    """Return the record of a picture that becomes a case.

    Raises:
        ImageError: it is not a readable image.
    """
    height, width = read_image(source).pixels.shape[:2]  # decode it all: a header does not show a truncated file
    if eye is None:
        stated = read_facts(source).eye
        eye = guess_eye_from_name(source.name) if stated is Eye.UNKNOWN else stated
    return Case(case_id, image, files.sha256(source), height, width, patient=patient, eye=eye)


def holds_copy(layout: Layout, source: Path, case_id: str) -> bool:
    """Return whether a copy of the picture is in the project under this id, as a killed import leaves it."""
    copied = layout.images / f"{case_id}{source.suffix.lower()}"
    try:
        return copied.is_file() and files.sha256(copied) == files.sha256(source)
    except OSError:
        return False


def refuse_picture_in_workbook(workbook: Workbook | None, source: Path) -> None:
    """Refuse to add a picture to a reader's workbook, which has the cases of the project around it.

    Raises:
        ProjectError: it is one.
    """
    if workbook is not None:
        raise ProjectError(
            f"{source} was not added: this is the workbook of {workbook.title}, who reads the cases of "
            f"{workbook.project_name}. Import pictures in that project."
        )
