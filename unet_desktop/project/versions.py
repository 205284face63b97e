"""Versions: earlier states of the human masks, kept in the project so that they can be restored.

A version is one indexed PNG, `history/CASE/NUMBER.png`, whose first text chunk holds its record. Mask and record are
written as one file, so a kill never leaves one without the other, and any program can show it. The highest number is
the newest version, whatever the clock says.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from threading import RLock
from typing import Annotated

import numpy as np
from msgspec import Meta

from unet_desktop import files, json_data
from unet_desktop.errors import MaskError, ProjectError, WriteError, reason_of
from unet_desktop.json_data import Count
from unet_desktop.labels import LabelSet
from unet_desktop.links import is_link, open_to_read
from unet_desktop.masks.file import encode_mask, present_table, read_mask
from unet_desktop.masks.indexed_png import insert_text, read_first_text
from unet_desktop.masks.measure import vertical_ratio
from unet_desktop.masks.regions import Mask
from unet_desktop.person import read_name
from unet_desktop.project.case import Case
from unet_desktop.project.guard import check_project
from unet_desktop.project.layout import Layout

log = logging.getLogger("unet.project")

FORMER_NAMES = "names.json"
"""In the folder of a case's versions: what it was called when some of them were kept."""
_KEYWORD = "unet-desktop version"
_NAME = re.compile(r"(\d{6,18})\.png")
_RECORD_BYTES = 1 << 15
"""What is read of a file to find its record; a letter of its texts takes up to 12 bytes."""
_LONGEST_TEXT = 500
WRITING = RLock()
"""Held while numbers are given and files are written: jobs and the window may both keep versions."""


class VersionStep(StrEnum):
    """How a version's mask came to be."""

    PAINTED = "painted"
    ACCEPTED = "accepted"
    IMPORTED = "imported"
    RESTORED = "restored"
    RECOVERED = "recovered"
    ADJUDICATED = "adjudicated"
    FOUND = "found"
    """It was in the mask's file when somebody started to change it: drawn by an earlier version or another program."""

    @classmethod
    def _missing_(cls, value: object) -> VersionStep | None:
        """Return the nearest to what a newer program noted."""
        return cls.FOUND if isinstance(value, str) else None


_Text = Annotated[str, Meta(max_length=_LONGEST_TEXT)]


@dataclass(frozen=True, slots=True)
class Origin:
    """What is noted with a mask that becomes a version.

    Attributes:
        step: how it came to be.
        who: the name of whoever made it, or empty; None for the person at this computer.
        model: weights_sha256 of the model whose prediction it started from, or empty.
        steps: how many steps of the history led to it since the version before.
        passing: kept while painting went on; the first to be dropped when room is needed.
        approved: somebody approved it.
        when: it was made (ISO 8601, UTC); empty for now.
    """

    step: VersionStep
    who: str | None = None
    model: str = ""
    steps: int = 0
    passing: bool = False
    approved: bool = False
    when: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """An earlier state of a human mask.

    Attributes:
        case: the id of its case.
        number: counts up within the case, from 1.
        step, who, model, steps, passing, when: see `Origin`.
        digest: SHA-256 of the mask's pixels.
        vcdr: the mask's `vertical_ratio`.
        approved_by, approved_at: who approved it, and when (ISO 8601, UTC); `approved_at` is empty if nobody did.
    """

    case: _Text
    number: Count
    step: VersionStep
    when: _Text
    digest: _Text
    who: _Text = ""
    model: _Text = ""
    steps: Count = 0
    passing: bool = False
    vcdr: Annotated[float, Meta(ge=0.0)] | None = None
    approved_by: _Text = ""
    approved_at: _Text = ""

    @property
    def is_approved(self) -> bool:
        """Whether somebody approved this state of the mask."""
        return bool(self.approved_at)


@dataclass(frozen=True, slots=True)
class CaseVersions:
    """The versions of one case.

    Attributes:
        versions: those that can be read, newest first.
        problems: a sentence for each file that cannot be read.
        damaged: these files.
    """

    versions: tuple[Version, ...]
    problems: tuple[str, ...]
    damaged: tuple[Path, ...] = ()


def read_versions(layout: Layout, case_id: str) -> CaseVersions:
    """Return the versions of a case. A damaged file is named and left out, and keeps none of the others from use.

    Raises:
        ProjectError: the folder cannot be read.
    """
    versions, problems, damaged = [], [], []
    for number, path in reversed(list_files(layout, case_id)):
        try:
            versions.append(read_record(path, case_id, number))
        except (OSError, ValueError) as error:
            problems.append(f"The version {path} cannot be read ({reason_of(error)}). The others can be used.")
            damaged.append(path)
    return CaseVersions(tuple(versions), tuple(problems), tuple(damaged))


