"""Check: compare everything in a project with what its records say, and repair what can be repaired.

Nothing that a person drew is deleted: what is in the way goes to the bin.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from unet_desktop import files
from unet_desktop.errors import MaskError, ProjectError, UserError
from unet_desktop.links import is_link
from unet_desktop.masks.file import read_mask
from unet_desktop.plurals import name_some, quantity
from unet_desktop.project.bin import FILES, list_bin, move_to_bin, settle
from unet_desktop.project.case import Case, CaseState
from unet_desktop.project.corrections import count_damaged_lines, drop_damaged_lines
from unet_desktop.project.layout import JOURNAL_SUFFIX, Layout
from unet_desktop.project.noted_masks import last_marks, last_masks
from unet_desktop.project.predictions import check_digest, read_record
from unet_desktop.project.project import Project
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.split import read_split
from unet_desktop.project.trail import MISSING_NOTED, Act, Event, Trail, append, read
from unet_desktop.project.versions import case_folders, load_version, read_versions

Repair = Callable[[Project], object]

_OF_CASE = re.compile(
    r"\.(?P<rejected>.+)\.rejected(\.png|\.json)|\.?(?P<id>.+?)(\.png|\.json|\.journal)(\.aside-\d+|\.bad-\d+)?",
    re.DOTALL,
)
"""Files that the program itself puts into the folders of masks, predictions and uncertainty maps."""
_OF_SYSTEMS = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be.

    Attributes:
        sentence: what is wrong, with which file, and what to do where the program can do nothing.
        remedy: what repairing it does, as a sentence; empty if it cannot be repaired here.
        done: the same in the past tense.
        repair: does it; it may raise `UserError`.
    """

    sentence: str
    remedy: str = ""
    done: str = ""
    repair: Repair | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Step:
    """So much of the project was checked."""

    name: str
    done: int
    total: int


def check(project: ProjectReader, *, is_alone: bool) -> Iterator[Step | Finding]:
    """Check the trail, then the cases one by one, then what belongs to no case.

    Args:
        project: only read.
        is_alone: nobody is working in the project, so journals and temporaries were left behind by a killed program.

    Raises:
        ProjectError: a folder cannot be read.
    """
    layout, cases = project.layout, project.cases()
    total, trail = len(cases) + 2, Trail()
    try:
        trail = read(layout)
    except ProjectError as error:  # the rest can be checked without it
        yield Finding(str(error))
    else:
        yield from _check_trail(layout, trail)
    yield Step(layout.trail.name, 1, total)
    for folder in filter(is_link, layout.own_folders):
        yield Finding(
            f"{folder} is a link, and nothing is written through links, so the project opens for reading only. Replace "
            "it by the folder that it leads to."
        )
    noted, marks = last_masks(trail.entries), last_marks(trail.entries)
    for done, case in enumerate(cases, 2):
        yield from _check_case(project, case, noted)
        yield from _check_marks(project, case, marks)
        yield Step(case.id, done, total)
    yield from _check_strays(project)
    yield from _check_bin(layout)
    try:
        read_split(layout.split)
    except ProjectError as error:
        yield Finding(f"{error}")
    yield from _check_corrections(layout)
    if is_alone:
        yield from _check_leftovers(layout)
    yield Step(layout.root.name, total, total)


def _check_trail(layout: Layout, trail: Trail) -> Iterator[Finding]:
    is_empty = not (trail.entries or trail.unfinished or set(trail.problems) - set(trail.missing))
    if is_empty and (trail.missing or case_folders(layout) or list_bin(layout)):  # older programs kept neither
        yield Finding(
            f"{layout.trail} is gone or empty, so nobody knows any more who drew and removed what is kept in history/ "
            "and bin/. Put it back from a backup.",
            "A new trail begins, and notes that.",
            "A new trail began, and notes that.",
            _note_missing,
        )
        return
    for problem in trail.missing:
        yield Finding(
            f"{problem} Put trail.jsonl back from a backup.",
            "The trail notes that.",
            "The trail notes that now.",
            _note_missing,
        )
    for problem in trail.problems:
        if problem in trail.missing:
            continue
        yield Finding(f"{problem} Compare trail.jsonl with a backup; the program never changes its lines.")
    if trail.unfinished:
        yield Finding(
            "The last line of the trail is unfinished: the program was interrupted while writing it.",
            "The line is closed off; it stays in the file.",
            "The line was closed off; it stays in the file.",
            lambda project: append(project.layout, Event(Act.NOTICED, detail="an unfinished line was closed off")),
        )


def _note_missing(project: Project) -> None:
    append(project.layout, Event(Act.NOTICED, detail=MISSING_NOTED))


