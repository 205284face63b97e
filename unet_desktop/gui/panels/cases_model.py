"""CasesModel: the project's cases as a Qt list model; it holds ids and asks the project for the rest."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from unet_desktop.gui.panels.thumbnails import Thumbnails
from unet_desktop.project.case import Case, CaseState
from unet_desktop.project.project import Project

CASE_ROLE = Qt.ItemDataRole.UserRole
"""The `Case` itself."""
STATE_TEXT = {
    CaseState.NEW: "New",
    CaseState.PREDICTED: "Predicted",
    CaseState.CORRECTED: "Corrected",
    CaseState.APPROVED: "Approved",
}


class CasesModel(QAbstractListModel):
    """One row a case, in the project's order."""

    def __init__(self, thumbnails: Thumbnails, parent: QObject | None = None) -> None:
        """Start with no project."""
        super().__init__(parent)
        self._project: Project | None = None
        self._ids: list[str] = []
        self._rows: dict[str, int] = {}
        self._thumbnails = thumbnails
        thumbnails.loaded.connect(self._on_thumbnails_loaded)

    def set_project(self, project: Project | None) -> None:
        """Show the cases of this project."""
        self.beginResetModel()
        self._project = project
        self._ids = [] if project is None else [case.id for case in project.cases()]
        self._rows = {case_id: row for row, case_id in enumerate(self._ids)}
        self._thumbnails.set_project(project)
        self.endResetModel()

    def update_case(self, case_id: str) -> None:
        """Show again what is known of this case."""
        index = self.index_of(case_id)
        if index.isValid():
            self.dataChanged.emit(index, index)

    def index_of(self, case_id: str | None) -> QModelIndex:
        """Where the case stands; an invalid index when it is not there."""
        row = self._rows.get(case_id or "")
        return QModelIndex() if row is None else self.index(row)

    def case_at(self, index: QModelIndex | QPersistentModelIndex) -> Case | None:
        """The case in that row."""
        if self._project is None or not 0 <= index.row() < len(self._ids):
            return None
        return self._project.case(self._ids[index.row()])

    def _on_thumbnails_loaded(self, case_id: str) -> None:
        self.update_case(case_id)

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
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return describe(case)
        return case if role == CASE_ROLE else None


def describe(case: Case) -> str:
    """The case in a line, for tooltips and screen readers."""
    parts = [STATE_TEXT[case.state], f"{case.width} × {case.height}"]
    if case.flagged:
        parts.append("flagged")
    if case.eye:
        parts.append(f"{case.eye} eye")
    if case.changed_by:
        parts.append(f"changed by {case.changed_by}")
    return ", ".join(parts)
