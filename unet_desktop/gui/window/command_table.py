"""Commands: everything that can be clicked or typed, as a table."""

from __future__ import annotations

from unet_desktop.gui.commands import cases, edit, learning, project, regions, tools, view, window
from unet_desktop.gui.commands.command import Command, Needs

__all__ = ["COMMANDS", "Command", "Needs"]

COMMANDS: tuple[Command, ...] = (
    *project.COMMANDS,
    *edit.COMMANDS,
    *tools.COMMANDS,
    *regions.COMMANDS,
    *learning.COMMANDS,
    *cases.COMMANDS,
    *view.COMMANDS,
    *window.COMMANDS,
)
"""In the order in which the list of shortcuts shows them."""
