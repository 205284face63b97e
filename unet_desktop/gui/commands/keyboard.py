"""Keyboard: which keys of the keymap a key event can mean, whatever the layout of the keyboard.

Letters, digits and signs mean what is printed on them. A key that gives something else than a Latin letter or a digit
and that no command uses means what is in its place on a US keyboard: "[" on a German keyboard, digits on a French one,
everything on a Russian or Greek one. A sign or digit that needs Shift or AltGr means the same as without.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QKeyCombination, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QApplication, QDockWidget, QMainWindow, QWidget

from unet_desktop.gui.commands.actions import Actions

_ROWS = {2: "1234567890-=", 16: "qwertyuiop[]", 30: "asdfghjkl;'`", 43: "\\zxcvbnm,./"}
"""What a US keyboard has from each of these key codes on; the numbers are Linux's, Windows' are the same there."""
_US = {code + at: sign for code, row in _ROWS.items() for at, sign in enumerate(row)}
_SHIFTED = dict(zip("1234567890-=[];'`\\,./", '!@#$%^&*()_+{}:"~|<>?', strict=True))
_X11_OFFSET = 8
"""X11 and Wayland count keys from 8."""
_ALT_GR = {"windows": 0x40, "x11": 0x80}
"""Bit of AltGr in the native modifiers."""

Modifier = Qt.KeyboardModifier
_TYPED = Modifier.ShiftModifier | Modifier.ControlModifier | Modifier.AltModifier | Modifier.MetaModifier


def meanings(event: QKeyEvent) -> tuple[list[QKeyCombination], list[QKeyCombination]]:
    """What a key event can mean, the first one first: (by what is printed, by place).

    Args:
        event: a press or a release.
    """
    system = _system()
    key, modifiers = event.key(), event.modifiers() & _TYPED
    printed = [_combination(key, modifiers)]
    if not event.nativeScanCode():  # made by a program, which means what it says
        return printed, []
    sign = chr(key) if 0x20 < key < 0x7F else ""
    alt_gr = bool(event.nativeModifiers() & _ALT_GR[system]) or bool(event.modifiers() & Modifier.GroupSwitchModifier)
    if sign and not sign.isalpha():
        if modifiers & Modifier.ShiftModifier:
            printed.append(_combination(key, modifiers & ~Modifier.ShiftModifier))
        if alt_gr:
            printed.append(_combination(key, modifiers & ~(Modifier.ControlModifier | Modifier.AltModifier)))
    there = _US.get(event.nativeScanCode() - (_X11_OFFSET if system == "x11" else 0), "")
    if not there or alt_gr or (sign and sign.isalnum()):
        return printed, []
    placed = [_combination(ord(there.upper()), modifiers)]
    if modifiers & Modifier.ShiftModifier and there in _SHIFTED:
        placed.append(_combination(ord(_SHIFTED[there]), modifiers & ~Modifier.ShiftModifier))
    return printed, placed


def _system() -> str:
    """Whose key codes events have."""
    return "windows" if QGuiApplication.platformName() == "windows" else "x11"


def _combination(key: int, modifiers: Qt.KeyboardModifier) -> QKeyCombination:
    return QKeyCombination.fromCombined(key | modifiers.value)


class Keyboard(QObject):
    """Runs the command that a key means where Qt does not find one, because of the keyboard's layout.

    Qt looks for shortcuts by what is printed and sends the key to a widget if there is none. This sees it before a list
    takes it for a search, and otherwise last.

    Signals:
        released(command_id): the key went up that meant this command when it was pressed.
    """

    released = Signal(str)

    def __init__(self, window: QMainWindow, actions: Actions) -> None:
        """Watch the window and its panels, and run these commands."""
        super().__init__(window)
        self._actions = actions
        self._down = ("", 0, 0)  # the command that the last press meant, its key and scan code
        watched: list[QWidget] = [window, *window.findChildren(QAbstractItemView), *window.findChildren(QDockWidget)]
        for widget in watched:
            widget.installEventFilter(self)

    def _press(self, event: QKeyEvent) -> bool:
        found, meant = self._note(event)
        down = self._down
        typed = meant is not None and _is_typed(event, meant)
        self._down = down  # asking sent an event, which came by here
        if not found or typed:
            return False
        action = self._actions[found]
        if not (action.isVisible() and action.isEnabled()):
            return False  # the widget may have a use for it, as a list has for Return
        if action.autoRepeat() or not event.isAutoRepeat():
            action.trigger()
        return True

    def _note(self, event: QKeyEvent) -> tuple[str, QKeyCombination | None]:
        """The id of the command that a press means, and which keys mean it; an empty one if it means none."""
        printed, placed = meanings(event)
        found: tuple[str, QKeyCombination | None] = ("", None)
        for keys in (*printed, *placed):
            if command := self._actions.keymap.find(QKeySequence(keys)):
                found = (command, keys)
                break
        if not event.isAutoRepeat():
            self._down = (found[0], event.key(), event.nativeScanCode())
        return found

    def _release(self, event: QKeyEvent) -> None:
        """Tell whose key went up; its modifiers may have gone up before, which changes what is printed."""
        found, key, code = self._down
        if found and (event.key() == key or (code and event.nativeScanCode() == code)):
            self._down = ("", 0, 0)
            self.released.emit(found)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent):
            kind = event.type()
            if kind is QEvent.Type.KeyPress:
                return self._press(event)
            if kind is QEvent.Type.ShortcutOverride:  # comes before every press, also one that Qt finds a shortcut for
                self._note(event)
            elif kind is QEvent.Type.KeyRelease and not event.isAutoRepeat():
                self._release(event)
        return False


def _is_typed(event: QKeyEvent, meant: QKeyCombination) -> bool:
    """Does the widget that has the keyboard want what the key means, such as a text field its letters and Ctrl+Z?"""
    focus = QApplication.focusWidget()
    if focus is None:
        return False
    probe = QKeyEvent(QEvent.Type.ShortcutOverride, meant.key(), meant.keyboardModifiers(), event.text())
    probe.ignore()
    QApplication.sendEvent(focus, probe)
    return probe.isAccepted()
