"""HistoryModel: the steps of the open case, done and undone, as rows of a list."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor, QFont

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
SIZE_ROLE = Qt.ItemDataRole.UserRole
"""How large a change the step is, as text."""


class HistoryModel(QAbstractListModel):
    """The row of a step is the number of steps that are done when it was the last; row 0 is the beginning."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Start with no case."""
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._sizes: tuple[str, ...] = ()
        self._done = 0
        self._pale = QBrush()
        self._slanted = QFont()
        self._slanted.setItalic(True)

    def set_steps(self, names: tuple[str, ...], done: int, sizes: tuple[str, ...] = ()) -> None:
        """Show these steps, oldest first and the beginning before them, of which the first `done` and it are done."""
        self._sizes = sizes
        if names[: len(self._names)] == self._names:
            if len(names) > len(self._names):
                self.beginInsertRows(QModelIndex(), len(self._names), len(names) - 1)
                self._names = names
                self.endInsertRows()
        else:
            self.beginResetModel()
            self._names = names
            self.endResetModel()
        self._done = done
        if names:
            self.dataChanged.emit(
                self.index(0),
                self.index(len(names) - 1),
                [Qt.ItemDataRole.ForegroundRole, Qt.ItemDataRole.FontRole, SIZE_ROLE],
            )

    def set_pale(self, colour: str) -> None:
        """Write undone steps in this colour."""
        self._pale = QBrush(QColor(colour))

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._names)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        undone = index.row() > self._done
        if role == Qt.ItemDataRole.DisplayRole:
            return self._names[index.row()]
        if role == SIZE_ROLE:
            return self._sizes[index.row()] if index.row() < len(self._sizes) else ""
        if role == Qt.ItemDataRole.ForegroundRole and undone:
            return self._pale
        if role == Qt.ItemDataRole.FontRole and undone:
            return self._slanted
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return "Undone: click to do it again" if undone else "Click to go back to here"
        return None
