"""CaseListView: the list of cases, in which several can be selected and one is open."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QSignalBlocker,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QListView, QWidget

from unet_desktop.gui.cases.cases_model import CasesModel

_STEPS = frozenset(
    {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
)
_Flag = QItemSelectionModel.SelectionFlag


class CaseListView(QListView):
    """Opens a case that is chosen alone; Shift, Ctrl, Ctrl+A and dragging only select.

    Signals:
        chosen(case_id): this case was clicked, or reached by an arrow key.
        selected(tuple of ids): cases were selected, without one of them being chosen.
    """

    chosen = Signal(str)
    selected = Signal(tuple)

    def __init__(self, model: CasesModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cases = model
        self._extends = False
        self.setModel(model)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setUniformItemSizes(True)  # thousands of rows need not be measured
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)

    def selectionCommand(
        self, index: QModelIndex | QPersistentModelIndex, event: QEvent | None = None
    ) -> QItemSelectionModel.SelectionFlag:
        """Note whether what is done extends the selection, as Qt decides it."""
        flags = super().selectionCommand(index, event)
        self._extends = not flags & _Flag.Clear or bool(flags & _Flag.Current)
        return flags

    def event(self, event: QEvent) -> bool:
        """Keep the keys that extend the selection from the commands that have them elsewhere, such as Shift+Up."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() in _STEPS and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                event.accept()
                return True
            if event.matches(QKeySequence.StandardKey.SelectAll):
                event.accept()
                return True
        return super().event(event)

    def selectAll(self) -> None:
        """Select all cases that are listed; the open one stays open."""
        self._extends = True
        super().selectAll()

    def selected_ids(self) -> tuple[str, ...]:
        """Ids of the selected cases in the order of the list, in a time that depends on the gaps between them."""
        selection = self.selectionModel().selection()
        pieces = (selection.at(number) for number in range(selection.count()))
        ranges = sorted((piece.top(), piece.bottom()) for piece in pieces)
        found = (self._cases.id_at(row) for top, bottom in ranges for row in range(top, bottom + 1))
        return tuple(case_id for case_id in found if case_id is not None)

    def show_selected(self, ids: Iterable[str], current: str | None) -> None:
        """Mark these cases, and one as the current one, without emitting a signal."""
        rows = sorted(index.row() for case_id in ids if (index := self._cases.index_of(case_id)).isValid())
        selection = QItemSelection()
        start = 0
        for at, row in enumerate(rows):
            if at + 1 == len(rows) or rows[at + 1] != row + 1:
                selection.select(self._cases.index(rows[start]), self._cases.index(row))
                start = at + 1
        with QSignalBlocker(self.selectionModel()):
            index = self._cases.index_of(current)
            self.selectionModel().setCurrentIndex(index, _Flag.NoUpdate)
            self.selectionModel().select(selection, _Flag.ClearAndSelect)
        self.viewport().update()  # the blocked signals would have told it

    def _on_selection_changed(self) -> None:
        extends, self._extends = self._extends, False
        ids = self.selected_ids()
        if not extends and len(ids) == 1:
            self.chosen.emit(ids[0])
        else:
            self.selected.emit(ids)
