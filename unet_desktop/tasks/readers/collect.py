"""Collect: bring readers' copies of a project, or of their workbooks, back into it.

Everything is read and checked before anything is written, so a drive that vanishes leaves the project as it was.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from unet_desktop import files
from unet_desktop.engine.events import Message
from unet_desktop.errors import LabelError, ProjectError, Remedy, UserError, WriteError
from unet_desktop.file_names import fold
from unet_desktop.links import is_link, refuse_links
from unet_desktop.person import clean_name
from unet_desktop.plurals import quantity
from unet_desktop.project.case import Case
from unet_desktop.project.layout import JOURNAL_SUFFIX, CaseIds, Layout
from unet_desktop.project.lease import lease_exclusively
from unet_desktop.project.manifest import give_identity, write_manifest
from unet_desktop.project.merge import merge_case
from unet_desktop.project.noted_masks import last_masks
from unet_desktop.project.project import Project
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.trail import Act, Event, append, read
from unet_desktop.project.workbook import Workbook
from unet_desktop.project.workbooks import (
    FoundWorkbook,
    damaged_workbooks,
    image_from_workbook,
    list_workbooks,
    open_to_others,
)
from unet_desktop.tasks.backup.restore import restore_backup
from unet_desktop.tasks.events import CollectEvent, ItemDone

_ABANDONED_AFTER = 24 * 3600.0
"""Seconds after which nobody is collecting into a folder any more."""
_STAGED = ("cases", "masks", "history")
"""Folders that are copied before anything is written."""


@dataclass(frozen=True, slots=True)
class _Staged:
    """A copy that was read and checked.

    Attributes:
        name: what people gave.
        project: what it holds, on this project's own drive.
        origin: its folder, or where the backup was unpacked.
    """

    name: str
    project: ProjectReader
    origin: Path

    @property
    def title(self) -> str:
        """Whose it is, for sentences and the trail."""
        workbook = self.project.workbook
        return self.name if workbook is None else workbook.title

    def name_places(self, sentence: str) -> str:
        """Return a sentence with the places of the copy's files, instead of where they were copied to."""
        return sentence.replace(str(self.project.root), str(self.origin))


def collect(
    root: Path, copies: Sequence[Path], *, reader: str = "", edited_trails: bool = False, held: bool = False
) -> Iterator[CollectEvent]:
    """Bring copies back into a project: workbooks become its readers', copies of the project are merged with it.

    Args:
        root: the project's folder.
        copies: folders, or backups.
        reader: another name for the reader of a workbook, where the name is taken.
        edited_trails: take also copies whose trail somebody changed.
        held: this program holds the project already.

    Raises:
        UserError: a copy cannot be read, is of another project, or its trail was changed; then nothing was collected.
    """
    project = ProjectReader.open(root)
    if project.workbook is not None:
        raise ProjectError(f"{root} is a reader's workbook itself. Collect into the project that it belongs to.")
    with _stage_folder(project.layout) as stage:
        staged: list[_Staged] = []
        for number, copy in enumerate(copies, 1):
            staged += yield from _stage(project, copy, stage / f"{number}", edited_trails=edited_trails)
        if reader:
            staged = [_rename(one, reader) for one in staged]
        for one in staged:
            _check_name(project, one)
        for one in staged:
            yield from _collect_one(root, one, held=held)


@contextlib.contextmanager
def _stage_folder(layout: Layout) -> Iterator[Path]:
    refuse_links(layout.root, layout.readers)
    files.make_folder(layout.readers)
    for left in layout.readers.glob(f".*{files.TEMPORARY_SUFFIX}"):  # by a program that was killed
        with contextlib.suppress(OSError):
            if left.is_dir() and not is_link(left) and time.time() - left.stat().st_mtime > _ABANDONED_AFTER:
                shutil.rmtree(left)
    try:
        stage = Path(tempfile.mkdtemp(files.TEMPORARY_SUFFIX, ".collect.", layout.readers))
    except OSError as error:
        raise WriteError(f"{layout.readers} could not be written ({error.strerror}). Check its permissions.") from error
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _stage(
    project: ProjectReader, copy: Path, stage: Path, *, edited_trails: bool
) -> Generator[CollectEvent, None, list[_Staged]]:
    """Read a copy, and the workbooks in it, and check them."""
    origin = copy
    if copy.is_file():
        origin = stage / "unpacked"
        for event in restore_backup(copy, origin):
            if isinstance(event, ItemDone) and not event.problem:  # pictures may be left out of it
                yield event
    if origin.resolve() == project.root.resolve():
        raise ProjectError(f"{copy} is the project itself. Give copies of it.")
    for sentence in damaged_workbooks(Layout(origin)):
        raise ProjectError(f"{sentence} Nothing was collected.")
    found = [(str(copy), origin), *((f"{copy}: {one.key}", one.root) for one in list_workbooks(Layout(origin)))]
    staged = []
    for number, (name, folder) in enumerate(found):
        target = stage / f"copy-{number}"
        try:
            yield from _copy_files(folder, target)
            staged.append(_Staged(name, ProjectReader.open(target), folder))
        except OSError as error:
            raise ProjectError(
                f"{copy} cannot be read ({error.strerror or error}), so nothing was collected. If it is on a shared "
                "drive, connect it and try again."
            ) from error
    for one in staged:
        _check_belongs(project, one)
        _check_trail(one, edited_trails=edited_trails)
    return staged


