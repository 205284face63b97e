"""Journal: what was done to a case's mask, step by step, on disk as soon as each step is finished.

The file is a line that names its form, then records. A record is its length and CRC-32 (two little-endian 32-bit
numbers), then a line of JSON, then pixels as zlib left them. The first record is the `Start`; steps follow, and notes
of the states in which the mask was written to its own file:

- `Folding` comes before the mask file is replaced, so every state that the file can be in is in the journal;
- `Folded` comes after it, with the file's time and length, so a file that is up to date need not be decoded.

A step holds all pixels of its box as it left them. So the steps, applied in order to any state that the mask file was
in, end in the same mask: for each pixel the last one counts, and what no step touched is the same in all of them.
"""

from __future__ import annotations

import json
import struct
import threading
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from unet_desktop import files
from unet_desktop.masks.patch import Origin
from unet_desktop.masks.regions import Mask
from unet_desktop.masks.step import Step, StepKind

MAGIC = b"unet-desktop journal 1\n"
FRAME = struct.Struct("<II")
"""Length and CRC-32 of a record."""
_QUICK = 1
"""Level of zlib: masks are runs of equal pixels, which the quickest level makes small already."""

State = int | None
"""CRC-32 of a mask's pixels; None where there is no mask file."""
Stamp = tuple[int, int]
"""When a file was written, in nanoseconds, and its length in bytes."""


@dataclass(frozen=True, slots=True)
class Start:
    """What the steps start from.

    Attributes:
        height, width: of the mask.
        state: of the mask file.
        began_empty: nobody had drawn a mask before the first step.
        model: fingerprint of the model whose prediction the mask started from, or empty.
    """

    height: int
    width: int
    state: State
    began_empty: bool
    model: str


@dataclass(frozen=True, slots=True)
class Folding:
    """The mask as it is after that many steps is about to be written to its file."""

    state: State
    steps: int


@dataclass(frozen=True, slots=True)
class Folded:
    """The mask file was written and holds that many steps; None is the stamp of a file that was deleted."""

    stamp: Stamp | None
    steps: int


def state_of(mask: Mask | None) -> State:
    """The state of a mask file with these pixels."""
    return None if mask is None else zlib.crc32(np.ascontiguousarray(mask).data)


def stamp_of(path: Path) -> Stamp | None:
    """The file's stamp, or None where it is not there."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_size


class Journal:
    """The journal of one case that is being written; steps are added in one thread and flushed in another."""

    def __init__(self, path: Path, start: Start) -> None:
        """Begin anew; a file that is there is replaced with the first flush."""
        self.path, self._start = path, start
        self._length = self._base = self._steps = self._kept = 0
        self._state = start.state
        self._pending: list[Step | Folding | Folded] = []
        self._adding, self._writing = threading.Lock(), threading.Lock()

    @classmethod
    def resumed(cls, path: Path, start: Start, length: int, steps: int, state: State) -> Journal:
        """Go on behind the first `length` bytes of the file, which hold that many steps; the state is the mask's."""
        journal = cls(path, start)
        journal._state = state
        journal._length, journal._steps, journal._kept = length, steps, steps
        return journal

    @property
    def state(self) -> State:
        """Of the mask file, when the last one that was begun was written."""
        return self._state

    @property
    def steps(self) -> int:
        """How many steps were added."""
        return self._steps

    @property
    def safe(self) -> bool:
        """Is every step on disk?"""
        return self._kept == self._steps

    def add(self, entry: Step | Folding | Folded) -> None:
        """Note something; it takes no time, and `flush` brings it to the disk."""
        with self._adding:
            self._pending.append(entry)
            self._steps += isinstance(entry, Step)
            if isinstance(entry, Folding):
                self._state = entry.state

    def flush(self) -> None:
        """Bring all that was added to the disk.

        Raises:
            WriteError: it cannot be written; it stays in memory for the next attempt.
        """
        with self._writing:
            with self._adding:
                entries, self._pending = self._pending, []
            try:
                self._write(b"".join(_encoded(entry, self._base) for entry in entries))
            except BaseException:
                with self._adding:
                    self._pending[:0] = entries
                raise
            self._kept += sum(isinstance(entry, Step) for entry in entries)

    def restart(self, state: State, steps: int, model: str) -> None:
        """Begin anew from a mask file that was written though the journal could not be.

        Args:
            state: of the mask file.
            steps: how many it holds; those are forgotten, for the next start could not tell them apart from others.
            model: fingerprint of the model whose prediction the mask started from, or empty.
        """
        with self._writing, self._adding:
            kept, pending = self._kept, []
            for entry in self._pending:
                kept += isinstance(entry, Step)
                newer = kept > steps if isinstance(entry, Step) else entry.steps >= steps
                pending += [entry] if newer else []
            self._start = Start(self._start.height, self._start.width, state, self._start.began_empty, model)
            self._pending, self._length = pending, 0
            self._base = self._kept = steps

    def _write(self, data: bytes) -> None:
        if self._length:
            self._length = files.append_bytes(self.path, data, self._length) if data else self._length
        elif data:
            whole = MAGIC + _framed({"is": "start", **asdict(self._start)}) + data
            files.write_bytes(self.path, whole)
            self._length = len(whole)


def _encoded(entry: Step | Folding | Folded, base: int) -> bytes:
    if isinstance(entry, Step):
        return _encoded_step(entry)
    kind = "folding" if isinstance(entry, Folding) else "folded"
    return _framed({"is": kind, **asdict(entry), "steps": entry.steps - base})


def _encoded_step(step: Step) -> bytes:
    patch = step.patch
    height, width = patch.after.shape
    head: dict[str, object] = {"is": step.kind, "name": patch.name, "top": patch.top, "left": patch.left}
    head |= {"height": height, "width": width}
    if isinstance(patch, Origin):
        head |= {"model_before": patch.model_before, "model": patch.model}
    # A step back or forth is in the history already; only what it did to the pixels is needed.
    planes = [patch.before, patch.after] if step.kind is StepKind.DONE else [patch.after]
    return _framed(head, zlib.compress(b"".join(plane.tobytes() for plane in planes), _QUICK))


def _framed(head: dict[str, object], pixels: bytes = b"") -> bytes:
    record = json.dumps(head, ensure_ascii=False).encode() + b"\n" + pixels
    return FRAME.pack(len(record), zlib.crc32(record)) + record
