"""Actions: a QAction for each command, enabled and ticked as the state of things says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from unet_desktop.gui.commands import COMMANDS, Command, Needs
from unet_desktop.gui.icons import icon
from unet_desktop.gui.theme import Colours
from unet_desktop.labels import LabelSet


class Actions:
    """The program's QActions by command id; they belong to the window, so that their keys work all over it."""

    def __init__(self, window: QWidget, find: Callable[[str], Callable[..., object]]) -> None:
        """Make them all.

        Args:
            window: owns them.
            find: gives the handler of a command by its name.
        """
        self._actions = {command.id: _action(command, window, find) for command in COMMANDS}

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

    def set_colours(self, colours: Colours) -> None:
        """Draw the icons in this theme's colours."""
        for command in COMMANDS:
            if command.icon:
                self._actions[command.id].setIcon(icon(command.icon, colours))


def plain(text: str) -> str:
    """A command's text without access key and dots."""
    return text.replace("&", "").removesuffix("…")


def sequences(command: Command) -> list[QKeySequence]:
    """The command's shortcuts."""
    return [QKeySequence(keys) for keys in command.shortcut.split()]


def shortcut_rows(labels: LabelSet | None = None) -> list[tuple[str, str, str]]:
    """(group, text, keys) of every command that has a shortcut, for the list that people read.

    Args:
        labels: the open project's, by whose names the keys that choose labels are listed.
    """
    groups = {
        "project": "Project",
        "app": "Project",
        "edit": "Editing",
        "tool": "Editing",
        "brush": "Editing",
        "label": "Editing",
        "proposal": "Prediction",
        "learn": "Learning",
        "case": "Cases",
        "view": "View",
        "help": "Help",
    }
    rows = []
    for command in COMMANDS:
        group, _, name = command.id.partition(".")
        text = plain(command.text)
        if group == "label" and labels is not None:
            if int(name) > len(labels):
                continue
            text = _paint(labels, int(name))
        if command.shortcut:
            rows.append((groups[group], text, _keys(command)))
    return sorted(rows, key=lambda row: list(dict.fromkeys(groups.values())).index(row[0]))


def _paint(labels: LabelSet, number: int) -> str:
    return f"Paint {labels.labels[number - 1].name}"


def _keys(command: Command) -> str:
    return " or ".join(keys.toString(QKeySequence.SequenceFormat.NativeText) for keys in sequences(command))


def _action(command: Command, window: QWidget, find: Callable[[str], Callable[..., object]]) -> QAction:
    action = QAction(command.text, window)
    action.setObjectName(command.id)
    action.setShortcuts(sequences(command))
    action.setAutoRepeat(command.id.startswith(("brush.", "case.", "view.zoom", "edit.")))
    action.setCheckable(command.checkable)
    tip = command.tip or plain(command.text)
    action.setToolTip(f"{tip} ({_keys(command)})" if command.shortcut else tip)
    action.setStatusTip("")
    handler = find(command.handler)
    call = partial(handler, command.argument) if command.argument is not None else handler
    action.triggered.connect(lambda _checked=False: call())
    window.addAction(action)
    return action
