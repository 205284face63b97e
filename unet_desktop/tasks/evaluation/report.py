"""The report of a comparison: a document, written as HTML and PDF."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from unet_desktop import __version__, files
from unet_desktop.errors import UserError
from unet_desktop.images.read import read_image
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.masks.regions import regions
from unet_desktop.plurals import quantity
from unet_desktop.reports.close_ups import SIDE, draw_close_up
from unet_desktop.reports.document import (
    Block,
    Card,
    Document,
    FactList,
    Gallery,
    Heading,
    Items,
    Paragraph,
    Plots,
    RowOrder,
    Table,
    TableColumn,
    Tile,
    Tiles,
    TitledPlot,
)
from unet_desktop.reports.plots import Axis, Mark, Scatter, Strips
from unet_desktop.reports.render import render
from unet_desktop.tasks.evaluation.compared_case import ComparedCase
from unet_desktop.tasks.evaluation.result import Evaluation, worst_first
from unet_desktop.tasks.evaluation.wording import (
    PRESENCE_HEADINGS,
    agreement_rows,
    caveats,
    means_rows,
    metric_text,
    metric_title,
    presence_notes,
    presence_rows,
    sort_metrics,
)
from unet_desktop.tasks.events import FileWritten

log = logging.getLogger("unet.tasks")

_FIRST_COLOUR, _SECOND_COLOUR = "#ff4fd8", "#56b4e9"
"""The readers' outlines: pink, which no retina has, and sky blue."""
_MAX_SHOWN = 12
"""Close-ups with both outlines, of the pictures on which the readers agree least."""
_MAX_PRINTED = 300
_COLUMNS = (
    TableColumn("", share=2.6),
    TableColumn("mean", numeric=True),
    TableColumn("95 % interval", numeric=True, share=1.6),
)


_RATIO_METHODS = (
    (
        "vCDR",
        "height of the cup's bounding box over the disc's; its error is the absolute difference",
    ),
    (
        "limits of agreement",
        "mean ± 1.96 standard deviations of the differences (Bland and Altman 1986, 1999); intervals by Student's t",
    ),
    (
        "ICC(2,1)",
        "two-way random effects, absolute agreement, single measurement (Shrout and Fleiss 1979; "
        "ICC(A,1) of McGraw and Wong 1996); interval by F",
    ),
)


def write_report(evaluation: Evaluation, path: Path, kind: str, made: datetime) -> Iterator[FileWritten]:
    """Write the report as "html" or "pdf".

    Raises:
        WriteError: it cannot be written. UserError: the extra "report" is not installed.
    """
    files.write_chunks(path, render(document(evaluation, made), kind))
    yield FileWritten("report", path)


def document(evaluation: Evaluation, made: datetime) -> Document:
    """Make the report; it names pictures but no patients."""
    blocks: list[Block] = [
        Paragraph(
            f"Masks of {quantity(evaluation.pictures, 'picture')} by two readers: “{evaluation.first}” (first) and "
            f"“{evaluation.second}” (second). Differences are first minus second."
        ),
        _tiles(evaluation),
    ]
    if evaluation.remarks:
        blocks.append(Items(evaluation.remarks))
    blocks += _overlap(evaluation)
    blocks += ratio_blocks(evaluation)
    blocks += _pictures(evaluation)
    blocks += _problems(evaluation)
    blocks += _method(evaluation)
    day = made.strftime("%d %B %Y, %H:%M").lstrip("0")
    return Document(
        "Two readers compared",
        f"{evaluation.first} and {evaluation.second}, {day}",
        tuple(blocks),
        f"U-Net Desktop {__version__}. A measurement, not a diagnosis.",
    )


def _tiles(evaluation: Evaluation) -> Tiles:
    tiles = [Tile(f"{evaluation.pictures:,}", "picture compared" if evaluation.pictures == 1 else "pictures compared")]
    for label in evaluation.labels:
        name = f"dice/{label.name}"
        if (found := evaluation.estimates.get(name)) is not None:
            tiles.append(Tile(f"{found.mean:.3f}", f"mean Dice, {label.name}"))
    if (error := evaluation.estimates.get("vcdr_error")) is not None:
        tiles.append(Tile(f"{error.mean:.3f}", "mean vCDR error"))
    if (icc := evaluation.reliability) is not None:
        low, high = (f"{end:.2f}".replace("-", "−") for end in icc.interval)
        tiles.append(Tile(f"{icc.value:.3f}".replace("-", "−"), "ICC(2,1) of vCDR", f"{low} to {high}"))
    if evaluation.problems:
        tiles.append(Tile(str(len(evaluation.problems)), "not compared", warning=True))
    return Tiles(tuple(tiles))


