"""Docks: where they are tabs, their title stands on the tab alone; they can still be moved and floated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QDockWidget, QTabBar, QWidget
from pytestqt.qtbot import QtBot
from window_parts import case_rows, part

from unet_desktop.gui import app
from unet_desktop.gui.window.dock_titles import DockHandle
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.settings_file import SettingsFile


def handles(window: MainWindow) -> dict[str, bool]:
    return {dock.windowTitle(): isinstance(dock.titleBarWidget(), DockHandle) for dock in window.docks.all}


def settled(qtbot: QtBot, window: MainWindow, **expected: bool) -> None:
    qtbot.waitUntil(lambda: expected.items() <= handles(window).items())


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
        qtbot.wait(250)  # the panels have their sizes
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


def filled(qtbot: QtBot, window: MainWindow) -> None:
    """The window at the size of a small notebook, with everything measured of a disc and its cup."""
    window.resize(1366, 768)
    window.commands.cases.open_case("d")
    qtbot.waitUntil(lambda: part(window.panels.measure, QWidget, "vertical").isVisible())
    qtbot.wait(250)


def in_reach(window: MainWindow) -> None:
    """Measurements and tools are seen whole, and several cases as well."""
    measure, tools, rows = window.panels.measure, window.panels.tools, case_rows(window)
    for panel in (measure, tools):
        assert panel.verticalScrollBar().maximum() == 0, type(panel).__name__
        assert panel.horizontalScrollBar().maximum() == 0, type(panel).__name__
    assert rows.viewport().height() >= 2 * rows.sizeHintForRow(0)
    bars = [bar for bar in window.findChildren(QTabBar) if bar.isVisible() and bar.count() == 5]
    assert len(bars) == 1
    for at in range(5):
        title = bars[0].tabText(at)
        assert bars[0].tabRect(at).width() >= bars[0].fontMetrics().horizontalAdvance(title) + 10, title


@pytest.fixture(params=[9, 10, 12])
def points(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[int]:
    """The size of the desktop's font."""
    before = qapp.font()
    font = QFont(before)
    font.setPointSize(request.param)
    qapp.setFont(font)
    yield request.param
    qapp.setFont(before)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_small_screen_everything_is_in_reach(qtbot: QtBot, points: int, opened: MainWindow, theme: str) -> None:
    opened.actions_by_id[f"theme.{theme}"].trigger()
    filled(qtbot, opened)
    in_reach(opened)
    opened.resize(3840, 2160)
    qtbot.wait(250)
    in_reach(opened)


def test_panels_return_to_their_width_after_the_window_was_narrow(
    qtbot: QtBot, points: int, opened: MainWindow
) -> None:
    filled(qtbot, opened)
    wide = (opened.docks.cases.width(), opened.docks.tools.width())
    opened.resize(opened.minimumSizeHint().expandedTo(QSize(760, 560)))
    qtbot.wait(250)
    opened.resize(1366, 768)
    qtbot.wait(250)
    assert (opened.docks.cases.width(), opened.docks.tools.width()) == wide
    in_reach(opened)


def test_a_width_that_was_chosen_is_the_one_to_return_to(qtbot: QtBot, opened: MainWindow) -> None:
    filled(qtbot, opened)
    opened.resizeDocks([opened.docks.tools], [420], Qt.Orientation.Horizontal)
    qtbot.wait(50)
    opened.docks.note_sizes()  # as after the mouse let go of the border
    for width in (900, 1366):
        opened.resize(width, 768)
        qtbot.wait(250)
    assert abs(opened.docks.tools.width() - 420) <= 2
    opened.actions_by_id["window.reset"].trigger()
    qtbot.wait(250)
    assert opened.docks.tools.width() < 400


def test_a_layout_that_an_earlier_version_stored_is_fitted(qtbot: QtBot, qapp: QApplication, root: Path) -> None:
    """It had the sizes of its time, without saying which of them a person chose."""
    first = app.make_window(app.make_application())
    qtbot.addWidget(first)
    first.show()
    first.resize(1366, 768)
    first.app.session.open_project(root)
    qtbot.wait(250)
    first.resizeDocks([first.docks.cases, first.docks.measure], [500, 150], Qt.Orientation.Vertical)
    first.resizeDocks([first.docks.tools], [226], Qt.Orientation.Horizontal)
    qtbot.wait(50)
    first.close()
    SettingsFile().put({"panels": None})
    again = app.make_window(app.make_application())
    qtbot.addWidget(again)
    again.show()
    again.app.session.open_project(root)
    filled(qtbot, again)
    in_reach(again)
    again.close()
