"""Version limits: how much is kept of a project's versions, and what is dropped first."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from unet_desktop import files
from unet_desktop.errors import ProjectError, WriteError
from unet_desktop.project.layout import Layout
from unet_desktop.project.versions import WRITING, Version, case_folders, list_files, read_record

log = logging.getLogger("unet.project")


@dataclass(frozen=True, slots=True)
class VersionLimits:
    """How much is kept of a project's versions; the newest and the last approved one of each case are always kept.

    Attributes:
        megabytes: of all versions together.
        days: a version's age, counted from the last but one day on which the project was worked on, so that a clock
            that runs ahead for a day drops nothing.
    """

    megabytes: Annotated[int, Meta(ge=0, le=1_000_000)] = 500
    days: Annotated[int, Meta(ge=0, le=36_500)] = 90


@dataclass(frozen=True, slots=True)
class _File:
    case_id: str
    number: int
    path: Path
    size: int
    day: date


def prune_versions(layout: Layout, limits: VersionLimits, today: date | None = None) -> int:
    """Drop versions that are too old or too many; returns how many.

    The newest version of each case and its last approved one stay. Passing states go first, then the oldest. Damaged
    files and whatever else is in the folder stay too.

    Args:
        layout: paths of the project, which the caller holds for writing.
        limits: how much is kept.
        today: the date; None for the clock's.
    """
    with WRITING:
        found = list(_all_files(layout))
        _drop_old_journals(layout, limits, today or datetime.now(UTC).date())
        dropped = [path for path in _too_old(found, limits, today or datetime.now(UTC).date()) if _drop(path)]
        found = [file for file in found if file.path not in set(dropped)]
        excess = sum(file.size for file in found) - limits.megabytes * 1_000_000
        if excess > 0:
            for version, file in _droppable(found):
                if excess <= 0:
                    break
                if _drop(file.path):
                    log.info("dropped version %d of %s to make room", version.number, version.case)
                    dropped.append(file.path)
                    excess -= file.size
        return len(dropped)


def count_bytes(layout: Layout) -> int:
    """Return the bytes of all versions of a project."""
    return sum(file.size for file in _all_files(layout))


def _too_old(found: list[_File], limits: VersionLimits, today: date) -> Iterator[Path]:
    days = sorted({file.day for file in found})
    if len(days) < 2:
        return
    oldest = date.fromordinal(max(min(days[-2], today).toordinal() - limits.days, 1))
    cases = {file.case_id for file in found if file.day < oldest}
    for version, file in _droppable([file for file in found if file.case_id in cases]):
        if file.day < oldest and version.when[:10] < oldest.isoformat():
            yield file.path


def _droppable(found: list[_File]) -> list[tuple[Version, _File]]:
    """Return what may be dropped, the least valuable first."""
    cases: dict[str, list[tuple[Version, _File]]] = {}
    for file in found:
        try:
            version = read_record(file.path, file.case_id, file.number)
        except (OSError, ValueError) as error:
            log.info("%s stays, though it cannot be read: %s", file.path, error)
        else:
            cases.setdefault(file.case_id, []).append((version, file))
    droppable = []
    for versions in cases.values():
        versions.sort(key=lambda pair: pair[0].number)
        approved = [version.number for version, _ in versions if version.is_approved]
        kept = {versions[-1][0].number, *approved[-1:]}
        droppable += [pair for pair in versions if pair[0].number not in kept]
    return sorted(droppable, key=lambda pair: (not pair[0].passing, pair[0].when, pair[0].number))


def _drop_old_journals(layout: Layout, limits: VersionLimits, today: date) -> None:
    """Delete what earlier sessions left for undo, where nobody went on for that many days."""
    for case_id in case_folders(layout):
        path = layout.past_journal(case_id)
        with contextlib.suppress(OSError, OverflowError, ValueError, WriteError):
            if (today - datetime.fromtimestamp(path.lstat().st_mtime, UTC).date()).days > limits.days:
                files.delete_file(path)


def _drop(path: Path) -> bool:
    try:
        files.delete_file(path)
    except WriteError as error:
        log.warning("%s", error)
        return False
    return True


def _all_files(layout: Layout) -> Iterator[_File]:
    for case_id in case_folders(layout):
        try:
            for number, path in list_files(layout, case_id):
                status = path.stat()
                day = datetime.fromtimestamp(status.st_mtime, UTC).date()
                yield _File(case_id, number, path, status.st_size, day)
        except (OSError, OverflowError, ValueError, ProjectError) as error:
            log.warning("%s", error)
