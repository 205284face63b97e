"""ComparedCases: the compared pictures with their metrics; those that agree least come first."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from unet_desktop.gui.style.plain_text import plain_tip
from unet_desktop.labels import LabelSet
from unet_desktop.tasks.evaluation.compared_case import ComparedCase
from unet_desktop.tasks.evaluation.result import Evaluation, worst_first
from unet_desktop.tasks.evaluation.wording import metric_title

_MAX_LABELS_LISTED = 2
_VALUE = Qt.ItemDataRole.UserRole


class ComparedCases(QTreeWidget):
    """A row for each picture; a click on a heading sorts by its column, a click on a row opens the case.

    Signals:
        case_chosen(name): open it.
    """

    case_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compared_cases")
        self.setAccessibleName("Compared pictures")
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.header().setSectionsMovable(False)
        self.header().setStretchLastSection(False)
        self.itemClicked.connect(self._on_item_chosen)
        self.itemActivated.connect(self._on_item_chosen)

    def set_evaluation(self, evaluation: Evaluation | None) -> None:
        """Show these pictures."""
        self.clear()
        if evaluation is None:
            return
        titles, names = _columns(evaluation)
        self.setSortingEnabled(False)
        self.setHeaderLabels(["Case", *titles])
        for case in worst_first(evaluation.cases):
            self.addTopLevelItem(_CaseItem(case, names))
        for column, name in enumerate(names, 1):
            tip = "First vCDR minus second" if name == "difference" else metric_title(name)
            self.headerItem().setToolTip(column, plain_tip(tip))
        header = self.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)  # unsorted until a heading is clicked
        self.setSortingEnabled(True)

    def set_current(self, name: str) -> None:
        """Mark this picture's row, or none."""
        for row in range(self.topLevelItemCount()):
            item = self.topLevelItem(row)
            if item is not None and item.text(0) == name:
                self.setCurrentItem(item)
                return
        self.setCurrentItem(None)  # type: ignore[call-overload]  # Qt takes it for "none"

    def _on_item_chosen(self, item: QTreeWidgetItem) -> None:
        self.case_chosen.emit(item.text(0))


class _CaseItem(QTreeWidgetItem):
    """One picture; columns sort as numbers, missing ones last."""

    def __init__(self, case: ComparedCase, names: list[str]) -> None:
        super().__init__([case.name])
        self.setToolTip(0, plain_tip(f"Open {case.name}"))
        for column, name in enumerate(names, 1):
            value = case.difference if name == "difference" else case.metrics.get(name, math.nan)
            digits = "+.2f" if name == "difference" else ".3f"
            text = "–" if math.isnan(value) else f"{value:{digits}}".replace("-", "−")
            absent = case.metrics.get(f"true_absent/{name.removeprefix('dice/')}")
            if absent is not None:
                text, value = ("absent", math.nan) if absent else ("false +", 0.0)
                tip = "In neither mask" if absent else "False positive: only the first mask has it"
                self.setToolTip(column, tip)
            self.setText(column, text)
            self.setData(column, _VALUE, value)
            self.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def __lt__(self, other: QTreeWidgetItem) -> bool:
        tree = self.treeWidget()
        column = 0 if tree is None else tree.sortColumn()
        if column <= 0:
            return self.text(0).casefold() < other.text(0).casefold()
        mine, theirs = (item.data(column, _VALUE) for item in (self, other))
        if math.isnan(mine) or math.isnan(theirs):
            return math.isnan(theirs) and not math.isnan(mine)
        return bool(mine < theirs)


def _columns(evaluation: Evaluation) -> tuple[list[str], list[str]]:
    """Titles and names of the metrics that fit: Dice of each label or the mean, and the vCDR difference."""
    found = evaluation.means
    labels = [label for label in evaluation.labels if f"dice/{label.name}" in found]
    if len(labels) > _MAX_LABELS_LISTED:
        titles, names = ["Dice"], ["dice"]
    else:
        titles = [_short(label.name, evaluation.labels) for label in labels]
        names = [f"dice/{label.name}" for label in labels]
    if evaluation.measured:
        titles.append("Δ vCDR")
        names.append("difference")
    return titles, names


def _short(name: str, labels: LabelSet) -> str:
    """The last word of a label's name where no other label ends with it."""
    words = [label.name.split()[-1] for label in labels]
    last = name.split()[-1]
    return last if words.count(last) == 1 else name
