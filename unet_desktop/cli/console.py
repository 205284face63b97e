"""What the terminal shows: results on the standard output, progress and problems on the error output."""

from __future__ import annotations

from rich.console import Console

DONE = 0
SOME_FAILED = 1
WRONG_USE = 2

output = Console(highlight=False, soft_wrap=True)
messages = Console(stderr=True, highlight=False, soft_wrap=True)


def show_error(sentence: str) -> None:
    """One sentence that says what is wrong, without markup interpretation of file names."""
    messages.print("[bold red]error:[/]", end=" ")
    messages.print(sentence, markup=False)