def _overlap(evaluation: Evaluation) -> list[Block]:
    rows = tuple(means_rows(evaluation))
    blocks: list[Block] = [
        Heading("Overlap and boundaries"),
        Table((*_COLUMNS, TableColumn("pictures", numeric=True)), rows),
    ]
    if counts := tuple(presence_rows(evaluation)):
        first, *others = PRESENCE_HEADINGS
        columns = (TableColumn(first, share=2.0), *(TableColumn(heading, numeric=True) for heading in others))
        blocks += [Heading("Pictures with and without each label", 3), Table(columns, counts)]
        blocks += [Paragraph(sentence, small=True) for sentence in presence_notes(evaluation)]
    if (dice := _dice_plot(evaluation)) is not None:
        blocks.append(
            TitledPlot("Dice of each picture", dice, "Boxes span the quartiles; whiskers, the 5th to 95th percentiles.")
        )
    return blocks


def ratio_blocks(evaluation: Evaluation) -> list[Block]:
    """Return plots and table of the agreement in vCDR; none where too few pictures have both ratios."""
    altman, scatter = _bland_altman_plot(evaluation), _vcdr_plot(evaluation)
    if altman is None or scatter is None:
        return []
    blocks: list[Block] = [
        Heading("Vertical cup-to-disc ratio"),
        Plots(
            (
                TitledPlot(
                    "Difference against mean (Bland-Altman)",
                    altman,
                    "Lines: mean difference and limits of agreement; bands: their 95 % confidence intervals.",
                ),
                TitledPlot("Second against first", scatter, "On the dashed line, both readers agree."),
            )
        ),
        Table((*_COLUMNS, TableColumn("pictures", numeric=True)), tuple(agreement_rows(evaluation))),
    ]
    return [*blocks, *(Paragraph(sentence, small=True) for sentence in caveats(evaluation))]


def _pictures(evaluation: Evaluation) -> list[Block]:
    worst = worst_first(evaluation.cases)
    blocks: list[Block] = [Heading("Pictures")]
    cards = tuple(_close_up(evaluation, case) for case in worst[:_MAX_SHOWN])
    if any(card.jpeg is not None for card in cards):
        legend = ((_FIRST_COLOUR, evaluation.first), (_SECOND_COLOUR, evaluation.second))
        blocks += [Heading("Lowest agreement", 3), Gallery(cards, legend)]
    labels = [label.name for label in evaluation.labels]
    names = [
        name
        for name in sort_metrics(list(evaluation.estimates), labels)
        if name.startswith(("dice/", "boundary_px/")) or name == "vcdr_error"
    ]
    columns = [
        TableColumn("picture", share=2.4),
        *(TableColumn(metric_title(name, evaluation.labels), numeric=True) for name in names),
    ]
    rows = tuple((case.name, *(_cell(case, name) for name in names)) for case in worst)
    by_name = {case.name: place for place, case in enumerate(evaluation.cases)}
    orders = (RowOrder("by name", tuple(by_name[case.name] for case in worst)),)
    return [
        *blocks,
        Heading("All pictures", 3),
        Table(tuple(columns), rows, orders, "lowest agreement first", len(rows) <= _MAX_PRINTED),
    ]


def _cell(case: ComparedCase, name: str) -> str:
    """A metric of a picture; where the second reader has none of the label, what the first one did."""
    if name in case.metrics:
        return metric_text(name, case.metrics[name])
    kind, _, label = name.partition("/")
    absent = case.metrics.get(f"true_absent/{label}") if kind == "dice" else None
    return "–" if absent is None else "true absent" if absent else "false positive"


def _problems(evaluation: Evaluation) -> list[Block]:
    if not evaluation.problems:
        return []
    columns = (TableColumn("mask"), TableColumn("why", share=3.0))
    return [Heading("Not compared"), Table(columns, evaluation.problems)]


