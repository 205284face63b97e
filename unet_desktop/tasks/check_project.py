"""Check a project, also its models, and repair what can be repaired."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from unet_desktop.checkpoint_header import SUFFIX
from unet_desktop.errors import UserError
from unet_desktop.project.check import Finding, check
from unet_desktop.project.layout import Layout
from unet_desktop.project.project import Project
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.workbooks import damaged_workbooks, list_workbooks
from unet_desktop.tasks.events import CheckEvent, CheckFinding, ItemDone


def check_project(root: Path, *, repair: bool = False, is_alone: bool = True) -> Iterator[CheckEvent]:
    """Check everything in a project.

    Args:
        root: the project's folder; to repair it, this program must hold it.
        repair: repair what can be repaired.
        is_alone: see `project.check`.

    Raises:
        ProjectError: not a project, or damaged.
    """
    project = Project.open(root) if repair else ProjectReader.open(root)
    models = sorted(project.layout.models.glob(f"*{SUFFIX}"))
    for found in check(project, is_alone=is_alone):
        if isinstance(found, Finding):
            yield _settle(project, found, repair=repair)
        else:
            yield ItemDone(found.name, found.done, found.total + len(models))
    steps = len(project.cases()) + 2
    for done, path in enumerate(models, steps + 1):
        if sentence := _check_model(path):
            yield CheckFinding(sentence)
        yield ItemDone(path.name, done, steps + len(models))
    if project.workbook is None:
        yield from _check_workbooks(project)


def _check_workbooks(project: ProjectReader) -> Iterator[CheckEvent]:
    """Check the readers' workbooks; each is repaired on its own, because its reader may be working in it."""
    yield from map(CheckFinding, damaged_workbooks(project.layout))
    for found in list_workbooks(project.layout):
        workbook = ProjectReader.open(found.root)
        for one in check(workbook, is_alone=False):
            if isinstance(one, Finding):
                hint = f' Repair it with a check of "readers/{found.key}".' if one.remedy else ""
                yield CheckFinding(f"Workbook of {found.workbook.title}: {one.sentence}{hint}")
            else:
                yield ItemDone(f"{found.key}: {one.name}", one.done, one.total)


def _settle(project: ProjectReader, found: Finding, *, repair: bool) -> CheckFinding:
    if not repair or found.repair is None or project.read_only:
        return CheckFinding(found.sentence, found.remedy, found.done)
    try:
        found.repair(project.writable())
    except UserError as error:
        return CheckFinding(f"{found.sentence} It could not be repaired: {error}", found.remedy, found.done)
    return CheckFinding(found.sentence, found.remedy, found.done, repaired=True)


def _check_model(path: Path) -> str:
    """Return what is wrong with a model, as a sentence; empty if nothing is."""
    from unet_desktop.engine.files import checkpoint  # torch, which a project without models does not need

    if not path.is_file():  # reading a pipe would never end
        return f"The model {path} is not a file. Move it away."
    try:
        checkpoint.load(path)
    except UserError as error:
        return str(error)
    return ""


def is_open_elsewhere(root: Path) -> bool:
    """Return whether a program has the project open, so that its journals and temporaries are in use."""
    from unet_desktop.project.holder import Holder
    from unet_desktop.project.lock import try_lock

    lock = try_lock(Layout(root).lock)
    if isinstance(lock, Holder):
        return True
    lock.release()
    return False
