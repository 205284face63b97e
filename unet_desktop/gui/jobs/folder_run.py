"""FolderRuns: the run over a folder that is under way, or the last one; starts and resumes it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from unet_desktop.checkpoint_header import read_header
from unet_desktop.errors import Remedy, UserError
from unet_desktop.gui.jobs.folder_progress import FolderRunProgress
from unet_desktop.gui.jobs.runner import FolderRunToResume, Job, JobRunner
from unet_desktop.labels import LabelSet
from unet_desktop.plurals import quantity
from unet_desktop.tasks.events import FolderEvent
from unet_desktop.tasks.folders.request import Request


class FolderRuns(QObject):
    """Starts runs and follows their progress; one at a time, like all jobs.

    Signals:
        begun: a run starts, or is resumed.
        event_happened: what it yielded; `progress` has it.
        ended(bool, str): whether it came to its end, and how it went, as a sentence.
        foreign_found(str): the run would overwrite files that are not its own, as a sentence.
        paced(float): pictures a second of a run that has ended.
    """

    begun = Signal()
    event_happened = Signal(object)
    ended = Signal(bool, str)
    foreign_found = Signal(str)
    paced = Signal(float)

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        """Listen to the runner."""
        super().__init__(parent)
        self._runner = runner
        self.request: Request | None = None
        self.title = ""
        self.labels: LabelSet | None = None
        self.progress = FolderRunProgress()
        self._running = False
        runner.event_happened.connect(self._on_runner_event_happened)
        runner.succeeded.connect(lambda: self._end(complete=True))
        runner.cancelled.connect(lambda: self._end(complete=False))
        runner.failed.connect(lambda: self._end(complete=False, how="ended early"))
        runner.paused_changed.connect(self._on_runner_paused_changed)

    @property
    def output(self) -> Path:
        """Folder of the last run's results."""
        return Path() if self.request is None else self.request.output

    def start(self, request: Request, title: str) -> bool:
        """Start a run; return whether it did.

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

        job = Job(
            f"Segmenting {title}",
            start,
            folder=request.output,
            says_messages=True,
            kept=self._describe_kept,
            settle=self._settle,
            to_resume=FolderRunToResume(request, title),
        )
        if not self._runner.start(job):
            return False
        # Whoever agrees to replace files agrees to those of this run, not to those of a later one.
        self.request, self.title, self._running = replace(request, replace=False), title, True
        self.progress = FolderRunProgress()
        self.begun.emit()
        return True

    def resume(self) -> None:
        """Start the last run again; finished pictures are skipped."""
        if self.request is not None:
            self.start(self.request, self.title)

    def replace_files(self) -> None:
        """Start the last run again, and overwrite files whoever wrote them."""
        if self.request is not None:
            self.start(replace(self.request, replace=True), self.title)

    def _settle(self, error: Exception) -> bool:
        if not isinstance(error, UserError) or error.remedy is not Remedy.REPLACE:
            return False
        self.foreign_found.emit(str(error))
        return True

    def _describe_kept(self) -> str:
        done = self.progress.done
        pictures = quantity(done, "picture is", "pictures are")
        return f"{pictures} done; the results are kept, and the run can be resumed."

    def _on_runner_event_happened(self, event: FolderEvent) -> None:
        if self._running:  # else it is another job's
            self.progress.update(event, time.monotonic())
            self.event_happened.emit(event)

    def _on_runner_paused_changed(self, paused: bool) -> None:
        if paused:
            self.progress.pause(time.monotonic())
        else:
            self.progress.resume(time.monotonic())

    def _end(self, *, complete: bool, how: str = "was stopped") -> None:
        if not self._running:
            return
        self._running = False
        if (rate := self.progress.rate(time.monotonic())) is not None:
            self.paced.emit(rate)
        self.ended.emit(complete, self.progress.summary(complete=complete, how=how))