def load_version(layout: Layout, labels: LabelSet, case: Case, version: Version, *, as_written: bool = False) -> Mask:
    """Return the mask of a version, writable (H, W) uint8; see `read_mask` for `as_written`.

    Raises:
        MaskError: its file is damaged or gone, or does not fit the case's picture or the project's labels.
    """
    path = layout.version(case.id, version.number)
    try:
        check_folders(layout, case.id)
        mask = read_mask(path, labels, (case.height, case.width), as_written=True)
    except ProjectError as error:
        raise MaskError(str(error)) from error
    if digest_of(mask) != version.digest:
        raise MaskError(f"The version {path} is damaged: its pixels do not match its record. Choose another version.")
    return mask if as_written or not labels.retired else present_table(labels)[mask]


def keep_version(
    layout: Layout, labels: LabelSet, case_id: str, mask: Mask, origin: Origin, *, flush: bool = True
) -> tuple[Version, int]:
    """Keep a mask as the newest version of its case, unless the newest one has the same pixels already.

    Then that one stays, and its record learns what is new: an approval, or that it is more than a passing state. A mask
    that was found in its file is not kept if any version has its pixels. Any thread may call this.

    Args:
        layout: paths of the project.
        labels: the project's.
        case_id: the case.
        mask: (H, W) uint8, the human mask; nothing may change it meanwhile.
        origin: what to note with it.
        flush: have it on disk when this returns, see `files.write_bytes`.

    Returns:
        the version, and the bytes that were written.

    Raises:
        WriteError: it cannot be written; the versions are as before.
        ProjectError: the folder cannot be read.
    """
    check_project(layout.root)
    digest, now = digest_of(mask), _isoformat(datetime.now(UTC))
    who = _clean(read_name() if origin.who is None else origin.who)
    with WRITING:
        numbered = list_files(layout, case_id)
        newest = next(_readable(numbered, case_id), None)
        number = _next_number(numbered, newest)
        if origin.step is VersionStep.FOUND:  # what any version holds cannot be lost
            newest = next((known for known in _readable(numbered, case_id) if known.digest == digest), newest)
        if newest is None or newest.digest != digest:
            newest = None
            version = Version(
                case_id,
                number,
                origin.step,
                origin.when if _is_time(origin.when) else now,
                digest,
                who,
                _clean(origin.model),
                origin.steps,
                origin.passing,
                vertical_ratio(mask, labels),
            )
        else:
            version = replace(newest, passing=newest.passing and origin.passing)
        if origin.approved and not version.is_approved:
            version = replace(version, approved_by=who, approved_at=now, passing=False)
        if version == newest:
            return version, 0
        data = insert_text(encode_mask(mask, labels), _KEYWORD, json.dumps(asdict(version)))
        check_folders(layout, case_id)
        files.make_folder(layout.versions(case_id), inside=layout.root)
        files.write_bytes(layout.version(case_id, version.number), data, flush=flush)
        return version, len(data)


def _next_number(numbered: list[tuple[int, Path]], newest: Version | None) -> int:
    """Return the first free number after the newest version; a file that is no version may have any number."""
    taken = {number for number, _ in numbered}
    number = 1 if newest is None else newest.number + 1
    while number in taken:
        number += 1
    return number


def _readable(numbered: list[tuple[int, Path]], case_id: str) -> Iterator[Version]:
    """Yield the versions that can be read, newest first."""
    for number, path in reversed(numbered):
        with contextlib.suppress(OSError, ValueError):
            yield read_record(path, case_id, number)


def digest_of(mask: Mask) -> str:
    """Return the SHA-256 of a mask's pixels, in hexadecimal digits."""
    return hashlib.sha256(np.ascontiguousarray(mask).data).hexdigest()


def list_files(layout: Layout, case_id: str) -> list[tuple[int, Path]]:
    """Return (number, path) of the version files of a case, oldest first.

    Raises:
        ProjectError: the folder cannot be read.
    """
    folder = layout.versions(case_id)
    check_folders(layout, case_id)
    try:
        with os.scandir(folder) as entries:
            numbers = [
                int(name[1])
                for entry in entries
                if (name := _NAME.fullmatch(entry.name)) and entry.is_file(follow_symlinks=False)
            ]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ProjectError(f"The folder {folder} cannot be read ({error.strerror}). Check its permissions.") from error
    return [(number, path) for number in sorted(numbers) if (path := layout.version(case_id, number)).exists()]


