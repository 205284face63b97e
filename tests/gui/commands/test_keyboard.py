"""Every command has a key on every keyboard: events as X11 and Windows send them for five layouts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QMainWindow, QWidget

from unet_desktop.gui.commands import keyboard
from unet_desktop.gui.commands.actions import Actions
from unet_desktop.gui.commands.keyboard import Keyboard
from unet_desktop.gui.commands.keymap import Keymap
from unet_desktop.gui.settings.settings import Store
from unet_desktop.gui.window.command_table import COMMANDS

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
STARTS = (2, 16, 30, 43)
"""Codes of the first keys of the rows, as Linux and Windows count them."""
US = ("1234567890-=", "qwertyuiop[]", "asdfghjkl;'`", "\\zxcvbnm,./")
LAYOUTS = {
    "German": (
        ("1234567890ß´", "qwertzuiopü+", "asdfghjklöä^", "#yxcvbnm,.-"),
        ('!"§$%&/()=?`', "QWERTZUIOPÜ*", "ASDFGHJKLÖÄ°", "'YXCVBNM;:_"),
        {"[": 9, "]": 10, "\\": 12, "@": 16},
    ),
    "French": (
        ("&é\"'(-è_çà)=", "azertyuiop^$", "qsdfghjklmù²", "*wxcvbn,;:!"),
        ("1234567890°+", "AZERTYUIOP¨£", "QSDFGHJKLM%~", "µWXCVBN?./§"),
        {"[": 6, "]": 12, "`": 8},
    ),
    "Spanish": (
        ("1234567890'¡", "qwertyuiop`+", "asdfghjklñ´º", "çzxcvbnm,.-"),
        ('!"·$%&/()=?¿', "QWERTYUIOP^*", "ASDFGHJKLÑ¨ª", "ÇZXCVBNM;:_"),
        {"[": 26, "]": 27},
    ),
    "Russian": (
        ("1234567890-=", "йцукенгшщзхъ", "фывапролджэё", "\\ячсмитьбю."),
        ('!"№;%:?*()_+', "ЙЦУКЕНГШЩЗХЪ", "ФЫВАПРОЛДЖЭЁ", "/ЯЧСМИТЬБЮ,"),
        {},
    ),
    "Greek": (
        ("1234567890-=", ";ςερτυθιοπ[]", "ασδφγηξκλ΄'`", "\\ζχψωβνμ,./"),
        ("!@#$%^&*()_+", ":΅ΕΡΤΥΘΙΟΠ{}", 'ΑΣΔΦΓΗΞΚΛ¨"~', "|ΖΧΨΩΒΝΜ<>?"),
        {},
    ),
    "US": (US, ("!@#$%^&*()_+", "QWERTYUIOP{}", 'ASDFGHJKL:"~', "|ZXCVBNM<>?"), {}),
}
DEAD = {"´": Qt.Key.Key_Dead_Acute, "^": Qt.Key.Key_Dead_Circumflex, "¨": Qt.Key.Key_Dead_Diaeresis}


@dataclass(frozen=True)
class Typed:
    """A key of a layout with what is held: the sign it gives, its code, its modifiers and native ones."""

    sign: str
    code: int
    held: Qt.KeyboardModifier
    alt_gr: bool = False


def keys_of(layout: str) -> Iterator[Typed]:
    plain, shifted, alt_gr = LAYOUTS[layout]
    for start, row, row_with_shift in zip(STARTS, plain, shifted, strict=True):
        for at, (sign, other) in enumerate(zip(row, row_with_shift, strict=True)):
            yield Typed(sign, start + at, NONE)
            yield Typed(other, start + at, SHIFT)
    for sign, code in alt_gr.items():
        yield Typed(sign, code, NONE, alt_gr=True)


class Board:
    """A window with all commands, none of which does anything, and what was triggered last."""

    def __init__(self, system: str) -> None:
        self.system = system
        self.window = QMainWindow()
        self.canvas, self.list, self.field = QWidget(), QListWidget(), QLineEdit()
        self.window.setCentralWidget(self.canvas)
        self.canvas.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for widget in (self.list, self.field):
            widget.setParent(self.canvas)
        self.list.addItems(["label", "н"])
        self.actions = Actions(self.window, Keymap(COMMANDS, Store(), self.window))
        self.called: list[str] = []
        for command in self.actions:
            self.actions[command].triggered.connect(lambda _=False, command=command: self.called.append(command))
        self.keyboard = Keyboard(self.window, self.actions)
        self.released: list[str] = []
        self.keyboard.released.connect(self.released.append)

    def press(self, typed: Typed, held: Qt.KeyboardModifier = NONE, to: QWidget | None = None, repeat=False) -> str:
        """Press and release a key as the system reports it; the command that it called."""
        self.called.clear()
        sign, modifiers = typed.sign, held | typed.held
        key = DEAD.get(sign, Qt.Key(ord(sign.upper()[0])))
        text = "" if sign in DEAD or held & (CTRL | ALT) else sign
        native = 0
        if typed.alt_gr and self.system == "windows":
            modifiers, native = modifiers | CTRL | ALT, 0x40
        elif typed.alt_gr:
            native = 0x80
        code = typed.code + (8 if self.system == "x11" else 0)
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, key, modifiers, code, 0, native, text, repeat)
            QApplication.sendEvent(to or self.canvas, event)
        assert len(self.called) < 2
        return self.called[0] if self.called else ""


@pytest.fixture(params=["x11", "windows"])
def board(request: pytest.FixtureRequest, qtbot, monkeypatch: pytest.MonkeyPatch) -> Board:
    monkeypatch.setattr(keyboard, "_system", lambda: request.param)
    made = Board(request.param)
    qtbot.addWidget(made.window)
    made.window.show()
    made.window.activateWindow()
    made.canvas.setFocus()
    return made


def place(sign: str) -> int:
    """The code of the key that has this sign on a US keyboard."""
    return next(start + row.index(sign) for start, row in zip(STARTS, US, strict=True) if sign in row)


def ways(layout: str, keys: str) -> Iterator[tuple[Typed, Qt.KeyboardModifier]]:
    """How somebody types a sequence: the key with this sign, and the key in its place on a US keyboard."""
    combination = QKeySequence.fromString(keys, QKeySequence.SequenceFormat.PortableText)[0]
    held, sign = combination.keyboardModifiers(), chr(combination.key()).lower()
    for typed in keys_of(layout):
        if typed.sign.lower() == sign and not (sign.isalpha() and typed.held):
            yield typed, held
    shifted = dict(zip("".join(LAYOUTS["US"][1]), "".join(US), strict=True))
    code = place(shifted[sign] if sign in shifted and not sign.isalpha() else sign)
    extra = SHIFT if sign in shifted and not sign.isalpha() else NONE
    for typed in keys_of(layout):
        if typed.code == code and typed.held == (extra or held & SHIFT) and not typed.alt_gr:
            yield typed, held


@pytest.mark.parametrize("layout", list(LAYOUTS))
def test_every_command_has_a_key_on_every_keyboard(board: Board, layout: str) -> None:
    for command in COMMANDS:
        printable = [keys for keys in command.shortcut.split() if QKeySequence(keys)[0].key() < 0x1000000]
        if len(printable) < len(command.shortcut.split()):
            continue  # function keys, arrows, Return and the like are the same everywhere
        called = {board.press(typed, held) for keys in printable for typed, held in ways(layout, keys)}
        assert command.id in called, f"{command.id} {command.shortcut} {called}"


@pytest.mark.parametrize(
    ("layout", "typed", "held", "command"),
    [
        ("German", Typed("ü", 26, NONE), NONE, "brush.smaller"),
        ("German", Typed("[", 9, NONE, alt_gr=True), NONE, "brush.smaller"),
        ("German", Typed("+", 27, NONE), NONE, "view.zoom_in"),
        ("German", Typed("l", 38, NONE), NONE, "brush.larger"),
        ("German", Typed("z", 21, NONE), CTRL, "edit.undo"),
        ("German", Typed("y", 44, NONE), CTRL, "edit.redo"),
        ("German", Typed("y", 44, NONE), NONE, "case.grade"),
        ("German", Typed("@", 16, NONE, alt_gr=True), NONE, ""),
        ("French", Typed("&", 2, NONE), NONE, "label.1"),
        ("French", Typed("1", 2, SHIFT), NONE, "label.1"),
        ("French", Typed("6", 7, SHIFT), NONE, "label.6"),
        ("French", Typed("-", 7, NONE), NONE, "view.zoom_out"),
        ("French", Typed("à", 11, NONE), NONE, "tool.unknown"),
        ("French", Typed("à", 11, NONE), CTRL, "view.actual"),
        ("French", Typed("a", 16, NONE), NONE, "proposal.accept"),
        ("French", Typed("?", 50, SHIFT), NONE, "help.sheet"),
        ("Spanish", Typed("?", 12, SHIFT), NONE, "help.sheet"),
        ("Russian", Typed("я", 44, NONE), CTRL, "edit.undo"),
        ("Russian", Typed("и", 48, NONE), NONE, "tool.brush"),
        ("Russian", Typed("Я", 44, SHIFT), CTRL, "edit.redo"),
        ("Russian", Typed("Р", 35, SHIFT), NONE, "view.uncertainty"),
        ("Russian", Typed("х", 26, NONE), NONE, "brush.smaller"),
        ("Greek", Typed(";", 16, NONE), NONE, "tool.ellipse"),
        ("Greek", Typed(":", 16, SHIFT), NONE, "edit.fit_ellipse"),
        ("Greek", Typed("ζ", 44, NONE), CTRL, "edit.undo"),
        ("US", Typed("?", 53, SHIFT), NONE, "help.sheet"),
        ("US", Typed("+", 13, SHIFT), NONE, "view.zoom_in"),
        ("US", Typed("%", 6, SHIFT), NONE, ""),
    ],
)
def test_what_a_key_means(board: Board, layout: str, typed: Typed, held, command: str) -> None:
    assert typed.alt_gr or typed in set(keys_of(layout))
    assert board.press(typed, held) == command


def test_a_shortcut_with_a_modifier_never_calls_the_one_without(board: Board) -> None:
    for command in COMMANDS:
        for keys in command.shortcut.split():
            combination = QKeySequence(keys)[0]
            key, held = combination.key(), combination.keyboardModifiers()
            for extra in (SHIFT, CTRL, ALT, CTRL | SHIFT, ALT | SHIFT):
                if held & extra == extra:
                    continue
                board.called.clear()
                QTest.keyClick(board.canvas, key, held | extra)
                sign = chr(key) if 0x20 < key < 0x7F else ""
                if sign and (sign.isalpha() or sign in "".join(US)):
                    plain, shifted = "".join(US), "".join(LAYOUTS["US"][1])
                    at = plain.index(sign.lower())
                    given = shifted[at] if extra & SHIFT else plain[at]
                    if given in command.shortcut.split():
                        continue  # such as "+", which is Shift and "="
                    board.press(Typed(given, place(sign.lower()), NONE), held | extra)
                assert command.id not in board.called, f"{keys} with {extra}"


def test_a_list_with_the_focus_does_not_keep_the_keys(board: Board) -> None:
    board.list.setFocus()
    assert board.press(Typed("т", 49, NONE), to=board.list) == "case.next"


def test_a_list_keeps_the_keys_of_commands_that_are_disabled(board: Board) -> None:
    activated: list[int] = []
    board.list.itemActivated.connect(lambda _: activated.append(1))
    board.actions["edit.commit"].setEnabled(False)
    board.list.setFocus()
    board.list.setCurrentRow(1)
    QTest.keyClick(board.list, Qt.Key.Key_Return)
    assert activated
    assert board.called == []


def test_what_is_typed_in_a_field_stays_there(board: Board) -> None:
    board.field.setFocus()
    assert board.press(Typed("и", 48, NONE), to=board.field) == ""
    assert board.field.text() == "и"
    assert board.press(Typed("я", 44, NONE), CTRL, to=board.field) == ""


def test_a_key_that_repeats_calls_only_what_may_be_repeated(board: Board) -> None:
    assert board.press(Typed("и", 48, NONE), repeat=True) == ""
    assert board.press(Typed("х", 26, NONE), repeat=True) == "brush.smaller"


def test_the_command_of_a_key_that_goes_up_is_told(board: Board) -> None:
    board.press(Typed("р", 35, NONE))
    board.press(Typed("Р", 35, SHIFT))
    board.press(Typed("h", 35, NONE))
    assert board.released == ["view.overlay", "view.uncertainty", "view.overlay"]


def test_keys_that_somebody_chose_count_and_the_old_ones_do_not(board: Board) -> None:
    board.actions.keymap.set_keys({"tool.brush": ("Ctrl+Alt+J",)})
    assert board.press(Typed("и", 48, NONE)) == ""
    assert board.press(Typed("о", 36, NONE), CTRL | ALT) == "tool.brush"
