"""ReadersPanel: the readers' masks of the open case, and the cases in which readers differ most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QGridLayout,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from unet_desktop.gui.commands.actions import Actions
from unet_desktop.gui.style.plain_text import PlainLabel, plain_tip
from unet_desktop.gui.widgets.action_button import ActionButton
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.plurals import quantity
from unet_desktop.safe_text import escape_controls
from unet_desktop.tasks.events import CaseDisagreement

_EMPTY = (
    "No reader has drawn this case yet. Readers work on the cases of this project masked, each with own masks: choose "
    "Readers > Read masked."
)
_NOT_COMPARED = "Find the cases in which readers differ most."
_TAKE = {"readers.use": "Use this", "readers.majority": "Majority", "readers.staple": "STAPLE"}
_GO = {"readers.compare": "Find", "readers.next_disagreement": "Next"}
"""Commands to the shorter texts of their buttons."""
_KEY = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """What the list shows of a reader.

    Attributes:
        key: of the reader.
        name: for people.
        colour, dash: of the outlines.
        ratio: vertical cup-to-disc ratio, or empty.
        state: what the reader has done, in words.
        tip: more about it.
        drawn: there is a mask.
    """

    key: str
    name: str
    colour: str
    dash: float
    ratio: str
    state: str
    tip: str
    drawn: bool


class ReadersPanel(QWidget):
    """Readers of the open case with buttons to take their masks, and a list of disagreements.

    Signals:
        shown_changed: other outlines are wanted, see `hidden_keys` and `outlines`.
        use_requested: make the chosen reader's mask the mask.
        case_chosen(name): open this case.
    """

    shown_changed = Signal()
    use_requested = Signal()
    case_chosen = Signal(str)

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hidden: set[str] = set()
        self._is_filling = False
        self._title = with_object_name(PlainLabel(_EMPTY, wrap=True), "readers_title")
        self._list = with_object_name(QTreeWidget(), "readers")
        self._outlines = with_object_name(QCheckBox("Show the readers' outlines"), "reader_outlines")
        self._outlines.setChecked(True)
        self._about = with_object_name(PlainLabel(_NOT_COMPARED, wrap=True), "disagreements_title")
        self._cases = with_object_name(QTreeWidget(), "disagreements")
        for tree, name, headings in (
            (self._list, "Readers of this case", ["Reader", "vCDR", "State"]),
            (self._cases, "Cases in which readers differ", ["Case", "Readers", "Dice", "Δ vCDR"]),
        ):
            tree.setAccessibleName(name)
            tree.setHeaderLabels(headings)
            tree.setRootIsDecorated(False)
            tree.setUniformRowHeights(True)
            tree.setAlternatingRowColors(True)
            tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
            tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
            tree.header().setStretchLastSection(False)
            tree.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
            tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._lay_out(actions)
        self._list.itemChanged.connect(self._on_list_item_changed)
        self._list.itemActivated.connect(self.use_requested)
        self._outlines.toggled.connect(self.shown_changed)
        self._cases.itemClicked.connect(self._on_cases_item_chosen)
        self._cases.itemActivated.connect(self._on_cases_item_chosen)
        self.set_rows([])
        self.set_disagreements(None)

    @property
    def hidden_keys(self) -> frozenset[str]:
        """The readers whose outlines are not wanted."""
        return frozenset(self._hidden)

    @property
    def outlines(self) -> bool:
        """Whether any outlines are wanted."""
        return self._outlines.isChecked()

    @property
    def chosen_key(self) -> str:
        """The chosen reader, or empty."""
        item = self._list.currentItem()
        return "" if item is None else str(item.data(0, _KEY))

    def set_rows(self, rows: Sequence[ReaderRow]) -> None:
        """Show these readers of the open case; the first who has drawn it is chosen."""
        self._is_filling = True
        self._list.clear()
        for row in rows:
            item = QTreeWidgetItem([escape_controls(row.name), row.ratio, row.state])
            item.setIcon(0, _sample(row.colour, row.dash))
            item.setData(0, _KEY, row.key)
            item.setToolTip(0, plain_tip(row.tip))
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            if row.drawn:
                shown = Qt.CheckState.Unchecked if row.key in self._hidden else Qt.CheckState.Checked
                item.setCheckState(0, shown)
            else:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsSelectable & ~Qt.ItemFlag.ItemIsEnabled)
            self._list.addTopLevelItem(item)
        drawn = [number for number, row in enumerate(rows) if row.drawn]
        if drawn and (first := self._list.topLevelItem(drawn[0])) is not None:
            self._list.setCurrentItem(first)
        self._is_filling = False
        self._title.setText(
            f"{quantity(len(drawn), 'reader has', 'readers have')} drawn this case" if drawn else _EMPTY
        )
        self._title.setProperty("role", "heading" if drawn else "")
        self._title.style().polish(self._title)
        self._list.setVisible(bool(rows))

    def set_disagreements(self, cases: Sequence[CaseDisagreement] | None) -> None:
        """Show the cases in which readers differ, or that they were not compared yet."""
        self._cases.clear()
        self._cases.setVisible(cases is not None)
        if cases is None:
            self._about.setText(_NOT_COMPARED)
            return
        several = quantity(len(cases), "case")
        self._about.setText(f"{several}, the largest disagreement first")
        for case in cases:
            spread = "–" if case.ratio_range is None else f"{case.ratio_range:.2f}"
            item = QTreeWidgetItem([case.name, f"{case.readers}", f"{case.dice:.3f}", spread])
            for column in (1, 2, 3):
                item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setToolTip(0, plain_tip(f"Open {case.name}"))
            self._cases.addTopLevelItem(item)

    def set_current(self, name: str) -> None:
        """Mark this case as the open one in the list of disagreements."""
        for row in range(self._cases.topLevelItemCount()):
            item = self._cases.topLevelItem(row)
            if item is not None and item.text(0) == name:
                self._cases.setCurrentItem(item)
                return
        self._cases.clearSelection()

    def _lay_out(self, actions: Actions) -> None:
        self._list.setMinimumHeight(5 * self.fontMetrics().lineSpacing())
        buttons = QGridLayout()
        for number, (name, text) in enumerate(_TAKE.items()):
            buttons.addWidget(ActionButton(actions[name], text), 0, number)
        below = QGridLayout()
        for number, (name, text) in enumerate(_GO.items()):
            below.addWidget(ActionButton(actions[name], text), 0, number)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 10)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addWidget(self._list, 2)
        column.addWidget(self._outlines)
        column.addLayout(buttons)
        column.addWidget(self._about)
        column.addWidget(self._cases, 3)
        column.addLayout(below)
        column.addStretch(0)

    def _on_list_item_changed(self, item: QTreeWidgetItem, column: int) -> None:
        if self._is_filling or column != 0:
            return
        key = str(item.data(0, _KEY))
        self._hidden.discard(key)
        if item.checkState(0) is Qt.CheckState.Unchecked:
            self._hidden.add(key)
        self.shown_changed.emit()

    def _on_cases_item_chosen(self, item: QTreeWidgetItem) -> None:
        self.case_chosen.emit(item.text(0))


def _sample(colour: str, dash: float) -> QIcon:
    """A sample of a reader's line on the dark ground of the legend."""
    pixmap = QPixmap(28, 14)
    pixmap.fill(QColor(20, 20, 20))
    painter = QPainter(pixmap)
    pen = QPen(QColor(colour), 3)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setDashPattern([dash / 3, 1.2])
    painter.setPen(pen)
    painter.drawLine(2, 7, 26, 7)
    painter.end()
    return QIcon(pixmap)