def _check_case(project: ProjectReader, case: Case, noted: Mapping[str, str]) -> Iterator[Finding]:
    if case.damage:
        yield Finding(case.damage)
        return
    picture = case.image_path(project.root)
    try:
        if not picture.is_file():  # a pipe, or a device, would never end
            raise FileNotFoundError(
                errno.ENOENT, os.strerror(errno.ENOENT) if not picture.exists() else "it is no file"
            )
        if files.sha256(picture) != case.sha256:
            yield Finding(
                f"The picture {picture} is not the file that was imported as {case.id}: it was changed or replaced. "
                "Put the original back, or look whether the mask still fits."
            )
    except OSError as error:
        yield Finding(
            f"The picture {picture} of {case.id} cannot be read ({error.strerror or error}). Put it back, or open the "
            "case and say where it is."
        )
    yield from _check_mask(project, case, noted.get(case.id, ""))
    yield from _check_prediction(project, case)
    yield from _check_versions(project, case)


def _check_mask(project: ProjectReader, case: Case, noted: str) -> Iterator[Finding]:
    layout = project.layout
    path = layout.mask(case.id)
    if not path.exists():
        if noted:
            yield Finding(
                f"The mask of {case.id} is gone: {path} was removed by another program. Restore it from a backup or "
                "from its earlier states.",
                "The trail notes that it is gone.",
                "The trail notes that now.",
                partial(_notice, case_id=case.id, detail="the mask is gone"),
            )
        return
    try:
        read_mask(path, project.labels, (case.height, case.width))
    except MaskError as error:
        yield Finding(
            f"{error}",
            f"The mask goes to the bin, and {case.id} has none then.",
            f"The mask is in the bin, and {case.id} has none now.",
            partial(_put_mask_away, case_id=case.id),
        )
        return
    if noted and noted != files.sha256(path):
        yield Finding(
            f"The mask {path} is not the one that was saved last: another program changed it.",
            "The trail notes the mask as it is now.",
            "The trail notes the mask as it is.",
            partial(_notice, case_id=case.id, detail="the mask was changed by another program"),
        )


def _check_marks(project: ProjectReader, case: Case, marks: Mapping[tuple[str, str], bool]) -> Iterator[Finding]:
    """Compare who approved and flagged what with the record; a trail whose end was cut off is found by it, too."""
    if case.damage or not project.layout.mask(case.id).exists():
        return
    for mark, is_set in (("approved", case.state is CaseState.APPROVED), ("flagged", case.flagged)):
        if marks.get((case.id, mark), is_set) != is_set:
            now, noted = (mark, f"not {mark}") if is_set else (f"not {mark}", mark)
            yield Finding(
                f"{case.id} is {now} in its record and {noted} in the trail: the program was interrupted between the "
                "two, or another program changed one of them.",
                "The trail notes the record as it is now.",
                "The trail notes the record as it is.",
                partial(_notice, case_id=case.id, detail=now),
            )


def _check_prediction(project: ProjectReader, case: Case) -> Iterator[Finding]:
    layout = project.layout
    path, record = layout.prediction(case.id), layout.prediction_record(case.id)
    if not os.path.lexists(path) and not os.path.lexists(record):  # a link that leads nowhere is something, too
        return
    try:
        if not path.exists():
            raise MaskError(f"The prediction of {case.id} has a record, but its mask {path} is gone.")
        read_mask(path, project.labels, (case.height, case.width))
        check_digest(path, read_record(record))
    except UserError as error:
        yield Finding(
            f"{error}",
            f"The prediction of {case.id} goes to the bin; it can be predicted again.",
            f"The prediction of {case.id} is in the bin; it can be predicted again.",
            partial(_put_away, name=case.id, paths=(path, record, layout.uncertainty_map(case.id))),
        )


def _check_versions(project: ProjectReader, case: Case) -> Iterator[Finding]:
    layout = project.layout
    try:
        found = read_versions(layout, case.id)
    except ProjectError as error:
        yield Finding(str(error))
        return
    damaged = list(zip(found.problems, found.damaged, strict=True))
    for version in found.versions:
        try:
            load_version(layout, project.labels, case, version)
        except MaskError as error:
            damaged.append((str(error), layout.version(case.id, version.number)))
    for problem, path in damaged:
        yield Finding(
            problem, "It goes to the bin.", "It is in the bin.", partial(_put_away, name=case.id, paths=(path,))
        )


