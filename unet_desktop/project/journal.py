"""Journal: every step done to a case's mask, on disk as soon as the step is finished, and read back after a crash.

The file starts with a line that names the format; records follow. A record is its length and CRC-32 (two little-endian
32-bit integers), a line of JSON, and pixels compressed with zlib. The first record is the `JournalHeader`. Then come
the steps, and notes about writing the mask's own file:

- `MaskWriteStarted` precedes each write, so the journal knows every state the mask file can be in;
- `MaskWritten` follows it with the file's time and length, so an up-to-date file need not be decoded.

A step holds all pixels of its box as it left them. Replaying the steps in order on any known state of the mask file
therefore gives the same mask: the last step that touched a pixel decides, and untouched pixels are the same in all.
"""

from __future__ import annotations

import json
import struct
import threading
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from msgspec import Meta, Struct, field

from unet_desktop import files, growing_files
from unet_desktop.errors import ProjectError, reason_of
from unet_desktop.file_identity import FileIdentity, read_identity
from unet_desktop.images.box import Box
from unet_desktop.images.read import MAX_PIXELS
from unet_desktop.json_data import Count, Side, parse
from unet_desktop.links import open_in_place
from unet_desktop.masks.history import BUDGET, History, Step, StepKind
from unet_desktop.masks.patch import Patch, SourcePatch
from unet_desktop.masks.regions import Mask
from unet_desktop.project.guard import check_project

MAGIC = b"unet-desktop journal 1\n"
FRAME = struct.Struct("<II")
"""Length and CRC-32 of a record."""
_LARGEST = 1 << 30
"""Bytes; a day's work on one mask takes a hundredth of it."""
_ZLIB_LEVEL = 1
"""Masks are runs of equal pixels, which even the fastest level compresses well."""

MaskChecksum = Annotated[int, Meta(ge=0, lt=1 << 32)] | None
"""CRC-32 of a mask's pixels; None if there is no mask file."""
MaskStamp = tuple[int, int]
"""A file's modification time in ns and length in bytes."""


@dataclass(frozen=True, slots=True)
class JournalHeader:
    """The first record: what the steps start from.

    Attributes:
        height, width: of the mask, pixels.
        state: of the mask file.
        began_empty: there was no mask before the first step.
        model: weights_sha256 of the model whose prediction the mask started from, or empty.
    """

    height: Side
    width: Side
    state: MaskChecksum
    began_empty: bool
    model: str


@dataclass(frozen=True, slots=True)
class MaskWriteStarted:
    """The mask as it is after this many steps is about to be written to its file."""

    state: MaskChecksum
    steps: Count


@dataclass(frozen=True, slots=True)
class MaskWritten:
    """The mask file was written and holds this many steps; the stamp is None if the file was deleted."""

    stamp: MaskStamp | None
    steps: Count


class _Head(Struct, frozen=True):
    kind: Literal["start", "folding", "folded", "done", "undone", "redone"] = field(name="is")


class _StepHead(Struct, frozen=True):
    kind: StepKind = field(name="is")
    name: str
    top: Count
    left: Count
    height: Side
    width: Side
    model_before: str = ""
    model: str | None = None


def checksum_of(mask: Mask | None) -> MaskChecksum:
    """Return the state of a mask file with these pixels, (H, W) uint8; None means no file."""
    return None if mask is None else zlib.crc32(np.ascontiguousarray(mask).data)


def stamp_of(path: Path) -> MaskStamp | None:
    """Return the file's stamp, which journals store; None if it does not exist.

    Raises:
        OSError: it cannot be looked at.
    """
    found = read_identity(path)
    return None if found is None else (found.modified, found.size)


