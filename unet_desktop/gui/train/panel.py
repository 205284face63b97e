"""TrainingPanel: start training, watch it, stop it, resume it."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from unet_desktop.engine.config import TrainConfig
from unet_desktop.engine.device.cpu_priority import Cores
from unet_desktop.gui.style.plain_text import PlainLabel
from unet_desktop.gui.train.form import TrainingForm
from unet_desktop.gui.train.progress import TrainingProgress
from unet_desktop.gui.train.progress_widgets import JobProgress, RunReport
from unet_desktop.gui.train.results import TrainingResults
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.gui.widgets.thumbnails import Thumbnails
from unet_desktop.labels import LabelSet
from unet_desktop.plurals import quantity
from unet_desktop.project.split import MIN_GROUPS
from unet_desktop.tasks.events import TaskEvent
from unet_desktop.tasks.interrupted import Interrupted


class StartStop(QWidget):
    """Start while nothing runs and there is enough to learn from, stop while something runs.

    Signals:
        start_requested, stop_requested: the user wants it.
    """

    start_requested = Signal()
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._start = with_object_name(QPushButton("Start training"), "start")
        self._stop = with_object_name(QPushButton("Stop"), "stop")
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

    def set_main(self, main: bool) -> None:
        """Whether starting is the first thing to do: not while a training can be resumed."""
        self._start.setProperty("role", "main" if main else "")
        self._start.style().unpolish(self._start)
        self._start.style().polish(self._start)

    def _enable(self) -> None:
        self._start.setEnabled(self._enough and not self._busy)
        self._start.setToolTip("" if self._enough else f"Correct or accept at least {MIN_GROUPS} masks first.")

    @Slot()
    def _on_stop_clicked(self) -> None:
        self._stop.setEnabled(False)
        self.stop_requested.emit()


class ResumeOffer(QWidget):
    """A sentence and two buttons; hidden while there is nothing to resume.

    Signals:
        resume_requested, discard_requested: the user's decision.
    """

    resume_requested = Signal()
    discard_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = with_object_name(PlainLabel(wrap=True), "interrupted")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        resume = with_object_name(QPushButton("Resume"), "resume")
        resume.setProperty("role", "main")
        discard = with_object_name(QPushButton("Discard"), "discard")
        resume.setToolTip("Resume after the last epoch, with the same settings and cases")
        discard.setToolTip("Discard it; its best model so far is kept")
        resume.clicked.connect(self.resume_requested)
        discard.clicked.connect(self.discard_requested)
        row = QHBoxLayout()
        row.addWidget(resume, 1)
        row.addWidget(discard)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(6)
        column.addWidget(self._text)
        column.addLayout(row)
        self.hide()

    def set_interrupted(self, found: Interrupted | None, now: datetime | None = None) -> None:
        """Offer to resume this training, or offer nothing."""
        self.setVisible(found is not None)
        if found is not None:
            self._text.setText(offer_text(found, now or datetime.now().astimezone()))


class TrainingPanel(QWidget):
    """Settings, start, stop and resume, progress, the last metrics, and the results so far.

    Signals:
        train_requested(config, from_scratch): train with this `TrainConfig`.
        stop_requested: stop the running job.
        resume_requested, discard_requested: resume the interrupted training, or discard it.
        augmentation_requested(config): show training pictures as this `TrainConfig` would change them.
        case_chosen(case_id): open it.
        cores_chosen(cores): use these for training.
    """

    train_requested = Signal(object, bool)
    stop_requested = Signal()
    resume_requested = Signal()
    discard_requested = Signal()
    augmentation_requested = Signal(object)
    case_chosen = Signal(str)
    cores_chosen = Signal(str)

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = TrainingForm()
        self._cases = with_object_name(PlainLabel(), "cases")
        self._offer = ResumeOffer()
        self._buttons = StartStop()
        self._bar = JobProgress()
        self.results = TrainingResults(thumbnails)
        self._report = RunReport()
        self._progress = TrainingProgress()
        self._lay_out()
        self._buttons.start_requested.connect(self._on_start_requested)
        self._buttons.stop_requested.connect(self._on_stop_requested)
        self._form.augmentation_requested.connect(self._on_augmentation_requested)
        self._offer.resume_requested.connect(self.resume_requested)
        self._offer.discard_requested.connect(self.discard_requested)
        self._form.cores.cores_chosen.connect(self.cores_chosen)
        self.results.case_chosen.connect(self.case_chosen)
        self.set_case_counts(0, 0)
        self.set_busy(False, "")

    def set_labels(self, labels: LabelSet) -> None:
        """Use the names and colours of the project's labels."""
        for part in (self._form, self._bar, self.results, self._report):
            part.set_labels(labels)

    def set_case_counts(self, corrected: int, total: int, incomplete: int = 0, *, read_only: bool = False) -> None:
        """Show how many cases can be trained on, unless the project is open in another program.

        Args:
            corrected: cases whose mask is complete.
            total: all cases.
            incomplete: cases with a disc and no cup; they are trained on too.
            read_only: another program has the project.
        """
        enough = corrected + incomplete >= MIN_GROUPS and not read_only
        if total == 0:
            text = "There are no pictures yet: open a project or import pictures."
        elif read_only:
            text = "This project is open in another program, so it cannot be trained here."
        else:
            text = f"{corrected:,} of {quantity(total, 'case')} corrected"
            text += f", {incomplete} incomplete" if incomplete else ""
            text += "." if enough else f"; training needs at least {MIN_GROUPS}."
        self._cases.setText(text)
        self._buttons.set_enough(enough)

    def set_busy(self, busy: bool, title: str) -> None:
        """Whether a job runs, of whatever kind, and its title."""
        self._form.set_editable(not busy)
        self._buttons.set_busy(busy)
        if busy:
            self._progress.start_job()
            self.set_interrupted(None)
            self._bar.set_working(f"{title} …" if title else "Working …")
        else:
            self._form.set_idle()
            self._bar.set_idle(self._progress.ending)

    def set_interrupted(self, found: Interrupted | None, now: datetime | None = None) -> None:
        """Offer to resume this training, or offer nothing."""
        self._offer.set_interrupted(found, now)
        self._buttons.set_main(found is None)

    def set_cores(self, cores: Cores) -> None:
        """Show which cores training uses."""
        self._form.cores.set_cores(cores)

    def set_device(self, text: str) -> None:
        """Show one sentence on what computes."""
        self._report.set_device(text)

    def set_presets_with_models(self, presets: frozenset[str]) -> None:
        """Offer to continue from the last model for these presets."""
        self._form.set_presets_with_models(presets)

    def follow(self, event: TaskEvent) -> None:
        """Show what has changed by an event of the running job."""
        progress = self._progress
        progress.update(event)
        if progress.is_training:
            if progress.config is not None:
                self._form.set_running(progress.config, from_scratch=progress.from_scratch)
            self.results.set_progress(progress)
        self._bar.set_progress(progress)
        self._report.set_progress(progress)

    @property
    def share(self) -> float | None:
        """How much of the running training's stage is done, 0 to 1; None while nothing trains."""
        return self._progress.share if self._progress.is_training else None

    def reset(self) -> None:
        """Forget everything: another project is open."""
        self._start(TrainingProgress())
        self.results.reset()

    def begin(self, config: TrainConfig, *, from_scratch: bool) -> None:
        """Forget the last training: one with these settings starts."""
        self._start(TrainingProgress(config, from_scratch))

    def _start(self, progress: TrainingProgress) -> None:
        self._progress = progress
        self.results.begin()
        self._report.set_progress(progress)

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
        column.addWidget(self._bar)
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
    def _on_stop_requested(self) -> None:
        self._progress.stop()
        self._bar.set_working("Stopping after this step …")
        self.stop_requested.emit()


def offer_text(found: Interrupted, now: datetime) -> str:
    """Say what was interrupted, when and where, and what a new run does to it."""
    last = found.header.past[-1]
    what = " while it learned to locate," if found.header.stage == "locate" else ""
    dice = f", Dice {found.metrics['dice']:.3f}" if "dice" in found.metrics else ""
    return (
        f"A training run of {_day(found.saved, now)} stopped{what} at epoch {last.epoch} of {last.epochs} "
        f"({found.header.config.title}{dice}). Starting a new training run discards it."
    )


def _day(then: datetime, now: datetime) -> str:
    days = (now.date() - then.date()).days
    return {0: "today", 1: "yesterday"}.get(days, f"{then.day} {then:%B}")
