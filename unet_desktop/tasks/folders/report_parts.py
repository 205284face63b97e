"""The parts of a run's report that its pictures make: plots, galleries, tables."""

from __future__ import annotations

import math
from collections.abc import Iterator

from unet_desktop.checkpoint_header import CheckpointHeader
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.reports.document import Block, Column, Gallery, Heading, Order, Paragraph, Plot, Plots, Table
from unet_desktop.reports.plots import Axis, Density, Histogram, Mark, Scatter
from unet_desktop.tasks.folders.close_ups import CloseUps
from unet_desktop.tasks.folders.report_words import FLAG_MEANINGS
from unet_desktop.tasks.folders.summary import MOST_POINTS, Seen, Summary

_MOST_PRINTED = 500
"""Rows of the list of all pictures that are worth paper."""
_MOST_FLAGGED_PRINTED = 100


def distribution(summary: Summary) -> Iterator[Block]:
    """How the figures are spread; nothing where nothing was found."""
    if not len(summary.confidences):
        return
    plots = []
    if len(summary.ratios):
        median = summary.ratios.quantile(0.5)
        histogram = _histogram("vertical cup-to-disc ratio", summary.ratios.histogram(20), median)
        caption = f"Of the {counted(len(summary.ratios), 'picture')} in which a disc was found."
        plots.append(Plot("Vertical cup-to-disc ratio (vCDR)", histogram, caption))
        caption = "The lower a picture lies, the more it needs to be looked at."
        plots.append(Plot("Confidence against ratio", _against(summary), caption))
    else:
        histogram = _histogram("confidence", summary.confidences.histogram(20), summary.confidences.quantile(0.5))
        plots.append(Plot("Confidence", histogram, "Of the pictures in which anything was found."))
    yield Heading("Distribution")
    yield Plots(tuple(plots))


def _histogram(title: str, counts: list[int], median: float) -> Histogram:
    edges = tuple(number / len(counts) for number in range(len(counts) + 1))
    marks = (Mark(median, f"median {median:.2f}", "x"),)
    return Histogram(title, edges, tuple(counts), marks, f"Histogram of {title}, median {median:.2f}")


def _against(summary: Summary) -> Scatter | Density:
    ratio, confidence = "vertical cup-to-disc ratio", "confidence"
    if summary.points.seen <= MOST_POINTS:
        pictures = summary.points.as_they_came()
        points = tuple((seen.ratio, seen.confidence) for seen in pictures)
        tips = tuple(f"{seen.image}: {_ratio(seen)}, confidence {seen.confidence:.2f}" for seen in pictures)
        lowest = min(y for _, y in points)
        low = max(0.0, math.floor(lowest * 10) / 10 - 0.05) if lowest < 0.95 else 0.85
        return Scatter(Axis(ratio, 0.0, 1.0), Axis(confidence, low, 1.02), points, tips)
    lowest_row = int(summary.plane.any(axis=1).argmax())
    counts = tuple(tuple(int(count) for count in row) for row in summary.plane[lowest_row:])
    return Density(Axis(ratio, 0.0, 1.0), Axis(confidence, lowest_row / 100, 1.0), counts)


def galleries(summary: Summary, header: CheckpointHeader, close_ups: CloseUps, *, outlined: bool) -> Iterator[Block]:
    """The pictures to look at first, and those with the largest ratios."""
    legend = tuple((label.colour, label.name) for label in header.labels) if outlined else ()
    uncertain = summary.uncertain.highest_first()
    if uncertain:
        yield Heading("Least certain")
        without = "" if outlined else " Without outlines, as the run wrote no masks."
        yield Paragraph(f"Those to look at first: pictures with flags, then the least certain.{without}", small=True)
        yield Gallery(tuple(close_ups.card(seen, _lines(seen)) for seen in uncertain), legend)
    largest = summary.largest.highest_first()
    if largest:
        yield Heading("Largest ratios")
        yield Paragraph("By vertical cup-to-disc ratio, with its likely interval where the model knows it.", small=True)
        yield Gallery(tuple(close_ups.card(seen, _lines(seen)) for seen in largest), legend)


def _lines(seen: Seen) -> tuple[str, ...]:
    ratio = (_ratio(seen),) if math.isfinite(seen.ratio) else ()
    return (*ratio, f"confidence {seen.confidence:.2f}", *((", ".join(seen.flags),) if seen.flags else ()))


