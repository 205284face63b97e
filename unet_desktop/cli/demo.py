"""unet-desktop demo: the whole workflow on synthetic photographs, without questions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from unet_desktop.cli.console import DONE, SOME_FAILED, output
from unet_desktop.cli.progress import follow, metrics_line
from unet_desktop.plurals import quantity


def run(
    folder: Annotated[Path, typer.Argument(help="New folder for the sample project and its results.")],
) -> None:
    """Make a sample project, train on it, segment the rest; write masks, a table and an overlay picture."""
    from unet_desktop.tasks.demo import run_demo
    from unet_desktop.tasks.events import DemoResult
    from unet_desktop.tasks.holding_project import holding_project

    followed = follow(holding_project(folder / "project", run_demo(folder)), "Sample project")
    for event in followed.rest:
        if isinstance(event, DemoResult):
            output.print(
                f"Against the known masks of {quantity(event.pictures, 'picture')}: {metrics_line(event.means)}",
                markup=False,
            )
            output.print(
                "The photographs are synthetic: these metrics show that it works, not how well it does on real eyes."
            )
    raise typer.Exit(SOME_FAILED if followed.code else DONE)
