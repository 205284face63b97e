"""The report of a run: a document made from its ledger, written as HTML and PDF."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from unet_desktop import __version__, files
from unet_desktop.checkpoint_header import read_header
from unet_desktop.plurals import quantity
from unet_desktop.reports.document import Block, Document, FactList, Heading, Notice, Paragraph, Tile, Tiles
from unet_desktop.reports.render import render, require_libraries
from unet_desktop.tasks.events import FileWritten
from unet_desktop.tasks.folders.ledger import Entry
from unet_desktop.tasks.folders.report_sections import (
    CloseUps,
    all_pictures,
    distribution,
    failures,
    flagged_pictures,
    galleries,
    percentage,
    reads_results,
)
from unet_desktop.tasks.folders.report_text import FOOTER, NOTICE, definitions, settings
from unet_desktop.tasks.folders.request import Request
from unet_desktop.tasks.folders.summary import Summary
from unet_desktop.tasks.model_card import card_document

NAME = "report"
"""Stem of the files; the suffix is their kind."""
_LONGEST_FACT = 400
"""Characters of a value of the model card: thousands of names do not belong in a report."""


def require_report(kinds: Iterable[str]) -> None:
    """Check, before the run starts, that these kinds of report can be made.

    Raises:
        UserError: a library is missing.
    """
    for kind in kinds:
        require_libraries(kind)


def write_reports(request: Request, entries: Iterable[Entry], total: int, ended: datetime) -> Iterator[FileWritten]:
    """Write the reports that the request names.

    Args:
        request: the run's request.
        entries: the result of each picture, in the order of the input; read once.
        total: number of pictures in the input.
        ended: when the run ended, in UTC.

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
        files.write_chunks(path, render(document, kind))
        yield FileWritten("report", path)


def report_of(request: Request, summary: Summary, total: int, ended: datetime) -> Document:
    """Make the report as a document; it reads the pictures that it shows."""
    header = read_header(request.model)
    names = " and ".join(label.name for label in header.labels)
    title = f"{names[:1].upper()}{names[1:]} in {quantity(total, 'picture')}"
    model = f"model {request.model.stem} ({header.weights_sha256[:12]})"
    ends = f"{ended.day} {ended:%B %Y, %H:%M} UTC"
    subtitle = " · ".join((", ".join(_source_names(request)), model, ends, f"U-Net Desktop {__version__}"))
    close_ups = CloseUps(header.labels, reads_results(request.output, header.labels))
    blocks: list[Block] = [_tiles(summary, total), Notice(NOTICE)]
    blocks += distribution(summary)
    blocks += galleries(summary, header, close_ups, outlined=request.outputs.masks)
    blocks += flagged_pictures(summary, header.labels)
    blocks += failures(summary)
    blocks += all_pictures(summary, header)
    blocks += [Heading("Definitions"), FactList(tuple(definitions(header.labels)))]
    blocks += [Heading("Settings"), FactList(tuple(settings(request, header)))]
    blocks += _model(request.model)
    footer = f"Made by U-Net Desktop {__version__} on {ended.day} {ended:%B %Y}. {FOOTER}"
    return Document(title, subtitle, tuple(blocks), footer)


def _source_names(request: Request) -> list[str]:
    """Name what was segmented, without the folders, which the settings give."""
    named = [source.name or str(source) for source in request.sources]
    if request.list_file is not None:
        named.append(request.list_file.name)
    return [*named[:3], *(["…"] if len(named) > 3 else [])]


def _tiles(summary: Summary, total: int) -> Tiles:
    done = summary.done + summary.failed
    missed = f"{total - done:,} not reached" if done < total else ""
    tiles = [
        Tile(f"{total:,}", "picture" if total == 1 else "pictures", missed, warning=done < total),
        Tile(f"{summary.done:,}", "segmented", percentage(summary.done, total)),
        Tile(f"{summary.failed:,}", "failed", percentage(summary.failed, total), warning=summary.failed > 0),
        Tile(f"{summary.flagged:,}", "flagged", percentage(summary.flagged, total), warning=summary.flagged > 0),
    ]
    if len(summary.ratios):
        low, middle, high = (summary.ratios.quantile(share) for share in (0.25, 0.5, 0.75))
        tiles.append(Tile(f"{middle:.2f}", "median vCDR", f"middle half {low:.2f} to {high:.2f}"))
    elif len(summary.confidences):
        tiles.append(Tile(f"{summary.confidences.quantile(0.5):.2f}", "median confidence"))
    return Tiles(tuple(tiles))


def _model(path: Path) -> Iterator[Block]:
    """Include the model card as one section."""
    card = card_document(path)
    yield Heading(card.title)
    yield Paragraph(card.subtitle)
    for block in card.blocks:
        match block:
            case Heading():
                yield Heading(block.text, block.level + 1)
            case FactList():
                yield FactList(tuple((name, _cut(value)) for name, value in block.pairs))
            case _:
                yield block


def _cut(value: str) -> str:
    if len(value) <= _LONGEST_FACT:
        return value
    return f"{value[:_LONGEST_FACT].rpartition(', ')[0]}, … (see the model card for the rest)"
