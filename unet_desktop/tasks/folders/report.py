"""The report of a run: one document from its ledger, written as HTML and PDF."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from unet_desktop import __version__, files
from unet_desktop.checkpoint_header import CheckpointHeader, read_header
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.tasks.events import Written
from unet_desktop.tasks.folders.close_ups import CloseUps
from unet_desktop.tasks.folders.ledger import Entry
from unet_desktop.tasks.folders.report_words import FLAG_MEANINGS, FOOTER, NOTICE, definitions, settings
from unet_desktop.tasks.folders.request import Request
from unet_desktop.tasks.folders.summary import MOST_POINTS, Seen, Summary
from unet_desktop.tasks.model_card import card_document
from unet_desktop.tasks.reports.axes import Axis
from unet_desktop.tasks.reports.document import (
    Block,
    Column,
    Document,
    Facts,
    Gallery,
    Heading,
    Notice,
    Order,
    Paragraph,
    Plot,
    Plots,
    Table,
    Tile,
    Tiles,
)
from unet_desktop.tasks.reports.drawing import Drawing
from unet_desktop.tasks.reports.html import html_pages
from unet_desktop.tasks.reports.pdf import pdf_file, require_reportlab
from unet_desktop.tasks.reports.plots import Mark, Series, density, histogram, scatter

NAME = "report"
"""Of the files; their suffix follows from their kind."""
_MOST_PRINTED = 500
"""Rows of the list of all pictures that are worth paper."""
_LONGEST_FACT = 400
"""Characters of a value of the model card; names of thousands of pictures belong elsewhere."""


def need_report(kinds: Iterable[str]) -> None:
    """Refuse kinds of reports that cannot be written here, before anything else is done.

    Raises:
        UserError: a library is missing.
    """
    if "pdf" in kinds:
        require_reportlab()


def write_reports(request: Request, entries: Iterable[Entry], total: int, ended: datetime) -> Iterator[Written]:
    """Write the reports that are asked for.

    Args:
        request: the run's.
        entries: what became of each picture, in the order of the input; gone through once.
        total: how many pictures the input holds.
        ended: when the run did, in UTC.

    Raises:
        WriteError: one cannot be written. CheckpointError: the model is gone. UserError: a library is missing.
    """
    if not request.outputs.reports:
        return
    summary = Summary()
    for entry in entries:
        summary.add(entry)
    document = report_of(request, summary, total, ended)
    for kind in request.outputs.reports:
        path = request.output / f"{NAME}.{kind}"
        files.write_chunks(path, html_pages(document) if kind == "html" else iter((pdf_file(document),)))
        yield Written("report", path)


def report_of(request: Request, summary: Summary, total: int, ended: datetime) -> Document:
    """The report as a document; small pictures are read for it."""
    header = read_header(request.model)
    names = " and ".join(label.name for label in header.labels)
    title = f"{names[:1].upper()}{names[1:]} in {_counted(total, 'picture')}"
    model = f"model {request.model.stem} ({header.weights_sha256[:12]})"
    ends = f"{ended.day} {ended:%B %Y, %H:%M} UTC"
    subtitle = " · ".join((", ".join(_places(request)), model, ends, f"U-Net Desktop {__version__}"))
    close_ups = CloseUps(request.output, header.labels)
    blocks: list[Block] = [_tiles(summary, total), Notice(NOTICE)]
    blocks += _distribution(summary, header)
    blocks += _galleries(summary, header, close_ups)
    blocks += _flagged(summary)
    blocks += _failures(summary)
    blocks += _all_pictures(summary, header)
    blocks += [Heading("What the figures mean"), Facts(tuple(definitions(header)))]
    blocks += [Heading("Settings of the run"), Facts(tuple(settings(request, header)))]
    blocks += _model(request.model)
    footer = f"Made by U-Net Desktop {__version__} on {ended.day} {ended:%B %Y}. {FOOTER}"
    return Document(title, subtitle, tuple(blocks), footer)


def _places(request: Request) -> list[str]:
    """The names of what was segmented; where it lies on this computer is said among the settings."""
    named = [source.name or str(source) for source in request.sources]
    if request.list_file is not None:
        named.append(request.list_file.name)
    return [*named[:3], *(["…"] if len(named) > 3 else [])]


def _tiles(summary: Summary, total: int) -> Tiles:
    done = summary.done + summary.failed
    tiles = [
        Tile(f"{total:,}", "pictures", f"{total - done:,} not reached" if done < total else "", doubtful=done < total),
        Tile(f"{summary.done:,}", "segmented", _share(summary.done, total)),
        Tile(f"{summary.failed:,}", "failed", _share(summary.failed, total), doubtful=summary.failed > 0),
        Tile(f"{summary.flagged:,}", "flagged", _share(summary.flagged, total), doubtful=summary.flagged > 0),
    ]
    if len(summary.ratios):
        low, middle, high = (summary.ratios.quantile(share) for share in (0.25, 0.5, 0.75))
        tiles.append(Tile(f"{middle:.2f}", "median vCDR", f"middle half {low:.2f} to {high:.2f}"))
    elif len(summary.confidences):
        tiles.append(Tile(f"{summary.confidences.quantile(0.5):.2f}", "median confidence"))
    return Tiles(tuple(tiles))


def _distribution(summary: Summary, header: CheckpointHeader) -> Iterator[Block]:
    if not len(summary.confidences):
        return
    plots = []
    if len(summary.ratios):
        median = summary.ratios.quantile(0.5)
        drawing = _histogram("vertical cup-to-disc ratio", summary.ratios.histogram(20), median)
        caption = f"Of the {_counted(len(summary.ratios), 'picture')} in which a disc was found."
        plots.append(Plot("Vertical cup-to-disc ratio (vCDR)", drawing, caption))
        caption = "The lower a picture lies, the more it needs to be looked at."
        plots.append(Plot("Confidence against ratio", _against(summary), caption))
    else:
        drawing = _histogram("confidence", summary.confidences.histogram(20), summary.confidences.quantile(0.5))
        plots.append(Plot("Confidence", drawing, "Of the pictures in which anything was found."))
    yield Heading("Distribution")
    yield Plots(tuple(plots))


def _histogram(title: str, counts: list[int], median: float) -> Drawing:
    edges = [number / len(counts) for number in range(len(counts) + 1)]
    marks = [Mark(median, f"median {median:.2f}", "across")]
    return histogram(title, edges, counts, marks=marks, description=f"Histogram of {title}, median {median:.2f}")


def _against(summary: Summary) -> Drawing:
    across, up = "vertical cup-to-disc ratio", "confidence"
    if summary.points.seen <= MOST_POINTS:
        pictures = summary.points.as_they_came()
        points = tuple((seen.ratio, seen.confidence) for seen in pictures)
        tips = tuple(f"{seen.image}: {_ratio(seen)}, confidence {seen.confidence:.2f}" for seen in pictures)
        lowest = min(confidence for _, confidence in points)
        low = max(0.0, math.floor(lowest * 10) / 10 - 0.05) if lowest < 0.95 else 0.85
        return scatter([Series("pictures", points, tips)], Axis(across, 0.0, 1.0), Axis(up, low, 1.02))
    lowest_row = int(summary.plane.any(axis=1).argmax())
    counts = [[int(count) for count in row] for row in summary.plane[lowest_row:]]
    return density(counts, Axis(across, 0.0, 1.0), Axis(up, lowest_row / 100, 1.0))


def _galleries(summary: Summary, header: CheckpointHeader, close_ups: CloseUps) -> Iterator[Block]:
    legend = tuple((label.colour, label.name) for label in header.labels)
    uncertain = summary.uncertain.highest_first()
    if uncertain:
        yield Heading("Least certain")
        yield Paragraph("The pictures to look at first, the least certain one first.", small=True)
        yield Gallery(tuple(close_ups.card(seen, _lines(seen)) for seen in uncertain), legend)
    largest = summary.largest.highest_first()
    if largest:
        yield Heading("Largest ratios")
        yield Paragraph("By vertical cup-to-disc ratio, with its likely interval where the model knows it.", small=True)
        yield Gallery(tuple(close_ups.card(seen, _lines(seen)) for seen in largest), legend)


def _lines(seen: Seen) -> tuple[str, ...]:
    ratio = (_ratio(seen),) if math.isfinite(seen.ratio) else ()
    return (*ratio, f"confidence {seen.confidence:.2f}", *((", ".join(seen.flags),) if seen.flags else ()))


def _flagged(summary: Summary) -> Iterator[Block]:
    if not summary.flagged:
        return
    yield Heading("Flagged pictures")
    rows = tuple(
        (name, f"{summary.flags[name]:,}", _share(summary.flags[name], summary.done), FLAG_MEANINGS[name])
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
    )


def _failures(summary: Summary) -> Iterator[Block]:
    if not summary.failed:
        return
    yield Heading("Failures")
    failures = summary.failures.as_they_came()
    more = f" The first {len(failures):,} of {summary.failed:,} are listed." if len(failures) < summary.failed else ""
    yield Paragraph(f"These have neither a mask nor figures; errors.csv lists them, too.{more}", small=True)
    yield Table((Column("picture", share=2), Column("reason", share=4)), tuple(failures))


def _all_pictures(summary: Summary, header: CheckpointHeader) -> Iterator[Block]:
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


def _model(path: Path) -> Iterator[Block]:
    """The model card, its sections as parts of one."""
    card = card_document(path)
    yield Heading(card.title)
    yield Paragraph(card.subtitle)
    for block in card.blocks:
        match block:
            case Heading():
                yield Heading(block.text, block.level + 1)
            case Facts():
                yield Facts(tuple((name, _cut(value)) for name, value in block.pairs))
            case _:
                yield block


def _cut(value: str) -> str:
    if len(value) <= _LONGEST_FACT:
        return value
    return f"{value[:_LONGEST_FACT].rpartition(', ')[0]}, … (the model's own card has all)"


def _ratio(seen: Seen) -> str:
    interval = _interval(seen)
    return f"vCDR {seen.ratio:.2f}" + (f" ({interval})" if interval else "")


def _plain_ratio(seen: Seen) -> str:
    return f"{seen.ratio:.2f}" if math.isfinite(seen.ratio) else "–"


def _interval(seen: Seen) -> str:
    return f"{seen.low:.2f}–{seen.high:.2f}" if math.isfinite(seen.low) and math.isfinite(seen.high) else ""


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else ""


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")
