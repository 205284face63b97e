"""ComparisonPanel: two readers compared: metrics, pictures, the Bland-Altman plot, and what can be saved of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QMenu, QPushButton, QSplitter, QVBoxLayout, QWidget

from unet_desktop.gui.compare.compared_cases import ComparedCases
from unet_desktop.gui.style.plain_text import PlainLabel
from unet_desktop.gui.widgets.figure_table import FigureTable
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.plurals import quantity
from unet_desktop.tasks.evaluation.result import Evaluation
from unet_desktop.tasks.evaluation.wording import caveats

if TYPE_CHECKING:
    from unet_desktop.gui.compare.agreement_plot import AgreementPlot

_EMPTY = (
    "Compare this project's masks with those of a second reader, with another project or with the model's predictions: "
    "overlap, boundaries, how well measurements agree, and both outlines over each picture."
)
_KINDS = {
    "html": "Report as &HTML…",
    "pdf": "Report as &PDF…",
    "table": "&Table of pictures…",
    "summary": "&Metrics as JSON…",
}


class ComparisonPanel(QWidget):
    """An invitation to compare, then the result of the comparison.

    Signals:
        compare_requested: ask with whom.
        again_requested: compare with the same reader again.
        case_chosen(name): open this case.
        outlines_chosen(shown): show the other reader's outlines, or not.
        save_requested(kind): write a report ("html", "pdf"), the "table" or the "summary".
    """

    compare_requested = Signal()
    again_requested = Signal()
    case_chosen = Signal(str)
    outlines_chosen = Signal(bool)
    save_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = with_object_name(PlainLabel(_EMPTY, wrap=True), "comparison_title")
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._metrics = with_object_name(FigureTable("Metrics of the comparison"), "comparison_metrics")
        self._remarks = with_object_name(PlainLabel(wrap=True), "comparison_remarks")
        self._outlines = with_object_name(QCheckBox("Show the other outlines"), "outlines")
        self._cases = ComparedCases()
        self._plot: AgreementPlot | None = None  # made for the first comparison: the start is quicker without pyqtgraph
        self._compare = with_object_name(QPushButton("Compare two readers…"), "compare")
        self._again = with_object_name(QPushButton("Again"), "again")
        self._save = with_object_name(QPushButton("Save"), "save")
        self._parts = QSplitter(Qt.Orientation.Vertical)
        self._lay_out()
        self.set_evaluation(None)

    def set_evaluation(self, evaluation: Evaluation | None) -> None:
        """Show this comparison, or the invitation."""
        self._cases.set_evaluation(evaluation)
        if self._plot is None and evaluation is not None:
            self._plot = self._make_plot()
        if self._plot is not None:
            self._plot.set_evaluation(evaluation)
        for part in (self._metrics, self._outlines, self._parts, self._again, self._save):
            part.setVisible(evaluation is not None)
        self._compare.setText("Compare two readers…" if evaluation is None else "Another…")
        self._title.setProperty("role", "" if evaluation is None else "heading")
        self._title.style().polish(self._title)
        if evaluation is None:
            self._title.setText(_EMPTY)
            self._remarks.hide()
            return
        pictures = quantity(evaluation.pictures, "picture")
        self._title.setText(f"{evaluation.first} against {evaluation.second}: {pictures}")
        self._metrics.set_rows(("", "mean", "95 % interval"), _rows(evaluation))
        remarks = [*evaluation.remarks, *caveats(evaluation)]
        if evaluation.problems:
            remarks.insert(0, f"{len(evaluation.problems)} could not be compared.")
        self._remarks.setText("\n".join(remarks))
        self._remarks.setVisible(bool(remarks))

    def set_current(self, name: str) -> None:
        """Mark this case as the open one."""
        self._cases.set_current(name)
        if self._plot is not None:
            self._plot.set_current(name)

    def show_worst(self) -> None:
        """Scroll to the cases that agree least, wherever the open case is."""
        self._cases.scrollToTop()

    def set_outlines(self, shown: bool) -> None:
        """Show whether the other reader's outlines are shown."""
        self._outlines.setChecked(shown)

    def set_busy(self, busy: bool) -> None:
        """Disable comparing and saving while a job runs."""
        for button in (self._compare, self._again, self._save):
            button.setEnabled(not busy)

    def _make_plot(self) -> AgreementPlot:
        from unet_desktop.gui.compare.agreement_plot import AgreementPlot

        plot = AgreementPlot()
        plot.setToolTip("First minus second against the mean of both; a click on a dot opens its case")
        plot.case_chosen.connect(self.case_chosen)
        self._parts.addWidget(plot)
        return plot

    def _lay_out(self) -> None:
        self._remarks.setProperty("role", "muted")
        self._remarks.setTextFormat(Qt.TextFormat.PlainText)
        self._compare.setToolTip("Choose a folder of masks, the predictions or another project")
        self._again.setToolTip("Compare with the same reader again, after corrections")
        menu = QMenu(self)
        for kind, text in _KINDS.items():
            menu.addAction(text).triggered.connect(lambda _checked=False, kind=kind: self.save_requested.emit(kind))
        self._save.setMenu(menu)
        buttons = QHBoxLayout()
        for button in (self._compare, self._again, self._save):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self._parts.setChildrenCollapsible(False)
        self._parts.addWidget(self._cases)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 10)
        column.setSpacing(8)
        for part in (self._title, self._metrics, self._remarks, self._outlines):
            column.addWidget(part)
        column.addWidget(self._parts, 1)
        column.addLayout(buttons)
        column.addStretch(0)
        self._compare.clicked.connect(self.compare_requested)
        self._again.clicked.connect(self.again_requested)
        self._outlines.toggled.connect(self.outlines_chosen)
        self._cases.case_chosen.connect(self.case_chosen)


def _rows(evaluation: Evaluation) -> list[tuple[str, str, str]]:
    """The few metrics that say most."""
    found = evaluation.estimates
    wanted = {f"dice/{label.name}": f"Dice, {label.name}" for label in evaluation.labels} | {"vcdr_error": "vCDR error"}
    rows = []
    for name, title in wanted.items():
        if (one := found.get(name)) is not None:
            rows.append((title, f"{one.mean:.3f}", _interval(one.interval)))
    rows += [
        (f"false positives, {label.label}", f"{label.false_positive} of {label.absent}", "")
        for label in evaluation.presence
        if label.absent
    ]
    if (limits := evaluation.limits) is not None:
        rows.append(("vCDR difference", _number(limits.bias), _interval(limits.bias_interval)))
        rows.append(("limits of agreement", "", _interval((limits.low, limits.high))))
    if (icc := evaluation.reliability) is not None:
        rows.append(("ICC(2,1) of vCDR", _number(icc.value), _interval(icc.interval)))
    return rows


def _interval(interval: tuple[float, float] | None) -> str:
    return "–" if interval is None else f"{_number(interval[0])} to {_number(interval[1])}"


def _number(value: float) -> str:
    return f"{value:.3f}".replace("-", "−")
