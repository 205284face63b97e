"""Terminal output: results on standard output, progress and problems on standard error."""

from __future__ import annotations

from rich.console import Console

DONE = 0
SOME_FAILED = 1
WRONG_USE = 2

output = Console(highlight=False, soft_wrap=True)
messages = Console(stderr=True, highlight=False, soft_wrap=True)


def show_error(sentence: str) -> None:
    """Print what is wrong; square brackets in file names are not taken for markup."""
    messages.print("[bold red]error:[/]", end=" ")
    messages.print(sentence, markup=False)
