"""Change, remove and restore many cases: in batches, so that a window can follow and stop it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from unet_desktop.errors import ProjectError, WriteError
from unet_desktop.project.bin import Removed
from unet_desktop.project.case import Case
from unet_desktop.project.marks import Annotations
from unet_desktop.project.project import Project
from unet_desktop.tasks.changed_cases import CasesRemoved, CasesWritten

_BATCH = 64
"""Cases whose records are flushed together."""
_INTERVAL = 0.5
"""Seconds between two events of work that is done case by case."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def mark_cases(root: Path, given: Mapping[str, Annotations], *, approved: bool | None) -> Iterator[CasesWritten]:
    """Change what is noted about cases.

    Args:
        root: the project's folder.
        given: id to what is noted about that case.
        approved: whether they are approved; None leaves it unchanged.

    Raises:
        WriteError: they cannot be written; those before stay changed.
    """
    project, ids = Project.open(root), list(given)
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        cases, problems = project.mark_many({case_id: given[case_id] for case_id in batch}, approved=approved)
        yield CasesWritten(tuple(cases), start + len(batch), len(ids), tuple(problems))


def remove_cases(root: Path, ids: Sequence[str]) -> Iterator[CasesRemoved]:
    """Move cases to the bin.

    Raises:
        WriteError: one cannot be moved; those before stay in the bin.
    """
    project = Project.open(root)
    for done, removed, problems in _one_by_one(ids, project.remove_case):
        yield CasesRemoved(removed, done, len(ids), problems)


def restore_cases(root: Path, removed: Sequence[Removed]) -> Iterator[CasesWritten]:
    """Put cases from the bin back.

    Raises:
        WriteError: one cannot be moved; those before stay in the project.
    """
    project = Project.open(root)

    def restore(entry: Removed) -> Case:
        project.restore_removed(entry)
        return project.case(entry.name)

    for done, cases, problems in _one_by_one(removed, restore):
        yield CasesWritten(cases, done, len(removed), problems)


def _one_by_one(
    items: Sequence[Item], act: Callable[[Item], Result]
) -> Iterator[tuple[int, tuple[Result, ...], tuple[str, ...]]]:
    """Do it for each; yield now and then how many are done, what was made since, and what went wrong."""
    made, problems, last = list[Result](), list[str](), time.monotonic()
    for done, item in enumerate(items, 1):
        try:
            made.append(act(item))
        except WriteError:  # the disk is full or read-only: the rest would fail too
            if made or problems:
                yield done - 1, tuple(made), tuple(problems)
            raise
        except ProjectError as error:
            problems.append(str(error))
        if done == len(items) or time.monotonic() - last > _INTERVAL:
            yield done, tuple(made), tuple(problems)
            made, problems, last = [], [], time.monotonic()
