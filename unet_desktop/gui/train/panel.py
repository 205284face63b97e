"""TrainingPanel: start training, watch it, stop it."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from unet_desktop.engine.config import TrainConfig
from unet_desktop.engine.device.cpu_priority import Cores
from unet_desktop.engine.events import BatchDone, EpochDone, Finished
from unet_desktop.gui.train.form import TrainingForm
from unet_desktop.gui.train.job_progress import JobProgress
from unet_desktop.gui.train.results import TrainingResults
from unet_desktop.gui.train.resume_offer import ResumeOffer
from unet_desktop.gui.train.run_report import RunReport
from unet_desktop.gui.widgets.durations import duration
from unet_desktop.gui.widgets.named import named
from unet_desktop.gui.widgets.thumbnails import Thumbnails
from unet_desktop.labels import LabelSet
from unet_desktop.project.split import FEWEST_GROUPS
from unet_desktop.tasks.interrupted import Interrupted


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


class TrainingPanel(QWidget):
    """Settings, start, stop and resume, progress, the last figures, and what training came to until now.

    Signals:
        train_requested: a `TrainConfig`, and whether to start from new weights.
        stop_requested: the running job shall end.
        resume_requested, discard_requested: the interrupted training shall go on, or be given up.
        augmentation_requested: a `TrainConfig`; training pictures shall be shown as it would change them.
        case_chosen(case_id): open it.
        cores_chosen(cores): what training shall take of them.
    """

    train_requested = Signal(object, bool)
    stop_requested = Signal()
    resume_requested = Signal()
    discard_requested = Signal()
    augmentation_requested = Signal(object)
    case_chosen = Signal(str)
    cores_chosen = Signal(str)

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        """No project, nothing runs."""
        super().__init__(parent)
        self._form = TrainingForm()
        self._cases = named(QLabel(), "cases")
        self._offer = ResumeOffer()
        self._buttons = StartStop()
        self._progress = JobProgress()
        self.results = TrainingResults(thumbnails)
        self._report = RunReport()
        self._ending = ""
        self._running = self._form.config(), self._form.from_scratch
        self._lay_out()
        self._buttons.start_requested.connect(self._on_start_requested)
        self._buttons.stop_requested.connect(self._on_stop_requested)
        self._form.augmentation_requested.connect(self._on_augmentation_requested)
        self._offer.resume_requested.connect(self._on_resume_requested)
        self._offer.discard_requested.connect(self.discard_requested)
        self._form.cores.cores_chosen.connect(self.cores_chosen)
        self.results.case_chosen.connect(self.case_chosen)
        self.set_case_counts(0, 0)
        self.set_busy(False, "")

    def set_labels(self, labels: LabelSet) -> None:
        """Use the names and colours of the project's labels."""
        for part in (self._form, self._progress, self.results, self._report):
            part.set_labels(labels)

    def set_case_counts(self, corrected: int, total: int, *, read_only: bool = False) -> None:
        """How many cases can be trained on, of how many, unless another program has the project."""
        enough = corrected >= FEWEST_GROUPS and not read_only
        if total == 0:
            text = "There are no pictures yet: open a project or import pictures."
        elif read_only:
            text = "Another program has this project, so it cannot be trained here."
        else:
            text = f"{corrected} of {total} {'case' if total == 1 else 'cases'} corrected"
            text += "." if enough else f"; training needs at least {FEWEST_GROUPS}."
        self._cases.setText(text)
        self._buttons.set_enough(enough)

    def set_busy(self, busy: bool, title: str) -> None:
        """Whether a job runs, of whatever kind, and its title."""
        self._form.set_editable(not busy)
        self._buttons.set_busy(busy)
        if busy:
            self._ending = ""
            self._offer.set_interrupted(None)
            self._progress.set_working(f"{title} …" if title else "Working …")
        else:
            self._form.set_idle()
            self._progress.set_idle(self._ending)

    def set_interrupted(self, found: Interrupted | None, now: datetime | None = None) -> None:
        """Offer to go on with this training, or offer nothing."""
        self._offer.set_interrupted(found, now)

    def set_cores(self, cores: Cores) -> None:
        """What training takes of the cores."""
        self._form.cores.set_cores(cores)

    def set_device(self, text: str) -> None:
        """One sentence on what computes."""
        self._report.set_device(text)

    def set_presets_with_models(self, presets: frozenset[str]) -> None:
        """Presets for which there is a model that training can go on from."""
        self._form.set_presets_with_models(presets)

    def add_event(self, event: object) -> None:
        """Show what a job tells; what is unknown here is passed over."""
        if isinstance(event, BatchDone | EpochDone):
            config, from_scratch = self._running
            self._form.set_running(config, from_scratch=from_scratch)
        if isinstance(event, Finished):
            self._ending = f"Training finished in {duration(event.seconds)}."
        for part in (self._progress, self.results, self._report):
            part.add_event(event)

    def reset(self) -> None:
        """Another project."""
        self._begin()
        self.results.reset()

    def begin(self, config: TrainConfig, *, from_scratch: bool) -> None:
        """A training with these settings starts."""
        self._running = config, from_scratch
        self._begin()

    def _begin(self) -> None:
        """Forget the last run."""
        self._ending = ""
        self.results.begin()
        self._report.reset()

    def _lay_out(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(8)
        self._cases.setWordWrap(True)
        column.addWidget(self._cases)
        column.addWidget(self._offer)
        column.addWidget(self._form)
        column.addWidget(self._buttons)
        column.addWidget(self._progress)
        column.addWidget(self._report)
        column.addWidget(self.results, 100)
        column.addStretch(1)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    @Slot()
    def _on_start_requested(self) -> None:
        self.train_requested.emit(self._form.config(), self._form.from_scratch)

    @Slot()
    def _on_augmentation_requested(self) -> None:
        self.augmentation_requested.emit(self._form.config())

    @Slot()
    def _on_resume_requested(self) -> None:
        self.resume_requested.emit()

    @Slot()
    def _on_stop_requested(self) -> None:
        self._ending = "Stopped."
        self._progress.set_working("Stopping after this step …")
        self.stop_requested.emit()
