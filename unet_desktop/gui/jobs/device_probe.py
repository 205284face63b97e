"""DeviceProbe: finds out once, in the background, what this computer computes with."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, Signal

from unet_desktop.gui.jobs.thread import JobThread
from unet_desktop.tasks.events import DeviceFound


class DeviceProbe(QObject):
    """Loads torch in a thread of its own, so that the first training need not wait for it.

    Signals:
        found(sentence): about the device.
    """

    found = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = JobThread(_describe, self)
        self._thread.event.connect(self._on_thread_event)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def shutdown(self) -> None:
        """Wait until it has ended; loading a library cannot be interrupted."""
        self._thread.wait()

    def _on_thread_event(self, event: DeviceFound) -> None:
        self.found.emit(event.text)


def _describe() -> Iterator[DeviceFound]:
    from unet_desktop.tasks.doctor import describe_device

    return describe_device()
