"""HistoryPanel: the steps that led to the mask, a click goes to any of them; and its versions of earlier days."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFont, QPainter
from PySide6.QtWidgets import (
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from unet_desktop.gui.history.timeline_view import TimelineView
from unet_desktop.gui.style.plain_text import PlainLabel
from unet_desktop.gui.style.theme import LIGHT, Colours
from unet_desktop.gui.widgets.object_name import with_object_name

SIZE_ROLE = Qt.ItemDataRole.UserRole
"""How large a change the step is, as text."""

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_MARGIN = 8
_GAP = 10


class HistoryPanel(QWidget):
    """Two lists: steps from the oldest to the newest, what was undone is pale; and versions.

    Signals:
        step_chosen(count): show the mask as it was after that many steps.

    Attributes:
        timeline: the versions.
    """

    step_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = HistoryModel(self)
        self._list = with_object_name(QListView(), "history")
        self._list.setModel(self._model)
        self._delegate = HistoryDelegate(self)
        self._list.setItemDelegate(self._delegate)
        self._list.setUniformItemSizes(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setFrameShape(QListView.Shape.NoFrame)
        self._list.setAccessibleName("Steps of the mask")
        self._words = with_object_name(PlainLabel("Open a case to see its steps here.", wrap=True), "no_steps")
        self._words.setProperty("role", "muted")
        self._words.setContentsMargins(10, 8, 10, 8)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        steps = QWidget()
        column = QVBoxLayout(steps)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._words)
        column.addWidget(self._list, 1)
        self.timeline = TimelineView()
        self._tabs = with_object_name(QTabWidget(), "history_tabs")
        self._tabs.setDocumentMode(True)
        tips = ("What was done since the case was opened", "Earlier states of the mask, also of other days")
        for page, title, tip in zip((steps, self.timeline), ("Steps", "Versions"), tips, strict=True):
            self._tabs.setTabToolTip(self._tabs.addTab(page, title), tip)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._tabs)
        self._list.clicked.connect(self._on_list_clicked)
        self._list.activated.connect(self._on_list_clicked)
        self._list.hide()

    def set_steps(self, done: tuple[str, ...], undone: tuple[str, ...], sizes: tuple[str, ...] = ()) -> None:
        """Show the names of the done steps, starting with the beginning, then of those that can be redone.

        Args:
            done: empty when no case is open.
            undone: the next to redo first.
            sizes: how large a change each of the done and undone steps is, as text.
        """
        self._words.setVisible(not done)
        self._list.setVisible(bool(done))
        self._model.set_steps(done + undone, len(done) - 1, sizes)
        if done:
            now = self._model.index(len(done) - 1)
            self._list.setCurrentIndex(now)
            self._list.scrollTo(now)

    def show_versions(self) -> None:
        """Show the list of versions."""
        self._tabs.setCurrentWidget(self.timeline)
        self.timeline.take_keyboard()

    def set_colours(self, colours: Colours) -> None:
        self.timeline.set_colours(colours)
        self._model.set_pale(colours.muted)
        self._delegate.set_colours(colours)
        self._list.viewport().update()

    def _on_list_clicked(self, index: QModelIndex) -> None:
        self.step_chosen.emit(index.row())


class HistoryModel(QAbstractListModel):
    """The steps as rows: row 0 is the beginning, row n the state after n steps."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._sizes: tuple[str, ...] = ()
        self._done = 0
        self._pale = QBrush()
        self._slanted = QFont()
        self._slanted.setItalic(True)

    def set_steps(self, names: tuple[str, ...], done: int, sizes: tuple[str, ...] = ()) -> None:
        """Show the beginning and these steps, oldest first; the first `done` steps are done."""
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
        """Show undone steps in this colour."""
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
            return "Undone: click to redo it" if undone else "Click to go back to here"
        return None


class HistoryDelegate(QStyledItemDelegate):
    """Paints one row: the step's name, elided if needed, and its size muted at the right."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._colours = LIGHT

    def set_colours(self, colours: Colours) -> None:
        self._colours = colours

    def initStyleOption(self, option: QStyleOptionViewItem, index: _Index) -> None:
        super().initStyleOption(option, index)
        size = str(index.data(SIZE_ROLE) or "")
        if size:
            room = option.rect.width() - option.fontMetrics.horizontalAdvance(size) - 2 * _MARGIN - _GAP
            option.text = option.fontMetrics.elidedText(option.text, Qt.TextElideMode.ElideRight, room)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        super().paint(painter, option, index)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setFont(option.font)
        painter.setPen(QColor(self._colours.on_accent if chosen else self._colours.muted))
        painter.drawText(
            option.rect.adjusted(0, 0, -_MARGIN, 0),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            str(index.data(SIZE_ROLE) or ""),
        )
        painter.restore()
