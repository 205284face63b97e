"""unet-desktop segment: a folder of pictures to masks and a table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from unet_desktop.cli.progress import follow
from unet_desktop.errors import CheckpointError
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.request import Request


def run(
    source: Annotated[Path, typer.Argument(help="Folder of pictures, or one picture.")],
    model: Annotated[Path, typer.Option(help="Model file, or a project's folder for its newest model.")],
    out: Annotated[Path, typer.Option(help="Folder for masks, table and list of errors.")],
    overlays: Annotated[bool, typer.Option(help="Write pictures with the outlines drawn in.")] = False,
    recursive: Annotated[bool, typer.Option(help="Look into sub-folders.")] = False,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
) -> None:
    """Segment pictures with a model."""
    from unet_desktop.tasks.folders.run import segment_folder

    request = Request(
        sources=(source,),
        output=out,
        model=model_file(model),
        outputs=Outputs(overlays=overlays),
        device=device,
        recursive=recursive,
    )
    raise typer.Exit(follow(segment_folder(request), "Segmenting").code)


def model_file(path: Path) -> Path:
    """The model file itself, or the newest model of the project in that folder.

    Raises:
        CheckpointError: the project has no model. ProjectError: the folder is no project.
    """
    if not path.is_dir():
        return path
    from unet_desktop.project.models import list_models
    from unet_desktop.project.project import Project

    models = list_models(Project.open(path).layout)
    if not models:
        raise CheckpointError(f"The project {path} has no model yet. Train one first: unet-desktop train {path}")
    return models[0].path
