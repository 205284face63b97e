"""unet-desktop doctor: what is installed, what is missing, how fast this computer is."""

from __future__ import annotations

from typing import Annotated

import typer

from unet_desktop.cli.console import DONE, SOME_FAILED, output


def run(
    forget: Annotated[bool, typer.Option(help="Measure anew what is remembered of this computer's speed.")] = False,
) -> None:
    """Say what is installed, what is missing, and how fast a forward pass is. Needs no window."""
    from unet_desktop.tasks.doctor import examine

    well = True
    for finding in examine(anew=forget):
        mark = "[green]ok[/]" if finding.well else "[bold red]!![/]"
        output.print(f"{mark}  {finding.subject:<34}", end="")
        output.print(finding.found, markup=False)
        well = well and finding.well
    raise typer.Exit(DONE if well else SOME_FAILED)