class Journal:
    """Writes the journal of one case; steps are added in one thread and flushed in another."""

    def __init__(self, path: Path, start: JournalHeader) -> None:
        """Start a new journal; an existing file is replaced by the first flush."""
        self.path, self._start = path, start
        self._length = self._base = self._steps = self._kept = 0
        self._state = start.state
        self._known = {start.state}
        self.written_file: FileIdentity | None = None
        """Of the mask file when it was last written or found to be as known; None if that is not known."""
        self._pending: list[Step | MaskWriteStarted | MaskWritten] = []
        self._adding, self._writing = threading.Lock(), threading.Lock()

    @classmethod
    def resume(
        cls, path: Path, start: JournalHeader, length: int, steps: int, states: Sequence[MaskChecksum]
    ) -> Journal:
        """Append after the first `length` bytes of the file, which hold `steps` steps.

        The mask file is in one of the states, probably the last.
        """
        journal = cls(path, start)
        journal._state = states[-1]
        journal._known.update(states)
        journal._length, journal._steps, journal._kept = length, steps, steps
        return journal

    @property
    def state(self) -> MaskChecksum:
        """State of the mask file after the last write that was started."""
        return self._state

    def knows(self, state: MaskChecksum) -> bool:
        """Return whether this program wrote or found the mask file in this state."""
        return state in self._known

    @property
    def steps(self) -> int:
        """Number of steps added."""
        return self._steps

    @property
    def safe(self) -> bool:
        """Whether every step is on disk."""
        return self._kept == self._steps

    def add(self, entry: Step | MaskWriteStarted | MaskWritten) -> None:
        """Queue an entry without any delay; `flush` writes it to disk."""
        with self._adding:
            self._pending.append(entry)
            self._steps += isinstance(entry, Step)
            if isinstance(entry, MaskWriteStarted):
                self._state = entry.state
                self._known.add(entry.state)

    def flush(self) -> None:
        """Write all queued entries to disk.

        Raises:
            WriteError: it cannot be written; it stays in memory for the next attempt.
        """
        with self._writing:
            with self._adding:
                entries, self._pending = self._pending, []
            try:
                self._write(b"".join(_encode(entry, self._base) for entry in entries))
            except BaseException:
                with self._adding:
                    self._pending[:0] = entries
                raise
            self._kept += sum(isinstance(entry, Step) for entry in entries)

    def restart(self, state: MaskChecksum, steps: int, model: str) -> None:
        """Start again from a mask file that was written although the journal could not be.

        Args:
            state: of the mask file.
            steps: number of steps it holds; they are dropped from the journal.
            model: weights_sha256 of the model whose prediction the mask started from, or empty.
        """
        with self._writing, self._adding:
            kept, pending = self._kept, []
            for entry in self._pending:
                kept += isinstance(entry, Step)
                newer = kept > steps if isinstance(entry, Step) else entry.steps >= steps
                pending += [entry] if newer else []
            self._start = JournalHeader(self._start.height, self._start.width, state, self._start.began_empty, model)
            self._pending, self._length = pending, 0
            self._base = self._kept = steps

    def _write(self, data: bytes) -> None:
        check_project(self.path.parent.parent)
        if self._length:
            self._length = growing_files.append_bytes(self.path, data, self._length) if data else self._length
        elif data:
            whole = MAGIC + frame({"is": "start", **asdict(self._start)}) + data
            files.write_bytes(self.path, whole)
            self._length = len(whole)


def _encode(entry: Step | MaskWriteStarted | MaskWritten, base: int) -> bytes:
    if isinstance(entry, Step):
        return _encode_step(entry)
    kind = "folding" if isinstance(entry, MaskWriteStarted) else "folded"
    return frame({"is": kind, **asdict(entry), "steps": entry.steps - base})


def _encode_step(step: Step) -> bytes:
    patch = step.patch
    height, width = patch.after.shape
    head: dict[str, object] = {"is": step.kind, "name": patch.name, "top": patch.top, "left": patch.left}
    head |= {"height": height, "width": width}
    if isinstance(patch, SourcePatch):
        head |= {"model_before": patch.model_before, "model": patch.model}
    # The history already holds an undone or redone step; only the resulting pixels are needed.
    planes = [patch.before, patch.after] if step.kind is StepKind.DONE else [patch.after]
    return frame(head, zlib.compress(b"".join(plane.tobytes() for plane in planes), _ZLIB_LEVEL))


def frame(head: dict[str, object], pixels: bytes = b"") -> bytes:
    """Return a record as it is stored."""
    record = json.dumps(head, ensure_ascii=False).encode() + b"\n" + pixels
    return FRAME.pack(len(record), zlib.crc32(record)) + record


_MALFORMED = (ValueError, zlib.error)


