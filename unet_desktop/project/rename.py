"""Rename a case with all its files, so that a killed program leaves it with either name.

What is to be moved is noted in `renaming.json` before; `finish_renaming` completes it when the project is opened again.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from unet_desktop import files, json_data
from unet_desktop.errors import ProjectError, WriteError, reason_of
from unet_desktop.file_names import fold
from unet_desktop.links import refuse_links
from unet_desktop.project.bin import list_bin
from unet_desktop.project.case import Case
from unet_desktop.project.guard import check_project
from unet_desktop.project.layout import Layout, case_id_for, files_of_case
from unet_desktop.project.noted_masks import former_name
from unet_desktop.project.project import Project
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.split import read_split, write_split
from unet_desktop.project.trail import Act, Event, append
from unet_desktop.project.versions import FORMER_NAMES, read_former_names

log = logging.getLogger("unet.project")


@dataclass(frozen=True, slots=True)
class _Plan:
    """What `renaming.json` holds: both names, and the paths of all files but the record, before and after."""

    old: str
    new: str
    moves: tuple[tuple[str, str], ...]
    image: str


def problem_with_name(project: ProjectReader, case_id: str, name: str) -> str:
    """Return why a case cannot be renamed so, as a sentence; empty if it can."""
    if not name:
        return "Give the case a name."
    if name == case_id:
        return f"It is called {name} already."
    portable = case_id_for(f"{name.replace('/', '_')}.png", ())
    if portable != name:
        return (
            f'"{name[:80]}" cannot be the name of a case, because not every computer takes it as the name of a file. '
            f'"{portable}" can.'
        )
    key, layout = fold(name), project.layout
    if any(fold(case.id) == key for case in project.cases() if case.id != case_id):
        return f"There is a case {name} already. Choose another name."
    left = [path for path in files_of_case(layout, name, "") if os.path.lexists(path)]
    if fold(case_id) != key and (left or any(fold(entry.name) == key for entry in list_bin(layout))):
        return f"There are files of an earlier case {name} in the project or its bin. Choose another name."
    return ""


def rename_case(project: Project, case_id: str, name: str) -> Case:
    """Rename a case: its record and all of its files, its place in the split and its correction.

    The caller has saved its mask and closed it.

    Raises:
        ProjectError: the name cannot be, or is taken. WriteError: a file cannot be moved; the case has its old name.
    """
    check_project(project.root)
    case, layout = project.sound_case(case_id), project.layout
    if problem := problem_with_name(project, case_id, name):
        raise ProjectError(problem)
    shared = any(other.image == case.image for other in project.cases() if other.id != case_id)
    moves, image = [], case.image
    for path in files_of_case(layout, case_id, "" if shared else case.image)[1:]:
        if os.path.lexists(path):
            target = path.with_name(_new_name(path.name, case_id, name))
            moves.append((_relative(layout, path), _relative(layout, target)))
            image = moves[-1][1] if moves[-1][0] == case.image else image
    for before, after in moves:
        if os.path.lexists(layout.root / after) and not os.path.samefile(layout.root / before, layout.root / after):
            raise ProjectError(
                f"{case_id} cannot be renamed, because {layout.root / after} exists. Move that file away."
            )
    plan = _Plan(case_id, name, tuple(moves), image)
    files.write_json(layout.renaming, asdict(plan))
    try:
        _finish(layout, plan)
    except WriteError:
        if not layout.record(name).exists() or fold(case_id) == fold(name):
            with contextlib.suppress(WriteError):
                _move(layout, [(after, before) for before, after in reversed(plan.moves)])
                files.delete_file(layout.renaming)
        raise
    project.take_out([case_id])
    return next(iter(project.read_new()))


def finish_renaming(layout: Layout) -> None:
    """Complete a renaming that a killed program left half done; a failure is logged and tried again.

    Only the program that holds the project may call this.
    """
    try:
        plan = json_data.read(layout.renaming, _Plan, file_names=True)
    except FileNotFoundError:
        return
    except (OSError, json_data.DataError) as error:
        log.warning("%s cannot be read: %s", layout.renaming, error)
        return
    paths = [path for move in plan.moves for path in move]
    names = [PurePosixPath(plan.old).name, PurePosixPath(plan.new).name]
    if names != [plan.old, plan.new] or not all(_is_inside(layout, path) for path in paths):
        log.warning("%s leads to files outside the project's own folders, so it is not used.", layout.renaming)
        return
    try:
        _finish(layout, plan)
    except (WriteError, ProjectError) as error:
        log.warning("%s", error)


def _finish(layout: Layout, plan: _Plan) -> None:
    old, new = layout.record(plan.old), layout.record(plan.new)
    _move(layout, plan.moves)
    _note_former_name(layout, plan)
    if old.exists():
        try:
            data = json_data.read(old, dict[str, Any], file_names=True)
        except (OSError, json_data.DataError) as error:
            raise WriteError(f"{old} cannot be read ({reason_of(error)}).") from error
        if new.exists() and os.path.samefile(old, new):  # the names differ in case alone
            files.move_file(old, new)
        files.write_json(new, data | {"id": plan.new, "image": plan.image})
        if old.exists() and not os.path.samefile(old, new):
            files.delete_file(old)
    _rename_in_split(layout, plan)
    _rename_in_corrections(layout, plan)
    _rename_in_runs(layout, plan)
    with contextlib.suppress(WriteError):  # it is made again when it is wanted
        files.delete_file(layout.thumbnail(plan.old))
    append(layout, Event(Act.RENAMED, plan.new, detail=former_name(plan.old)))
    files.delete_file(layout.renaming)


def _move(layout: Layout, moves: Sequence[tuple[str, str]]) -> None:
    for before, after in moves:
        source, target = layout.root / before, layout.root / after
        if os.path.lexists(source):
            refuse_links(layout.root, source.parent)
            if not os.path.lexists(target) or os.path.samefile(source, target):
                files.move_file(source, target)


def _note_former_name(layout: Layout, plan: _Plan) -> None:
    """Let the versions that were kept under the name before count for the case."""
    folder = layout.versions(plan.new)
    if folder.is_dir() and plan.old not in (known := read_former_names(folder)):
        files.write_json(folder / FORMER_NAMES, [*known, plan.old])


def _rename_in_split(layout: Layout, plan: _Plan) -> None:
    parts = read_split(layout.split)
    if (part := parts.pop(f"case:{plan.old}", None)) is not None:
        write_split(layout.split, parts | {f"case:{plan.new}": part})


def _rename_in_corrections(layout: Layout, plan: _Plan) -> None:
    try:
        lines = layout.corrections.read_bytes().splitlines()
    except OSError:
        return
    renamed = [_rename_in_line(line, plan) for line in lines]
    if renamed != lines:
        files.write_bytes(layout.corrections, b"".join(line + b"\n" for line in renamed))


def _rename_in_line(line: bytes, plan: _Plan) -> bytes:
    try:
        data = json_data.parse(line, dict[str, Any], file_names=True)
    except json_data.DataError:  # stays as it is
        return line
    return json.dumps(data | {"case": plan.new}).encode("ascii") if data.get("case") == plan.old else line


def _rename_in_runs(layout: Layout, plan: _Plan) -> None:
    """Let the list of the worst cases of earlier runs lead to the case."""
    for path in layout.runs.glob("*.json"):
        try:
            data = json_data.read(path, dict[str, Any], file_names=True)
        except (OSError, json_data.DataError):
            continue
        cases = data.get("cases")
        if isinstance(cases, dict) and plan.old in cases:
            renamed = {plan.new if case_id == plan.old else case_id: metrics for case_id, metrics in cases.items()}
            files.write_json(path, data | {"cases": renamed})


def _new_name(name: str, old: str, new: str) -> str:
    dot = "." if name.startswith(f".{old}.") else ""
    rest = name[len(dot) :]
    return f"{dot}{new}{rest[len(old) :]}" if rest.startswith(old) else f"{new}{PurePosixPath(name).suffix}"


def _relative(layout: Layout, path: Path) -> str:
    return path.relative_to(layout.root).as_posix()


def _is_inside(layout: Layout, path: str) -> bool:
    """Whether this is the path of a file in one of the project's own folders."""
    parts = PurePosixPath(path).parts
    own = {folder.name for folder in (*layout.folders, layout.history)}
    return len(parts) == 2 and parts[0] in own and parts[1] not in {".", ".."} and "\0" not in path
