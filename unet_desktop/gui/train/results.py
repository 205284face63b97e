"""TrainingResults: what training comes to, page by page: curves, corrections, worst pictures, runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from unet_desktop.engine.events import Finished, Resumed
from unet_desktop.gui.train.corrective_curve import CorrectiveCurve
from unet_desktop.gui.train.curves import TrainingCurves
from unet_desktop.gui.train.run_table import RunTable
from unet_desktop.gui.train.worst_cases import WorstCases
from unet_desktop.gui.widgets.named import named
from unet_desktop.gui.widgets.thumbnails import Thumbnails
from unet_desktop.labels import DISC_AND_CUP, LabelSet
from unet_desktop.project.corrections import Correction
from unet_desktop.tasks.runs import Run


class TrainingResults(QWidget):
    """Four pages; hidden while there is nothing on any of them.

    Signals:
        case_chosen(case_id): open it.
    """

    case_chosen = Signal(str)

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        """Nothing yet."""
        super().__init__(parent)
        self._labels = DISC_AND_CUP
        self._curves = TrainingCurves()
        self._corrections = CorrectiveCurve()
        self._worst = WorstCases(thumbnails)
        self._runs = RunTable()
        self._tabs = named(QTabWidget(), "results")
        self._tabs.setDocumentMode(True)
        for title, page, tip in (
            ("Curves", self._curves, "Loss and figures of the running or the last training, epoch by epoch"),
            ("Corrections", self._corrections, "How much of each proposal had to be changed"),
            ("Worst", self._worst, "The validation pictures that the newest model does worst"),
            ("Runs", self._runs, "Training runs compared"),
        ):
            self._tabs.setTabToolTip(self._tabs.addTab(page, title), tip)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._tabs)
        self._worst.case_chosen.connect(self.case_chosen)
        self.hide()

    def set_labels(self, labels: LabelSet) -> None:
        """Use the names and colours of the project's labels."""
        self._labels = labels
        for part in (self._curves, self._corrections, self._runs):
            part.set_labels(labels)

    def set_corrections(self, corrections: Sequence[Correction], names: Mapping[str, str]) -> None:
        """Show how much proposals were changed; `names` are the models' by fingerprint."""
        self._corrections.set_corrections(corrections, names)
        if corrections:
            self.show()

    def set_runs(self, runs: Sequence[Run]) -> None:
        """Show the project's runs, newest first, and of the newest its curves and its worst pictures."""
        self._runs.set_runs(runs)
        judged = next((run for run in runs if run.cases), Run(""))
        self._worst.set_cases(judged.name, judged.cases, self._labels)
        if runs:
            self._curves.reset()
            for epoch in runs[0].epochs:
                self._curves.add_event(epoch)
            self.show()

    def add_event(self, event: object) -> None:
        """Follow a training; other events are passed over."""
        if isinstance(event, Finished):
            self._worst.set_cases(event.checkpoint.stem, event.cases, self._labels)
        for epoch in event.past if isinstance(event, Resumed) else (event,):
            if self._curves.add_event(epoch):
                self.show()

    def begin(self) -> None:
        """A new training starts: its curves begin empty and come to the front."""
        self._curves.reset()
        self._tabs.setCurrentWidget(self._curves)

    def reset(self) -> None:
        """Another project."""
        self.begin()
        self.set_runs([])
        self._corrections.set_corrections([], {})
        self.hide()
