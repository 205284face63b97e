"""Replace the picture of a case by another file; what belonged to the one before is put aside."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from unet_desktop import files, json_data
from unet_desktop.errors import ImageError, ProjectError, WriteError
from unet_desktop.images.read import read_image
from unet_desktop.project.bin import FILES, move_to_bin
from unet_desktop.project.case import Case, CaseState
from unet_desktop.project.guard import check_project
from unet_desktop.project.new_case import refuse_picture_in_workbook
from unet_desktop.project.project import Project
from unet_desktop.project.repair import put_mask_aside
from unet_desktop.project.trail import Act, Event, append
from unet_desktop.project.versions import keep_present_mask


@dataclass(frozen=True, slots=True)
class Replacement:
    """A case with its new picture.

    Attributes:
        case: as it is now.
        sentence: what was done, and what was put aside.
    """

    case: Case
    sentence: str


@dataclass(frozen=True, slots=True)
class _Picture:
    """A picture that a case can get; the attributes are those of a `Case`."""

    image: str
    sha256: str
    height: int
    width: int


def replace_picture(project: Project, case_id: str, source: Path, *, copy: bool = True) -> Replacement:
    """Replace the picture of a case.

    A mask stays if the new picture has the size of the one before; otherwise it becomes a version, and its file is put
    aside. Approval and prediction were of the picture before: the approval is withdrawn, the prediction goes to the bin
    with the picture, if that is the project's own. The caller has saved the mask and closed the case.

    Args:
        project: of the case.
        case_id: the case.
        source: the new picture.
        copy: copy it into the project; else refer to it where it is.

    Raises:
        ImageError: it cannot be read. ProjectError: it is the picture of a case already, or the project is a reader's
            workbook. WriteError: the project cannot be written.
    """
    check_project(project.root)
    refuse_picture_in_workbook(project.workbook, source)
    case, layout = project.sound_case(case_id), project.layout
    new = _take_picture(project, case_id, source, copy=copy)
    said = [f"The picture of {case_id} is {source.name} now."]
    fits = (new.height, new.width) == (case.height, case.width)
    if not fits and layout.mask(case_id).exists():
        keep_present_mask(layout, project.labels, case)
        aside = put_mask_aside(project, case_id)
        said.append(
            f"It has {new.width} x {new.height} pixels instead of {case.width} x {case.height}, so the mask does not "
            f"fit: it is kept as a version and as {aside.name}."
        )
        case = project.sound_case(case_id)
    found = replace(case, image=new.image, sha256=new.sha256, height=new.height, width=new.width)
    if not fits:
        found = replace(found, fovea=None, vcdr=None)
    if found.state is CaseState.APPROVED:
        found = replace(found, state=CaseState.CORRECTED)
        said.append("It was approved with the picture before, so it has to be approved again.")
    record = layout.record(case_id)
    known = json_data.read(record, dict[str, Any], file_names=True)
    files.write_json(record, known | found.to_json())
    append(layout, Event(Act.EXCHANGED, case_id, detail=f"{source.name}: {case.sha256[:16]} to {new.sha256[:16]}"))
    if case.state is CaseState.APPROVED:
        append(layout, Event(Act.REOPENED, case_id, detail="another picture"))
    if left := _files_of_the_one_before(project, case):
        move_to_bin(layout, FILES, case_id, left)
        said.append("The picture before is in the bin." if layout.images in {path.parent for path in left} else "")
    with contextlib.suppress(WriteError):  # it is made again when it is wanted
        files.delete_file(layout.thumbnail(case_id))
    return Replacement(project.refresh(case_id), " ".join(filter(None, said)))


def _take_picture(project: Project, case_id: str, source: Path, *, copy: bool) -> _Picture:
    """Read the new picture, make sure that no case has it, and copy it into the project if it is to be there."""
    height, width = read_image(source).pixels.shape[:2]
    try:
        digest = files.sha256(source)
    except OSError as error:
        raise ImageError(f"{source} cannot be read ({error.strerror or error}).") from error
    other = project.cases_by_hash().get(digest)
    if other is not None:
        raise ProjectError(f"{source} is the picture of the case {other.id} already. Choose another file.")
    if not copy:
        return _Picture(source.resolve().as_posix(), digest, height, width)
    images = project.layout.images
    own = files.first_free(lambda number: images / f"{case_id}.picture-{number}{source.suffix.lower()}")
    files.copy_file(source, own)
    return _Picture(own.relative_to(project.root).as_posix(), digest, height, width)


def _files_of_the_one_before(project: Project, case: Case) -> list[Path]:
    """Return the picture, if it is the project's and of no other case, and all that a model made of it."""
    layout, picture = project.layout, case.image_path(project.root)
    is_own = picture.parent == layout.images and not Path(case.image).is_absolute()
    shared = any(other.image == case.image for other in project.cases() if other.id != case.id)
    made = (
        layout.prediction(case.id),
        layout.prediction_record(case.id),
        layout.uncertainty_map(case.id),
        layout.rejected_prediction(case.id),
        layout.rejected_record(case.id),
    )
    return [path for path in (*([picture] if is_own and not shared else []), *made) if os.path.lexists(path)]
