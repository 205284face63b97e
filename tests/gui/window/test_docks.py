"""Docks: where they are tabs, their title stands on the tab alone; they can still be moved and floated."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QDockWidget
from pytestqt.qtbot import QtBot

from unet_desktop.gui import app
from unet_desktop.gui.window.dock_titles import DockHandle
from unet_desktop.gui.window.main_window import MainWindow


def handles(window: MainWindow) -> dict[str, bool]:
    return {dock.windowTitle(): isinstance(dock.titleBarWidget(), DockHandle) for dock in window.docks.all}


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
    opened.docks.comparison.hide()
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


def test_the_layout_stays_as_it_was_left(qtbot: QtBot, qapp, root: Path) -> None:
    """However often the program is started and whether a project is open when it ends."""
    heights = []
    for start in range(5):
        window = app.make_window(app.make_application())
        qtbot.addWidget(window)
        window.show()
        window.resize(1366, 768)
        window.app.session.open_project(root)
        qtbot.waitUntil(lambda window=window: window.docks.measure.isVisible())
        qtbot.wait(50)
        if start == 0:
            window.resizeDocks([window.docks.cases, window.docks.measure], [250, 400], Qt.Orientation.Vertical)
            window.docks.training.raise_()
            qtbot.wait(50)
        heights.append((window.docks.cases.height(), window.docks.measure.height()))
        assert not window.docks.training.visibleRegion().isEmpty()
        if start % 2:
            window.app.session.close_project()
            assert not window.docks.measure.isVisible()
        window.close()
        window.app.session.close_project()
    assert len(set(heights)) == 1, heights


def test_panels_are_put_back_behind_the_first_page(qtbot: QtBot, window: MainWindow, root: Path) -> None:
    window.actions_by_id["window.reset"].trigger()
    assert not window.docks.cases.isVisible()
    window.app.session.open_project(root)
    qtbot.waitUntil(lambda: window.docks.cases.isVisible() and window.docks.measure.isVisible())
