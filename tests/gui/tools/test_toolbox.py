"""The toolbox: every kind of tool has a class, a guide, a command and an icon, and can be chosen."""

from __future__ import annotations

import pytest
from gestures import LEFT, at, drag, move, press, release
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from window_parts import part

from unet_desktop.gui.tools.tool_guide import GUIDES
from unet_desktop.gui.tools.tool_options import ToolKind
from unet_desktop.gui.tools.toolbox import TOOLS
from unet_desktop.gui.window.command_table import COMMANDS
from unet_desktop.gui.window.main_window import MainWindow


def test_no_kind_is_forgotten() -> None:
    assert set(TOOLS) == set(GUIDES) == set(ToolKind)
    commands = {command.id: command for command in COMMANDS}
    for kind in ToolKind:
        command = commands[f"tool.{kind.value}"]
        assert command.icon
        assert command.shortcut
        assert command.checkable
        assert command.argument == kind.value


@pytest.mark.parametrize("kind", ToolKind)
def test_a_command_chooses_the_tool(opened: MainWindow, kind: ToolKind) -> None:
    opened.actions_by_id[f"tool.{kind.value}"].trigger()
    assert type(opened.app.toolbox.current) is TOOLS[kind]
    assert opened.actions_by_id[f"tool.{kind.value}"].isChecked()
    assert part(opened.panels.tools.settings, QLabel, "tool_name").text() == GUIDES[kind].name


@pytest.mark.parametrize("kind", ToolKind)
def test_choosing_another_tool_ends_the_drag_in_progress(opened: MainWindow, kind: ToolKind) -> None:
    QTest.keyClick(opened, Qt.Key.Key_S)
    press(opened.canvas, (40, 40))
    for point in ((80, 40), (80, 80), (40, 80)):
        move(opened.canvas, point)
    opened.actions_by_id[f"tool.{kind.value}"].trigger()
    assert opened.app.editor.drawing is (kind is ToolKind.LASSO)
    move(opened.canvas, (30, 90))
    release(opened.canvas, (30, 90))
    assert opened.app.editor.history.names == ("Lasso optic disc",)
    assert not opened.app.editor.drawing


@pytest.mark.parametrize("key", [Qt.Key.Key_Q, Qt.Key.Key_W])
def test_a_double_click_after_the_first_points_takes_none_of_them_away(opened: MainWindow, key: Qt.Key) -> None:
    QTest.keyClick(opened, key)
    drag(opened.canvas, [(60, 40)])
    drag(opened.canvas, [(100, 60)])
    QTest.mouseDClick(opened.canvas, LEFT, pos=at(opened.canvas, 100, 60))
    release(opened.canvas, (100, 60))
    assert len(opened.app.toolbox.current.sketch.handles) == 2
    assert opened.app.toolbox.current.pending
