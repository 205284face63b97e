"""Job and JobRunner: one long job at a time, and a clean end when the window closes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot

from unet_desktop.gui.jobs.thread import JobThread, StartJob
from unet_desktop.tasks.events import ItemDone, TaskEvent
from unet_desktop.tasks.folders.request import Request


@dataclass(frozen=True, slots=True)
class TrainingToResume:
    """A training that can be resumed after the program was closed; `root` is its project's folder."""

    root: Path


@dataclass(frozen=True, slots=True)
class FolderRunToResume:
    """A run over a folder that can be resumed after the program was closed; `title` is what people read."""

    request: Request
    title: str


@dataclass(frozen=True, slots=True)
class Job:
    """A long job and what follows on it.

    Attributes:
        title: what people read, e.g. "Training".
        start: makes the generator; called in the worker thread.
        on_item: called for each item that was done without a problem.
        on_cases: called after cases were added or changed, which the session knows then.
        at_end: called however the job ends.
        then: called when it succeeds, after `at_end`.
        done: what to say when it succeeds, beside what its items say.
        folder: where the job writes files for people; None if it writes none.
        root: folder of the project that the job works on; None if it goes on without an open project.
        kept: says what is left of the job if it is stopped now, as a sentence.
        settle: called with the exception when it fails; returns whether nobody else needs to be told.
        says_messages: what the job says beside its items is part of its result.
        to_resume: how to go on after the program was closed; None if that is not possible.
    """

    title: str
    start: StartJob
    on_item: Callable[[ItemDone], None] | None = None
    on_cases: Callable[[], None] | None = None
    at_end: Callable[[], None] | None = None
    then: Callable[[], None] | None = None
    done: str = ""
    folder: Path | None = None
    root: Path | None = None
    kept: Callable[[], str] = lambda: "What it has done so far is kept."
    settle: Callable[[Exception], bool] | None = None
    says_messages: bool = False
    to_resume: TrainingToResume | FolderRunToResume | None = None


class JobRunner(QObject):
    """Starts jobs, one at a time, and passes on their events in the thread of the window.

    It is idle again before it emits how a job ended, so a listener may start the next one at once.

    Signals:
        started: title of the job.
        event_happened: what the job yielded, thinned.
        succeeded, cancelled: title of the job that ended so.
        failed: title, and the exception.
        busy_changed: whether a job runs.
        paused_changed: whether the running job is paused.
    """

    started = Signal(str)
    event_happened = Signal(object)
    succeeded = Signal(str)
    cancelled = Signal(str)
    failed = Signal(str, object)
    busy_changed = Signal(bool)
    paused_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: JobThread | None = None
        self._job: Job | None = None
        self._outcome = partial(self.cancelled.emit, "")
        self._closed = False
        self._paused = False

    @property
    def busy(self) -> bool:
        """Whether a job runs."""
        return self._thread is not None

    @property
    def job(self) -> Job | None:
        """The running job."""
        return self._job

    @property
    def title(self) -> str:
        """Title of the running job, or empty."""
        return "" if self._job is None else self._job.title

    @property
    def paused(self) -> bool:
        """Whether the running job is paused."""
        return self._paused

    def start(self, job: Job) -> bool:
        """Start a job; return False when another one runs or the runner was shut down."""
        if self.busy or self._closed:
            return False
        thread = JobThread(job.start, self)
        thread.event.connect(self._on_thread_event)
        thread.succeeded.connect(self._on_thread_succeeded)
        thread.cancelled.connect(self._on_thread_cancelled)
        thread.failed.connect(self._on_thread_failed)
        thread.finished.connect(self._on_thread_finished)
        self._thread, self._job = thread, job
        thread.start()
        self.busy_changed.emit(True)
        self.started.emit(job.title)
        return True

    def set_paused(self, paused: bool) -> None:
        """Pause the running job after the event it works on, or resume it."""
        if self._thread is not None and paused != self._paused:
            self._thread.set_paused(paused)
            self._paused = paused
            self.paused_changed.emit(paused)

    def cancel(self) -> None:
        """Ask the running job to stop after the event it works on; `cancelled` follows."""
        if self._thread is not None:
            self._thread.requestInterruption()

    def stop(self) -> None:
        """Stop the running job and wait for its `finally`; `cancelled`, or how else it ended, was emitted then."""
        if self._thread is not None:
            self._thread.requestInterruption()
            self._thread.wait()
            QCoreApplication.sendPostedEvents(self)  # what the thread has emitted

    def shutdown(self) -> None:
        """Stop the running job, wait for its `finally`, and refuse further jobs.

        Qt aborts the program when a thread is destroyed while it runs.
        """
        self._closed = True
        if self._thread is not None:
            self._thread.requestInterruption()
            self._release()

    def _release(self) -> None:
        self.set_paused(False)
        thread, self._thread, self._job = self._thread, None, None
        if thread is not None:
            thread.wait()  # `finished` comes shortly before the thread itself is over
            thread.deleteLater()
            self.busy_changed.emit(False)

    @Slot(object)
    def _on_thread_event(self, event: TaskEvent) -> None:
        if self.busy:  # else it was still queued at shutdown
            self.event_happened.emit(event)

    @Slot()
    def _on_thread_succeeded(self) -> None:
        self._outcome = partial(self.succeeded.emit, self.title)

    @Slot()
    def _on_thread_cancelled(self) -> None:
        self._outcome = partial(self.cancelled.emit, self.title)

    @Slot(object)
    def _on_thread_failed(self, error: object) -> None:
        self._outcome = partial(self.failed.emit, self.title, error)

    @Slot()
    def _on_thread_finished(self) -> None:
        if self.busy:
            outcome, self._outcome = self._outcome, partial(self.cancelled.emit, "")
            self._release()
            outcome()
