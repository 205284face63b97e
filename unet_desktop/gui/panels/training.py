"""TrainingPanel: start training, watch it, stop it."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from unet_desktop.engine.events import BatchDone, EpochDone, Finished
from unet_desktop.gui.named import named
from unet_desktop.gui.panels.curves import TrainingCurves
from unet_desktop.gui.panels.progress import JobProgress, duration
from unet_desktop.gui.panels.report import RunReport
from unet_desktop.gui.panels.training_form import TrainingForm
from unet_desktop.labels import LabelSet
from unet_desktop.project.split import FEWEST_GROUPS


class TrainingPanel(QWidget):
    """Settings, start and stop, progress, live curves and the last figures.

    Signals:
        train_requested: a `TrainConfig`, and whether to start from new weights.
        stop_requested: the running job shall end.
    """

    train_requested = Signal(object, bool)
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """No project, nothing runs."""
        super().__init__(parent)
        self._form = TrainingForm()
        self._cases = named(QLabel(), "cases")
        self._start = named(QPushButton("Start training"), "start")
        self._stop = named(QPushButton("Stop"), "stop")
        self._progress = JobProgress()
        self._curves = TrainingCurves()
        self._report = RunReport()
        self._enough = False
        self._busy = False
        self._ending = ""
        self._lay_out()
        self._start.clicked.connect(self._on_start_clicked)
        self._stop.clicked.connect(self._on_stop_clicked)
        self.set_case_counts(0, 0)
        self.set_busy(False, "")

    def set_labels(self, labels: LabelSet) -> None:
        """Use the names and colours of the project's labels."""
        for part in (self._form, self._progress, self._curves, self._report):
            part.set_labels(labels)

    def set_case_counts(self, corrected: int, total: int, *, read_only: bool = False) -> None:
        """How many cases can be trained on, of how many, unless another program has the project."""
        self._enough = corrected >= FEWEST_GROUPS and not read_only
        if total == 0:
            text = "There are no pictures yet: open a project or import pictures."
        elif read_only:
            text = "Another program has this project, so it cannot be trained here."
        else:
            text = f"{corrected} of {total} {'case' if total == 1 else 'cases'} corrected"
            text += "." if self._enough else f"; training needs at least {FEWEST_GROUPS}."
        self._cases.setText(text)
        self._enable()

    def set_busy(self, busy: bool, title: str) -> None:
        """Whether a job runs, of whatever kind, and its title."""
        self._busy = busy
        self._form.set_editable(not busy)
        self._stop.setEnabled(busy)
        if busy:
            self._ending = ""
            self._progress.set_working(f"{title} …" if title else "Working …")
        else:
            self._form.set_running(False)
            self._progress.set_idle(self._ending)
        self._enable()

    def set_device(self, text: str) -> None:
        """One sentence on what computes."""
        self._report.set_device(text)

    def set_presets_with_models(self, presets: frozenset[str]) -> None:
        """Presets for which there is a model that training can go on from."""
        self._form.set_presets_with_models(presets)

    def add_event(self, event: object) -> None:
        """Show what a job tells; what is unknown here is passed over."""
        if isinstance(event, BatchDone | EpochDone):
            self._form.set_running(True)
            self._curves.show()
        if isinstance(event, Finished):
            self._ending = f"Training finished in {duration(event.seconds)}."
        for part in (self._progress, self._curves, self._report):
            part.add_event(event)

    def reset(self) -> None:
        """Forget the last run: another project, or a new training."""
        self._ending = ""
        self._curves.reset()
        self._curves.hide()
        self._report.reset()

    def _enable(self) -> None:
        self._start.setEnabled(self._enough and not self._busy)
        self._start.setToolTip("" if self._enough else f"Correct or accept at least {FEWEST_GROUPS} masks first.")

    def _lay_out(self) -> None:
        self._start.setProperty("role", "main")
        buttons = QHBoxLayout()
        buttons.addWidget(self._start, 1)
        buttons.addWidget(self._stop)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(8)
        self._cases.setWordWrap(True)
        column.addWidget(self._cases)
        column.addWidget(self._form)
        column.addLayout(buttons)
        column.addWidget(self._progress)
        column.addWidget(self._curves, 100)
        column.addWidget(self._report)
        column.addStretch(1)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
        self._curves.hide()

    @Slot()
    def _on_start_clicked(self) -> None:
        self.reset()
        self.train_requested.emit(self._form.config(), self._form.from_scratch)

    @Slot()
    def _on_stop_clicked(self) -> None:
        self._stop.setEnabled(False)
        self._ending = "Stopped."
        self._progress.set_working("Stopping after this step …")
        self.stop_requested.emit()
