"""ShortcutsDialog: all commands with their keys, to search and change."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from unet_desktop.gui.commands.actions import list_commands, title
from unet_desktop.gui.commands.keymap import Keymap, portable
from unet_desktop.gui.style.plain_text import PlainLabel
from unet_desktop.gui.widgets.form_dialog import muted_label, wrapped_label
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.labels import LabelSet

_ID = Qt.ItemDataRole.UserRole


class ShortcutsDialog(QDialog):
    """A list by heading, filtered by text, key or heading. Changes are saved at once."""

    def __init__(self, parent: QWidget | None, keymap: Keymap, labels: LabelSet | None = None) -> None:
        """Show and change the keys of this keymap."""
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self._keymap = keymap
        self._search = with_object_name(QLineEdit(), "search")
        self._search.setPlaceholderText("Search, e.g. brush or Ctrl")
        self._search.setClearButtonEnabled(True)
        self._search.setAccessibleName("Search commands and keys")
        self._tree = with_object_name(QTreeWidget(), "shortcuts")
        self._nothing = with_object_name(PlainLabel("No shortcut matches."), "nothing")
        self._form = KeysForm(keymap)
        self._rows: dict[str, QTreeWidgetItem] = {}
        self._fill(labels)
        self._lay_out()
        self._search.textChanged.connect(self._on_search_changed)
        self._tree.currentItemChanged.connect(self._on_current_changed)
        keymap.changed.connect(self._on_keymap_changed)
        self._on_keymap_changed()
        self._on_search_changed("")

    def _fill(self, labels: LabelSet | None) -> None:
        groups: dict[str, QTreeWidgetItem] = {}
        for command in list_commands(self._keymap.commands, labels):
            group = command.heading
            if group not in groups:
                groups[group] = self._add_group(group)
            row = QTreeWidgetItem([title(command, labels), ""])
            row.setData(0, _ID, command.id)
            groups[group].addChild(row)
            self._rows[command.id] = row
        self._tree.expandAll()

    def _add_group(self, name: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem([name])
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
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
        self._tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._tree.setAccessibleName("Commands and their keys")
        header = self._tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        # Return belongs to whoever records keys.
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 18, 18, 14)
        column.setSpacing(10)
        column.addWidget(self._search)
        column.addWidget(self._tree, 1)
        column.addWidget(self._nothing)
        column.addWidget(self._form)
        column.addWidget(buttons)
        self.resize(560, 640)

    @Slot(str)
    def _on_search_changed(self, text: str) -> None:
        wanted = text.casefold().split()
        found = False
        for number in range(self._tree.topLevelItemCount()):
            group = self._tree.topLevelItem(number)
            if group is None:
                continue
            rows = [row for place in range(group.childCount()) if (row := group.child(place)) is not None]
            for row in rows:
                line = f"{group.text(0)} {row.text(0)} {row.text(1)}".casefold()
                row.setHidden(not all(word in line for word in wanted))
            shown = any(not row.isHidden() for row in rows)
            group.setHidden(not shown)
            found = found or shown
        self._nothing.setVisible(not found)

    def _on_current_changed(self, current: QTreeWidgetItem | None) -> None:
        self._form.set_command(None if current is None else current.data(0, _ID))

    def _on_keymap_changed(self) -> None:
        for command_id, row in self._rows.items():
            row.setText(1, self._keymap.text(command_id))
            font = row.font(1)
            font.setBold(self._keymap.is_changed(command_id))
            row.setFont(1, font)


class KeysForm(QWidget):
    """Records keys for the chosen command; says which command has them already, and takes them only on request."""

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        self._keymap = keymap
        self._command: str | None = None
        self._edit = with_object_name(QKeySequenceEdit(), "keys")
        self._edit.setMaximumSequenceLength(1)
        self._edit.setClearButtonEnabled(True)
        self._edit.setAccessibleName("New keys")
        self._words = with_object_name(wrapped_label(""), "conflict")
        self._words.setMinimumHeight(2 * self.fontMetrics().lineSpacing())  # a sentence must not move the buttons
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._buttons = {
            "use": _button("Use these keys", self._use),
            "add": _button("Add to the others", self._add),
            "none": _button("No keys", self._clear),
            "reset": _button("Reset", self._reset),
            "reset-all": _button("Reset all", self._reset_all),
        }
        row = QHBoxLayout()
        for name, button in self._buttons.items():
            row.addWidget(with_object_name(button, name))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(muted_label("Choose a command above, click here and press the new keys:"))
        column.addWidget(self._edit)
        column.addWidget(self._words)
        column.addLayout(row)
        self._edit.keySequenceChanged.connect(self._check)
        keymap.changed.connect(self._check)
        self._check()

    def set_command(self, command_id: str | None) -> None:
        self._command = command_id
        self._edit.clear()
        self._check()

    def _check(self) -> None:
        pressed, command = self._edit.keySequence(), self._command
        typed = command is not None and not pressed.isEmpty()
        holder = self._keymap.holder(pressed, command or "") if typed else None
        text = ""
        if holder is not None:
            native = pressed.toString(QKeySequence.SequenceFormat.NativeText)
            text = f"{native} is used by “{holder.plain_text}”, which will lose it."
        self._words.setText(text)
        self._buttons["use"].setText("Take these keys" if holder is not None else "Use these keys")
        self._buttons["use"].setEnabled(typed)
        self._buttons["add"].setEnabled(typed)
        self._buttons["none"].setEnabled(command is not None and bool(self._keymap.keys(command)))
        self._buttons["reset"].setEnabled(command is not None and self._keymap.is_changed(command))

    def _use(self) -> None:
        self._give(())

    def _add(self) -> None:
        self._give(self._keymap.keys(self._command or ""))

    def _give(self, others: tuple[str, ...]) -> None:
        """Give the command the recorded keys and these others, and take them from other commands."""
        command, pressed = self._command, self._edit.keySequence()
        if command is None or pressed.isEmpty():
            return
        keys = portable(pressed)
        self._keymap.set_keys(
            self._keymap.keys_without(pressed, command) | {command: (*(key for key in others if key != keys), keys)}
        )
        self._edit.clear()

    def _clear(self) -> None:
        if self._command is not None:
            self._keymap.set_keys({self._command: ()})

    def _reset(self) -> None:
        """Give the command its default keys again, and take them from other commands."""
        if self._command is not None:
            self._keymap.reset(self._command)

    def _reset_all(self) -> None:
        self._keymap.reset_all()


def _button(text: str, call: Callable[[], None]) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(False)
    button.clicked.connect(lambda _checked=False: call())
    return button
