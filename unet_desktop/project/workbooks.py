"""Workbooks: the projects inside a project in which readers draw their own masks of its cases.

`readers/KEY/` is a project like any other: own records, masks, history, trail and lock, so that several readers work at
the same time, and none sees another's masks. Its records refer to the pictures of the project that it is in.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from unet_desktop import files
from unet_desktop.errors import ProjectError, WriteError
from unet_desktop.file_names import fold
from unet_desktop.labels import LabelSet
from unet_desktop.links import is_link, refuse_links
from unet_desktop.person import clean_name
from unet_desktop.plurals import quantity
from unet_desktop.project.bin import list_bin
from unet_desktop.project.case import Case
from unet_desktop.project.layout import CaseIds, Layout
from unet_desktop.project.manifest import Manifest, give_identity, new_identity, read_manifest, write_manifest
from unet_desktop.project.models import list_models
from unet_desktop.project.project import Project
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.trail import Act, Event, append
from unet_desktop.project.workbook import Workbook
from unet_desktop.safe_text import escape_controls

_TOGETHER = 500
"""Records that are written and flushed at a time."""


@dataclass(frozen=True, slots=True)
class FoundWorkbook:
    """A workbook in a project.

    Attributes:
        key: the name of its folder.
        root: its folder.
        workbook: whose it is.
        identity: of the workbook, which its copies share.
        labels: of its masks.
    """

    key: str
    root: Path
    workbook: Workbook
    identity: str
    labels: LabelSet


def list_workbooks(layout: Layout) -> list[FoundWorkbook]:
    """Return the workbooks of a project, by reader and turn; for those that cannot be read, see `damaged_workbooks`."""
    found = []
    for path, manifest in _manifests(layout):
        if isinstance(manifest, Manifest) and manifest.workbook is not None:
            found.append(FoundWorkbook(path.name, path, manifest.workbook, manifest.identity, manifest.labels))
    return sorted(found, key=lambda one: (fold(one.workbook.reader), one.workbook.turn))


def damaged_workbooks(layout: Layout) -> list[str]:
    """Return a sentence for each workbook of a project that cannot be read."""
    return [str(error) for _, error in _manifests(layout) if isinstance(error, ProjectError)]


def _manifests(layout: Layout) -> Iterator[tuple[Path, Manifest | ProjectError]]:
    """Yield each folder beside the workbooks with its settings, or why they cannot be read."""
    try:
        paths = [] if is_link(layout.readers) else sorted(layout.readers.iterdir())
    except OSError:
        return
    for path in paths:
        if path.name.startswith(".") or is_link(path) or not path.is_dir():
            continue
        try:
            yield path, read_manifest(Layout(path).manifest)
        except ProjectError as error:
            yield path, error


def project_around(root: Path) -> Path | None:
    """Return the folder of the project that a workbook is in, or None if this folder is in none."""
    root = Path(os.path.abspath(root))
    around = root.parent.parent
    return around if root.parent.name == "readers" and Layout(around).manifest.is_file() else None


def workbook_of(layout: Layout, reader: str, turn: int | None = None) -> FoundWorkbook:
    """Return the workbook of a reader, given by name (also "NAME (2)") or key; the latest turn if none is given.

    Raises:
        ProjectError: there is none.
    """
    found = list_workbooks(layout)
    wanted = fold(reader)
    mine = [one for one in found if fold(one.workbook.reader) == wanted and turn in {None, one.workbook.turn}]
    mine += [] if mine else [one for one in found if wanted in {fold(one.key), fold(one.workbook.title)}]
    if mine:
        return mine[-1]
    there = ", ".join(one.workbook.title for one in found) or "none yet"
    raise ProjectError(f'The project has no reader "{escape_controls(reader)}". Its readers: {there}.')


def make_workbook(
    project: ProjectReader,
    reader: str,
    *,
    case_ids: Collection[str] | None = None,
    again: bool = False,
    predictions: bool = False,
    from_project: bool = False,
) -> FoundWorkbook:
    """Make a workbook for a reader; it is complete or absent. The project itself may be open in another program.

    Args:
        project: the project around it.
        reader: the reader's name.
        case_ids: the cases to read; None for those assigned to the reader or, if none is, all.
        again: the reader reads the same cases once more, without seeing the former masks.
        predictions: put the project's predictions and its newest model into it.
        from_project: begin with the project's masks, because they are the reader's work.

    Raises:
        ProjectError: the name is empty or taken, or there are no such cases. WriteError: it cannot be written.
    """
    name = clean_name(reader)
    if not name:
        raise ProjectError("A reader needs a name. Give one.")
    if project.workbook is not None:
        raise ProjectError(f"{project.root} is a reader's workbook itself. Open the project that it belongs to.")
    if project.has_unfinished_labels:
        raise ProjectError(f"A change of the labels of {project.root} is not finished. Open the project first.")
    layout, earlier = project.layout, list_workbooks(project.layout)
    turns = [one.workbook.turn for one in earlier if fold(one.workbook.reader) == fold(name)]
    if turns and not again:
        raise ProjectError(f"The name {name} is taken by another reader of this project. Choose another name.")
    cases = _chosen_cases(project, name, case_ids)
    key = CaseIds(path.name for path in _listdir(layout.readers)).find(f"{name}.x")
    workbook = Workbook(
        name,
        1 + max(turns, default=0),
        give_identity(layout),
        project.name,
        datetime.now(UTC).isoformat(timespec="seconds"),
        shows_predictions=predictions,
        from_project=from_project,
        follows=case_ids is None,
    )
    manifest = replace(
        project.manifest,
        name=f"{project.name}, {workbook.title}",
        identity=new_identity(),
        label_change=0,
        workbook=workbook,
    )
    target = layout.workbook(key)
    with _making(layout, key) as made:
        _write_workbook(Layout(made), manifest, project.layout, cases)
        files.move_file(made, target)
    append(layout, Event(Act.CREATED, detail=_describe(workbook, cases)))
    return FoundWorkbook(key, target, workbook, manifest.identity, manifest.labels)


def _listdir(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ProjectError(f"The folder {folder} cannot be read ({error.strerror}). Check its permissions.") from error


def _chosen_cases(project: ProjectReader, reader: str, case_ids: Collection[str] | None) -> list[Case]:
    if case_ids is not None:
        return [project.sound_case(case_id) for case_id in dict.fromkeys(case_ids)]
    found = _cases_for(project, reader)
    if not found:
        raise ProjectError(f"The project {project.root} has no cases yet. Import pictures first.")
    return found


def _cases_for(project: ProjectReader, reader: str) -> list[Case]:
    """Return the cases assigned to a reader or, if there are none, all."""
    sound = [case for case in project.cases() if not case.damage]
    return [case for case in sound if is_assigned(case, reader)] or sound


def is_assigned(case: Case, reader: str) -> bool:
    """Whether the case is to be read by this reader."""
    return fold(reader) in {fold(name) for name in case.assigned_to}


@contextlib.contextmanager
def _making(layout: Layout, key: str) -> Iterator[Path]:
    """Yield a hidden folder beside the workbooks, which is deleted unless it was renamed."""
    refuse_links(layout.root, layout.readers)
    files.make_folder(layout.readers)
    try:
        made = Path(tempfile.mkdtemp(files.TEMPORARY_SUFFIX, f".{key[:40]}.", layout.readers))
    except OSError as error:
        raise WriteError(f"{layout.readers} could not be written ({error.strerror}). Check its permissions.") from error
    open_to_others(made)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def open_to_others(folder: Path) -> None:
    """Give a folder that was made for one person the permissions of an ordinary one, where there are permissions."""
    umask = os.umask(0)
    os.umask(umask)
    with contextlib.suppress(OSError):
        os.chmod(folder, 0o777 & ~umask)


def _write_workbook(layout: Layout, manifest: Manifest, source: Layout, cases: list[Case]) -> None:
    about = manifest.workbook
    assert about is not None
    for folder in layout.folders:
        files.make_folder(folder)
    _write_cases(layout, source, cases, about)
    for model in list_models(source)[:1] if about.shows_predictions else []:
        files.copy_file(model.path, layout.models / model.path.name)
    append(layout, Event(Act.CREATED, detail=_describe(about, cases)))
    write_manifest(layout.manifest, manifest)


def _describe(workbook: Workbook, cases: list[Case]) -> str:
    begins = "from the project's masks" if workbook.from_project else "masked"
    hidden = "predictions shown" if workbook.shows_predictions else "predictions hidden"
    return f"workbook of {workbook.title}, {begins}, {hidden}: {quantity(len(cases), 'case')}"


def _write_cases(layout: Layout, source: Layout, cases: list[Case], about: Workbook) -> None:
    take = _with_its_mask if about.from_project else _case_to_read
    for start in range(0, len(cases), _TOGETHER):
        part = [take(case) for case in cases[start : start + _TOGETHER]]
        files.write_together({layout.record(case.id): files.encode_json(case.to_json()) for case in part})
    for case in cases:
        copied = [*_prediction_files(source, layout, case.id)] if about.shows_predictions else []
        if about.from_project:
            copied.append((source.mask(case.id), layout.mask(case.id)))
        for before, after in copied:
            if before.is_file():
                files.copy_file(before, after, flush=False)


def image_from_workbook(case: Case) -> str:
    """Return where the picture of a case of the project is for a workbook in it, see `Case.image`."""
    return case.image if Path(case.image).is_absolute() else f"../../{case.image}"


def _with_its_mask(case: Case) -> Case:
    return replace(case, image=image_from_workbook(case), assigned_to=())


def _case_to_read(case: Case) -> Case:
    """Return a case as a reader gets it: what the picture and the patient are, and nothing that anybody judged."""
    return Case(
        case.id,
        image_from_workbook(case),
        case.sha256,
        case.height,
        case.width,
        patient=case.patient,
        eye=case.eye,
        axial_length_mm=case.axial_length_mm,
    )


def _prediction_files(source: Layout, target: Layout, case_id: str) -> Iterable[tuple[Path, Path]]:
    return (
        (source.prediction(case_id), target.prediction(case_id)),
        (source.prediction_record(case_id), target.prediction_record(case_id)),
        (source.uncertainty_map(case_id), target.uncertainty_map(case_id)),
    )


def add_new_cases(workbook: Project, project: ProjectReader) -> int:
    """Add the cases that the project got since to a workbook that is to have them; return how many.

    Pictures that the project has moved are found again; for one that it replaced, the case gets the new one.

    Raises:
        WriteError: they cannot be written.
    """
    about = workbook.workbook
    if about is None:
        return 0
    pictures = project.cases_by_hash()
    replaced = {case.id: case for case in pictures.values()}  # opening a case says that its picture is another one
    for case in workbook.cases():
        same = None if case.damage else pictures.get(case.sha256, replaced.get(case.id))
        image = case.image if same is None else image_from_workbook(same)
        if image != case.image and not case.image_path(workbook.root).exists():
            workbook.records.put(replace(case, image=image))
    if not about.follows:
        return 0
    known = {case.id for case in workbook.cases()} | {removed.name for removed in list_bin(workbook.layout)}
    digests = workbook.cases_by_hash()
    cases = [case for case in _cases_for(project, about.reader) if case.id not in known and case.sha256 not in digests]
    if not cases:
        return 0
    _write_cases(workbook.layout, project.layout, cases, replace(about, from_project=False))
    append(workbook.layout, *(Event(Act.CREATED, case.id) for case in cases))
    workbook.read_again()
    return len(cases)
