"""BackgroundWriter: the two threads that write journals and masks, so that the brush never waits for the disk."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from PySide6.QtCore import QObject, Signal

from unet_desktop.errors import UserError, sentence_of
from unet_desktop.gui.session.unsaved_masks import Unsaved
from unet_desktop.project.journal import Journal


@dataclass(frozen=True, slots=True, eq=False)
class WriteResult:
    """The end of a write.

    Attributes:
        what: a journal, whose new steps were to be written, or a whole mask.
        error: why it failed, or None.
    """

    what: Journal | Unsaved
    error: Exception | None

    @property
    def problem(self) -> str:
        """Why it is not on disk, as a sentence, or nothing.

        Raises:
            Exception: the failure is a bug, not a full disk or the like.
        """
        if self.error is not None and not isinstance(self.error, UserError | OSError):
            raise self.error
        return "" if self.error is None else sentence_of(self.error)


class BackgroundWriter(QObject):
    """Writes in order what it is given: steps in one thread, and masks, which take longer, in another.

    Signals:
        arrived: `results` returns something.
    """

    arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # At normal priority: a starved thread that holds Python's lock would make the window wait.
        self._steps, self._masks = ThreadPoolExecutor(1, "journal"), ThreadPoolExecutor(1, "masks")
        self._running: dict[Journal | Unsaved, Future[None]] = {}
        self._results: SimpleQueue[WriteResult] = SimpleQueue()

    def flush(self, journal: Journal) -> None:
        """Write the journal's new steps soon."""
        self._running[journal] = self._steps.submit(self._write, journal, journal.flush)

    def write(self, unsaved: Unsaved) -> None:
        """Write the mask's file soon, unless it is being written already."""
        future = self._running.get(unsaved)
        if future is None or future.done():
            self._running[unsaved] = self._masks.submit(self._write, unsaved, unsaved.write)

    def wait(self) -> None:
        """Wait until nothing is being written."""
        for future in tuple(self._running.values()):
            future.result()
        self._running.clear()

    def results(self) -> list[WriteResult]:
        """The writes that ended since the last call, oldest first."""
        found = []
        while True:
            try:
                found.append(self._results.get_nowait())
            except Empty:
                return found
            if isinstance(found[-1].what, Unsaved):
                self._running.pop(found[-1].what, None)

    def shutdown(self) -> None:
        """Finish what was given and end the threads."""
        self._steps.shutdown(wait=True)
        self._masks.shutdown(wait=True)

    def _write(self, what: Journal | Unsaved, write: Callable[[], None]) -> None:
        """Run in one of the threads."""
        error: Exception | None = None
        try:
            write()
        except Exception as caught:  # noqa: BLE001 - the thread's boundary: `problem` raises what is a bug
            error = caught
        self._results.put(WriteResult(what, error))
        self.arrived.emit()
