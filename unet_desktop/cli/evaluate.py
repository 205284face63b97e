"""unet-desktop evaluate: masks against masks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from unet_desktop.cli.console import DONE, SOME_FAILED, output
from unet_desktop.cli.import_images import LABELS_HELP, labels_of
from unet_desktop.cli.progress import figure_title, follow
from unet_desktop.errors import LabelError, MaskError

_USUAL = "disc-and-cup"


def run(
    predictions: Annotated[Path, typer.Argument(help="Folder of masks to judge (indexed PNG).")],
    references: Annotated[Path, typer.Argument(help="Folder of masks taken as true, such as a project's masks.")],
    table: Annotated[Path | None, typer.Option(help="CSV file to write, a row a picture.")] = None,
    project: Annotated[Path | None, typer.Option(help="Project whose labels the masks have.")] = None,
    labels: Annotated[str | None, typer.Option(help=f"{LABELS_HELP} Without, and without a project: {_USUAL}.")] = None,
) -> None:
    """Compare masks with true masks of the same names: Dice, IoU, boundary distance, vCDR error."""
    from unet_desktop.project.project import Project
    from unet_desktop.tasks.evaluate import Evaluated, evaluate

    label_set = labels_of(labels or _USUAL) if project is None else Project.open(project).labels
    if labels is not None and labels_of(labels) != label_set:
        raise LabelError(f"The project {project} has other labels than --labels gives. Give only one of the two.")
    followed = follow(evaluate(predictions, references, label_set, table=table), "Comparing")
    for event in followed.rest:
        if isinstance(event, Evaluated):
            if not event.pictures:
                raise MaskError("None of the masks could be compared; the sentences above say why.")
            _print(event.pictures, dict(event.means))
    raise typer.Exit(SOME_FAILED if followed.failed else DONE)


def _print(pictures: int, means: dict[str, float]) -> None:
    shown = Table(title=f"Mean over {pictures} pictures")
    shown.add_column("figure")
    shown.add_column("mean", justify="right")
    for name, value in means.items():
        digits = 1 if name.startswith("boundary_px") else 4
        shown.add_row(Text(figure_title(name, ", ")), f"{value:.{digits}f}")
    output.print(shown)
