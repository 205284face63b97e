"""unet-desktop doctor: what is installed, what is missing, how fast this computer is."""

from __future__ import annotations

from typing import Annotated

import typer

from unet_desktop.cli.console import DONE, SOME_FAILED, output
from unet_desktop.cli.remedies import with_remedy


def run(
    forget: Annotated[
        bool, typer.Option(help="Forget the remembered speeds of this computer and measure again.")
    ] = False,
) -> None:
    """Show what is installed, what is missing, and how fast a forward pass is. Needs no display."""
    from unet_desktop.tasks.doctor import examine

    healthy = True
    for finding in examine(forget_speeds=forget):
        mark = "[green]ok[/]" if finding.ok else "[bold red]!![/]"
        output.print(f"{mark}  {finding.subject:<34}", end="")
        output.print(with_remedy(finding.found, finding.remedy), markup=False)
        healthy = healthy and finding.ok
    raise typer.Exit(DONE if healthy else SOME_FAILED)
