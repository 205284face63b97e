"""The command palette and the cheat sheet."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListWidget

from unet_desktop.gui.window.cheat_sheet import CheatSheet, Section, columns
from unet_desktop.gui.window.command_palette import CommandPalette, PaletteItem, rank
from unet_desktop.gui.window.command_table import COMMANDS
from unet_desktop.gui.window.main_window import MainWindow

ENTRIES = [
    PaletteItem("a", "Undo", "Editing", "Ctrl+Z"),
    PaletteItem("b", "Brush", "Tools", "B"),
    PaletteItem("c", "Larger brush", "Tools", "]"),
    PaletteItem("d", "Rebuild index", "Project", "", enabled=False),
    PaletteItem("e", "Rub out", "Editing", ""),
]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("", "abced"), ("brush", "bc"), ("tools la", "c"), ("ush", "bc"), ("ru", "ebcd"), ("lbr", "c"), ("rebu", "dc")],
)
def test_the_best_come_first(typed: str, expected: str) -> None:
    assert "".join(entry.id for entry in rank(ENTRIES, typed)) == expected


def test_a_whole_word_comes_before_its_beginning() -> None:
    entries = [
        PaletteItem("a", "Darker", "View", "F5"),
        PaletteItem("b", "Use the dark theme", "View", ""),
        PaletteItem("c", "Dark theme", "View", ""),
    ]
    assert "".join(entry.id for entry in rank(entries, "dark")) == "cba"
    assert "".join(entry.id for entry in rank(entries, "dar")) == "acb"
    assert "".join(entry.id for entry in rank(entries, "view dark")) == "bca"


def test_nothing_fits(qtbot) -> None:
    parent = QLabel()
    qtbot.addWidget(parent)
    palette = CommandPalette(parent, ENTRIES)
    qtbot.addWidget(palette)
    palette.show()
    qtbot.keyClicks(palette.findChild(QLineEdit), "zzz")
    assert palette.findChild(QLabel, "nothing").isVisible()
    QTest.keyClick(palette.findChild(QLineEdit), Qt.Key.Key_Return)
    assert palette.isVisible()
    assert palette.chosen == ""


def use_palette(window: MainWindow, typed: str, *keys: Qt.Key) -> list[str]:
    """Open it by its key, type, press keys; returns the texts that were offered."""
    offered: list[str] = []

    def act() -> None:
        palette = QApplication.activeModalWidget()
        if not isinstance(palette, CommandPalette):  # its key has not arrived yet
            QTimer.singleShot(10, act)
            return
        search, found = palette.findChild(QLineEdit), palette.findChild(QListWidget)
        QTest.keyClicks(search, typed)
        offered.extend(found.item(row).data(Qt.ItemDataRole.UserRole).text for row in range(found.count()))
        for key in keys:
            QTest.keyClick(search, key)

    QTimer.singleShot(0, act)
    window.activateWindow()  # no window manager does so here when a dialog has gone
    QTest.qWaitForWindowActive(window)
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    return offered


def test_ctrl_k_calls_any_command(opened: MainWindow) -> None:
    assert "Eraser" in use_palette(opened, "erase", Qt.Key.Key_Return)
    assert opened.actions_by_id["tool.eraser"].isChecked()
    offered = use_palette(opened, "", Qt.Key.Key_Escape)
    assert offered[0] == "Eraser"  # what was called last is first
    assert len(offered) == len([command for command in COMMANDS if not command.id.startswith("label.")]) - 1 + 2
    use_palette(opened, "case", Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Escape)


def test_what_cannot_be_called_now_is_not(opened: MainWindow) -> None:
    assert "Redo" in use_palette(opened, "redo", Qt.Key.Key_Return, Qt.Key.Key_Escape)
    assert not opened.app.editor.history.can_undo


def test_the_cheat_sheet_shows_all_keys_until_the_next_key(opened: MainWindow) -> None:
    opened.app.editor.replace_mask("Test", opened.app.editor.mask + 1)
    QTest.keyClick(opened, Qt.Key.Key_Question)
    sheet = opened.findChild(CheatSheet)
    assert sheet.isVisible()
    assert sheet.geometry() == opened.rect()
    texts = {label.text() for label in sheet.findChildren(QLabel)}
    assert {"Mouse and pen", "Paint optic cup", "Ctrl+Z", "Wheel or pinch", "Ctrl+K"} <= texts
    QTest.keyClick(sheet, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not sheet.isVisible()
    assert opened.app.editor.history.can_undo  # the key closed the sheet and did nothing else
    QTest.keyClick(opened, Qt.Key.Key_Question)
    QTest.mouseClick(sheet, Qt.MouseButton.LeftButton)
    assert not sheet.isVisible()
    QTest.keyClick(opened, Qt.Key.Key_Question)
    opened.resize(opened.size() - QSize(50, 0))
    assert not sheet.isVisible()


def test_columns_are_balanced_and_keep_the_order() -> None:
    sections = [
        Section(name, (("what", "key"),) * rows) for name, rows in zip("abcdef", (3, 9, 5, 2, 8, 4), strict=True)
    ]
    for count in (1, 2, 3, 9):
        found = columns(sections, count)
        assert len(found) <= count
        assert [section.heading for column in found for section in column] == list("abcdef")
    longest = max(sum(len(section.rows) + 2 for section in column) for column in columns(sections, 3))
    assert longest <= 22
