"""BackgroundWriter: the two threads that write journals and masks, so that the brush waits for no disk."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from PySide6.QtCore import QObject, Signal

from unet_desktop.errors import UserError
from unet_desktop.gui.session.unsaved_masks import Unsaved
from unet_desktop.project.journal import Journal


@dataclass(frozen=True, slots=True, eq=False)
class WriteResult:
    """What became of something that was to be written: a journal's new steps or a whole mask; None is success."""

    what: Journal | Unsaved
    error: Exception | None

    @property
    def problem(self) -> str:
        """Why it is not on disk, as a sentence, or nothing.

        Raises:
            Exception: what went wrong is a bug, which nobody shall take for a full disk.
        """
        if self.error is not None and not isinstance(self.error, UserError | OSError):
            raise self.error
        return "" if self.error is None else str(self.error)


class BackgroundWriter(QObject):
    """Writes what it is given, in order: steps at once, masks in a thread of their own, because they take longer.

    Signals:
        arrived: `results` has something.
    """

    arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        """Start the threads with their first work."""
        super().__init__(parent)
        # Of ordinary priority: a starved thread that holds Python's lock would make the window wait.
        self._steps, self._masks = ThreadPoolExecutor(1, "journal"), ThreadPoolExecutor(1, "masks")
        self._running: dict[Journal | Unsaved, Future[None]] = {}
        self._results: SimpleQueue[WriteResult] = SimpleQueue()

    def flush(self, journal: Journal) -> None:
        """Bring the journal's new steps to the disk soon."""
        self._running[journal] = self._steps.submit(self._write, journal, journal.flush)

    def write(self, unsaved: Unsaved) -> None:
        """Write the mask's file soon, unless that is under way."""
        future = self._running.get(unsaved)
        if future is None or future.done():
            self._running[unsaved] = self._masks.submit(self._write, unsaved, unsaved.write)

    def wait(self) -> None:
        """Wait until nothing is being written."""
        for future in tuple(self._running.values()):
            future.result()
        self._running.clear()

    def results(self) -> list[WriteResult]:
        """What has been written, or could not be, since this was asked last; oldest first."""
        found = []
        while True:
            try:
                found.append(self._results.get_nowait())
            except Empty:
                return found
            if isinstance(found[-1].what, Unsaved):
                self._running.pop(found[-1].what, None)

    def shutdown(self) -> None:
        """Write what was given, and nothing more."""
        self._steps.shutdown(wait=True)
        self._masks.shutdown(wait=True)

    def _write(self, what: Journal | Unsaved, write: Callable[[], None]) -> None:
        """In one of the threads."""
        error: Exception | None = None
        try:
            write()
        except Exception as caught:  # noqa: BLE001 - the thread's boundary: whoever takes the result decides
            error = caught
        self._results.put(WriteResult(what, error))
        self.arrived.emit()
