"""CaseFilterBar: which cases are listed and in which order, in two rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QListView, QSizePolicy, QToolButton, QWidget

from unet_desktop.gui.style.icons import icon
from unet_desktop.gui.style.plain_text import plain_tip
from unet_desktop.gui.style.theme import LIGHT, Colours
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.project.case_query import CaseFilter, CaseOrder, CaseQuery

FILTER_TEXT = {
    CaseFilter.ALL: "All",
    CaseFilter.NEW: "New",
    CaseFilter.PREDICTED: "Predicted",
    CaseFilter.INCOMPLETE: "Incomplete",
    CaseFilter.CORRECTED: "Corrected",
    CaseFilter.APPROVED: "Approved",
    CaseFilter.FLAGGED: "Flagged",
    CaseFilter.NOTED: "With notes",
}
ORDERS = {
    CaseOrder.NAME: ("Name", "In the order of their names"),
    CaseOrder.CHANGED: ("Date", "The last changed first"),
    CaseOrder.UNCERTAIN: ("Uncertainty", "The least certain prediction first"),
    CaseOrder.VCDR: ("vCDR", "The largest vertical cup-to-disc ratio first"),
}

_KEYS = (Qt.Key.Key_Escape, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class CaseFilterBar(QWidget):
    """Search, filter, order and its direction.

    Signals:
        query_chosen(CaseQuery): list these cases.
        list_requested: give the list below the keyboard.
        hit_requested: open the only case that is listed, or give the list the keyboard.
        left: the search is over; the picture gets the keyboard.
    """

    query_chosen = Signal(object)
    list_requested = Signal()
    hit_requested = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._query = CaseQuery()
        self._words = with_object_name(QLineEdit(), "case_words")
        self._words.setAcceptDrops(False)  # files are dropped on the window, of which this is a part
        self._words.setPlaceholderText("Search name, patient, notes")
        self._words.setClearButtonEnabled(True)
        self._words.setAccessibleName("Search cases")
        self._words.installEventFilter(self)
        for button in self._words.findChildren(QToolButton):  # Qt's own, to clear the field
            button.setAccessibleName("Clear the search")
        self._filter = _narrow(with_object_name(QComboBox(), "case_filter"), "Cases to list")
        for choice in CaseFilter:
            self._filter.addItem(FILTER_TEXT[choice], choice)
        self._order = _narrow(with_object_name(QComboBox(), "case_order"), "Order of the cases")
        for order, (text, tip) in ORDERS.items():
            self._order.addItem(text, order)
            self._order.setItemData(self._order.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self._backwards = with_object_name(QToolButton(), "case_backwards")
        self._backwards.setCheckable(True)
        self._backwards.setAutoRaise(True)
        self._backwards.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._backwards.setAccessibleName("Backwards")
        self._backwards.setToolTip("Reverse the order")
        self._lay_out()
        self.set_colours(LIGHT)
        self._words.textChanged.connect(self._on_choice)
        self._filter.currentIndexChanged.connect(self._on_choice)
        self._order.currentIndexChanged.connect(self._on_choice)
        self._backwards.toggled.connect(self._on_choice)

    def set_query(self, query: CaseQuery) -> None:
        """Show this query, without emitting a signal."""
        self._query = query
        with (
            QSignalBlocker(self._words),
            QSignalBlocker(self._filter),
            QSignalBlocker(self._order),
            QSignalBlocker(self._backwards),
        ):
            self._words.setText(query.words)
            self._filter.setCurrentIndex(self._filter.findData(query.filter))
            self._order.setCurrentIndex(self._order.findData(query.order))
            self._backwards.setChecked(query.backwards)
        self._describe()

    def set_tally(self, tally: Mapping[CaseFilter, int]) -> None:
        """Show how many cases each choice would list."""
        for place, choice in enumerate(CaseFilter):
            self._filter.setItemText(place, f"{FILTER_TEXT[choice]} ({tally.get(choice, 0):,})")

    def set_nested(self, nested: bool) -> None:
        """Offer incomplete cases and the order by ratio only if the project has a cup and a disc."""
        _offer(self._filter, CaseFilter.INCOMPLETE, nested)
        _offer(self._order, CaseOrder.VCDR, nested)

    def set_colours(self, colours: Colours) -> None:
        self._backwards.setIcon(icon("backwards", colours))

    def start_search(self) -> None:
        """Give the search field the keyboard."""
        self._words.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._words.selectAll()

    def clear(self) -> None:
        """Ask for all cases, in the chosen order."""
        self.set_query(replace(self._query, words="", filter=CaseFilter.ALL))
        self.query_chosen.emit(self._query)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(6)
        grid.addWidget(self._words, 0, 0, 1, 3)
        grid.addWidget(self._filter, 1, 0)
        grid.addWidget(self._order, 1, 1)
        grid.addWidget(self._backwards, 1, 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)

    def _describe(self) -> None:
        self._filter.setToolTip(plain_tip(f"List {self._filter.currentText()}"))
        self._order.setToolTip(f"Sorted by {ORDERS[self._query.order][0].lower()}: {ORDERS[self._query.order][1]}")

    def _on_choice(self) -> None:
        self._query = CaseQuery(
            self._words.text(),
            CaseFilter(self._filter.currentData()),
            CaseOrder(self._order.currentData()),
            self._backwards.isChecked(),
        )
        self._describe()
        self.query_chosen.emit(self._query)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape clears the search and goes back to the picture; Down goes to the list, Return to the only hit."""
        if watched is not self._words or not isinstance(event, QKeyEvent) or event.key() not in _KEYS:
            return super().eventFilter(watched, event)
        if event.type() is QEvent.Type.ShortcutOverride:  # in this field they are not shortcuts of the window
            event.accept()
        elif event.type() is QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self._words.clear()
                self.left.emit()
            elif event.key() == Qt.Key.Key_Down:
                self.list_requested.emit()
            else:
                self.hit_requested.emit()
        return True

    def sizeHint(self) -> QSize:
        return QSize(230, super().sizeHint().height())


def _narrow(box: QComboBox, name: str) -> QComboBox:
    """Let a combo box shrink below its longest text, rather than widen the dock."""
    box.setAccessibleName(name)
    box.view().setAccessibleName(name)
    box.setMinimumContentsLength(6)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return box


def _offer(box: QComboBox, choice: CaseFilter | CaseOrder, offered: bool) -> None:
    """Show or hide a choice."""
    row, view, model = box.findData(choice), box.view(), box.model()
    if isinstance(view, QListView):
        view.setRowHidden(row, not offered)
    if isinstance(model, QStandardItemModel):
        model.item(row).setEnabled(offered)  # the arrow keys pass it over too
