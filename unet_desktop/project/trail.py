"""Trail: who did what to which case or model, in a file of the project that only grows.

Each line is a JSON object that holds the SHA-256 of the line before and of its own, so that a line that was changed,
removed or put in later is found. A line that a killed program left unfinished is closed off by the next one. Another
file keeps the number and digest of the last line, so that an end that was cut off is noticed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from unet_desktop import files, growing_files, json_data, person
from unet_desktop.errors import ProjectError, WriteError
from unet_desktop.links import is_link, open_to_read
from unet_desktop.project.guard import check_project
from unet_desktop.project.layout import Layout
from unet_desktop.project.trail_end import TrailEnd, count_missing, describe_missing, read_end, write_end

_MAX_LINE = 1 << 16
"""Bytes of the longest line that is written or read."""
MISSING_NOTED = "lines are missing in the trail"
"""Detail of the event by which a person says that missing lines are known."""
_WRITING = threading.Lock()
"""Held while writing: a job and the window may both append, and some file systems have no locks."""


class Act(StrEnum):
    """What was done."""

    CREATED = "created"
    CHANGED = "changed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    APPROVED = "approved"
    REOPENED = "approval withdrawn"
    FLAGGED = "flagged"
    UNFLAGGED = "flag removed"
    DESCRIBED = "described"
    CLEARED = "mask removed"
    RESTORED = "restored"
    REMOVED = "removed"
    RENAMED = "renamed"
    """The detail holds the name before, see `former_name`."""
    EXCHANGED = "picture exchanged"
    """Somebody replaced the picture by another file."""
    EMPTIED = "bin emptied"
    LABELS = "labels changed"
    RELABELLED = "mask rewritten for changed labels"
    ADJUDICATED = "adjudicated"
    COLLECTED = "collected"
    NOTICED = "noticed"
    """What the program found changed by others, such as a mask edited by another program."""
    PICTURE_REPLACED = "picture replaced"
    """The program found that others had replaced or removed the picture of a case that was open."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was done, to be noted.

    Attributes:
        act: what was done.
        case: the case's id, or empty.
        model: the model's name, or empty.
        source: weights_sha256 of the model that a mask came from, or empty.
        mask: SHA-256 of the human mask's file afterwards, or empty.
        detail: a few words, such as which fields were changed.
    """

    act: Act
    case: str = ""
    model: str = ""
    source: str = ""
    mask: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the trail.

    Attributes:
        number: its number; later entries have higher ones, whatever the clock says.
        when: ISO 8601, UTC, by the clock of the computer that wrote it.
        who: the person's name; empty if nobody gave one.
        act, case, model, source, mask, detail: see `Event`; the act is a text, because newer programs know more.
    """

    number: int
    when: str
    who: str
    act: str
    case: str
    model: str
    source: str
    mask: str
    detail: str


@dataclass(slots=True)
class Trail:
    """What the trail holds.

    Attributes:
        entries: oldest first.
        problems: sentences on lines that do not follow from the ones before, and on those that are missing.
        missing: those of the problems that are about missing lines; they end when the trail notes them.
        torn: number of lines that a killed program left unfinished and that were closed off.
        unfinished: the last line is unfinished; the next entry closes it off.
        end: number of the last entry and SHA-256 of the last line, which the next entry will hold.
    """

    entries: list[Entry] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    torn: int = 0
    unfinished: bool = False
    end: TrailEnd = field(default=TrailEnd(0, ""))


def append(layout: Layout, *events: Event) -> None:
    """Add events to the project's trail, in the name of the person on this computer; they are on disk afterwards.

    Any thread and any program may call this.

    Raises:
        WriteError: it cannot be written, or its file is a link or no ordinary file.
    """
    if not events:
        return
    path = layout.trail
    check_project(layout.root)
    try:
        with _WRITING, growing_files.open_own(path, create=True, append=True) as file, _hold(file):
            number, previous, gap = _find_end(file)
            is_new, missing = not previous, count_missing(layout, number, unfinished=gap)
            when, who = datetime.now(UTC).isoformat(timespec="milliseconds"), person.read_name()
            data = b"\n" if gap else b""
            for event in events:
                line = _encode(number + 1, when, who, event, previous, torn=gap, missing=missing)
                number, previous, gap, missing = number + 1, _digest(line), False, 0
                data += line + b"\n"
            _write_all(file, data)
            with contextlib.suppress(WriteError):  # the next line is noted again
                write_end(layout, TrailEnd(number, previous))
        if is_new:
            files.flush_files([path])  # its name, too
    except OSError as error:
        raise WriteError(
            f"{path} could not be written ({error.strerror or error}). Check free space and permissions."
        ) from error


def read(layout: Layout) -> Trail:
    """Read and verify the project's trail; one without entries if the project has none.

    Raises:
        ProjectError: it cannot be read.
    """
    trail, previous, torn, number = Trail(), "", 0, 0
    end, is_end_known = read_end(layout), False
    for at, line in enumerate(_lines(layout.trail), 1):
        text = line.removesuffix(b"\n")
        entry = _decode(text)
        if text == line and entry is None:
            trail.unfinished = True
            if len(line) >= _MAX_LINE:
                trail.problems.append(f"Line {at} of the trail is too long to be one of its lines.")
            break
        if entry is None:
            if torn:
                trail.problems.append(_unreadable(torn))
            torn = at
        else:
            closes = entry.after_unfinished
            trail.torn += bool(torn and closes)
            if torn and not closes:
                trail.problems.append(_unreadable(torn))
            elif entry.previous != previous:
                trail.problems.append(
                    f"Line {at} of the trail does not follow from the line before it: a line was changed or removed."
                )
            elif entry.number != number + 1:
                trail.problems.append(f"Line {at} of the trail is number {entry.number}, not {number + 1}.")
            if entry.missing_before:
                trail.missing.append(f"Before line {at} of the trail, {describe_missing(entry.missing_before)}.")
            if entry.act == Act.NOTICED and entry.detail == MISSING_NOTED:
                trail.missing.clear()
            trail.entries.append(entry.entry)
            number, torn = entry.number, 0
        previous = _digest(text)
        is_end_known |= entry is not None and end is not None and end == TrailEnd(entry.number, previous)
    if torn:
        trail.problems.append(_unreadable(torn))
    if end is not None and (count := end.number - number - bool(torn or trail.unfinished)) > 0:
        trail.missing.append(f"At the end of the trail, {describe_missing(count)}.")
    elif end is not None and end.number <= number and not is_end_known and not trail.problems:
        trail.problems.append(f"Line {end.number} of the trail is not the one that was written: it was replaced.")
    trail.problems += trail.missing
    trail.end = TrailEnd(number, previous)
    return trail


