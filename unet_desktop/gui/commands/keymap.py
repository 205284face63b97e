"""Keymap: which keys call which command: the defaults, and what the user changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence

from unet_desktop.gui.commands.command import Command
from unet_desktop.gui.settings.settings import Store

Keys = tuple[str, ...]
"""Key sequences in Qt's portable form."""


class Keymap(QObject):
    """The keys of every command; changes are saved at once.

    Signals:
        changed: the keys of some command changed.
    """

    changed = Signal()

    def __init__(self, commands: Sequence[Command], store: Store, parent: QObject | None = None) -> None:
        """Give these commands their default keys, or those in the store; unknown commands in the store are ignored."""
        super().__init__(parent)
        self.commands = tuple(commands)
        self._store = store
        self._defaults = {command.id: tuple(command.shortcut.split()) for command in commands}
        self._own = {name: keys for name, keys in _valid(store.shortcuts).items() if name in self._defaults}
        self._found: dict[str, str] = {}  # portable keys to command, made when it is first asked for
        self.changed.connect(self._found.clear)

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
        """Whether the user gave it other keys."""
        return command_id in self._own

    def holder(self, sequence: QKeySequence, ignoring: str = "") -> Command | None:
        """The command whose keys collide with this sequence; None when it is free.

        Two sequences also collide when one begins with the other: Qt would wait for the rest.

        Args:
            sequence: the keys.
            ignoring: id of a command to ignore.
        """
        others = (command for command in self.commands if command.id != ignoring)
        return next(
            (command for command in others if any(_collide(taken, sequence) for taken in self.sequences(command.id))),
            None,
        )

    def set_keys(self, changes: dict[str, Keys]) -> None:
        """Give these commands these keys and save them; default keys count as no change."""
        for command_id, keys in changes.items():
            self._own[command_id] = keys
            if keys == self._defaults[command_id]:
                del self._own[command_id]
        self._store.keep_shortcuts({name: list(keys) for name, keys in self._own.items()})
        self.changed.emit()

    def keys_without(self, sequence: QKeySequence, ignoring: str) -> dict[str, Keys]:
        """The remaining keys of all other commands that would lose this sequence."""
        left: dict[str, Keys] = {}
        for command in self.commands:
            keys = self.keys(command.id)
            kept = tuple(key for key in keys if not _collide(_sequence(key), sequence))
            if command.id != ignoring and kept != keys:
                left[command.id] = kept
        return left

    def reset(self, command_id: str) -> None:
        """Give the command its default keys again, and take them from other commands."""
        changes: dict[str, Keys] = {}
        for keys in self._defaults[command_id]:
            changes |= self.keys_without(_sequence(keys), command_id)
        self.set_keys(changes | {command_id: self._defaults[command_id]})

    def reset_all(self) -> None:
        """Give every command its default keys again."""
        self.set_keys(dict(self._defaults))

    def find(self, pressed: QKeySequence) -> str:
        """The id of the command with this sequence; empty if there is none."""
        if not self._found:
            self._found.update(
                {portable(keys): command.id for command in self.commands for keys in self.sequences(command.id)}
            )
        return self._found.get(portable(pressed), "")


def portable(sequence: QKeySequence) -> str:
    """A sequence in the form in which settings store it."""
    return sequence.toString(QKeySequence.SequenceFormat.PortableText)


def _collide(one: QKeySequence, other: QKeySequence) -> bool:
    no_match = QKeySequence.SequenceMatch.NoMatch
    return one.matches(other) is not no_match or other.matches(one) is not no_match


def _sequence(keys: str) -> QKeySequence:
    return QKeySequence.fromString(keys, QKeySequence.SequenceFormat.PortableText)


def _valid(stored: Mapping[str, Iterable[str]]) -> dict[str, Keys]:
    return {name: tuple(key for key in keys if not _sequence(key).isEmpty()) for name, keys in stored.items()}