def _check_strays(project: ProjectReader) -> Iterator[Finding]:
    """Find files that belong to no case."""
    layout, known = project.layout, {case.id for case in project.cases()}
    damaged, used = {case.id for case in project.cases() if case.damage}, _paths_of_pictures(project)
    strays: dict[str, list[Path]] = defaultdict(list)
    for folder in (layout.images, layout.masks, layout.predictions, layout.uncertainty, layout.history):
        for path in _list(folder):
            name = path.name.casefold()
            if name in _OF_SYSTEMS or name.startswith("._") or name.endswith(files.TEMPORARY_SUFFIX):
                continue
            if folder == layout.images:
                if os.path.normcase(_real(path)) not in used and path.stem not in damaged:
                    strays[path.stem].append(path)
            elif folder == layout.history:
                if path.name not in known and path.is_dir():
                    strays[path.name].append(path)
            elif (found := _OF_CASE.fullmatch(path.name)) and (name := found["rejected"] or found["id"]) not in known:
                strays[name].append(path)
    for name, paths in sorted(strays.items()):
        belong = "belongs" if len(paths) == 1 else "belong"
        yield Finding(
            f"{quantity(len(paths), 'file')} {belong} to no case: "
            f"{name_some([path.relative_to(layout.root).as_posix() for path in paths], 5)}.",
            "They go to the bin." if len(paths) > 1 else "It goes to the bin.",
            "They are in the bin." if len(paths) > 1 else "It is in the bin.",
            partial(_put_away, name=name, paths=tuple(paths)),
        )


def _paths_of_pictures(project: ProjectReader) -> set[str]:
    """Return the paths of all cases' pictures, and of the folders that they are in."""
    paths: set[Path] = set()
    for case in project.cases():
        if not case.damage:
            path = case.image_path(project.root)
            paths |= {_real(path), Path(os.path.realpath(path))}
    paths |= {folder for path in paths for folder in path.parents}
    return {os.path.normcase(path) for path in paths}


def _real(path: Path) -> Path:
    """Return the path without links on the way to it; it may be one itself."""
    return Path(os.path.realpath(path.parent), path.name)


def _check_corrections(layout: Layout) -> Iterator[Finding]:
    try:
        damaged = count_damaged_lines(layout)
    except ProjectError as error:
        yield Finding(str(error))
        return
    if damaged:
        yield Finding(
            f"{quantity(damaged, 'line')} of {layout.corrections}, on how much first proposals were corrected, cannot "
            "be read: a program was interrupted while writing, or somebody changed the file.",
            "The file is written without damaged lines; the next opening works out what is missing where it can.",
            "The file was written without damaged lines; the next opening works out what is missing where it can.",
            lambda project: drop_damaged_lines(project.layout),
        )


def _check_bin(layout: Layout) -> Iterator[Finding]:
    for removed in list_bin(layout):
        if any(not os.path.lexists(removed.folder / path) for path in removed.paths):
            yield Finding(
                f"{removed.name} is only partly in the bin: removing or restoring it was interrupted, or files of it "
                "are gone.",
                "What is left of it is brought together.",
                "What was left of it was brought together.",
                lambda project: settle(project.layout),
            )


def _check_leftovers(layout: Layout) -> Iterator[Finding]:
    for folder in (layout.root, *layout.own_folders):
        for path in _list(folder):
            if path.name.endswith(files.TEMPORARY_SUFFIX):
                yield Finding(
                    f"{path} was left behind by a program that was ended while writing.",
                    "It is deleted; the file that it was to become is complete.",
                    "It was deleted; the file that it was to become is complete.",
                    partial(_delete, path=path),
                )
    for path in _list(layout.masks):
        if path.name.endswith(JOURNAL_SUFFIX):
            yield Finding(
                f"{path.name.removesuffix(JOURNAL_SUFFIX)} may have steps that are only in its journal {path}, because "
                "the program did not end normally.",
                "Opening the project for writing puts them into the mask.",
            )


def _list(folder: Path) -> list[Path]:
    try:
        return [] if folder.is_symlink() else sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ProjectError(f"The folder {folder} cannot be read ({error.strerror}). Check its permissions.") from error


def _notice(project: Project, case_id: str, detail: str) -> None:
    path = project.layout.mask(case_id)
    append(project.layout, Event(Act.NOTICED, case_id, mask=files.sha256(path) if path.exists() else "", detail=detail))


def _put_mask_away(project: Project, case_id: str) -> None:
    layout = project.layout
    _put_away(project, case_id, (layout.mask(case_id), layout.journal(case_id)))
    append(layout, Event(Act.CLEARED, case_id, detail="it could not be read"))
    project.refresh(case_id)


def _delete(_: Project, path: Path) -> None:
    if path.is_dir() and not is_link(path):  # what a killed program was making or collecting
        shutil.rmtree(path, ignore_errors=True)
    else:
        files.delete_file(path)


def _put_away(project: Project, name: str, paths: tuple[Path, ...]) -> None:
    move_to_bin(project.layout, FILES, name, [path for path in paths if os.path.lexists(path)])
