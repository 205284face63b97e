"""Docks: where they are tabs, their title stands on the tab alone; they can still be moved and floated."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QDockWidget
from pytestqt.qtbot import QtBot

from unet_desktop.gui.dock_titles import Handle
from unet_desktop.gui.window import MainWindow


def handles(window: MainWindow) -> dict[str, bool]:
    return {dock.windowTitle(): isinstance(dock.titleBarWidget(), Handle) for dock in window.docks.all}


def settled(qtbot: QtBot, window: MainWindow, **expected: bool) -> None:
    qtbot.waitUntil(lambda: expected.items() <= handles(window).items(), timeout=3000)


def test_tabs_have_no_second_title(qtbot: QtBot, opened: MainWindow) -> None:
    settled(qtbot, opened, Cases=False, Correct=True, Train=True, Models=True)
    handle = opened.docks.tools.titleBarWidget()
    assert handle.height() <= 12
    assert "Correct" in handle.accessibleName()
    assert "double-click" in handle.toolTip()


def test_a_dock_that_stands_alone_shows_its_title(qtbot: QtBot, opened: MainWindow) -> None:
    settled(qtbot, opened, Cases=False, Correct=True, Train=True, Models=True)
    opened.docks.models.setFloating(True)
    settled(qtbot, opened, Cases=False, Correct=True, Train=True, Models=False)
    opened.docks.training.hide()
    opened.docks.view.hide()
    settled(qtbot, opened, Cases=False, Correct=False, Train=False, Models=False)
    opened.actions_by_id["window.reset"].trigger()
    settled(qtbot, opened, Cases=False, Correct=True, Train=True, Models=True)


def test_a_double_click_on_the_handle_floats_the_panel(qtbot: QtBot, opened: MainWindow) -> None:
    settled(qtbot, opened, Cases=False, Correct=True, Train=True, Models=True)
    dock: QDockWidget = opened.docks.tools
    handle = dock.titleBarWidget()
    qtbot.mouseDClick(handle, Qt.MouseButton.LeftButton, pos=QPoint(handle.width() // 2, handle.height() // 2))
    assert dock.isFloating()
    qtbot.mouseRelease(opened, Qt.MouseButton.LeftButton)  # that of the double click found the window changed
    settled(qtbot, opened, Cases=False, Correct=False, Train=True, Models=True)
    opened.docks.reset()
    settled(qtbot, opened, Cases=False, Correct=True, Train=True, Models=True)
