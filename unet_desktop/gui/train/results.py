"""TrainingResults: the results of training on four pages: curves, corrections, worst pictures, runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QTabWidget, QVBoxLayout, QWidget

from unet_desktop.gui.style.plain_text import PlainLabel, plain_tip
from unet_desktop.gui.train.curves import CorrectiveCurve, TrainingCurves
from unet_desktop.gui.train.progress import CurvePoints, TrainingProgress
from unet_desktop.gui.train.run_table import RunTable
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.gui.widgets.thumbnails import Thumbnails
from unet_desktop.labels import DISC_AND_CUP, LabelSet
from unet_desktop.project.corrections import Correction
from unet_desktop.tasks.runs import Run

_SIDE = 52
_NO_WORST = (
    "When a training run has finished, the validation pictures on which its model performs worst are listed here. "
    "Check them: a mask may be wrong, or such pictures may be rare among the training cases."
)


class TrainingResults(QWidget):
    """Four pages; hidden while there is nothing on any of them.

    Signals:
        case_chosen(case_id): open it.
    """

    case_chosen = Signal(str)

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels = DISC_AND_CUP
        self._curves = TrainingCurves()
        self._corrections = CorrectiveCurve()
        self._worst = WorstCases(thumbnails)
        self._runs = RunTable()
        self._tabs = with_object_name(QTabWidget(), "results")
        self._tabs.setDocumentMode(True)
        for title, page, tip in (
            ("Curves", self._curves, "Loss and metrics of the current or the last training run, epoch by epoch"),
            ("Corrections", self._corrections, "How much of each proposal had to be changed"),
            ("Worst", self._worst, "The validation pictures on which the newest model performs worst"),
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

    def set_corrections(
        self, corrections: Sequence[Correction], names: Mapping[str, str], trained_on: Mapping[str, int]
    ) -> None:
        """Show how much proposals were changed, see `CorrectiveCurve.set_corrections`."""
        self._corrections.set_corrections(corrections, names, trained_on)
        if corrections:
            self.show()

    def set_runs(self, runs: Sequence[Run]) -> None:
        """Show the project's runs, newest first, and of the newest its curves and its worst pictures."""
        self._runs.set_runs(runs)
        measured = next((run for run in runs if run.cases), Run(""))
        self._worst.set_cases(measured.name, measured.cases, self._labels)
        if runs:
            self._curves.set_points(CurvePoints.of(runs[0].epochs))
            self.show()

    def set_progress(self, progress: TrainingProgress) -> None:
        """Show the curves of a running training; its worst pictures follow with its run, when it has ended."""
        self._curves.set_points(progress.curves)
        if progress.curves.stage is not None:
            self.show()

    def begin(self) -> None:
        """A new training starts: bring its curves to the front, empty."""
        self._curves.clear()
        self._tabs.setCurrentWidget(self._curves)

    def reset(self) -> None:
        """Another project."""
        self.begin()
        self.set_runs([])
        self._corrections.set_corrections([], {})
        self.hide()


class WorstCases(QWidget):
    """A list of pictures, worst first; a click opens one.

    Signals:
        case_chosen(case_id): open it.
    """

    case_chosen = Signal(str)

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._heading = with_object_name(PlainLabel(_NO_WORST, wrap=True), "worst_heading")
        self._list = with_object_name(QListWidget(), "worst")
        self._list.setAccessibleName("Worst validation pictures")
        self._list.setIconSize(QSize(_SIDE, _SIDE))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(self._heading)
        column.addWidget(self._list, 1)
        column.addStretch(0)
        self._list.itemClicked.connect(self._on_list_item_chosen)
        self._list.itemActivated.connect(self._on_list_item_chosen)
        thumbnails.loaded.connect(self._on_thumbnails_loaded)
        self.set_cases("", {}, None)

    def set_cases(self, name: str, cases: Mapping[str, Mapping[str, float]], labels: LabelSet | None) -> None:
        """Show these cases.

        Args:
            name: of the model.
            cases: case to its metrics, worst first.
            labels: in whose order their Dice are written.
        """
        self._list.clear()
        heading = f"All validation pictures of {name} with their Dice, the worst first. Click one to correct it:"
        self._heading.setText(heading if cases else _NO_WORST)
        self._list.setVisible(bool(cases))
        for case_id, metrics in cases.items():
            lines = [line for label in labels or () if (line := _result(label.name, metrics))] or ["–"]
            item = QListWidgetItem("\n".join([case_id, *lines]))
            item.setData(Qt.ItemDataRole.UserRole, case_id)
            item.setToolTip(plain_tip(f"Open {case_id} (Dice: {', '.join(lines)})"))
            height = (1 + len(lines)) * self._list.fontMetrics().lineSpacing()
            item.setSizeHint(QSize(0, max(_SIDE, height) + 8))
            item.setIcon(self._icon(case_id))
            self._list.addItem(item)

    def _icon(self, case_id: str) -> QIcon:
        found = self._thumbnails.find(case_id)
        if found is None or found.isNull():
            found = QPixmap(_SIDE, _SIDE)  # a placeholder, so that the text does not jump
            found.fill(Qt.GlobalColor.transparent)
        return QIcon(found)

    def _on_thumbnails_loaded(self, case_id: str) -> None:
        for row in range(self._list.count()):
            item = self._list.item(row)
            if item.data(Qt.ItemDataRole.UserRole) == case_id:
                item.setIcon(self._icon(case_id))

    def _on_list_item_chosen(self, item: QListWidgetItem) -> None:
        self.case_chosen.emit(item.data(Qt.ItemDataRole.UserRole))


def _result(label: str, metrics: Mapping[str, float]) -> str:
    """Dice of a label, or that it was found where there is none; empty where there is nothing to say."""
    if (dice := metrics.get(f"dice/{label}")) is not None:
        return f"{label} {dice:.3f}"
    return f"{label}: false positive" if metrics.get(f"true_absent/{label}") == 0.0 else ""