def case_folders(layout: Layout) -> list[str]:
    """Return the ids of the cases with versions; links are not followed, because they may lead out of the project."""
    if is_link(layout.history):
        return []
    try:
        with os.scandir(layout.history) as entries:
            return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:  # there are none yet, or they are out of reach now
        return []


def remove_version_temporaries(layout: Layout) -> None:
    """Remove what a killed program left half-written; the caller must hold the project's lock."""
    for case_id in case_folders(layout):
        files.remove_temporaries(layout.versions(case_id), alone=True)


def check_folders(layout: Layout, case_id: str) -> None:
    """Make sure that versions are read and written inside the project.

    Raises:
        ProjectError: a folder is a link, which may lead anywhere.
    """
    for folder in (layout.history, layout.versions(case_id)):
        if is_link(folder):
            raise ProjectError(f"{folder} is a link, so no versions are kept in it. Put a folder in its place.")


def read_record(path: Path, case_id: str, number: int) -> Version:
    """Read a version's record.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no version of this case, or damaged.
    """
    with open_to_read(path) as file:
        text = read_first_text(file.read(_RECORD_BYTES), _KEYWORD)
    version = json_data.parse(text, Version)
    if version.case != case_id and version.case in read_former_names(path.parent):
        version = replace(version, case=case_id)
    if (version.case, version.number) != (case_id, number):
        raise ValueError("it belongs elsewhere")
    if not (_is_time(version.when) and _is_time(version.approved_at or version.when)):
        raise ValueError("its time is malformed")
    return version


def read_former_names(folder: Path) -> list[str]:
    """Return what the case was called whose versions are in the folder; none if it was never renamed."""
    try:
        return json_data.read(folder / FORMER_NAMES, list[str], file_names=True)
    except (OSError, json_data.DataError):
        return []


def _clean(text: str) -> str:
    """Return a text of a record, short and without halves of characters."""
    return text[:_LONGEST_TEXT].encode("utf-8", "replace").decode("utf-8")


def _is_time(when: str) -> bool:
    try:
        return bool(datetime.fromisoformat(when).astimezone())
    except (ValueError, OverflowError, OSError):
        return False


def _isoformat(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def keep_present_mask(layout: Layout, labels: LabelSet, case: Case) -> None:
    """Keep the mask that is in the case's file, which is about to be replaced; one that cannot be read is set aside.

    A version that cannot be written is only logged: it must not keep a mask from being saved.
    """
    path = layout.mask(case.id)
    try:
        when = _isoformat(datetime.fromtimestamp(path.stat().st_mtime, UTC))
        mask = read_mask(path, labels, (case.height, case.width))
        origin = Origin(VersionStep.FOUND, case.changed_by, case.model, when=when)
        keep_version(layout, labels, case.id, mask, origin)
    except FileNotFoundError:
        return
    except MaskError as error:
        log.warning("the mask of %s was replaced, and is kept aside: %s", case.id, error)
        with contextlib.suppress(WriteError):  # then writing the new one fails too, and says so
            set_mask_aside(layout, case.id)
    except (ProjectError, WriteError, OSError, OverflowError, ValueError) as error:
        log.warning("the mask of %s was replaced, and could not be kept as a version: %s", case.id, error)


def set_mask_aside(layout: Layout, case_id: str) -> Path:
    """Rename a mask file that cannot be read, and return its new path.

    Raises:
        WriteError: it cannot be renamed.
    """
    return files.set_aside(layout.mask(case_id), partial(layout.mask_aside, case_id))


def keep_saved_mask(
    layout: Layout, labels: LabelSet, case: Case, mask: Mask, step: VersionStep, *, flush: bool = True
) -> Path | None:
    """Keep a mask that is on disk now; returns the version's file, or None if that failed, which is only logged.

    Args:
        layout: paths of the project.
        labels: the project's.
        case: whose mask it is, with the model that it came from.
        mask: (H, W) uint8.
        step: how it came to be.
        flush: see `keep_version`.
    """
    try:
        version, _ = keep_version(layout, labels, case.id, mask, Origin(step, model=case.model), flush=flush)
    except (WriteError, ProjectError) as error:
        log.warning("the mask of %s is saved, but not kept as a version: %s", case.id, error)
        return None
    return layout.version(case.id, version.number)