def _unreadable(at: int) -> str:
    return f"Line {at} of the trail was changed: it is not as the program wrote it."


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with open_to_read(path) as file:
            while line := file.readline(_MAX_LINE):
                yield line if len(line) < _MAX_LINE or line.endswith(b"\n") else _pass_long_line(file, line)
    except FileNotFoundError as error:
        if is_link(path):
            raise ProjectError(
                f"{path} is a link that leads nowhere, so what it held is not here. Put the file back from a backup."
            ) from error
    except OSError as error:
        raise ProjectError(f"{path} cannot be read ({error.strerror or error}). Check its permissions.") from error


def _pass_long_line(file: BinaryIO, line: bytes) -> bytes:
    """Go to the end of a line that is too long to be one of the trail's; return some of it."""
    rest = line
    while rest and not rest.endswith(b"\n"):
        rest = file.readline(_MAX_LINE)
    return line + b"\n" if rest else line


def _find_end(file: FileIO) -> tuple[int, str, bool]:
    """Return the last entry's number, the digest of the last line, and whether that line is unfinished."""
    size = os.fstat(file.fileno()).st_size
    if size == 0:
        return 0, "", False
    start = max(0, size - 2 * _MAX_LINE)
    file.seek(start)
    tail = _read_all(file, size - start)
    unfinished = not tail.endswith(b"\n")
    lines = tail.removesuffix(b"\n").split(b"\n")
    for line in reversed(lines):
        if (data := _decode(line)) is not None:
            return data.number, _digest(lines[-1]), unfinished
    return 0, _digest(lines[-1]), unfinished


def _encode(number: int, when: str, who: str, event: Event, previous: str, *, torn: bool, missing: int) -> bytes:
    values = {
        "number": number,
        "when": when,
        "who": who,
        "act": event.act.value,
        "case": event.case,
        "model": event.model,
        "source": event.source,
        "mask": event.mask,
        "detail": event.detail[:1000],
    }
    given: dict[str, object] = {
        name: _as_text(value) if isinstance(value, str) else value
        for name, value in values.items()
        if value != "" or name == "who"
    }
    if torn:
        given["after_unfinished"] = True
    if missing:
        given["missing_before"] = missing
    body = json.dumps(given | {"previous": previous}).encode("ascii")[:-1]
    return body + _OWN_DIGEST + _digest(body).encode("ascii") + b'"}'


def _as_text(value: str) -> str:
    """Return a value with escapes in place of bytes of file names that are not UTF-8, which readers refuse."""
    return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode("utf-8")


def _decode(line: bytes) -> _Line | None:
    """Return the line's values, or None if the program did not write it so."""
    body, _, digest = line.rpartition(_OWN_DIGEST)
    if digest != _digest(body).encode("ascii") + b'"}':
        return None
    try:
        return json_data.parse(line, _Line)
    except json_data.DataError:
        return None


_OWN_DIGEST = b', "digest": "'
"""Before the digest of all that is before it in a line; only so is a change of the last line found."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as it is stored; what is empty is left out."""

    number: json_data.Count
    when: str
    act: str
    previous: str
    who: str = ""
    case: str = ""
    model: str = ""
    source: str = ""
    mask: str = ""
    detail: str = ""
    after_unfinished: bool = False
    missing_before: json_data.Count = 0

    @property
    def entry(self) -> Entry:
        """The line without what chains it to the others."""
        return Entry(*(getattr(self, field.name) for field in fields(Entry)))


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _read_all(file: FileIO, size: int) -> bytes:
    data = b""
    while len(data) < size and (piece := file.read(size - len(data))):
        data += piece
    return data


def _write_all(file: FileIO, data: bytes) -> None:
    """Append all of the data or, as far as the disk lets, nothing, and flush."""
    size = os.fstat(file.fileno()).st_size
    try:
        if file.write(data) != len(data):
            raise OSError("no space left")
        files.flush_handle(file.fileno())
    except OSError:
        with contextlib.suppress(OSError):
            file.truncate(size)
        raise


if sys.platform == "win32":
    import msvcrt

    _LOCK_OFFSET = 1 << 40
    """Windows blocks reading of locked bytes, so the locked byte is far behind the content."""

    @contextlib.contextmanager
    def _hold(file: FileIO) -> Iterator[None]:
        file.seek(_LOCK_OFFSET)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        try:
            yield
        finally:
            file.seek(_LOCK_OFFSET)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    @contextlib.contextmanager
    def _hold(file: FileIO) -> Iterator[None]:
        with contextlib.suppress(OSError):  # without locks, the project's lock keeps other programs out
            fcntl.flock(file.fileno(), fcntl.LOCK_EX)
        yield  # closing the file unlocks it
