"""The report of a comparison: one document, written as HTML and PDF."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from unet_desktop import __version__, files
from unet_desktop.reports.document import (
    Block,
    Column,
    Document,
    Facts,
    Gallery,
    Heading,
    Items,
    Order,
    Paragraph,
    Plot,
    Plots,
    Table,
    Tile,
    Tiles,
)
from unet_desktop.reports.render import render
from unet_desktop.tasks.evaluation.close_ups import FIRST_COLOUR, SECOND_COLOUR, close_up
from unet_desktop.tasks.evaluation.drawings import bland_altman_plot, dice_plot, vcdr_plot
from unet_desktop.tasks.evaluation.evaluated import Evaluated, worst_first
from unet_desktop.tasks.evaluation.wording import (
    agreement_rows,
    caveats,
    figure_text,
    figure_title,
    means_rows,
    ordered,
)
from unet_desktop.tasks.events import FileWritten

_MOST_SHOWN = 12
"""Pictures with both outlines: those that agree least."""
_MOST_PRINTED = 300
_COLUMNS = (Column("", share=2.6), Column("mean", numeric=True), Column("95 % interval", numeric=True, share=1.6))


def write_report(evaluated: Evaluated, path: Path, kind: str, made: datetime) -> Iterator[FileWritten]:
    """Write the report as "html" or "pdf".

    Raises:
        WriteError: it cannot be written. UserError: the extra "report" is not installed.
    """
    files.write_chunks(path, render(document(evaluated, made), kind))
    yield FileWritten("report", path)


def document(evaluated: Evaluated, made: datetime) -> Document:
    """The report. It names pictures, and no patients."""
    blocks: list[Block] = [
        Paragraph(
            f"Masks of the same {evaluated.pictures} pictures by two readers: “{evaluated.first}” (first) and "
            f"“{evaluated.second}” (second). Differences are first minus second."
        ),
        _tiles(evaluated),
    ]
    if evaluated.remarks:
        blocks.append(Items(evaluated.remarks))
    blocks += _overlap(evaluated)
    blocks += _ratio(evaluated)
    blocks += _pictures(evaluated)
    blocks += _problems(evaluated)
    blocks += _method(evaluated)
    day = made.strftime("%d %B %Y, %H:%M").lstrip("0")
    return Document(
        "Two readers compared",
        f"{evaluated.first} and {evaluated.second}, {day}",
        tuple(blocks),
        f"U-Net Desktop {__version__}. A measurement, not a diagnosis.",
    )


def _tiles(evaluated: Evaluated) -> Tiles:
    tiles = [Tile(str(evaluated.pictures), "pictures compared")]
    for label in evaluated.labels:
        name = f"dice/{label.name}"
        if (found := evaluated.estimates.get(name)) is not None:
            tiles.append(Tile(f"{found.mean:.3f}", f"mean Dice, {label.name}"))
    if (error := evaluated.estimates.get("vcdr_error")) is not None:
        tiles.append(Tile(f"{error.mean:.3f}", "mean vCDR error"))
    if (icc := evaluated.reliability) is not None:
        low, high = (f"{end:.2f}".replace("-", "−") for end in icc.interval)
        tiles.append(Tile(f"{icc.value:.3f}".replace("-", "−"), "ICC(2,1) of vCDR", f"{low} to {high}"))
    if evaluated.problems:
        tiles.append(Tile(str(len(evaluated.problems)), "not compared", warning=True))
    return Tiles(tuple(tiles))


def _overlap(evaluated: Evaluated) -> list[Block]:
    rows = tuple(means_rows(evaluated))
    blocks: list[Block] = [
        Heading("Overlap and boundaries"),
        Table((*_COLUMNS, Column("pictures", numeric=True)), rows),
    ]
    if (drawing := dice_plot(evaluated)) is not None:
        blocks.append(
            Plot("Dice of each picture", drawing, "Boxes from quartile to quartile, whiskers from 5 to 95 %.")
        )
    return blocks


def _ratio(evaluated: Evaluated) -> list[Block]:
    altman, scatter = bland_altman_plot(evaluated), vcdr_plot(evaluated)
    if altman is None or scatter is None:
        return []
    blocks: list[Block] = [
        Heading("Vertical cup-to-disc ratio"),
        Plots(
            (
                Plot(
                    "Difference against mean (Bland-Altman)",
                    altman,
                    "Lines: mean difference and limits of agreement; bands: their 95 % confidence intervals.",
                ),
                Plot("Second against first", scatter, "On the dashed line both measured the same."),
            )
        ),
        Table((*_COLUMNS, Column("pictures", numeric=True)), tuple(agreement_rows(evaluated))),
    ]
    return [*blocks, *(Paragraph(sentence, small=True) for sentence in caveats(evaluated))]


def _pictures(evaluated: Evaluated) -> list[Block]:
    worst = worst_first(evaluated.cases)
    blocks: list[Block] = [Heading("Pictures")]
    cards = tuple(close_up(evaluated, case) for case in worst[:_MOST_SHOWN])
    if any(card.jpeg is not None for card in cards):
        legend = ((FIRST_COLOUR, evaluated.first), (SECOND_COLOUR, evaluated.second))
        blocks += [Heading("Where they agree least", 3), Gallery(cards, legend)]
    labels = [label.name for label in evaluated.labels]
    names = [
        name
        for name in ordered(list(evaluated.estimates), labels)
        if name.startswith(("dice/", "boundary_px/")) or name == "vcdr_error"
    ]
    columns = [Column("picture", share=2.4), *(Column(figure_title(name), numeric=True) for name in names)]
    rows = tuple(
        (case.name, *(figure_text(name, case.figures[name]) if name in case.figures else "–" for name in names))
        for case in worst
    )
    by_name = {case.name: place for place, case in enumerate(evaluated.cases)}
    orders = (Order("by name", tuple(by_name[case.name] for case in worst)),)
    return [
        *blocks,
        Heading("All pictures", 3),
        Table(tuple(columns), rows, orders, "those that agree least first", len(rows) <= _MOST_PRINTED),
    ]


def _problems(evaluated: Evaluated) -> list[Block]:
    if not evaluated.problems:
        return []
    columns = (Column("mask"), Column("why", share=3.0))
    return [Heading("Not compared"), Table(columns, evaluated.problems)]


def _method(evaluated: Evaluated) -> list[Block]:
    settings = evaluated.settings
    intervals = (
        f"BCa bootstrap (Efron 1987), {settings.resamples:,} resamples of pictures, of patients where known; "
        f"seed {settings.seed}"
        if settings.resamples
        else "none were asked for"
    )
    return [
        Heading("How it was measured"),
        Facts(
            (
                ("Dice, IoU", "overlap of each label's region, per picture, then averaged; both empty counts as 1"),
                ("boundary distance", "symmetric 95th-percentile Hausdorff distance (Huttenlocher et al. 1993)"),
                ("vCDR", "height of the cup's bounding box over the disc's; its error is the absolute difference"),
                (
                    "limits of agreement",
                    "mean ± 1.96 standard deviations of the differences (Bland and Altman 1986, "
                    "1999); intervals by Student's t",
                ),
                (
                    "ICC(2,1)",
                    "two-way random effects, absolute agreement, single measurement (Shrout and Fleiss 1979; "
                    "ICC(A,1) of McGraw and Wong 1996); interval by F",
                ),
                ("intervals of means", intervals),
            )
        ),
    ]
