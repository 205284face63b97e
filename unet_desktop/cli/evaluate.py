"""unet-desktop evaluate: compare the masks of two readers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from unet_desktop.cli.console import DONE, REPLACE_HELP, SOME_FAILED, output
from unet_desktop.cli.import_images import (
    LABELS_HELP,
    LOOSE_NAMES,
    MASK_VALUES,
    MASKS_AS_STORED,
    mask_options,
    parse_labels,
)
from unet_desktop.cli.progress import follow
from unet_desktop.errors import UserError
from unet_desktop.plurals import quantity

if TYPE_CHECKING:
    from unet_desktop.tasks.evaluation.result import Evaluation, EvaluationSettings
    from unet_desktop.tasks.evaluation.sides import Sides
    from unet_desktop.tasks.evaluation.targets import Targets
    from unet_desktop.tasks.events import EvaluationEvent
    from unet_desktop.tasks.mask_options import MaskOptions

_MASKS = "a folder of masks (indexed, 0/1, 0/255 or 0/128/255), or a project"
_FIRST = typer.Argument(help=f"Masks to evaluate, or the first reader's: {_MASKS}.", show_default=False)
_SECOND = typer.Argument(help=f"Masks taken as true, or the second reader's: {_MASKS}.", show_default=False)
_PROJECT = typer.Option(
    help="Compare with this project's accepted masks: the given folder or, without one, the project's predictions. "
    "With two folders: the project whose labels the masks use.",
    show_default=False,
)
_VALIDATION_ONLY = typer.Option(
    "--held-out", help="Compare only the project's validation cases, on which no model was trained."
)
_TABLE = typer.Option(help="Write a table with a row per picture (.csv, .parquet or .xlsx).", show_default=False)
_DIALECT = typer.Option(
    "--csv-dialect",
    metavar="NAME",
    help="How a .csv table is written: plain (commas), excel, excel-eu (semicolons and decimal commas), or your own, "
    "such as tab+comma+bom.",
)
_SUMMARY = typer.Option(help="Write means, intervals, limits of agreement and ICC as JSON.", show_default=False)
_HTML = typer.Option(help="Write a report with plots as one HTML file.", show_default=False)
_PDF = typer.Option(help="Write the report as PDF.", show_default=False)
_REPLACE = typer.Option("--replace", help=REPLACE_HELP)
_BOUNDARIES = typer.Option(help="Measure the distance between boundaries (95th percentile).")
_HAUSDORFF = typer.Option("--hausdorff", help="Also measure their largest distance (Hausdorff).")
_BOOTSTRAP = typer.Option(help="Resamples for the confidence intervals of the means; 0 for none.", min=0)
_SEED = typer.Option(help="Seed of the resampling: the same seed gives the same intervals.", min=0)
_LABELS = typer.Option(help=f"{LABELS_HELP} Default without a project: disc-and-cup.", show_default=False)


def run(
    first: Annotated[Path | None, _FIRST] = None,
    second: Annotated[Path | None, _SECOND] = None,
    project: Annotated[Path | None, _PROJECT] = None,
    validation_only: Annotated[bool, _VALIDATION_ONLY] = False,
    table: Annotated[Path | None, _TABLE] = None,
    csv_dialect: Annotated[str, _DIALECT] = "plain",
    summary: Annotated[Path | None, _SUMMARY] = None,
    html: Annotated[Path | None, _HTML] = None,
    pdf: Annotated[Path | None, _PDF] = None,
    replace: Annotated[bool, _REPLACE] = False,
    boundaries: Annotated[bool, _BOUNDARIES] = True,
    hausdorff: Annotated[bool, _HAUSDORFF] = False,
    bootstrap: Annotated[int, _BOOTSTRAP] = 2000,
    seed: Annotated[int, _SEED] = 0,
    labels: Annotated[str | None, _LABELS] = None,
    mask_values: Annotated[str | None, MASK_VALUES] = None,
    masks_as_stored: Annotated[bool | None, MASKS_AS_STORED] = None,
    loose_names: Annotated[bool, LOOSE_NAMES] = False,
) -> None:
    """Compare two readers' masks of the same pictures, or a model's with the truth: Dice, IoU, boundaries, vCDR.

    Dice and IoU are means over the pictures in which the second masks show the label; the others are counted as true
    absent or false positive. Means come with confidence intervals, the vCDR with limits of agreement (Bland-Altman) and
    ICC. Masks are paired by name. Exit code 1: some of the second reader's masks have no counterpart or cannot be read.
    2: nothing can be compared.
    """
    from unet_desktop.tasks.evaluation.result import Evaluation, EvaluationSettings
    from unet_desktop.tasks.evaluation.sides import find_sides
    from unet_desktop.tasks.evaluation.targets import Targets

    if project is None and first is None:
        raise UserError("Give two folders of masks to compare, or a project with --project.")
    if project is None and second is None:
        raise UserError("Give a second folder, or the project to compare with: --project.")
    wanted = None if labels is None else parse_labels(labels)
    targets = Targets(table, summary, html, pdf, csv_dialect, replace)
    targets.check()
    sides = find_sides(first, second, project, wanted, validation_only=validation_only)
    options = mask_options(sides.labels, mask_values, masks_as_stored, loose_names)
    events = _events(sides, EvaluationSettings(boundaries, hausdorff, bootstrap, seed), options, targets)
    followed = follow(events, "Comparing")
    for event in followed.rest:
        if isinstance(event, Evaluation):
            _print(event)
    raise typer.Exit(SOME_FAILED if followed.failed or followed.stopped else DONE)


def _events(
    sides: Sides, settings: EvaluationSettings, options: MaskOptions, targets: Targets
) -> Iterator[EvaluationEvent]:
    from unet_desktop.tasks.evaluation.result import Evaluation
    from unet_desktop.tasks.evaluation.run import evaluate

    for event in evaluate(sides, settings, options):
        yield event
        if isinstance(event, Evaluation):
            yield from targets.write(event)


def _print(evaluation: Evaluation) -> None:
    from unet_desktop.tasks.evaluation.wording import (
        PRESENCE_HEADINGS,
        agreement_rows,
        caveats,
        means_rows,
        presence_notes,
        presence_rows,
    )

    pictures = quantity(evaluation.pictures, "picture")
    shown = Table(title=Text(f"{evaluation.first} and {evaluation.second}: mean over {pictures}"))
    for heading in ("figure", "mean", "95 % interval", "pictures"):
        shown.add_column(heading, justify="left" if heading == "figure" else "right")
    for row in means_rows(evaluation):
        shown.add_row(*map(Text, row))
    shown.add_section()
    for row in agreement_rows(evaluation):
        shown.add_row(*map(Text, row))
    output.print(shown)
    if rows := presence_rows(evaluation):
        counts = Table(title="Pictures with and without each label")
        for heading in PRESENCE_HEADINGS:
            counts.add_column(heading, justify="left" if heading == "label" else "right")
        for label in rows:
            counts.add_row(*map(Text, label))
        output.print(counts)
    for sentence in (*presence_notes(evaluation), *caveats(evaluation)):
        output.print(sentence, markup=False)
