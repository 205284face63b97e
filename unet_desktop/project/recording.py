"""Recording: a journal read back from the disk, and the mask and history that its steps make."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from unet_desktop.errors import ProjectError
from unet_desktop.masks.history import BUDGET, History
from unet_desktop.masks.patch import Origin, Patch
from unet_desktop.masks.regions import Mask
from unet_desktop.masks.step import Step, StepKind
from unet_desktop.project.journal import FRAME, MAGIC, Folded, Folding, Journal, Stamp, Start, State

_MALFORMED = (ValueError, KeyError, TypeError, AttributeError, zlib.error)


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """A journal as it was found.

    Attributes:
        path: the journal's file.
        start: what its steps start from.
        states: states that the mask file can be in, and how many steps each holds, oldest first.
        folded: what is known of the mask file as it was written last, or None.
        length: bytes of the file that are whole.
        damaged: a record in the middle is not whole; what follows on it cannot be used.
        records: the steps, still as they are on disk.
    """

    path: Path
    start: Start
    states: tuple[Folding, ...]
    folded: Folded | None
    length: int
    damaged: bool
    records: tuple[bytes, ...]

    @property
    def steps(self) -> int:
        """How many steps it holds."""
        return len(self.records)

    def is_up_to_date(self, stamp: Stamp | None) -> bool:
        """Does the mask file of that stamp hold all steps already?"""
        return self.folded is not None and self.folded == Folded(stamp, self.steps)

    def holds(self, state: State) -> int | None:
        """How many steps a mask file in this state holds; None when the journal does not know that state."""
        found = [known.steps for known in self.states if known.state == state]
        return found[-1] if found else None

    def replay(self, mask: Mask | None = None, budget: int = BUDGET) -> Replayed:
        """Do all steps again, and apply them to a mask in place when one is given.

        Args:
            mask: (H, W) uint8 in any state that the journal knows; None when only the history is wanted.
            budget: bytes that the history may hold.

        Raises:
            ProjectError: a record cannot be understood.
        """
        history, model = History(budget), self.start.model
        for step in self._steps():
            if mask is not None:
                step.patch.apply(mask)
            if isinstance(step.patch, Origin):
                model = step.patch.model
            if step.kind is StepKind.DONE:
                history.push(step.patch)
            elif (history.undo() if step.kind is StepKind.UNDONE else history.redo()) is None:
                history = History(budget)  # it goes back behind the start, so what follows on it is not known
        return Replayed(history, model)

    def resume(self) -> Journal:
        """Go on writing behind what is whole."""
        return Journal.resumed(self.path, self.start, self.length, self.steps, self.states[-1].state)

    def _steps(self) -> Iterator[Step]:
        """One after another: all of them at once could be more than fits into memory."""
        for record in self.records:
            try:
                yield _step(record, self.start.height, self.start.width)
            except _MALFORMED as error:
                raise ProjectError(f"The journal {self.path} cannot be understood ({error}).") from error


@dataclass(frozen=True, slots=True, eq=False)
class Replayed:
    """What the steps led to: the history, and the model whose prediction the mask started from, or empty."""

    history: History
    model: str


def read_journal(path: Path) -> Recording | None:
    """The journal, or None where there is none. A record that is torn at the end was never finished: it is left out.

    Raises:
        ProjectError: it cannot be read, or is no journal.
    """
    try:
        data = path.read_bytes()
        if not data.startswith(MAGIC):
            raise ValueError("it does not begin as a journal does")
        records, end, damaged = _frames(data)
        return _recording(path, records, end, damaged)
    except FileNotFoundError:
        return None
    except (OSError, *_MALFORMED) as error:
        raise ProjectError(f"The journal {path} cannot be read ({error}).") from error


def _frames(data: bytes) -> tuple[list[bytes], int, bool]:
    """The whole records, where the last one ends, and whether others lie behind one that is not whole."""
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


def _recording(path: Path, records: list[bytes], length: int, damaged: bool) -> Recording:
    heads = [json.loads(record[: record.index(b"\n")]) for record in records]
    kinds = [head.pop("is") for head in heads]
    if not kinds or kinds[0] != "start":
        raise ValueError("it has no start")
    start = Start(**heads[0])
    states, folded, steps = [Folding(start.state, 0)], None, []
    for kind, head, record in zip(kinds[1:], heads[1:], records[1:], strict=True):
        if kind == "folding":
            states.append(Folding(**head))
        elif kind == "folded":
            stamp = head["stamp"]
            folded = Folded(None if stamp is None else (int(stamp[0]), int(stamp[1])), int(head["steps"]))
        else:
            steps.append(record)
    return Recording(path, start, tuple(states), folded, length, damaged, tuple(steps))


def _step(record: bytes, height: int, width: int) -> Step:
    line = record.index(b"\n")
    head: dict[str, Any] = json.loads(record[:line])
    pixels = np.frombuffer(zlib.decompress(record[line + 1 :]), np.uint8)
    planes = pixels.reshape(-1, head["height"], head["width"]).copy()
    name, top, left = str(head["name"]), int(head["top"]), int(head["left"])
    patch = Patch(name, top, left, planes[0], planes[-1])
    if patch.box != patch.box.within(height, width):
        raise ValueError("a step lies outside the mask")
    if "model" in head:
        patch = Origin(name, top, left, planes[0], planes[-1], str(head["model_before"]), str(head["model"]))
    return Step(StepKind(head["is"]), patch)
