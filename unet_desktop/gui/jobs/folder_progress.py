"""FolderRunProgress: how a run over a folder goes, and how fast; no widgets here.

Seconds are those of any clock that only goes forward.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import assert_never

from unet_desktop.engine.events import Message, StopPoint
from unet_desktop.tasks.events import (
    FailedBefore,
    FileWritten,
    FinishedBefore,
    FolderEvent,
    FramesLeftOut,
    ItemDone,
    Planned,
    RunDone,
)

_SPAN = 30.0
"""Seconds that count for the pace: enough to be steady, few enough to follow when another program takes the cores."""
_MIN_PICTURES_FOR_PACE = 3
"""Pictures before there is a pace; the first ones wait for the model."""
_MIN_PICTURES_FOR_RATE = 10
"""Pictures before there is a rate of the whole run."""
_MAX_PROBLEMS = 4


class Pace:
    """How fast a count has grown in the last half minute."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def restart(self) -> None:
        """Forget what was seen, as after a pause."""
        self._seen.clear()

    def add(self, done: int, now: float) -> None:
        """Note how many are done now."""
        self._seen.append((now, done))
        while len(self._seen) > 2 and now - self._seen[0][0] > _SPAN:
            self._seen.popleft()

    @property
    def rate(self) -> float | None:
        """Pictures a second; None while too few were seen."""
        if len(self._seen) < 2:
            return None
        (began, first), (ended, last) = self._seen[0], self._seen[-1]
        if last - first < _MIN_PICTURES_FOR_PACE or ended <= began:
            return None
        return (last - first) / (ended - began)

    def seconds_left(self, total: int) -> float | None:
        """Seconds until that many are done; None while unknown."""
        rate = self.rate
        return None if rate is None else max(0, total - self._seen[-1][1]) / rate


@dataclass(slots=True)
class FolderRunProgress:
    """What the events of a run have said so far.

    Attributes:
        segmented: how many pictures.
        failed: how many pictures could not be segmented.
        flagged: how many of the segmented pictures have a note.
        total: pictures of this run; 0 until the first one is done.
        problems: the last few, as sentences.
        finished_before: pictures that an earlier run has finished, if there are any.
        pace: of the last half minute.
    """

    segmented: int = 0
    failed: int = 0
    flagged: int = 0
    total: int = 0
    problems: deque[str] = field(default_factory=lambda: deque(maxlen=_MAX_PROBLEMS))
    finished_before: FinishedBefore | None = None
    pace: Pace = field(default_factory=Pace)
    _began: float | None = None
    _paused: float | None = None

    @property
    def done(self) -> int:
        """How many pictures were segmented or failed."""
        return self.segmented + self.failed

    @property
    def complete(self) -> bool:
        """Whether no picture is left; tables and reports follow."""
        return 0 < self.total <= self.done

    @property
    def seconds_left(self) -> float | None:
        """Until the last picture is done; None while unknown."""
        return self.pace.seconds_left(self.total)

    def update(self, event: FolderEvent, now: float) -> None:
        """Follow an event of the run."""
        match event:
            case ItemDone():
                self._began = now if self._began is None else self._began
                self.total = event.total
                if event.problem:
                    self.failed += 1
                    self.problems.append(event.problem)
                else:
                    self.segmented += 1
                    self.flagged += bool(event.note)
                self.pace.add(self.done, now)
            case FinishedBefore():
                self.finished_before = event
            case FramesLeftOut():
                self.problems.append(event.sentence)
            case Message() | StopPoint() | Planned() | FailedBefore() | FileWritten() | RunDone():
                pass
            case _:
                assert_never(event)

    def pause(self, now: float) -> None:
        """The run is paused: until `resume` no time passes."""
        self.pace.restart()
        self._paused = now

    def resume(self, now: float) -> None:
        """The run is resumed."""
        if self._paused is not None and self._began is not None:
            self._began += now - self._paused
        self._paused = None

    def rate(self, now: float) -> float | None:
        """Segmented pictures a second of the whole run, pauses left out; None when there are too few."""
        if self._began is None or self.segmented < _MIN_PICTURES_FOR_RATE:
            return None
        return self.segmented / max(now - self._began, 0.1)

    def summary(self, *, complete: bool, how: str = "was stopped") -> str:
        """How the run ended, in sentences.

        Args:
            complete: it came to its end.
            how: what happened to it otherwise.
        """
        pictures = "picture" if self.total == 1 else "pictures"
        sentences = [f"{self.segmented:,} of {self.total:,} {pictures} segmented."]
        if not self.total:
            sentences = ["There was nothing left to segment." if complete else "No picture was segmented."]
        if self.finished_before is not None:
            sentences.append(self.finished_before.sentence)
        if self.failed:
            sentences.append(f"{self.failed:,} could not be done; errors.csv says why.")
        if not complete:
            sentences.append(f"The run {how}; it can be resumed.")
        return " ".join(sentences)