def _copy_files(folder: Path, target: Path) -> Iterator[CollectEvent]:
    """Copy what people made; pictures stay where they are."""
    source, layout = Layout(folder), Layout(target)
    if is_link(source.manifest) or not source.manifest.is_file():
        raise ProjectError(f"{folder} is not a project: it has no project.json. Give a copy of the project.")
    for made in layout.folders:
        files.make_folder(made)
    left = [path.name for path in _list(source.masks) if path.name.endswith(JOURNAL_SUFFIX)]
    if left:
        raise ProjectError(
            f"{folder} is open in a program, or its program did not end normally: {left[0]} may hold steps that are "
            "not saved. Open the project there and close it, then collect it."
        )
    if is_link(source.trail):
        raise ProjectError(f"{source.trail} is a link, so nothing was collected. Put the trail itself in its place.")
    paths = [source.manifest, *([source.trail] if source.trail.exists() else [])]
    for name in _STAGED:
        paths += [path for path in _list_below(folder / name) if not path.name.startswith(".")]
    for done, path in enumerate(paths, 1):
        copied = target / path.relative_to(folder)
        files.make_folder(copied.parent)
        shutil.copyfile(path, copied)
        if done % 200 == 0:
            yield ItemDone(path.name, done, len(paths))


def _list(folder: Path) -> list[Path]:
    return [] if is_link(folder) or not folder.exists() else sorted(folder.iterdir())


def _list_below(folder: Path) -> Iterator[Path]:
    for path in _list(folder):
        if is_link(path):
            continue
        if path.is_dir():
            yield from _list_below(path)
        elif path.is_file():
            yield path


def _check_belongs(project: ProjectReader, one: _Staged) -> None:
    """Refuse a copy of another project."""
    workbook = one.project.workbook
    identity = one.project.identity if workbook is None else workbook.project
    ours = {case.sha256 for case in project.cases() if not case.damage}
    theirs = {case.sha256 for case in one.project.cases() if not case.damage}
    is_same = identity == project.identity if identity and project.identity else bool(ours & theirs)
    if not is_same:
        raise ProjectError(
            f"{one.name} is not a copy of this project, {project.name}, so nothing was collected. Give copies of it."
        )
    if not project.labels.same_structures(one.project.labels):
        changes = one.project.labels.contrast(project.labels)
        raise LabelError(
            f"The labels of {one.name} differ from those of the project ({changes}), so nothing was collected. Change "
            "them in one of the two first."
        )


def _check_trail(one: _Staged, *, edited_trails: bool) -> None:
    problems = read(one.project.layout).problems
    if problems and not edited_trails:
        raise ProjectError(
            f"The trail of {one.name} was edited, so nothing was collected. {problems[0]} Ask its reader for another "
            "copy.",
            Remedy.EDITED_TRAIL,
        )


def _rename(one: _Staged, reader: str) -> _Staged:
    about = one.project.workbook
    if about is None:
        return one
    renamed = replace(about, reader=clean_name(reader), turn=1)
    write_manifest(one.project.layout.manifest, replace(one.project.manifest, workbook=renamed))
    return replace(one, project=ProjectReader.open(one.project.root))


def _check_name(project: ProjectReader, one: _Staged) -> None:
    about = one.project.workbook
    if about is None or _find_known(project.layout, one.project.identity) is not None:
        return
    for other in list_workbooks(project.layout):
        if (fold(other.workbook.reader), other.workbook.turn) == (fold(about.reader), about.turn):
            raise ProjectError(
                f"The project has another reading of {about.title} already, so nothing was collected. Collect "
                f"{one.name} under another name.",
                Remedy.OTHER_READER,
            )


def _find_known(layout: Layout, identity: str) -> FoundWorkbook | None:
    return next((one for one in list_workbooks(layout) if one.identity and one.identity == identity), None)


