"""Actions: a QAction for each command, with its keys, its icon, and whether it is enabled and checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from unet_desktop.gui.commands.command import HEADINGS, Command, CommandSet, Needs
from unet_desktop.gui.commands.keymap import Keymap
from unet_desktop.gui.style.icons import icon
from unet_desktop.gui.style.plain_text import plain_tip
from unet_desktop.gui.style.theme import Colours
from unet_desktop.labels import LabelSet
from unet_desktop.masks.first_proposal.propose import proposed_labels
from unet_desktop.masks.measure import cup_and_disc

_ACCESS_KEY = re.compile("&(.)")

MAX_NUMBERED_LABELS = 9
"""Labels that have a command "label.1" to "label.9"."""
_NO_CUP = "case.no_cup"
_FIRST_PROPOSAL = "learn.first_proposal"


class Actions:
    """The QActions by command id. The window owns them, so that their keys work everywhere in it.

    They do nothing until `bind` says which object runs them.
    """

    def __init__(self, window: QWidget, keymap: Keymap) -> None:
        """Make one for each command of the keymap."""
        self.keymap = keymap
        self._actions = {command.id: _action(command, window) for command in keymap.commands}
        self._renamed: frozenset[str] = frozenset()
        self._checks: dict[str, Callable[[], bool]] = {}
        keymap.changed.connect(self._on_keymap_changed)
        self._on_keymap_changed()

    def __getitem__(self, command_id: str) -> QAction:
        return self._actions[command_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._actions)

    def bind(self, command_set: CommandSet) -> None:
        """Bind the commands to this object's methods and check states."""
        for command, call in command_set.calls():
            triggered = self._actions[command.id].triggered[()]  # type: ignore[index]  # the overload without `checked`
            triggered.connect(call)
            if command.is_checked is not None:
                self._checks[command.id] = partial(command.is_checked, command_set)

    def refresh(self, have: Needs) -> None:
        """Enable the actions whose needs are met, and check those that are on."""
        for command in self.keymap.commands:
            self._actions[command.id].setEnabled(command.needs in have)
        for command_id, is_checked in self._checks.items():
            self._actions[command_id].setChecked(is_checked())

    def set_labels(self, labels: LabelSet | None) -> None:
        """Name the commands about labels after these, and hide the others."""
        for number in range(1, MAX_NUMBERED_LABELS + 1):
            action = self._actions[f"label.{number}"]
            exists = labels is not None and number <= len(labels)
            action.setVisible(exists)
            if labels is not None and exists:
                action.setText(_paint(labels, number).replace("&", "&&"))
        pair = None if labels is None else cup_and_disc(labels)
        self._actions[_FIRST_PROPOSAL].setVisible(labels is not None and bool(proposed_labels(labels)))
        action = self._actions[_NO_CUP]
        action.setVisible(pair is not None)
        if pair is not None:
            action.setText(f"No {pair[0].name.replace('&', '&&')} &here")
        self._set_tips()

    def set_texts(self, texts: Mapping[str, str]) -> None:
        """Name commands after what they act on at the moment; those that are not given have their own text.

        Args:
            texts: id of a command to its text.
        """
        for command in self.keymap.commands:
            if command.id in texts or command.id in self._renamed:
                self._actions[command.id].setText(texts.get(command.id, command.text))
        self._renamed = frozenset(texts)
        self._set_tips()

    def set_colours(self, colours: Colours) -> None:
        """Draw the icons in this theme's colours."""
        for command in self.keymap.commands:
            if command.icon:
                self._actions[command.id].setIcon(icon(command.icon, colours))

    def _on_keymap_changed(self) -> None:
        for command in self.keymap.commands:
            self._actions[command.id].setShortcuts(self.keymap.sequences(command.id))
        self._set_tips()

    def _set_tips(self) -> None:
        """Begin each tooltip with the command's name and keys."""
        for command in self.keymap.commands:
            action, keys = self._actions[command.id], self.keymap.text(command.id)
            name = _ACCESS_KEY.sub(r"\1", action.text()).removesuffix("…")
            head = f"{name} ({keys})" if keys else name
            action.setToolTip(plain_tip(f"{head}\n{command.tip}" if command.tip else head))


def title(command: Command, labels: LabelSet | None) -> str:
    """The command's text in lists: for one that chooses a label, with the label's name.

    Args:
        command: the command.
        labels: the open project's, or None.
    """
    group, _, number = command.id.partition(".")
    if group == "label" and labels is not None and int(number) <= len(labels):
        return _paint(labels, int(number))
    if command.id == _NO_CUP and labels is not None and (pair := cup_and_disc(labels)) is not None:
        return f"No {pair[0].name} here"
    return command.plain_text


def list_commands(commands: Sequence[Command], labels: LabelSet | None) -> list[Command]:
    """The commands for a list, sorted by heading, without those about labels that the project does not have."""
    count = MAX_NUMBERED_LABELS if labels is None else len(labels)
    found = [command for command in commands if not command.id.startswith("label.") or int(command.id[6:]) <= count]
    if labels is not None and cup_and_disc(labels) is None:
        found = [command for command in found if command.id != _NO_CUP]
    if labels is not None and not proposed_labels(labels):
        found = [command for command in found if command.id != _FIRST_PROPOSAL]
    return sorted(found, key=lambda command: HEADINGS.index(command.heading))


def _paint(labels: LabelSet, number: int) -> str:
    return f"Paint {labels.labels[number - 1].name}"


def _action(command: Command, window: QWidget) -> QAction:
    action = QAction(command.text, window)
    action.setObjectName(command.id)
    action.setAutoRepeat(command.repeats)
    action.setCheckable(command.checkable)
    action.setStatusTip("")
    window.addAction(action)
    return action
