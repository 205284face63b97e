"""JobThread: one generator of events, iterated in a thread of its own."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Generator, Iterator

from PySide6.QtCore import QObject, QThread, Signal

from unet_desktop.engine.device.cpu_priority import lower_priority
from unet_desktop.engine.events import Transient
from unet_desktop.tasks.events import TaskEvent

StartJob = Callable[[], Iterator[TaskEvent]]
"""Makes the generator; called in the worker thread, so that what it imports is loaded there."""

MIN_INTERVAL = 0.05
"""Seconds between two transient events: a flood of queued signals starves the window's timers and its painting."""

_POLL = 0.05
"""Seconds after which a paused job checks again whether it must stop."""
_STACK = 16 << 20  # bytes; macOS gives a thread half a MiB, too little for torch


class JobThread(QThread):
    """Iterates one generator and ends with exactly one of `succeeded`, `cancelled` and `failed`.

    Ask it to stop with `requestInterruption()`: the generator is closed between two events, in this thread, so its
    `finally` runs here too.

    Signals:
        event: what the generator yielded. `Transient` events are thinned to 20 a second.
        succeeded: the generator came to its end.
        cancelled: it was closed early.
        failed: the exception that ended it.
    """

    event = Signal(object)  # type: ignore[assignment]  # hides QThread.event, which nothing here overrides
    succeeded = Signal()
    cancelled = Signal()
    failed = Signal(object)

    def __init__(self, start_job: StartJob, parent: QObject | None = None) -> None:
        """Prepare the job; `start()` begins it."""
        super().__init__(parent)
        self._start_job = start_job
        self._resumed = threading.Event()
        self._resumed.set()
        self.setStackSize(_STACK)

    def set_paused(self, paused: bool) -> None:
        """Pause before the next event, or resume."""
        if paused:
            self._resumed.clear()
        else:
            self._resumed.set()

    def run(self) -> None:
        """Iterate the generator, in this thread."""
        lower_priority()
        last = -math.inf
        try:
            events = self._start_job()
            while not self.isInterruptionRequested():
                event = next(events, None)
                if event is None:
                    self.succeeded.emit()
                    return
                now = time.monotonic()
                if not isinstance(event, Transient) or now - last >= MIN_INTERVAL:
                    self.event.emit(event)
                    last = now
                while not self._resumed.wait(_POLL) and not self.isInterruptionRequested():
                    pass
            if isinstance(events, Generator):
                events.close()
            self.cancelled.emit()
        except Exception as error:  # noqa: BLE001 - the boundary: the receiver shows and logs it
            self.failed.emit(error)
