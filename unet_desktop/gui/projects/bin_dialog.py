"""BinDialog: what was removed from the project, to be put back or deleted for good."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from unet_desktop.gui.style.plain_text import PlainLabel, plain_tip
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.plurals import quantity
from unet_desktop.project.bin import Removed
from unet_desktop.safe_text import escape_controls

_SIZE = (620, 380)
_MAX_PATHS = 20
"""Files that a tip names."""


class BinDialog(QDialog):
    """A list of what is in the bin, latest first.

    Signals:
        restore_requested(entries), empty_requested: what is to be done; `set_entries` shows the result.
    """

    restore_requested = Signal(object)
    empty_requested = Signal()

    def __init__(self, parent: QWidget | None, *, writable: bool) -> None:
        """Make an empty list; in a project that cannot be changed here it is only to be read."""
        super().__init__(parent)
        self.setWindowTitle("Bin")
        self.resize(*_SIZE)
        self._writable = writable
        self._entries: list[Removed] = []
        intro = PlainLabel("Removed cases and models stay in the project's bin until you empty it.", wrap=True)
        self._list = with_object_name(QTreeWidget(), "bin_list")
        self._list.setHeaderLabels(["What", "Removed", "By", "Files"])
        self._list.setRootIsDecorated(False)
        self._list.setAllColumnsShowFocus(True)
        self._list.setUniformRowHeights(True)
        self._list.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        self._list.setAccessibleName("What is in the bin")
        header = self._list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2, 3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self._empty_words = with_object_name(PlainLabel("The bin is empty."), "bin_is_empty")
        self._empty_words.setProperty("role", "muted")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self._restore = with_object_name(QPushButton("&Put back"), "put_back")
        self._restore.setProperty("role", "main")
        self._restore.setDefault(True)
        self._empty = with_object_name(QPushButton("&Empty the bin…"), "empty_bin")
        self._empty.setAutoDefault(False)
        buttons.addButton(self._restore, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self._empty, QDialogButtonBox.ButtonRole.ResetRole)
        buttons.rejected.connect(self.reject)
        column_layout = QVBoxLayout(self)
        column_layout.setContentsMargins(18, 18, 18, 14)
        column_layout.setSpacing(12)
        self._empty_words.setAlignment(Qt.AlignmentFlag.AlignTop)
        column_layout.addWidget(intro)
        column_layout.addWidget(self._list, 1)
        column_layout.addWidget(self._empty_words, 1)
        column_layout.addWidget(buttons)
        self._list.itemSelectionChanged.connect(self._update_buttons)
        self._list.itemDoubleClicked.connect(self._on_restore_clicked)
        self._restore.clicked.connect(self._on_restore_clicked)
        self._empty.clicked.connect(self.empty_requested)

    def set_entries(self, entries: Sequence[Removed]) -> None:
        """Show these entries, the first one selected."""
        self._entries = list(entries)
        self._list.clear()
        for entry in self._entries:
            cells = [
                escape_controls(f"{entry.kind.capitalize()} {entry.name}"),
                _moment(entry.when),
                entry.who or "not named",
            ]
            item = QTreeWidgetItem([*cells, f"{len(entry.paths):,}"])
            item.setTextAlignment(3, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setToolTip(0, plain_tip([escape_controls(path) for path in entry.paths[:_MAX_PATHS]]))
            self._list.addTopLevelItem(item)
        if (first := self._list.topLevelItem(0)) is not None:
            self._list.setCurrentItem(first)
        self._list.setVisible(bool(self._entries))
        self._empty_words.setVisible(not self._entries)
        self._update_buttons()

    def selection(self) -> list[Removed]:
        """The selected entries, latest first."""
        return [self._entries[self._list.indexOfTopLevelItem(item)] for item in self._list.selectedItems()]

    def question(self) -> str:
        """What is asked before the bin is emptied."""
        return (
            f"Delete the {quantity(len(self._entries), 'entry', 'entries')} in the bin for good? Their pictures, masks "
            "and models cannot be brought back then."
        )

    def _update_buttons(self) -> None:
        self._restore.setEnabled(self._writable and bool(self._list.selectedItems()))
        self._empty.setEnabled(self._writable and bool(self._entries))

    def _on_restore_clicked(self) -> None:
        if self._restore.isEnabled():
            self.restore_requested.emit(self.selection())


def _moment(when: str) -> str:
    """The local time of an entry, as lists show it."""
    try:
        return f"{datetime.fromisoformat(when).astimezone():%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError, OSError):
        return ""
