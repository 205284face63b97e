"""CasesPanel: the list of cases, its filter, and the progress of the project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListView,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from unet_desktop.gui.cases.case_delegate import CaseDelegate
from unet_desktop.gui.cases.case_list_view import CaseListView
from unet_desktop.gui.cases.cases_model import CasesModel
from unet_desktop.gui.cases.filter_bar import CaseFilterBar
from unet_desktop.gui.style.plain_text import PlainLabel
from unet_desktop.gui.style.theme import Colours
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.gui.widgets.thumbnails import Thumbnails
from unet_desktop.project.case_query import CaseFilter, CaseQuery
from unet_desktop.project.reader import ProjectReader


class CasesPanel(QWidget):
    """Cases with thumbnail and state; one is current.

    Signals:
        case_chosen(case_id): open this case.
        cases_selected(tuple of ids): these cases were selected; the open one stays open.
        remove_requested(tuple of ids): move these cases to the bin.
        menu_requested(case_id, QPoint): show the menu of this case, at that point of the screen.
    """

    case_chosen = Signal(str)
    cases_selected = Signal(tuple)
    menu_requested = Signal(str, QPoint)
    remove_requested = Signal(tuple)

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = CasesModel(thumbnails, self)
        self._delegate = CaseDelegate(self)
        self._list = with_object_name(CaseListView(self._model), "cases")
        self._selected: tuple[str, ...] = ()
        self._list.setItemDelegate(self._delegate)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setFrameShape(QListView.Shape.NoFrame)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._list.setAccessibleName("Cases")
        self._words = with_object_name(PlainLabel(), "case_counts")
        self._bar = QProgressBar(textVisible=False)
        self._bar.setFixedHeight(6)
        self._bar.setAccessibleName("Corrected cases")
        self.filter = CaseFilterBar()
        self._pages = QStackedWidget()
        self._no_match = QWidget()
        hint = "Cases are listed here. Import pictures first, or drop them on the window."
        self._no_cases = with_object_name(PlainLabel(hint, wrap=True), "no_cases")
        self._no_cases.setProperty("role", "muted")
        self._no_cases.setContentsMargins(14, 12, 14, 14)
        self._no_cases.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._total = self._incomplete = 0
        self._current: str | None = None
        self._lay_out()
        self._list.chosen.connect(self._on_list_chosen)
        self._list.selected.connect(self._on_list_selected)
        self._list.customContextMenuRequested.connect(self._on_list_context_menu_requested)
        self.filter.list_requested.connect(self._focus_list)
        self.filter.hit_requested.connect(self._on_filter_hit_requested)
        self.set_counts(0, 0)

    def set_cases(
        self, project: ProjectReader | None, ids: Sequence[str], query: CaseQuery, current: str | None
    ) -> None:
        """Show these cases of the project; those in sight stay in sight if they are still listed."""
        place = self._place(current)
        self._model.set_cases(project, ids, query.order)
        self.set_current(current, scroll=False)
        self._restore(place, current)
        self._show_progress()

    def set_current(self, case_id: str | None, *, scroll: bool = True) -> None:
        """Mark this case as the open one and scroll to it, without emitting a signal."""
        self._model.set_open(case_id)
        self._current = case_id
        self._show_selected()
        index = self._model.index_of(case_id)
        if index.isValid() and scroll:
            self._list.scrollTo(index)

    def set_selected(self, ids: Sequence[str]) -> None:
        """Mark these cases beside the open one, without emitting a signal."""
        if tuple(ids) != self._selected:
            self._selected = tuple(ids)
            self._show_selected()
        self._show_progress()

    def _show_selected(self) -> None:
        several = self._selected if len(self._selected) > 1 else ()
        self._list.show_selected(several or ([] if self._current is None else [self._current]), self._current)

    def update_case(self, case_id: str) -> None:
        """Refresh this case."""
        self._model.update_case(case_id)

    def set_fault(self, case_id: str, sentence: str) -> None:
        """Show why this case cannot be opened; an empty sentence means that it can be."""
        self._model.set_fault(case_id, sentence)

    def set_counts(self, corrected: int, total: int, tally: Mapping[CaseFilter, int] | None = None) -> None:
        """Show how many of all cases are corrected, and how many there are of each kind."""
        self._total, self._incomplete = total, (tally or {}).get(CaseFilter.INCOMPLETE, 0)
        self._bar.setRange(0, max(total, 1))
        self._bar.setValue(corrected)
        self.filter.set_tally(tally or {})
        self.filter.setEnabled(total > 0)
        self._show_progress()

    def set_colours(self, colours: Colours) -> None:
        self._delegate.set_colours(colours)
        self.filter.set_colours(colours)
        self._list.viewport().update()

    def _show_progress(self) -> None:
        """Show the progress, or how many cases are listed when not all are."""
        words = f"{self._bar.value():,} of {self._total:,} corrected" if self._total else "No cases"
        if self._incomplete:
            words += f", {self._incomplete:,} incomplete"
        shown = self._model.rowCount()
        page = self._list if shown else self._no_match if self._total else self._no_cases
        self._pages.setCurrentWidget(page)
        chosen = f"{len(self._selected):,} selected" if len(self._selected) > 1 else ""
        self._words.setText(chosen or (words if shown == self._total else f"{shown:,} of {self._total:,} shown"))
        self._words.setToolTip(words)

    def _place(self, current: str | None) -> tuple[str, int] | None:
        """A visible case, the open one or else the topmost, and its distance in rows from the first visible one."""
        top = self._list.indexAt(QPoint(1, 1)).row()
        if top < 0:
            return None
        last = self._list.indexAt(QPoint(1, self._list.viewport().height() - 1)).row()
        row = self._model.index_of(current).row()
        row = row if top <= row and (row <= last or last < 0) else top
        case_id = self._model.id_at(row)
        return None if case_id is None else (case_id, row - top)

    def _restore(self, place: tuple[str, int] | None, current: str | None) -> None:
        index = self._model.index_of(None if place is None else place[0])
        if place is not None and index.isValid():
            top = self._model.index(max(index.row() - place[1], 0))
            self._list.scrollTo(top, QListView.ScrollHint.PositionAtTop)
        elif (current_index := self._model.index_of(current)).isValid():
            self._list.scrollTo(current_index)

    def _lay_out(self) -> None:
        inner = QVBoxLayout(self._no_match)
        inner.setContentsMargins(14, 20, 14, 14)
        inner.addWidget(PlainLabel("No case matches."), 0, Qt.AlignmentFlag.AlignHCenter)
        clear = with_object_name(QPushButton("Clear the search"), "clear_search")
        clear.clicked.connect(self.filter.clear)
        inner.addWidget(clear, 0, Qt.AlignmentFlag.AlignHCenter)
        inner.addStretch(1)
        self._pages.addWidget(self._list)
        self._pages.addWidget(self._no_match)
        self._pages.addWidget(self._no_cases)
        head = QVBoxLayout()
        head.setContentsMargins(10, 2, 10, 4)
        head.setSpacing(4)
        head.addWidget(self.filter)
        progress = QHBoxLayout()
        progress.setSpacing(8)
        progress.addWidget(self._words)
        progress.addWidget(self._bar, 1)
        head.addLayout(progress)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._pages, 1)

    def _focus_list(self) -> None:
        self._list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _on_filter_hit_requested(self) -> None:
        only = self._model.id_at(0) if self._model.rowCount() == 1 else None
        if only is None:
            self._focus_list()
        else:
            self.case_chosen.emit(only)
            self.filter.left.emit()

    def _on_list_chosen(self, case_id: str) -> None:
        self._on_list_selected((case_id,))
        self.case_chosen.emit(case_id)

    def _on_list_selected(self, ids: tuple[str, ...]) -> None:
        self._selected = ids
        self._show_progress()
        self.cases_selected.emit(ids)

    def _on_list_context_menu_requested(self, place: QPoint) -> None:
        case = self._model.case_at(self._list.indexAt(place))
        if case is not None:
            self.menu_requested.emit(case.id, self._list.viewport().mapToGlobal(place))
