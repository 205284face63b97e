"""Groups of commands, as the lists of shortcuts head them."""

from __future__ import annotations

from unet_desktop.gui.commands.command import Command

_GROUPS = {
    "project": "Project",
    "app": "Project",
    "edit": "Editing",
    "tool": "Tools",
    "brush": "Tools",
    "label": "Labels",
    "region": "Region",
    "proposal": "Prediction",
    "learn": "Learning",
    "model": "Learning",
    "case": "Cases",
    "view": "View",
    "style": "View",
    "channel": "View",
    "theme": "Window",
    "window": "Window",
    "help": "Help",
}
"""Beginning of a command's id to the heading it stands under, in order."""


def heading(command: Command) -> str:
    """The heading that the command stands under."""
    return _GROUPS[command.id.partition(".")[0]]


def headings() -> tuple[str, ...]:
    """All headings, in order."""
    return tuple(dict.fromkeys(_GROUPS.values()))