def _method(evaluation: Evaluation) -> list[Block]:
    settings = evaluation.settings
    intervals = (
        f"BCa bootstrap (Efron 1987), {settings.resamples:,} resamples of pictures, of patients where known; "
        f"seed {settings.seed}"
        if settings.resamples
        else "not computed"
    )
    return [
        Heading("Methods"),
        FactList(
            (
                (
                    "Dice, IoU",
                    "overlap of each label's region, averaged over the pictures in which the second reader shows it "
                    "(Maier-Hein et al. 2024, Metrics Reloaded; Reinke et al. 2024)",
                ),
                (
                    "true absent, false positive",
                    "pictures in which the second reader shows none of the label: neither does the first, or it does",
                ),
                ("missed", "pictures in which the first reader's region has no pixel in common with the second's"),
                ("boundary distance", "symmetric 95th-percentile Hausdorff distance (Huttenlocher et al. 1993)"),
                *(_RATIO_METHODS if cup_and_disc(evaluation.labels) is not None else ()),
                ("intervals of means", intervals),
            )
        ),
    ]


def _bland_altman_plot(evaluation: Evaluation) -> Scatter | None:
    """Plot differences of the vCDR against means, with the limits of agreement; None without limits."""
    limits, cases = evaluation.limits, evaluation.measured
    if limits is None:
        return None
    points = tuple(((case.first_vcdr + case.second_vcdr) / 2, case.difference) for case in cases)
    tips = tuple(f"{case.name}: {case.first_vcdr:.3f} and {case.second_vcdr:.3f}" for case in cases)
    ends = [limits.low_interval[0], limits.high_interval[1], 0.0]
    x = Axis.around("mean of both vCDRs", [point[0] for point in points])
    y = Axis.around("first minus second", [point[1] for point in points], include=ends)
    marks = (
        Mark(limits.high, f"+1.96 SD  {_with_sign(limits.high)}", dashed=True),
        Mark(limits.bias, f"mean  {_with_sign(limits.bias)}"),
        Mark(limits.low, f"−1.96 SD  {_with_sign(limits.low)}", dashed=True),
    )
    bands = (limits.low_interval, limits.bias_interval, limits.high_interval)
    words = (
        f"Bland-Altman plot of {quantity(limits.count, 'picture')}: mean difference {limits.bias:.3f}, "
        f"limits of agreement {limits.low:.3f} to {limits.high:.3f}"
    )
    return Scatter(x, y, points, tips, marks=marks, bands=bands, description=words)


def _vcdr_plot(evaluation: Evaluation) -> Scatter | None:
    """Plot the second reader's vCDR against the first's; None without limits."""
    cases = evaluation.measured
    if evaluation.limits is None:
        return None
    points = tuple((case.first_vcdr, case.second_vcdr) for case in cases)
    both = [value for point in points for value in point]
    x, y = Axis.around("vCDR, first", both), Axis.around("vCDR, second", both)
    tips = tuple(case.name for case in cases)
    return Scatter(x, y, points, tips, identity=True)


def _dice_plot(evaluation: Evaluation) -> Strips | None:
    """Plot each label's Dice over all pictures; None where there is none."""
    groups = (
        (label.name, tuple(case.metrics.get(f"dice/{label.name}", math.nan) for case in evaluation.cases))
        for label in evaluation.labels
    )
    measured = tuple((name, values) for name, values in groups if any(map(math.isfinite, values)))
    return Strips("Dice", measured) if measured else None


def _with_sign(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")


def _close_up(evaluation: Evaluation, case: ComparedCase) -> Card:
    """Make a card with both outlines; without a picture where picture or masks are unknown or unreadable."""
    lines = []
    for label in evaluation.labels:
        if (name := f"dice/{label.name}") in case.metrics:
            lines.append(f"Dice, {label.name} {case.metrics[name]:.3f}")
        elif case.metrics.get(f"true_absent/{label.name}") == 0.0:
            lines.append(f"{label.name}: false positive")
    if "vcdr_error" in case.metrics:
        lines.append(f"vCDR error {case.metrics['vcdr_error']:.3f}")
    return Card(case.name, _jpeg(evaluation, case), tuple(lines), (SIDE, SIDE))


def _jpeg(evaluation: Evaluation, case: ComparedCase) -> bytes | None:
    if case.picture is None:
        return None
    labels = evaluation.labels
    try:
        pixels = read_image(case.picture).pixels
        masks = [one.read(labels).mask for one in (case.second, case.first)]
    except UserError as error:
        log.warning("%s is not shown in the report: %s", case.name, error)
        return None
    if any(mask.shape != pixels.shape[:2] for mask in masks):
        return None
    outlines = [
        (plane, colour)
        for mask, colour in zip(masks, (_SECOND_COLOUR, _FIRST_COLOUR), strict=True)
        for plane in regions(mask, labels)
    ]
    return draw_close_up(pixels, outlines, close=any(label.unique for label in labels))
