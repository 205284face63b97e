"""StartStop: the two buttons of a training, each usable when it is of use."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from unet_desktop.gui.named import named
from unet_desktop.project.split import FEWEST_GROUPS


class StartStop(QWidget):
    """Start while nothing runs and there is enough to learn from, stop while something runs.

    Signals:
        start_requested, stop_requested: the user wants it.
    """

    start_requested = Signal()
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Nothing runs, nothing can."""
        super().__init__(parent)
        self._start = named(QPushButton("Start training"), "start")
        self._stop = named(QPushButton("Stop"), "stop")
        self._enough = self._busy = False
        self._start.setProperty("role", "main")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._start, 1)
        row.addWidget(self._stop)
        self._start.clicked.connect(self.start_requested)
        self._stop.clicked.connect(self._on_stop_clicked)
        self.set_busy(False)

    def set_enough(self, enough: bool) -> None:
        """Whether there are enough cases to learn from."""
        self._enough = enough
        self._enable()

    def set_busy(self, busy: bool) -> None:
        """Whether something runs."""
        self._busy = busy
        self._stop.setEnabled(busy)
        self._enable()

    def _enable(self) -> None:
        self._start.setEnabled(self._enough and not self._busy)
        self._start.setToolTip("" if self._enough else f"Correct or accept at least {FEWEST_GROUPS} masks first.")

    @Slot()
    def _on_stop_clicked(self) -> None:
        self._stop.setEnabled(False)
        self.stop_requested.emit()
