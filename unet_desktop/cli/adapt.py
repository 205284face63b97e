"""unet-desktop adapt: let a model learn from a folder of pictures that have no masks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from unet_desktop.cli.progress import follow
from unet_desktop.tasks.adapt.settings import DEFAULT_PICTURES
from unet_desktop.tasks.events import AdaptationEvent
from unet_desktop.tasks.holding_project import holding_project

EPILOG = (
    "The pictures are only read. Exit code: 0 adapted, 1 adapted but some pictures were left out, or not adapted "
    "because the model would have become worse or the run was stopped, 2 it could not start or continue."
)


def run(
    folder: Annotated[Path, typer.Argument(help="Folder of pictures, for example of another camera; at least 8.")],
    project: Annotated[Path, typer.Option(help="Folder of the project whose model is adapted.")],
    model: Annotated[str, typer.Option(help="Name of the model to adapt; default: the newest.")] = "",
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    pictures: Annotated[
        int, typer.Option(help="Most pictures to use, spread evenly over the folder.")
    ] = DEFAULT_PICTURES,
) -> None:
    """Adapt a project's model to a folder of pictures without masks, and save it as a new model of the project."""

    def events() -> Iterator[AdaptationEvent]:  # torch is imported only when it starts
        from unet_desktop.tasks.adapt.run import adapt_project

        yield from adapt_project(project, folder, model=model, pictures=pictures, device=device)

    followed = follow(holding_project(project, events()), "Adapting", if_stopped="No model was saved.")
    raise typer.Exit(followed.code)
