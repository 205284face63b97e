"""The shortcut editor: finds commands, changes keys, says who had them, keeps and resets."""

from __future__ import annotations

import pytest
from gestures import drag
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QKeySequenceEdit, QLabel, QLineEdit, QPushButton, QTreeWidget, QTreeWidgetItem

from unet_desktop.gui.commands.keymap import Keymap
from unet_desktop.gui.settings.settings import Store
from unet_desktop.gui.window.command_table import COMMANDS
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.gui.window.shortcuts import ShortcutsDialog
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.settings_file import SettingsFile


@pytest.fixture
def keymap(qapp) -> Keymap:
    return Keymap(COMMANDS, Store())


@pytest.fixture
def dialog(qtbot, keymap: Keymap) -> ShortcutsDialog:
    made = ShortcutsDialog(None, keymap, DISC_AND_CUP)
    qtbot.addWidget(made)
    made.show()
    return made


def rows(dialog: ShortcutsDialog) -> dict[str, QTreeWidgetItem]:
    tree = dialog.findChild(QTreeWidget)
    groups = [tree.topLevelItem(place) for place in range(tree.topLevelItemCount())]
    found = [group.child(place) for group in groups for place in range(group.childCount()) if not group.isHidden()]
    return {row.text(0): row for row in found if not row.isHidden()}


def choose(dialog: ShortcutsDialog, text: str) -> None:
    dialog.findChild(QTreeWidget).setCurrentItem(rows(dialog)[text])


def record(dialog: ShortcutsDialog, key: Qt.Key, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(dialog.findChild(QKeySequenceEdit, "keys"), key, modifiers)


def click(dialog: ShortcutsDialog, name: str) -> None:
    button = dialog.findChild(QPushButton, name)
    assert button.isEnabled(), name
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_commands_are_found_by_text_key_or_group(dialog: ShortcutsDialog, qtbot) -> None:
    search, nothing = dialog.findChild(QLineEdit, "search"), dialog.findChild(QLabel, "nothing")
    assert {"Paint optic disc", "Undo", "Brush"} <= set(rows(dialog))
    assert "Label 3" not in rows(dialog)
    for typed, expected in (("undo", {"Undo"}), ("labels cup", {"Paint optic cup"}), ("ctrl+z", {"Undo"})):
        search.clear()
        qtbot.keyClicks(search, typed)
        assert expected <= set(rows(dialog))
        assert len(rows(dialog)) < 5
        assert not nothing.isVisible()
    search.clear()
    qtbot.keyClicks(search, "xyzzy")
    assert not rows(dialog)
    assert nothing.isVisible()


def test_new_keys_are_kept(dialog: ShortcutsDialog, keymap: Keymap) -> None:
    assert not dialog.findChild(QPushButton, "use").isEnabled()
    choose(dialog, "Undo")
    record(dialog, Qt.Key.Key_F12)
    click(dialog, "use")
    assert rows(dialog)["Undo"].text(1) == "F12"
    assert Keymap(COMMANDS, Store()).keys("edit.undo") == ("F12",)
    record(dialog, Qt.Key.Key_F11)
    click(dialog, "add")
    assert keymap.keys("edit.undo") == ("F12", "F11")
    click(dialog, "none")
    assert keymap.keys("edit.undo") == ()
    click(dialog, "reset")
    assert keymap.keys("edit.undo") == ("Ctrl+Z",)
    assert Store().shortcuts == {}


def test_a_conflict_is_said_and_solved(dialog: ShortcutsDialog, keymap: Keymap) -> None:
    choose(dialog, "Undo")
    record(dialog, Qt.Key.Key_B)
    assert "Brush" in dialog.findChild(QLabel, "conflict").text()
    assert keymap.keys("tool.brush") == ("B",)  # nothing is taken before the button is pressed
    click(dialog, "use")
    assert keymap.keys("edit.undo") == ("B",)
    assert keymap.keys("tool.brush") == ()
    choose(dialog, "Brush")
    click(dialog, "reset")
    assert keymap.keys("tool.brush") == ("B",)
    assert keymap.keys("edit.undo") == ()
    click(dialog, "reset-all")
    assert keymap.keys("edit.undo") == ("Ctrl+Z",)
    assert not keymap.is_changed("tool.brush")


def test_keys_that_begin_others_collide(keymap: Keymap) -> None:
    keymap.set_keys({"edit.undo": ("Ctrl+U, Ctrl+Z",)})
    assert keymap.holder(QKeySequence("Ctrl+U")).id == "edit.undo"
    assert keymap.holder(QKeySequence("Ctrl+U"), ignoring="edit.undo") is None
    assert keymap.holder(QKeySequence("Ctrl+Alt+F11")) is None


@pytest.mark.parametrize(
    "kept", [7, [], {"edit.undo": 3, "gone": ["F4"]}, {"edit.undo": ["", 7, "F4"]}, {"edit.undo": ["", "F4"], "x": []}]
)
def test_damaged_settings_do_no_harm(qapp, kept: object) -> None:
    SettingsFile().put({"shortcuts": kept})
    assert Keymap(COMMANDS, Store()).keys("edit.undo") in {("Ctrl+Z",), ("F4",)}


def test_the_window_obeys_changed_keys_at_once(opened: MainWindow) -> None:
    keymap = opened.actions_by_id.keymap
    keymap.set_keys({"edit.undo": ("F12",), "view.overlay": ("F11",)})
    drag(opened.canvas, [(40, 40), (60, 60)])
    QTest.keyClick(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert opened.app.editor.mask.any()
    QTest.keyClick(opened, Qt.Key.Key_F12)
    assert not opened.app.editor.mask.any()
    assert "F12" in opened.actions_by_id["edit.undo"].toolTip()
    QTest.keyPress(opened.canvas, Qt.Key.Key_F11)
    assert not opened.app.view_options.view.visible
    QTest.qWait(400)
    QTest.keyRelease(opened.canvas, Qt.Key.Key_F11)
    assert opened.app.view_options.view.visible


def test_keys_of_a_command_that_was_renamed_since_still_work() -> None:
    SettingsFile().put({"shortcuts": {"project.rebuild_index": ["F9"], "edit.undo": ["F12"]}})
    assert Store().shortcuts == {"project.read_again": ["F9"], "edit.undo": ["F12"]}
