"""Terminal output: results on standard output, progress and problems on standard error."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from unet_desktop.safe_text import escape_controls

DONE = 0
SOME_FAILED = 1
WRONG_USE = 2
REPLACE_HELP = "Overwrite files that exist and were not written by this command."


class SafeConsole(Console):
    """A console that prints what is in names, and does not send it to the terminal as commands."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print as rich does; texts lose what a terminal would obey, except line breaks and tabs."""
        safe = (escape_controls(one, "\n\t") if isinstance(one, str) else one for one in objects)
        super().print(*safe, **options)


output = SafeConsole(highlight=False, soft_wrap=True)
messages = SafeConsole(stderr=True, highlight=False, soft_wrap=True)


def show_error(sentence: str) -> None:
    """Print what is wrong; square brackets in file names are not taken for markup."""
    messages.print("[bold red]error:[/]", end=" ")
    messages.print(escape_controls(sentence), markup=False)
