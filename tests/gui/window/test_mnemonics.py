"""Access keys (Alt and a letter): each means one thing in its menu, in its dialog, and in the window."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from every_dialog import show_every_dialog
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QDialogButtonBox,
    QGroupBox,
    QLabel,
    QMenu,
    QTabBar,
    QWidget,
)

from unet_desktop.gui.cases.presenter import CaseMenu
from unet_desktop.gui.window.main_window import MainWindow

_STANDARD = {"Cancel": "&Cancel", "OK": "&OK", "Close": "&Close"}
"""Qt's own buttons have their access keys from the desktop: some have these."""


def key(text: str) -> str:
    return QKeySequence.mnemonic(text).toString()


def clashes(texts: list[str]) -> dict[str, list[str]]:
    """Access keys that several texts have, with these."""
    by_key: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        if key(text):
            by_key[key(text)].append(text)
    return {found: same for found, same in by_key.items() if len(same) > 1}


def menus(widget: QWidget) -> Iterator[QMenu]:
    """All menus of the widget, submenus included."""
    yield from widget.findChildren(QMenu)


def texts_of(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if not action.isSeparator() and action.isVisible()]


def controls(widget: QWidget) -> list[str]:
    """Texts that can have an access key; hidden ones too, which may be shown later beside the others."""
    found = [
        _STANDARD.get(button.text(), button.text()) if isinstance(button.parent(), QDialogButtonBox) else button.text()
        for button in widget.findChildren(QAbstractButton)
    ]
    found += [label.text() for label in widget.findChildren(QLabel) if label.buddy() is not None]
    found += [box.title() for box in widget.findChildren(QGroupBox)]
    found += [bar.tabText(at) for bar in widget.findChildren(QTabBar) for at in range(bar.count())]
    return found


def test_in_each_menu(opened: MainWindow) -> None:
    found = {menu.title() or menu.objectName(): clashes(texts_of(menu)) for menu in menus(opened)}
    assert {name: bad for name, bad in found.items() if bad} == {}
    assert len(found) >= 12


def test_each_entry_of_a_menu_has_one(opened: MainWindow) -> None:
    """Labels have their names instead, and panels are named by what stands on them."""
    bare = {
        f"{menu.title()}: {action.text()}"
        for menu in menus(opened.menuBar())
        if menu.title() != "Pa&nels"
        for action in menu.actions()
        if not action.isSeparator() and not key(action.text()) and not action.objectName().startswith("label.")
    }
    assert bare == set()


def test_in_the_window(opened: MainWindow) -> None:
    bar = [action.text() for action in opened.menuBar().actions()]
    assert len({key(text) for text in bar}) == len(bar)
    inside = [
        text
        for part in (*(dock.widget() for dock in opened.docks.all), opened.pages, opened.panels.banner)
        for text in controls(part)
    ]
    assert clashes([*bar, *inside]) == {}


def test_no_shortcut_is_an_access_key(opened: MainWindow) -> None:
    """The letters of the menu bar and of labels would need two presses if a command had them as well."""
    taken = {key(action.text()) for action in opened.menuBar().actions()}
    taken |= {key(text) for dock in opened.docks.all for text in controls(dock.widget())}
    keymap = opened.actions_by_id.keymap
    used = {keys.toString(): command.id for command in keymap.commands for keys in keymap.sequences(command.id)}
    assert {keys: command for keys, command in used.items() if keys and keys in taken} == {}


def test_in_each_dialog(opened: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found: dict[str, dict[str, list[str]]] = {}

    def look(dialog: QDialog) -> None:
        found[type(dialog).__name__] = clashes(controls(dialog))
        for menu in menus(dialog):
            found[f"menu {menu.title()} of {type(dialog).__name__}"] = clashes(texts_of(menu))

    seen = show_every_dialog(opened, tmp_path, monkeypatch, look)
    assert len(seen) >= 15
    assert {name: bad for name, bad in found.items() if bad} == {}


def test_in_the_menu_of_a_case_and_in_the_run_window(opened: MainWindow) -> None:
    for case_id in ("a", "d"):
        project = opened.app.session.project
        assert project is not None
        menu = CaseMenu(project.case(case_id), opened.commands.cases, opened, print)
        assert clashes(texts_of(menu)) == {}
        menu.deleteLater()
    assert clashes(controls(opened.panels.folder_run)) == {}
    QApplication.processEvents()
