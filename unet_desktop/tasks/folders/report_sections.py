"""The sections of a run's report about its pictures: plots, close-ups, tables."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator
from pathlib import Path

from unet_desktop.checkpoint_header import CheckpointHeader
from unet_desktop.errors import UserError
from unet_desktop.images.read import Pixels, read_image
from unet_desktop.labels import LabelSet
from unet_desktop.masks.file import read_mask
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.masks.regions import Mask
from unet_desktop.plurals import quantity
from unet_desktop.reports.close_ups import SIDE, Outline, draw_close_up, label_outlines
from unet_desktop.reports.document import (
    Block,
    Card,
    Gallery,
    Heading,
    Paragraph,
    Plots,
    RowOrder,
    Table,
    TableColumn,
    TitledPlot,
)
from unet_desktop.reports.plots import Axis, Density, Histogram, Mark, Scatter
from unet_desktop.tasks.folders.report_text import flag_meanings
from unet_desktop.tasks.folders.summary import MAX_POINTS, PictureSummary, Summary

log = logging.getLogger("unet.tasks")

_MAX_PRINTED = 500
"""Rows of the table of all pictures up to which it is printed."""
_MAX_FLAGGED_PRINTED = 100


ReadPicture = Callable[[PictureSummary], tuple[Pixels, Mask | None]]
"""Reads the pixels of a picture, (H, W, 3) uint8, and its mask, (H, W) uint8, or None where there is none."""


class CloseUps:
    """Makes close-ups of pictures; one that is asked for twice is read once.

    Args:
        labels: of the masks.
        read: reads a picture and its mask; a `UserError` of it leaves the close-up out.
    """

    def __init__(self, labels: LabelSet, read: ReadPicture) -> None:
        self._labels, self._read = labels, read
        # A unique label is shown large; of a label that may occur many times, the whole picture.
        self._close = any(label.unique for label in labels)
        self._jpegs: dict[str, bytes | None] = {}

    def card(self, picture: PictureSummary, lines: tuple[str, ...]) -> Card:
        """Make a card with the picture and its outlines; without them where it can no longer be read."""
        if picture.image not in self._jpegs:
            self._jpegs[picture.image] = self._jpeg(picture)
        folder, _, name = picture.image.rpartition("/")
        return Card(name, self._jpegs[picture.image], (*((folder,) if folder else ()), *lines), (SIDE, SIDE))

    def _jpeg(self, picture: PictureSummary) -> bytes | None:
        try:
            pixels, mask = self._read(picture)
        except UserError as error:
            log.warning("%s is not shown in the report: %s", picture.image, error)
            return None
        outlines: tuple[Outline, ...] = () if mask is None else label_outlines(mask, self._labels)
        return draw_close_up(pixels, outlines, close=self._close)


def reads_results(output: Path, labels: LabelSet) -> ReadPicture:
    """Return what reads the pictures of a run, with the masks in its output folder."""

    def read(picture: PictureSummary) -> tuple[Pixels, Mask | None]:
        pixels = read_image(Path(picture.path), picture.page).pixels
        return pixels, read_mask(output / picture.mask, labels, pixels.shape[:2]) if picture.mask else None

    return read


def distribution(summary: Summary) -> Iterator[Block]:
    """Plot the distribution of ratios and confidences; nothing where nothing was found."""
    if not len(summary.confidences):
        return
    plots = []
    if len(summary.ratios):
        median = summary.ratios.quantile(0.5)
        bars = histogram("vertical cup-to-disc ratio", summary.ratios.histogram(20), median)
        caption = f"{quantity(len(summary.ratios), 'picture')} with a disc."
        plots.append(TitledPlot("Vertical cup-to-disc ratio (vCDR)", bars, caption))
        caption = "Check the lowest pictures first."
        plots.append(TitledPlot("Confidence against ratio", _against(summary), caption))
    else:
        bars = histogram("confidence", summary.confidences.histogram(20), summary.confidences.quantile(0.5))
        plots.append(TitledPlot("Confidence", bars, "Pictures in which anything was found."))
    yield Heading("Distribution")
    yield Plots(tuple(plots))


def histogram(title: str, counts: list[int], median: float) -> Histogram:
    """Make a histogram of values from 0 to 1, with their median."""
    edges = tuple(number / len(counts) for number in range(len(counts) + 1))
    marks = (Mark(median, f"median {median:.2f}", "x"),)
    return Histogram(title, edges, tuple(counts), marks, f"Histogram of {title}, median {median:.2f}")


def _against(summary: Summary) -> Scatter | Density:
    ratio, confidence = "vertical cup-to-disc ratio", "confidence"
    if summary.points.seen <= MAX_POINTS:
        pictures = summary.points.in_order_added()
        points = tuple((picture.ratio, picture.confidence) for picture in pictures)
        tips = tuple(f"{picture.image}: {_ratio(picture)}, confidence {picture.confidence:.2f}" for picture in pictures)
        lowest = min(y for _, y in points)
        low = max(0.0, math.floor(lowest * 10) / 10 - 0.05) if lowest < 0.95 else 0.85
        return Scatter(Axis(ratio, 0.0, 1.0), Axis(confidence, low, 1.02), points, tips)
    lowest_row = int(summary.density.any(axis=1).argmax())
    counts = tuple(tuple(int(count) for count in row) for row in summary.density[lowest_row:])
    return Density(Axis(ratio, 0.0, 1.0), Axis(confidence, lowest_row / 100, 1.0), counts)


def galleries(summary: Summary, header: CheckpointHeader, close_ups: CloseUps, *, outlined: bool) -> Iterator[Block]:
    """Show the pictures to check first, and those with the largest ratios."""
    legend = tuple((label.colour, label.name) for label in header.labels) if outlined else ()
    uncertain = summary.uncertain.highest_first()
    if uncertain:
        yield Heading("Least certain")
        without = "" if outlined else " There are no outlines because the run wrote no masks."
        yield Paragraph(f"Check these first: flagged pictures, then the least certain ones.{without}", small=True)
        yield Gallery(tuple(close_ups.card(picture, _lines(picture)) for picture in uncertain), legend)
    largest = summary.largest.highest_first()
    if largest:
        yield Heading("Largest ratios")
        yield Paragraph(
            "Ordered by vertical cup-to-disc ratio, with its likely interval where the model knows it.", small=True
        )
        yield Gallery(tuple(close_ups.card(picture, _lines(picture)) for picture in largest), legend)


def _lines(picture: PictureSummary) -> tuple[str, ...]:
    ratio = (_ratio(picture),) if math.isfinite(picture.ratio) else ()
    return (*ratio, f"confidence {picture.confidence:.2f}", *((", ".join(picture.flags),) if picture.flags else ()))


def flagged_pictures(summary: Summary, labels: LabelSet) -> Iterator[Block]:
    """Explain each flag, then list the flagged pictures."""
    if not summary.flagged:
        return
    yield Heading("Flagged pictures")
    rows = tuple(
        (name, f"{summary.flags[name]:,}", percentage(summary.flags[name], summary.done), meaning)
        for name, meaning in flag_meanings(labels).items()
        if summary.flags[name]
    )
    heads = (
        TableColumn("flag", share=2),
        TableColumn("pictures", numeric=True),
        TableColumn("of segmented", numeric=True),
    )
    yield Table((*heads, TableColumn("meaning", share=5)), rows)
    pictures = summary.flagged_pictures.in_order_added()
    if summary.flagged_pictures.seen > len(pictures):
        yield Paragraph(
            f"The first {len(pictures):,} of {summary.flagged_pictures.seen:,}; the run's table lists all.", True
        )
    has_ratio = cup_and_disc(labels) is not None
    heads = (
        TableColumn("picture", share=4),
        *((TableColumn("vCDR", numeric=True),) if has_ratio else ()),
        TableColumn("confidence", numeric=True, share=1.3),
    )
    yield Table(
        (*heads, TableColumn("flags", share=3)),
        tuple(
            (
                picture.image,
                *((_plain_ratio(picture),) if has_ratio else ()),
                f"{picture.confidence:.2f}",
                ", ".join(picture.flags),
            )
            for picture in pictures
        ),
        printed=len(pictures) <= _MAX_FLAGGED_PRINTED,
    )


def failures(summary: Summary) -> Iterator[Block]:
    """List the pictures that failed, and why."""
    if not summary.failed:
        return
    yield Heading("Failures")
    failures = summary.failures.in_order_added()
    more = f" The first {len(failures):,} of {summary.failed:,} are listed." if len(failures) < summary.failed else ""
    yield Paragraph(f"These have no mask and no measurements; errors.csv lists them too.{more}", small=True)
    yield Table((TableColumn("picture", share=2), TableColumn("reason", share=4)), tuple(failures))


def all_pictures(summary: Summary, header: CheckpointHeader) -> Iterator[Block]:
    """List every picture in one table, which a reader can order."""
    pictures = summary.listed.in_order_added()
    if not pictures:
        return
    yield Heading("All pictures")
    if summary.listed.seen > len(pictures):
        text = f"The {len(pictures):,} least certain of {summary.listed.seen:,}; the run's table lists all."
        yield Paragraph(text, small=True)
    has_ratio = cup_and_disc(header.labels) is not None
    columns = [
        TableColumn("picture", share=4),
        TableColumn("confidence", numeric=True, share=1.3),
        TableColumn("remarks", share=2.5),
    ]
    rows: list[tuple[str, ...]] = [
        (picture.image, f"{picture.confidence:.2f}", ", ".join(picture.flags)) for picture in pictures
    ]
    orders = [RowOrder("least certain first", _places([picture.confidence for picture in pictures]))]
    if has_ratio:
        columns[1:1] = [TableColumn("vCDR", numeric=True), TableColumn("likely", numeric=True, share=1.4)]
        rows = [
            (row[0], _plain_ratio(picture), _interval(picture), *row[1:])
            for row, picture in zip(rows, pictures, strict=True)
        ]
        ratios = [-picture.ratio if math.isfinite(picture.ratio) else math.inf for picture in pictures]
        orders.append(RowOrder("largest ratio first", _places(ratios)))
    yield Table(tuple(columns), tuple(rows), tuple(orders), "as in the folder", printed=len(rows) <= _MAX_PRINTED)


def _places(keys: list[float]) -> tuple[int, ...]:
    """Give each key its place, from 0, in ascending order."""
    ranks = [0] * len(keys)
    for rank, place in enumerate(sorted(range(len(keys)), key=lambda at: (keys[at], at))):
        ranks[place] = rank
    return tuple(ranks)


def _ratio(picture: PictureSummary) -> str:
    interval = _interval(picture)
    return f"vCDR {picture.ratio:.2f}" + (f" ({interval})" if interval else "")


def _plain_ratio(picture: PictureSummary) -> str:
    return f"{picture.ratio:.2f}" if math.isfinite(picture.ratio) else "–"


def _interval(picture: PictureSummary) -> str:
    return f"{picture.low:.2f}–{picture.high:.2f}" if math.isfinite(picture.low) and math.isfinite(picture.high) else ""


def percentage(part: int, whole: int) -> str:
    """Write a part of a whole in percent; empty for a whole of 0."""
    return f"{100 * part / whole:.1f} %" if whole else ""
