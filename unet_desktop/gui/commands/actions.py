"""Actions: a QAction for each command, enabled and ticked as the state of things says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from unet_desktop.gui.commands.headings import heading, headings
from unet_desktop.gui.commands.keymap import Keymap
from unet_desktop.gui.style.icons import icon
from unet_desktop.gui.style.theme import Colours
from unet_desktop.gui.window.command_table import COMMANDS, Command, Needs
from unet_desktop.labels import LabelSet

_REPEATING = ("brush.", "case.", "edit.", "view.zoom", "view.brightness", "view.contrast", "view.gamma", "view.sharpen")
"""Beginnings of the ids of commands that go on while their key is held."""


class Actions:
    """The program's QActions by command id; they belong to the window, so that their keys work all over it."""

    def __init__(self, window: QWidget, find: Callable[[str], Callable[..., object]], keymap: Keymap) -> None:
        """Make them all.

        Args:
            window: owns them.
            find: gives the handler of a command by its name.
            keymap: gives them their keys, also later ones.
        """
        self._actions = {command.id: _action(command, window, find) for command in COMMANDS}
        self.keymap = keymap
        keymap.changed.connect(self._on_keymap_changed)
        self._on_keymap_changed()

    def __getitem__(self, command_id: str) -> QAction:
        """The action of that command."""
        return self._actions[command_id]

    def __iter__(self) -> Iterator[str]:
        """Ids of all commands."""
        return iter(self._actions)

    def enable(self, have: Needs, checked: frozenset[str]) -> None:
        """Enable what has all it needs, and tick what is on."""
        for command in COMMANDS:
            action = self._actions[command.id]
            action.setEnabled(command.needs in have)
            if command.checkable:
                action.setChecked(command.id in checked)

    def set_labels(self, labels: LabelSet | None) -> None:
        """Name the label commands after these labels and hide the others."""
        for number in range(1, 10):
            action = self._actions[f"label.{number}"]
            there = labels is not None and number <= len(labels)
            action.setVisible(there)
            if labels is not None and there:
                action.setText(_paint(labels, number).replace("&", "&&"))

    def _on_keymap_changed(self) -> None:
        for command in COMMANDS:
            action, keys = self._actions[command.id], self.keymap.text(command.id)
            action.setShortcuts(self.keymap.sequences(command.id))
            tip = command.tip or plain(command.text)
            action.setToolTip(f"{tip} ({keys})" if keys else tip)

    def set_colours(self, colours: Colours) -> None:
        """Draw the icons in this theme's colours."""
        for command in COMMANDS:
            if command.icon:
                self._actions[command.id].setIcon(icon(command.icon, colours))


def plain(text: str) -> str:
    """A command's text without access key and dots."""
    return text.replace("&", "").removesuffix("…")


def title(command: Command, labels: LabelSet | None) -> str:
    """What lists call the command: its text, and the label's name where it chooses a label.

    Args:
        command: the command.
        labels: the open project's, or None.
    """
    group, _, number = command.id.partition(".")
    if group == "label" and labels is not None and int(number) <= len(labels):
        return _paint(labels, int(number))
    return plain(command.text)


def listed(labels: LabelSet | None) -> list[Command]:
    """The commands that lists show: all but those of labels that the project does not have."""
    count = 9 if labels is None else len(labels)
    found = [command for command in COMMANDS if not command.id.startswith("label.") or int(command.id[6:]) <= count]
    return sorted(found, key=lambda command: headings().index(heading(command)))


def _paint(labels: LabelSet, number: int) -> str:
    return f"Paint {labels.labels[number - 1].name}"


def _action(command: Command, window: QWidget, find: Callable[[str], Callable[..., object]]) -> QAction:
    action = QAction(command.text, window)
    action.setObjectName(command.id)
    action.setAutoRepeat(command.id.startswith(_REPEATING))
    action.setCheckable(command.checkable)
    action.setStatusTip("")
    handler = find(command.handler)
    call = partial(handler, command.argument) if command.argument is not None else handler
    action.triggered.connect(lambda _checked=False: call())
    window.addAction(action)
    return action
