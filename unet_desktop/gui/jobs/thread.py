"""JobThread: one generator of events, iterated in a thread of its own."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Generator, Iterator

from PySide6.QtCore import QObject, QThread, Signal

from unet_desktop.engine.device.cpu_priority import lower_priority
from unet_desktop.engine.events import Transient

StartJob = Callable[[], Iterator[object]]
"""Makes the generator; called in the worker thread, so that what it imports is loaded there."""

MIN_INTERVAL = 0.05
"""Seconds between two transient events: a flood of queued signals starves the window's timers and its painting."""

_LOOK = 0.05
"""Seconds between two looks of a paused job at whether it shall stop."""
_STACK = 16 << 20  # bytes; macOS gives a thread half a MiB, too little for torch


class JobThread(QThread):
    """Iterates one generator and ends with exactly one of `succeeded`, `cancelled` and `failed`.

    Ask it to stop with `requestInterruption()`: the generator is closed between two events, in this thread, so its
    `finally` runs here too.

    Signals:
        event: what the generator yielded. `Transient` ones are thinned to 20 a second.
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
        self._going = threading.Event()
        self._going.set()
        self.setStackSize(_STACK)

    def set_paused(self, paused: bool) -> None:
        """Rest before the next event, or go on."""
        if paused:
            self._going.clear()
        else:
            self._going.set()

    def _iterate(self) -> bool:
        """Pass on the events; False when it was interrupted."""
        events = self._start_job()
        last = -math.inf
        while not self.isInterruptionRequested():
            try:
                event = next(events)
            except StopIteration:
                return True
            now = time.monotonic()
            if not isinstance(event, Transient) or now - last >= MIN_INTERVAL:
                self.event.emit(event)
                last = now
            while not self._going.wait(_LOOK) and not self.isInterruptionRequested():
                pass
        if isinstance(events, Generator):
            events.close()
        return False

    def run(self) -> None:
        """The thread's whole life."""
        lower_priority()
        try:
            came_to_its_end = self._iterate()
        except Exception as error:  # noqa: BLE001 - the boundary: whoever listens shows and logs it
            self.failed.emit(error)
        else:
            (self.succeeded if came_to_its_end else self.cancelled).emit()