def flagged(summary: Summary) -> Iterator[Block]:
    """Each flag with its meaning, then the pictures that carry any."""
    if not summary.flagged:
        return
    yield Heading("Flagged pictures")
    rows = tuple(
        (name, f"{summary.flags[name]:,}", share_of(summary.flags[name], summary.done), FLAG_MEANINGS[name])
        for name in FLAG_MEANINGS
        if summary.flags[name]
    )
    heads = (Column("flag", share=2), Column("pictures", numeric=True), Column("of segmented", numeric=True))
    yield Table((*heads, Column("meaning", share=5)), rows)
    pictures = summary.doubtful.as_they_came()
    if summary.doubtful.seen > len(pictures):
        yield Paragraph(
            f"The first {len(pictures):,} of {summary.doubtful.seen:,}; the table of the run has all.", True
        )
    heads = (Column("picture", share=4), Column("vCDR", numeric=True), Column("confidence", numeric=True, share=1.3))
    yield Table(
        (*heads, Column("flags", share=3)),
        tuple((seen.image, _plain_ratio(seen), f"{seen.confidence:.2f}", ", ".join(seen.flags)) for seen in pictures),
        printed=len(pictures) <= _MOST_FLAGGED_PRINTED,
    )


def failures(summary: Summary) -> Iterator[Block]:
    """Which pictures failed, and why."""
    if not summary.failed:
        return
    yield Heading("Failures")
    failures = summary.failures.as_they_came()
    more = f" The first {len(failures):,} of {summary.failed:,} are listed." if len(failures) < summary.failed else ""
    yield Paragraph(f"These have neither a mask nor figures; errors.csv lists them, too.{more}", small=True)
    yield Table((Column("picture", share=2), Column("reason", share=4)), tuple(failures))


def all_pictures(summary: Summary, header: CheckpointHeader) -> Iterator[Block]:
    """Every picture in one table, which a reader can order."""
    pictures = summary.listed.as_they_came()
    if not pictures:
        return
    yield Heading("All pictures")
    if summary.listed.seen > len(pictures):
        text = f"The {len(pictures):,} least certain of {summary.listed.seen:,}; the table of the run has all."
        yield Paragraph(text, small=True)
    has_ratio = cup_and_disc(header.labels) is not None
    columns = [Column("picture", share=4), Column("confidence", numeric=True, share=1.3), Column("remarks", share=2.5)]
    rows: list[tuple[str, ...]] = [(seen.image, f"{seen.confidence:.2f}", ", ".join(seen.flags)) for seen in pictures]
    orders = [Order("least certain first", _ranks([seen.confidence for seen in pictures]))]
    if has_ratio:
        columns[1:1] = [Column("vCDR", numeric=True), Column("likely", numeric=True, share=1.4)]
        rows = [
            (row[0], _plain_ratio(seen), _interval(seen), *row[1:]) for row, seen in zip(rows, pictures, strict=True)
        ]
        ratios = [-seen.ratio if math.isfinite(seen.ratio) else math.inf for seen in pictures]
        orders.append(Order("largest ratio first", _ranks(ratios)))
    yield Table(tuple(columns), tuple(rows), tuple(orders), "as in the folder", printed=len(rows) <= _MOST_PRINTED)


def _ranks(keys: list[float]) -> tuple[int, ...]:
    """The place of each when they are ordered, lowest key first."""
    ranks = [0] * len(keys)
    for rank, place in enumerate(sorted(range(len(keys)), key=lambda at: (keys[at], at))):
        ranks[place] = rank
    return tuple(ranks)


def _ratio(seen: Seen) -> str:
    interval = _interval(seen)
    return f"vCDR {seen.ratio:.2f}" + (f" ({interval})" if interval else "")


def _plain_ratio(seen: Seen) -> str:
    return f"{seen.ratio:.2f}" if math.isfinite(seen.ratio) else "–"


def _interval(seen: Seen) -> str:
    return f"{seen.low:.2f}–{seen.high:.2f}" if math.isfinite(seen.low) and math.isfinite(seen.high) else ""


def share_of(part: int, whole: int) -> str:
    """Part of a whole in percent; empty where there is nothing."""
    return f"{100 * part / whole:.1f} %" if whole else ""


def counted(number: int, what: str) -> str:
    """Such as "1 picture" or "1,200 pictures"."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")
