"""Tab reaches what can be seen, in the order in which it is read; Shift+Tab goes back."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QDockWidget, QPlainTextEdit, QScrollArea, QTabBar, QToolBar, QWidget
from pytestqt.qtbot import QtBot

from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.gui.window.tab_order import tab_order

RIGHT = ("tools", "view", "training", "models", "comparison")


def focus() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def walk(qtbot: QtBot, window: MainWindow, key: Qt.Key) -> list[QWidget]:
    """Press the key until it comes back to where it began: the widgets by the way, each of them really in sight."""
    start, found = focus(), []
    for _ in range(120):
        qtbot.keyClick(focus(), key)
        found.append(focus())
        assert is_in_sight(focus(), window), f"{name(focus())} has the keyboard but cannot be seen"
        if focus() is start:
            return found
    raise AssertionError(f"no way back to {name(start)}: {[name(widget) for widget in found[-5:]]}")


def is_in_sight(widget: QWidget, window: MainWindow) -> bool:
    """Does a click somewhere on the widget meet it?"""
    width, height = widget.width(), widget.height()
    spots = [QPoint(width * x // 10, height * y // 10) for x in range(1, 10) for y in range(1, 10)]
    met = [window.childAt(widget.mapTo(window, spot)) for spot in spots]
    return any(one is widget or (one is not None and widget.isAncestorOf(one)) for one in met)


def name(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.accessibleName() or widget.toolTip()}".strip()


def part_of(widget: QWidget, window: MainWindow) -> QWidget:
    """What of the window holds it: toolbar, dock, tabs, centre."""
    while (parent := widget.parentWidget()) is not None and parent is not window:
        widget = parent
    return widget


def place(widget: QWidget, window: MainWindow) -> tuple[QWidget, QRect]:
    """What scrolls with the widget, and where the widget is in it."""
    ground: QWidget = window
    parent = widget.parentWidget()
    while parent is not None and ground is window:
        if isinstance(parent, QScrollArea) and parent.widget().isAncestorOf(widget):
            ground = parent.widget()
        parent = parent.parentWidget()
    return ground, QRect(widget.mapTo(ground, QPoint()), widget.size())


def side_of(widget: QWidget, window: MainWindow) -> int:
    """0 toolbar, 1 left, 2 centre, 3 right, 4 status line."""
    part = part_of(widget, window)
    if isinstance(part, QToolBar):
        return 0
    if isinstance(part, QDockWidget | QTabBar):
        return 1 if part.geometry().right() < window.centralWidget().geometry().left() else 3
    return 4 if part is window.statusBar() else 2


def check_order(found: list[QWidget], window: MainWindow) -> None:
    assert len(set(found)) == len(found)
    for one, other in pairwise(found):
        if part_of(one, window) is not part_of(other, window):
            continue
        (ground, before), (same, after) = place(one, window), place(other, window)
        if ground is same and side_of(one, window) != 2:
            assert after.bottom() > before.top(), f"{name(other)} is above {name(one)}"
            apart = abs(after.center().y() - before.center().y())
            row = apart < min(before.height(), after.height()) / 2
            assert not row or after.x() > before.x(), f"{name(other)} is left of {name(one)}"


def settle(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until nothing moves: layouts, measurements and the guess of the eye come late on a busy machine."""
    seen = None
    for _ in range(20):
        now = [(widget, widget.mapTo(window, QPoint()), widget.size()) for widget in tab_order(window)]
        if now == seen:
            return
        seen = now
        qtbot.wait(200)


def check_walk(qtbot: QtBot, window: MainWindow) -> list[QWidget]:
    """Walk there and back: the widgets in their order, from the toolbar's first on."""
    there = walk(qtbot, window, Qt.Key.Key_Tab)
    start = next(at for at, widget in enumerate(there) if side_of(widget, window) < side_of(there[at - 1], window))
    back = walk(qtbot, window, Qt.Key.Key_Backtab)
    assert back == [*reversed(there[:-1]), there[-1]]
    ordered = there[start:] + there[:start]
    sides = [side_of(widget, window) for widget in ordered]
    assert sides == sorted(sides)
    check_order(ordered, window)
    return ordered


@pytest.mark.parametrize("front", RIGHT)
def test_tab_walks_through_what_is_in_front(qtbot: QtBot, opened: MainWindow, front: str) -> None:
    dock: QDockWidget = getattr(opened.docks, front)
    dock.raise_()
    QApplication.processEvents()
    opened.canvas.setFocus()
    found = check_walk(qtbot, opened)
    assert opened.canvas in found
    assert {part_of(widget, opened) for widget in found} >= {opened.docks.cases, opened.docks.measure, dock}
    hidden = [getattr(opened.docks, other) for other in RIGHT if other != front] + [opened.docks.history]
    assert not any(other.isAncestorOf(widget) for other in hidden for widget in found)


def float_view(window: MainWindow) -> None:
    window.docks.view.setFloating(True)


def hide_left(window: MainWindow) -> None:
    for dock in (window.docks.cases, window.docks.measure, window.docks.history):
        dock.hide()


def move_cases_right(window: MainWindow) -> None:
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, window.docks.cases)


def shrink(window: MainWindow) -> None:
    window.docks.training.raise_()
    window.resize(window.minimumSize())


@pytest.mark.parametrize("change", [float_view, hide_left, move_cases_right, shrink])
def test_tab_follows_moved_panels(qtbot: QtBot, opened: MainWindow, change: Callable[[MainWindow], None]) -> None:
    change(opened)
    settle(qtbot, opened)
    opened.activateWindow()
    opened.canvas.setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is opened.canvas)
    check_walk(qtbot, opened)
    opened.docks.view.setFloating(False)


def test_tab_scrolls_to_what_it_reaches(qtbot: QtBot, opened: MainWindow) -> None:
    shrink(opened)
    qtbot.wait(150)
    opened.canvas.setFocus()
    area = next(one for one in opened.panels.training.findChildren(QScrollArea) if one.isVisible())
    area.setFixedHeight(90)
    QApplication.processEvents()
    inside = [widget for widget in walk(qtbot, opened, Qt.Key.Key_Tab) if area.widget().isAncestorOf(widget)]
    assert len(inside) > 3
    assert area.verticalScrollBar().maximum() > 0


def test_tab_walks_the_first_page(qtbot: QtBot, window: MainWindow) -> None:
    window.activateWindow()
    window.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_Tab)
    found = walk(qtbot, window, Qt.Key.Key_Tab)
    assert any(window.panels.welcome.isAncestorOf(widget) for widget in found)
    tops = [widget.mapTo(window, QPoint()).y() for widget in found if window.panels.welcome.isAncestorOf(widget)]
    first = tops.index(min(tops))
    assert tops[first:] + tops[:first] == sorted(tops)


def test_a_text_editor_keeps_tab(qtbot: QtBot, opened: MainWindow) -> None:
    editor = QPlainTextEdit(opened.split_view)
    editor.resize(200, 80)
    editor.show()
    editor.setFocus()
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    assert editor.toPlainText() == "\t"
    assert focus() is editor
    editor.setTabChangesFocus(True)
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    assert focus() is not editor
    editor.deleteLater()