def _collect_one(root: Path, one: _Staged, *, held: bool) -> Iterator[CollectEvent]:
    project = ProjectReader.open(root)
    about = one.project.workbook
    if about is None:
        with contextlib.nullcontext() if held else lease_exclusively(root):
            yield from _merge(Project.open(root), one, project)
        return
    known = _find_known(project.layout, one.project.identity)
    if known is None:
        yield from _adopt(project, one, about)
        return
    with lease_exclusively(known.root):
        yield from _merge(Project.open(known.root), one, project)


def _merge(target: Project, one: _Staged, around: ProjectReader) -> Iterator[CollectEvent]:
    """Merge a copy with the project or workbook that it is of."""
    by_digest, noted = target.cases_by_hash(), last_masks(read(target.layout).entries)
    cases = [case for case in one.project.cases() if not case.damage]
    conflicts: list[str] = []
    taken = added = 0
    changed = False
    for done, case in enumerate(cases, 1):
        problem = ""
        try:
            mine = _find_same(target, by_digest, case)
            if mine is None:
                mine = _add(target, one, case)
                added += 1
            merged = merge_case(one.project, case, target, mine.id, one.title, noted)
            taken += merged.taken
            changed |= merged.changed
            conflicts += merged.conflicts
            problem = " ".join(merged.conflicts)
        except UserError as error:
            problem = one.name_places(f"{case.id} of {one.title} was not collected: {error}")
        yield ItemDone(case.id, done, len(cases), problem=problem)
    for case in one.project.cases():
        if case.damage:
            yield ItemDone(case.id, len(cases), len(cases), problem=one.name_places(case.damage))
    if changed or conflicts:
        _keep_trail(target, one, conflicts)
        detail = f"{quantity(taken, 'mask')} of {quantity(len(cases), 'case')} from {one.title}"
        append(around.layout, Event(Act.COLLECTED, detail=detail))
    more = f", {quantity(added, 'case')} added" if added else ""
    listed = f", {quantity(len(conflicts), 'conflict')} listed above" if conflicts else ""
    yield Message(f"{one.title}: {quantity(taken, 'mask')} of {quantity(len(cases), 'case')} taken{more}{listed}.")


def _find_same(project: ProjectReader, by_digest: Mapping[str, Case], case: Case) -> Case | None:
    """Return the case of the same picture, of the same name where several have it."""
    named = project.records.cases.get(case.id)
    return named if named is not None and named.sha256 == case.sha256 else by_digest.get(case.sha256)


def _add(target: Project, one: _Staged, case: Case) -> Case:
    """Add a case that only the copy has.

    Raises:
        UserError: the picture is gone, or the target is a workbook, which has the cases of its project.
    """
    if target.workbook is not None:
        raise ProjectError("it is none of the cases of this reader. Add its picture to the project first.")
    return target.add_image(case.image_path(one.origin), patient=case.patient, eye=case.eye)


def _adopt(project: ProjectReader, one: _Staged, about: Workbook) -> Iterator[CollectEvent]:
    """Make a workbook that the project does not have one of its readers'."""
    layout, known = one.project.layout, {case.id: case for case in project.cases() if not case.damage}
    by_digest = project.cases_by_hash()
    count = 0
    for case in one.project.cases():
        mine = None if case.damage else _find_same(project, by_digest, case)
        if mine is None:
            problem = (
                one.name_places(case.damage)
                or f"{case.id} of {one.title} is none of the project's cases, so it is kept unread."
            )
            yield ItemDone(case.id, count, len(known), problem=problem)
            continue
        count += 1
        record = replace(case, image=image_from_workbook(mine))
        files.write_bytes(layout.record(case.id), files.encode_json(record.to_json()), flush=False)
        yield ItemDone(case.id, count, len(known))
    manifest = replace(one.project.manifest, workbook=replace(about, project=give_identity(project.layout)))
    write_manifest(layout.manifest, manifest)
    keys = [path.name for path in project.layout.readers.iterdir()]
    key = CaseIds(keys).find(f"{about.reader}.x")
    open_to_others(layout.root)
    files.flush_files(list(_list_below(layout.root)))
    files.move_file(layout.root, project.layout.workbook(key))
    append(project.layout, Event(Act.COLLECTED, detail=f"workbook of {about.title}: {quantity(count, 'case')}"))
    yield Message(f"{about.title}: {quantity(count, 'case')} in readers/{key}.")


def _keep_trail(target: Project, one: _Staged, conflicts: Sequence[str]) -> None:
    """Keep the copy's trail, and what both sides changed, beside what was collected."""
    folder = target.root / "collected"
    files.make_folder(folder, inside=target.root)
    name = CaseIds(path.stem for path in folder.iterdir()).find(f"{one.title}.x")
    if one.project.layout.trail.exists():
        files.copy_file(one.project.layout.trail, folder / f"{name}.jsonl")
    if conflicts:
        files.write_text(folder / f"{name}.txt", "\n".join(conflicts) + "\n")
