"""CasesModel: the listed cases as a Qt list model; it holds ids and asks the project for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from unet_desktop.gui.style.plain_text import plain_tip
from unet_desktop.gui.widgets.thumbnails import Thumbnails
from unet_desktop.labels import LabelSet
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.project.case import Case, CaseState
from unet_desktop.project.case_query import CaseOrder
from unet_desktop.project.predictions import FIRST_PROPOSAL
from unet_desktop.project.reader import ProjectReader

CASE_ROLE = Qt.ItemDataRole.UserRole
"""The `Case` itself."""
FIGURE_ROLE = Qt.ItemDataRole.UserRole + 1
"""The sort value as a short text; empty when sorted by name."""
OPEN_ROLE = Qt.ItemDataRole.UserRole + 2
"""Whether the case is the open one."""
STATE_TEXT = {
    CaseState.NEW: "New",
    CaseState.PREDICTED: "Predicted",
    CaseState.CORRECTED: "Corrected",
    CaseState.APPROVED: "Approved",
}
_LONGEST_NOTE = 300


def state_text(case: Case) -> str:
    """The state in one word, for lists."""
    return "Incomplete" if case.incomplete else STATE_TEXT[case.state]


def full_state_text(case: Case, labels: LabelSet | None) -> str:
    """The state, and what is known of a cup that is not drawn, by the name that the project gives it."""
    pair = None if labels is None else cup_and_disc(labels)
    cup = "cup" if pair is None else pair[0].name
    if case.incomplete:
        approved = "approved, but " if case.state is CaseState.APPROVED else ""
        return f"Incomplete: {approved}no {cup} is drawn"
    return f"{STATE_TEXT[case.state]}: there is no {cup}" if case.lacks_cup else STATE_TEXT[case.state]


class CasesModel(QAbstractListModel):
    """One row per listed case."""

    def __init__(self, thumbnails: Thumbnails, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project: ProjectReader | None = None
        self._ids: list[str] = []
        self._rows: dict[str, int] = {}
        self._faults: dict[str, str] = {}
        self._open: str | None = None
        self._order = CaseOrder.NAME
        self._thumbnails = thumbnails
        thumbnails.loaded.connect(self.update_case)

    def set_cases(self, project: ProjectReader | None, ids: Sequence[str], order: CaseOrder) -> None:
        """List these cases of the project, sorted by `order`."""
        self.beginResetModel()
        if project is not self._project:
            self._thumbnails.set_project(project)
            self._faults.clear()
        self._project, self._ids, self._order = project, list(ids), order
        self._rows = {case_id: row for row, case_id in enumerate(self._ids)}
        self.endResetModel()

    def update_case(self, case_id: str) -> None:
        """Refresh this case."""
        index = self.index_of(case_id)
        if index.isValid():
            self.dataChanged.emit(index, index)

    def set_open(self, case_id: str | None) -> None:
        """Mark this case as the open one."""
        before, self._open = self._open, case_id
        for changed in (before, case_id):
            if changed is not None:
                self.update_case(changed)

    def set_fault(self, case_id: str, sentence: str) -> None:
        """Show why this case cannot be opened; an empty sentence means that it can be."""
        if self._faults.pop(case_id, "") != sentence:
            self.update_case(case_id)
        if sentence:
            self._faults[case_id] = sentence

    def index_of(self, case_id: str | None) -> QModelIndex:
        """The index of the case; invalid when it is not listed."""
        row = self._rows.get(case_id or "")
        return QModelIndex() if row is None else self.index(row)

    def id_at(self, row: int) -> str | None:
        """The id in that row, also of a deleted case."""
        return self._ids[row] if 0 <= row < len(self._ids) else None

    def case_at(self, index: QModelIndex | QPersistentModelIndex) -> Case | None:
        """The case in that row; one that could not be opened says so in its `damage`."""
        if self._project is None or not 0 <= index.row() < len(self._ids):
            return None
        case = self._project.case(self._ids[index.row()])
        fault = self._faults.get(case.id, "")
        return replace(case, damage=fault) if fault and not case.damage else case

    @property
    def _labels(self) -> LabelSet | None:
        return None if self._project is None else self._project.labels

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._ids)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        case = self.case_at(index)
        if case is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return case.id
        if role == Qt.ItemDataRole.DecorationRole:
            return self._thumbnails.find(case.id)
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            is_open = ["open"] if case.id == self._open else []
            return ", ".join([*is_open, *describe(case, self._labels)])
        if role == OPEN_ROLE:
            return case.id == self._open
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip((case.id, *describe(case, self._labels)))
        if role == FIGURE_ROLE:
            return figure(case, self._order)
        return case if role == CASE_ROLE else None


def describe(case: Case, labels: LabelSet | None = None) -> list[str]:
    """Short texts about the case, for tooltips and screen readers; `labels` are the project's."""
    if case.damage:
        return [f"cannot be opened: {case.damage}"]
    parts = [full_state_text(case, labels), f"{case.width} × {case.height} pixels"]
    if case.flagged:
        parts.append("flagged")
    if case.patient:
        parts.append(f"patient {case.patient}")
    if case.eye:
        parts.append(f"{case.eye} eye")
    if case.best_vcdr is not None:
        parts.append(f"vCDR {case.best_vcdr:.2f}")
    if case.confidence is not None:
        parts.append(f"confidence {case.confidence:.0%}")
    if case.has_first_proposal:
        parts.append(FIRST_PROPOSAL)
    if case.unfamiliar:
        parts.append(case.unfamiliar.phrase)
    if case.changed_at:
        parts.append(
            f"changed {figure(case, CaseOrder.CHANGED)}" + (f" by {case.changed_by}" if case.changed_by else "")
        )
    unsaid = [label.name for label in labels or () if label.value in case.not_annotated]
    if unsaid:
        parts.append(f"not annotated: {', '.join(unsaid)}, unless drawn since")
    if case.notes:
        parts.append(f"note: {case.notes[:_LONGEST_NOTE]}")
    return parts


def figure(case: Case, order: CaseOrder) -> str:
    """The sort value as a short text; empty for the name and for unknown values."""
    if order is CaseOrder.VCDR:
        return "" if case.best_vcdr is None else f"{case.best_vcdr:.2f}"
    if order is CaseOrder.UNCERTAIN:
        return "" if case.confidence is None else f"{case.confidence:.0%}"
    if order is CaseOrder.CHANGED and case.changed_at:
        try:
            return datetime.fromisoformat(case.changed_at).astimezone().strftime("%Y-%m-%d")
        except (ValueError, OverflowError, OSError):  # written by another program
            return case.changed_at[:10]
    return ""
