"""The toolbox: every kind of tool has a class, a guide, a command and an icon, and can be chosen."""

from __future__ import annotations

import pytest

from unet_desktop.gui.canvas.toolbox import TOOLS
from unet_desktop.gui.commands import COMMANDS
from unet_desktop.gui.tool_guide import GUIDES
from unet_desktop.gui.tool_options import ToolKind
from unet_desktop.gui.window import MainWindow


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
    assert type(opened.bench.toolbox.current) is TOOLS[kind]
    assert opened.actions_by_id[f"tool.{kind.value}"].isChecked()
    assert opened.panels.tools.settings._name.text() == GUIDES[kind].name
