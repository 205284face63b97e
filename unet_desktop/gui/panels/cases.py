"""CasesPanel: the list of cases and how far the project is."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, Qt, Signal
from PySide6.QtWidgets import QLabel, QListView, QProgressBar, QVBoxLayout, QWidget

from unet_desktop.gui.panels.case_delegate import CaseDelegate
from unet_desktop.gui.panels.cases_model import CasesModel
from unet_desktop.gui.panels.thumbnails import Thumbnails
from unet_desktop.gui.theme import Colours
from unet_desktop.project.project import Project


class CasesPanel(QWidget):
    """Cases with thumbnail and state; one is current.

    Signals:
        case_chosen(case_id): somebody picked this case.
    """

    case_chosen = Signal(str)

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        """Start with no project."""
        super().__init__(parent)
        self._model = CasesModel(thumbnails, self)
        self._delegate = CaseDelegate(self)
        self._list = QListView()
        self._list.setObjectName("cases")
        self._list.setModel(self._model)
        self._list.setItemDelegate(self._delegate)
        self._list.setUniformItemSizes(True)  # thousands of rows need not be measured
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setFrameShape(QListView.Shape.NoFrame)
        self._list.setAccessibleName("Cases")
        self._words = QLabel()
        self._bar = QProgressBar(textVisible=False)
        self._bar.setFixedHeight(6)
        self._bar.setAccessibleName("Corrected cases")
        self._lay_out()
        self._list.selectionModel().selectionChanged.connect(self._on_list_selection_changed)
        self.set_counts(0, 0)

    def set_project(self, project: Project | None) -> None:
        """Show this project's cases."""
        self._model.set_project(project)

    def set_current(self, case_id: str | None) -> None:
        """Mark this case as the open one, and bring it into sight; asks for nothing."""
        index = self._model.index_of(case_id)
        blocked = self._list.selectionModel().blockSignals(True)
        if index.isValid():
            self._list.setCurrentIndex(index)
        else:
            self._list.clearSelection()
        self._list.selectionModel().blockSignals(blocked)
        self._list.viewport().update()  # the view was not told, because nobody chose anything
        if index.isValid():
            self._list.scrollTo(index)

    def update_case(self, case_id: str) -> None:
        """Show again what is known of this case."""
        self._model.update_case(case_id)

    def set_counts(self, corrected: int, total: int) -> None:
        """How many cases are corrected, of how many."""
        self._words.setText(f"{corrected} of {total} corrected" if total else "No cases")
        self._bar.setRange(0, max(total, 1))
        self._bar.setValue(corrected)

    def set_colours(self, colours: Colours) -> None:
        """Use this theme's colours."""
        self._delegate.set_colours(colours)
        self._list.viewport().update()

    def _lay_out(self) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(10, 8, 10, 8)
        head.setSpacing(6)
        head.addWidget(self._words)
        head.addWidget(self._bar)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._list, 1)

    def _on_list_selection_changed(self, selected: QItemSelection) -> None:
        indexes = selected.indexes()
        case = self._model.case_at(indexes[0]) if indexes else None
        if case is not None:
            self.case_chosen.emit(case.id)
