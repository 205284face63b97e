"""ShortcutsDialog: all keys of the program, to be searched."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from unet_desktop.gui.named import named


class ShortcutsDialog(QDialog):
    """A list by group; what is typed above it must occur in a row's text, key or group."""

    def __init__(self, parent: QWidget | None, rows: Sequence[tuple[str, str, str]]) -> None:
        """Show rows of (group, text, shortcut), in their order."""
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self._search = named(QLineEdit(), "search")
        self._search.setPlaceholderText("Search, e.g. brush or Ctrl")
        self._search.setClearButtonEnabled(True)
        self._tree = named(QTreeWidget(), "shortcuts")
        self._nothing = named(QLabel("No shortcut fits."), "nothing")
        self._lay_out()
        groups: dict[str, QTreeWidgetItem] = {}
        for group, text, shortcut in rows:
            if group not in groups:
                groups[group] = self._add_group(group)
            groups[group].addChild(QTreeWidgetItem([text, shortcut]))
        self._groups = list(groups.values())
        self._tree.expandAll()
        self._search.textChanged.connect(self._on_search_changed)
        self._on_search_changed("")

    def _add_group(self, name: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem([name])
        font = item.font(0)
        font.setBold(True)
        item.setFont(0, font)
        self._tree.addTopLevelItem(item)
        item.setFirstColumnSpanned(True)
        return item

    def _lay_out(self) -> None:
        self._tree.setColumnCount(2)
        self._tree.setHeaderHidden(True)
        self._tree.setRootIsDecorated(False)
        self._tree.setItemsExpandable(False)
        self._tree.setIndentation(14)
        self._tree.setSelectionMode(QTreeWidget.SelectionMode.NoSelection)
        self._tree.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        header = self._tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 18, 18, 14)
        column.setSpacing(10)
        column.addWidget(self._search)
        column.addWidget(self._tree, 1)
        column.addWidget(self._nothing)
        column.addWidget(buttons)
        self.resize(460, 560)

    @Slot(str)
    def _on_search_changed(self, text: str) -> None:
        wanted = text.casefold().split()
        found = False
        for group in self._groups:
            rows = [row for number in range(group.childCount()) if (row := group.child(number)) is not None]
            for row in rows:
                line = f"{group.text(0)} {row.text(0)} {row.text(1)}".casefold()
                row.setHidden(not all(word in line for word in wanted))
            shown = any(not row.isHidden() for row in rows)
            group.setHidden(not shown)
            found = found or shown
        self._nothing.setVisible(not found)
