"""FolderRuns: the run over a folder that is under way or was the last one, and going on with it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from unet_desktop.checkpoint_header import read_header
from unet_desktop.gui.jobs.runner import Job, JobRunner
from unet_desktop.labels import LabelSet
from unet_desktop.tasks.events import FinishedBefore, FolderEvent, ItemDone, TaskEvent
from unet_desktop.tasks.folders.request import Request


class FolderRuns(QObject):
    """Starts runs and counts what came of them; one at a time, like all jobs.

    Signals:
        begun: a run begins, or goes on.
        event_happened: what it yielded.
        ended(bool, str): whether it came to its end, and how it went, as a sentence.
        paced(float): pictures a second of a run that is over.
    """

    begun = Signal()
    event_happened = Signal(object)
    ended = Signal(bool, str)
    paced = Signal(float)

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        """No run yet."""
        super().__init__(parent)
        self._runner = runner
        self.request: Request | None = None
        self.title = ""
        self.labels: LabelSet | None = None
        self._counts = (0, 0, 0)  # done, failed, in all
        self._began = 0.0
        self._running = False
        self._rests_since, self._finished = 0.0, ""
        runner.event_happened.connect(self._on_runner_event_happened)
        runner.succeeded.connect(lambda: self._end(complete=True))
        runner.cancelled.connect(lambda: self._end(complete=False))
        runner.failed.connect(lambda: self._end(complete=False, how="ended early"))
        runner.paused_changed.connect(self._on_runner_paused_changed)

    @property
    def output(self) -> Path:
        """Where the results of the last run lie."""
        return Path() if self.request is None else self.request.output

    def start(self, request: Request, title: str) -> bool:
        """Begin; whether it did.

        Args:
            request: what to segment.
            title: what people read, e.g. the folder's name.

        Raises:
            CheckpointError: the model cannot be read.
        """
        self.labels = read_header(request.model).labels

        def start() -> Iterator[FolderEvent]:
            from unet_desktop.tasks.folders.run import segment_folder

            return segment_folder(request)

        if not self._runner.start(Job(f"Segmenting {title}", start, folder=request.output)):
            return False
        self.request, self.title, self._running = request, title, True
        self._counts, self._began, self._finished = (0, 0, 0), 0.0, ""
        self.begun.emit()
        return True

    def go_on(self) -> None:
        """Start the last run again: what is done stays done."""
        if self.request is not None:
            self.start(self.request, self.title)

    def _on_runner_event_happened(self, event: TaskEvent) -> None:
        if not self._running:
            return
        match event:
            case FinishedBefore():
                self._finished = event.sentence
            case ItemDone():
                done, failed, _ = self._counts
                self._began = self._began or time.monotonic()
                self._counts = (done + (not event.problem), failed + bool(event.problem), event.total)
        self.event_happened.emit(event)

    def _on_runner_paused_changed(self, paused: bool) -> None:
        """A rest does not count in the pace: the clock's start moves on by as long as it took."""
        now = time.monotonic()
        self._rests_since, before = (now, 0.0) if paused else (0.0, self._rests_since)
        if before and self._began:
            self._began += now - before

    def _end(self, *, complete: bool, how: str = "was stopped") -> None:
        if not self._running:
            return
        self._running = False
        done, failed, total = self._counts
        seconds = time.monotonic() - self._began
        if done >= 10:
            self.paced.emit(done / max(seconds, 0.1))
        said = f"{done:,} of {total:,} {'picture' if total == 1 else 'pictures'} segmented."
        if not total:
            said = "There was nothing left to segment." if complete else "No picture was segmented."
        if self._finished:
            said += f" {self._finished}"
        if failed:
            said += f" {failed:,} could not be done; errors.csv says why."
        if not complete:
            said += f" The run {how}; it can go on where it was."
        self.ended.emit(complete, said)