@dataclass(frozen=True, slots=True, eq=False)
class LoadedJournal:
    """A journal read from disk.

    Attributes:
        path: the journal's file.
        header: what its steps start from.
        states: the states that the mask file can be in, with the number of steps in each, oldest first.
        written: the last completed write of the mask file, or None.
        length: bytes of the file before any damage.
        damaged: a record in the middle is damaged, and those after it cannot be used.
        records: the steps, still encoded.
    """

    path: Path
    header: JournalHeader
    states: tuple[MaskWriteStarted, ...]
    written: MaskWritten | None
    length: int
    damaged: bool
    records: tuple[bytes, ...]

    @property
    def steps(self) -> int:
        """Number of steps."""
        return len(self.records)

    def is_up_to_date(self, stamp: MaskStamp | None) -> bool:
        """Return whether the mask file with this stamp already holds all steps."""
        return self.written is not None and self.written == MaskWritten(stamp, self.steps)

    def steps_in(self, state: MaskChecksum) -> int | None:
        """Return the number of steps in a mask file of this state; None if the journal does not know the state."""
        found = [known.steps for known in self.states if known.state == state]
        return found[-1] if found else None

    def replay(self, mask: Mask | None = None, budget: int = BUDGET) -> ReplayResult:
        """Replay all steps, applying them to the mask in place if one is given.

        Args:
            mask: (H, W) uint8 in any state that the journal knows; None to get only the history.
            budget: bytes that the history may hold.

        Raises:
            ProjectError: a record cannot be read.
        """
        history, model = History(budget), self.header.model
        for step in self._steps():
            if mask is not None:
                step.patch.apply(mask)
            if isinstance(step.patch, SourcePatch):
                model = step.patch.model
            if step.kind is StepKind.DONE:
                history.push(step.patch)
            elif (history.undo() if step.kind is StepKind.UNDONE else history.redo()) is None:
                history = History(budget)  # it undoes a step from before the journal, so earlier history is unusable
        return ReplayResult(history, model)

    def resume(self) -> Journal:
        """Return a journal that appends after the intact part."""
        states = [known.state for known in self.states]
        return Journal.resume(self.path, self.header, self.length, self.steps, states)

    def _steps(self) -> Iterator[Step]:
        """Decode the steps one at a time, because all of them might not fit into memory."""
        for record in self.records:
            try:
                yield _decode_step(record, self.header.height, self.header.width)
            except _MALFORMED as error:
                raise ProjectError(f"The journal {self.path} cannot be read ({error}).") from error


@dataclass(frozen=True, slots=True, eq=False)
class ReplayResult:
    """The history after replaying, and the model whose prediction the mask started from, or empty."""

    history: History
    model: str


def read_journal(path: Path) -> LoadedJournal | None:
    """Read a journal; None if there is none. An incomplete record at the end is left out.

    Raises:
        ProjectError: it cannot be read, or is not a journal.
    """
    try:
        with open_in_place(path, read_only=True) as file:  # it will be appended to
            data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise ValueError(f"it is longer than {_LARGEST} bytes")
        if not data.startswith(MAGIC):
            raise ValueError("it does not start like a journal")
        records, end, damaged = _split_frames(data)
        return _parse_journal(path, records, end, damaged)
    except FileNotFoundError:
        return None
    except (OSError, *_MALFORMED) as error:
        raise ProjectError(f"The journal {path} cannot be read ({reason_of(error)}).") from error


def _split_frames(data: bytes) -> tuple[list[bytes], int, bool]:
    """Return the intact records, the end of the last one, and whether more data follows a damaged record."""
    records: list[bytes] = []
    at = len(MAGIC)
    while at + FRAME.size <= len(data):
        length, checksum = FRAME.unpack_from(data, at)
        end = at + FRAME.size + length
        record = data[at + FRAME.size : end]
        if end > len(data) or zlib.crc32(record) != checksum:
            return records, at, end < len(data)
        records.append(record)
        at = end
    return records, at, False


def _parse_journal(path: Path, records: list[bytes], length: int, damaged: bool) -> LoadedJournal:
    heads = [record[: record.index(b"\n")] for record in records]
    kinds = [parse(head, _Head).kind for head in heads]
    if not kinds or kinds[0] != "start":
        raise ValueError("it has no header")
    start = parse(heads[0], JournalHeader)
    if start.height * start.width > MAX_PIXELS:
        raise ValueError(f"it is of a mask of {start.width} x {start.height} pixels, larger than any picture")
    states, folded, steps = [MaskWriteStarted(start.state, 0)], None, []
    for kind, head, record in zip(kinds[1:], heads[1:], records[1:], strict=True):
        match kind:
            case "start":
                raise ValueError("it has two headers")
            case "folding":
                states.append(parse(head, MaskWriteStarted))
            case "folded":
                folded = parse(head, MaskWritten)
            case _:
                steps.append(record)
    return LoadedJournal(path, start, tuple(states), folded, length, damaged, tuple(steps))


def _decode_step(record: bytes, height: int, width: int) -> Step:
    line = record.index(b"\n")
    head = parse(record[:line], _StepHead)
    box = Box(head.top, head.left, head.top + head.height, head.left + head.width)
    if box != box.clip(height, width):
        raise ValueError("a step lies outside the mask")
    count = head.height * head.width
    unpacker = zlib.decompressobj()
    pixels = np.frombuffer(unpacker.decompress(record[line + 1 :], 2 * count + 1), np.uint8)
    if len(pixels) not in (count, 2 * count) or not unpacker.eof:
        raise ValueError("a step has more or fewer pixels than its box")
    planes = pixels.reshape(-1, head.height, head.width).copy()
    if head.model is None:
        return Step(head.kind, Patch(head.name, head.top, head.left, planes[0], planes[-1]))
    patch = SourcePatch(head.name, head.top, head.left, planes[0], planes[-1], head.model_before, head.model)
    return Step(head.kind, patch)
