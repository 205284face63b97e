"""Plan: which pictures a run segments, and which an earlier run has done."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from unet_desktop.engine.events import Message
from unet_desktop.labels import LabelSet
from unet_desktop.tasks.events import FailedBefore, FinishedBefore
from unet_desktop.tasks.folders.columns import Column, columns
from unet_desktop.tasks.folders.inputs import Picture
from unet_desktop.tasks.folders.ledger import Ledger, content_sha256
from unet_desktop.tasks.folders.request import Request
from unet_desktop.tasks.folders.tables import find_problem


class PriorStatus(Enum):
    """What earlier runs did with a picture."""

    OPEN = auto()
    STALE = auto()
    """Done with another model or for other outputs; it has to be done again."""
    FINISHED = auto()
    FAILED = auto()


_TO_DO = (PriorStatus.OPEN, PriorStatus.STALE)


@dataclass(frozen=True)
class Work:
    """What a finished picture must have been made with.

    Attributes:
        model: fingerprint of the weights.
        outputs: see `Outputs.of_a_picture`.
        labels: of the model.
    """

    model: str
    outputs: str
    labels: LabelSet

    @functools.cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns that a table can have."""
        return columns(self.labels, identifiers=True)


def find_prior_status(ledger: Ledger, output: Path, picture: Picture, work: Work) -> PriorStatus:
    """Compare a picture's content, model and outputs with its ledger entry and with the files that are there."""
    entry = ledger.entry(picture.relative)
    if entry is None:
        return PriorStatus.OPEN
    if is_stale(ledger, picture, work):
        return PriorStatus.STALE
    if entry.name != picture.name:
        return PriorStatus.OPEN
    if not entry.sha256 or content_sha256(picture.path) != entry.sha256:
        return PriorStatus.OPEN
    if entry.problem:
        return PriorStatus.FAILED
    if find_problem(entry, work.columns):  # its line was damaged
        return PriorStatus.OPEN
    complete = all(_length(output / where) == length for where, length in entry.files.items())
    return PriorStatus.FINISHED if complete else PriorStatus.OPEN


def may_be_segmented(ledger: Ledger, picture: Picture, request: Request) -> bool:
    """Whether the run may segment the picture, as far as that shows without reading it: not if it failed before."""
    entry = ledger.entry(picture.relative)
    return entry is None or not entry.problem or request.anew or request.retry_failed


def is_stale(ledger: Ledger, picture: Picture, work: Work) -> bool:
    """Whether an earlier run did the picture with another model or for other outputs."""
    entry = ledger.entry(picture.relative)
    return entry is not None and (entry.model, entry.outputs) != (work.model, work.outputs)


class Plan:
    """Chooses the pictures that this run segments and counts the others."""

    def __init__(self, request: Request, ledger: Ledger, work: Work) -> None:
        self._request, self._ledger, self._work = request, ledger, work
        self._counts: Counter[PriorStatus] = Counter()
        self._taken = 0

    @property
    def failed(self) -> int:
        """How many pictures failed in an earlier run and are not tried again."""
        return self._counts[PriorStatus.FAILED]

    @property
    def skipped(self) -> int:
        """How many pictures this run does not segment, for whatever reason."""
        return self._counts.total() - self._taken

    @property
    def full(self) -> bool:
        """Whether the run has reached its limit of pictures."""
        return self._taken == self._request.limit

    def take(self, picture: Picture) -> bool:
        """Count the picture; return whether this run segments it."""
        found = PriorStatus.OPEN
        if not self._request.anew:
            found = find_prior_status(self._ledger, self._request.output, picture, self._work)
        if found is PriorStatus.FAILED and self._request.retry_failed:
            found = PriorStatus.OPEN
        self._counts[found] += 1
        if found not in _TO_DO or self.full:
            return False
        self._taken += 1
        return True

    def messages(self, *, done: bool = True) -> Iterator[FinishedBefore | FailedBefore | Message]:
        """Report how many pictures are skipped and why; with `done=False`, also how many would be segmented."""
        if finished := self._counts[PriorStatus.FINISHED]:
            yield FinishedBefore(finished, self._counts.total())
        if self.failed:
            yield FailedBefore(self.failed)
        if stale := self._counts[PriorStatus.STALE]:
            were, are = ("was", "is") if stale == 1 else ("were", "are")
            yield Message(f"{stale} {were} segmented by another model or for other outputs, and {are} segmented again.")
        left = sum(self._counts[kind] for kind in _TO_DO) - self._taken
        if not done:
            yield Message(f"{self._taken} would be segmented now{f', {left} later' if left else ''}.")
        elif left:
            yield Message(f"{left} {'is' if left == 1 else 'are'} left for a later run.")


def _length(path: Path) -> int:
    """The file's length in bytes; -1 if it is missing."""
    try:
        return path.stat().st_size
    except OSError:
        return -1
