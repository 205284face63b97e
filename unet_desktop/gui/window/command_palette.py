"""CommandPalette: any command by a few letters of its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from unet_desktop.gui.style.plain_text import PlainLabel
from unet_desktop.gui.widgets.object_name import with_object_name

_ENTRY = Qt.ItemDataRole.UserRole
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


@dataclass(frozen=True, slots=True)
class PaletteItem:
    """A command in the palette; unless `enabled` it is greyed out and cannot be chosen."""

    id: str
    text: str
    group: str
    keys: str
    enabled: bool = True


class CommandPalette(QDialog):
    """A field and a list under it; Return runs the chosen command, Escape closes the palette."""

    def __init__(self, parent: QWidget, entries: Sequence[PaletteItem]) -> None:
        """List these, in this order until something is typed."""
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setWindowTitle("Commands")
        self.chosen = ""
        self._entries = entries
        self._search = with_object_name(QLineEdit(), "search")
        self._search.setPlaceholderText("Type a command, e.g. ellipse, grow or dark")
        self._search.setAccessibleName("Command")
        self._list = with_object_name(QListWidget(), "commands")
        self._list.setAccessibleName("Matching commands")
        self._list.setItemDelegate(_ItemDelegate(self._list))
        self._list.setUniformItemSizes(True)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._nothing = with_object_name(PlainLabel("No command matches. Try fewer letters."), "nothing")
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(8)
        for part in (self._search, self._list, self._nothing):
            column.addWidget(part)
        self._search.textChanged.connect(self._on_search_changed)
        self._search.installEventFilter(self)
        self._list.itemClicked.connect(self._choose)
        self.resize(560, 420)
        middle = parent.mapToGlobal(parent.rect().center()).x()
        self.move(middle - self.width() // 2, parent.mapToGlobal(parent.rect().topLeft()).y() + 90)
        self._on_search_changed("")

    def _on_search_changed(self, text: str) -> None:
        self._list.clear()
        for entry in rank(self._entries, text):
            item = QListWidgetItem()
            item.setData(_ENTRY, entry)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{entry.text}, {entry.keys}")
            if not entry.enabled:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            self._list.addItem(item)
        enabled = (row for row in range(self._list.count()) if self._list.item(row).flags())
        self._list.setCurrentRow(next(enabled, -1))
        self._nothing.setVisible(self._list.count() == 0)
        self._list.setVisible(self._list.count() > 0)

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None and item.flags():
            self.chosen = item.data(_ENTRY).id
            self.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if event.key() in _MOVES:
                self._list.event(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._choose(self._list.currentItem())
                return True
        return False


class _ItemDelegate(QStyledItemDelegate):
    """Name at the left, group behind it, keys at the right."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry: PaletteItem = index.data(_ENTRY)
        palette, rect = option.palette, option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        group = QPalette.ColorGroup.Active if entry.enabled else QPalette.ColorGroup.Disabled
        text, beside = palette.color(group, QPalette.ColorRole.Text), palette.color(QPalette.ColorRole.PlaceholderText)
        if chosen:
            painter.fillRect(rect, palette.color(QPalette.ColorRole.Highlight))
            text = beside = palette.color(QPalette.ColorRole.HighlightedText)
        line = QRect(rect.left() + 10, rect.top(), rect.width() - 20, rect.height())
        painter.setPen(text)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, entry.text)
        painter.setPen(beside if entry.enabled else text)
        behind = line.adjusted(option.fontMetrics.horizontalAdvance(entry.text) + 12, 0, 0, 0)
        painter.drawText(behind, Qt.AlignmentFlag.AlignVCenter, entry.group)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, entry.keys)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, option.fontMetrics.height() + 12)


def rank(entries: Sequence[PaletteItem], typed: str) -> list[PaletteItem]:
    """The entries that match what was typed, the best first.

    Whole words come before beginnings of words, those before parts of words, those before letters in order. Among
    equals, names that begin with all that was typed come first, then enabled commands; otherwise the order stays.
    """
    wanted = typed.casefold().split()
    scored = [(score, entry) for entry in entries if (score := _score(entry, wanted)) is not None]
    return [entry for _, entry in sorted(scored, key=lambda pair: (pair[0], not pair[1].enabled))]


def _score(entry: PaletteItem, wanted: list[str]) -> int | None:
    name = entry.text.casefold()
    text = f"{name} {entry.group.casefold()}"
    total = 0 if name.startswith(" ".join(wanted)) else 1
    for word in wanted:
        if word in text.split():
            continue
        if any(part.startswith(word) for part in text.split()):
            total += 2
        elif word in text:
            total += 8
        elif _in_order(word, name):
            total += 24
        else:
            return None
    return total


def _in_order(letters: str, text: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in letters)
