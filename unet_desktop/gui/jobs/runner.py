"""JobRunner: one long job at a time, and a clean end when the window closes."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from unet_desktop.gui.jobs.thread import JobThread, StartJob


class JobRunner(QObject):
    """Starts jobs, one at a time, and passes on what they tell, in the thread of the window.

    It is idle again before it tells how a job ended, so a listener may start the next one at once.

    Signals:
        started: title of the job.
        event_happened: what the job yielded, thinned.
        succeeded, cancelled: title of the job that ended so.
        failed: title, and the exception.
        busy_changed: whether a job runs.
        paused_changed: whether the running job rests.
    """

    started = Signal(str)
    event_happened = Signal(object)
    succeeded = Signal(str)
    cancelled = Signal(str)
    failed = Signal(str, object)
    busy_changed = Signal(bool)
    paused_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        """Idle."""
        super().__init__(parent)
        self._thread: JobThread | None = None
        self._title = ""
        self._outcome = partial(self.cancelled.emit, "")
        self._closed = False
        self._paused = False

    @property
    def busy(self) -> bool:
        """Whether a job runs."""
        return self._thread is not None

    @property
    def title(self) -> str:
        """Title of the running job, or empty."""
        return self._title

    @property
    def paused(self) -> bool:
        """Whether the running job rests."""
        return self._paused

    def start(self, title: str, start_job: StartJob) -> bool:
        """Start a job, unless one runs.

        Args:
            title: what people read, e.g. "Training".
            start_job: makes the generator; called in the worker thread.

        Returns:
            False when another job runs or the runner was shut down.
        """
        if self.busy or self._closed:
            return False
        thread = JobThread(start_job, self)
        thread.event.connect(self._on_thread_event)
        thread.succeeded.connect(self._on_thread_succeeded)
        thread.cancelled.connect(self._on_thread_cancelled)
        thread.failed.connect(self._on_thread_failed)
        thread.finished.connect(self._on_thread_finished)
        self._thread, self._title = thread, title
        thread.start()
        self.busy_changed.emit(True)
        self.started.emit(title)
        return True

    def set_paused(self, paused: bool) -> None:
        """Let the running job rest after the event it works on, or go on."""
        if self._thread is not None and paused != self._paused:
            self._thread.set_paused(paused)
            self._paused = paused
            self.paused_changed.emit(paused)

    def cancel(self) -> None:
        """Ask the running job to stop after the event it works on; `cancelled` follows."""
        if self._thread is not None:
            self._thread.requestInterruption()

    def shutdown(self) -> None:
        """Stop what runs, wait until its `finally` is through, and start nothing any more.

        Qt aborts the program when a thread is destroyed while it runs.
        """
        self._closed = True
        if self._thread is not None:
            self._thread.requestInterruption()
            self._release()

    def _release(self) -> None:
        self.set_paused(False)
        thread, self._thread, self._title = self._thread, None, ""
        if thread is not None:
            thread.wait()  # `finished` comes shortly before the thread itself is over
            thread.deleteLater()
            self.busy_changed.emit(False)

    @Slot(object)
    def _on_thread_event(self, event: object) -> None:
        if self.busy:  # what was still queued at shutdown has no listener any more
            self.event_happened.emit(event)

    @Slot()
    def _on_thread_succeeded(self) -> None:
        self._outcome = partial(self.succeeded.emit, self._title)

    @Slot()
    def _on_thread_cancelled(self) -> None:
        self._outcome = partial(self.cancelled.emit, self._title)

    @Slot(object)
    def _on_thread_failed(self, error: object) -> None:
        self._outcome = partial(self.failed.emit, self._title, error)

    @Slot()
    def _on_thread_finished(self) -> None:
        if self.busy:
            outcome, self._outcome = self._outcome, partial(self.cancelled.emit, "")
            self._release()
            outcome()
