"""Keymap: which keys call which command; the table's own keys, with what the user changed."""

from __future__ import annotations

import json
from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence

from unet_desktop.gui.settings.settings import Store
from unet_desktop.gui.window.command_table import COMMANDS, Command

Keys = tuple[str, ...]
"""Key sequences in Qt's portable form."""


class Keymap(QObject):
    """The keys of every command; changes are kept at once.

    Signals:
        changed: some command has other keys now.
    """

    changed = Signal()

    def __init__(self, store: Store, parent: QObject | None = None) -> None:
        """The table's keys with those that the store kept; what it kept of unknown commands is passed over."""
        super().__init__(parent)
        self._store = store
        self._defaults = {command.id: tuple(command.shortcut.split()) for command in COMMANDS}
        self._own = {name: keys for name, keys in _parsed(store.shortcuts).items() if name in self._defaults}

    def keys(self, command_id: str) -> Keys:
        """The command's key sequences, the usual one first."""
        return self._own.get(command_id, self._defaults[command_id])

    def sequences(self, command_id: str) -> list[QKeySequence]:
        """The same for Qt."""
        return [_sequence(keys) for keys in self.keys(command_id)]

    def text(self, command_id: str) -> str:
        """The same for people, such as "Ctrl+Y or Ctrl+Shift+Z"; empty when it has none."""
        native = QKeySequence.SequenceFormat.NativeText
        return " or ".join(sequence.toString(native) for sequence in self.sequences(command_id))

    def is_changed(self, command_id: str) -> bool:
        """Has it other keys than the table gives it?"""
        return command_id in self._own

    def holder(self, sequence: QKeySequence, but: str = "") -> Command | None:
        """The command that this sequence calls, or that it would get in the way of; None when it is free.

        Two sequences also collide when one begins the other: Qt would wait for the rest.

        Args:
            sequence: the keys.
            but: id of a command that is passed over.
        """
        others = (command for command in COMMANDS if command.id != but)
        return next(
            (command for command in others if any(_collide(taken, sequence) for taken in self.sequences(command.id))),
            None,
        )

    def set_keys(self, changes: dict[str, Keys]) -> None:
        """Give these commands these keys; the table's own are kept as no change."""
        for command_id, keys in changes.items():
            self._own[command_id] = keys
            if keys == self._defaults[command_id]:
                del self._own[command_id]
        self._store.keep_shortcuts(json.dumps(self._own) if self._own else "")
        self.changed.emit()

    def taken_away(self, sequence: QKeySequence, but: str) -> dict[str, Keys]:
        """The keys that all other commands have left when this sequence is taken from them."""
        left: dict[str, Keys] = {}
        for command in COMMANDS:
            keys = self.keys(command.id)
            kept = tuple(key for key in keys if not _collide(_sequence(key), sequence))
            if command.id != but and kept != keys:
                left[command.id] = kept
        return left

    def reset(self, command_id: str) -> None:
        """Give the command the table's keys again, and take them from whoever got them meanwhile."""
        changes: dict[str, Keys] = {}
        for keys in self._defaults[command_id]:
            changes |= self.taken_away(_sequence(keys), command_id)
        self.set_keys(changes | {command_id: self._defaults[command_id]})

    def reset_all(self) -> None:
        """Give every command the table's keys again."""
        self.set_keys(dict(self._defaults))

    def holds(self, command_id: str, pressed: QKeySequence) -> bool:
        """Is this one of the command's sequences?"""
        return pressed in self.sequences(command_id)


def portable(sequence: QKeySequence) -> str:
    """A sequence in the form that is kept."""
    return sequence.toString(QKeySequence.SequenceFormat.PortableText)


def _collide(one: QKeySequence, other: QKeySequence) -> bool:
    no_match = QKeySequence.SequenceMatch.NoMatch
    return one.matches(other) is not no_match or other.matches(one) is not no_match


def _sequence(keys: str) -> QKeySequence:
    return QKeySequence.fromString(keys, QKeySequence.SequenceFormat.PortableText)


def _parsed(text: str) -> dict[str, Keys]:
    try:
        data = json.loads(text) if text else {}
    except ValueError:
        return {}
    if not isinstance(data, dict):
        return {}
    return {str(name): _valid(keys) for name, keys in data.items() if isinstance(keys, list)}


def _valid(keys: Iterable[object]) -> Keys:
    return tuple(key for key in keys if isinstance(key, str) and not _sequence(key).isEmpty())
