"""The report of an export: what people drew in the chosen cases, as HTML and PDF."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from unet_desktop import __version__, files
from unet_desktop.images.read import Pixels, read_image
from unet_desktop.labels import LabelSet
from unet_desktop.masks.file import read_mask
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.masks.regions import Mask
from unet_desktop.plurals import name_some, quantity
from unet_desktop.project.layout import Layout
from unet_desktop.reports.document import (
    Block,
    Document,
    FactList,
    Gallery,
    Heading,
    Notice,
    Paragraph,
    Plots,
    Table,
    TableColumn,
    Tile,
    Tiles,
    TitledPlot,
)
from unet_desktop.reports.plots import Strips
from unet_desktop.reports.render import render
from unet_desktop.tasks.events import FileWritten
from unet_desktop.tasks.export.names import NamedCase
from unet_desktop.tasks.export.request import ExportRequest
from unet_desktop.tasks.folders.ledger import Entry
from unet_desktop.tasks.folders.report_sections import CloseUps, ReadPicture, failures, histogram, percentage
from unet_desktop.tasks.folders.report_text import DICE, FOOTER, VCDR, define_outlines, list_files
from unet_desktop.tasks.folders.summary import MAX_LISTED, PictureSummary, Summary, TopN

NOTICE = (
    "For research use; not a medical device. People drew these outlines, or accepted them from a model. The "
    "measurements follow from the outlines alone."
)
_SHOWN = 24
_MAX_PRINTED = 500
_MOST_READERS = 8


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an export comes from.

    Attributes:
        project: its name; empty if it must not be named.
        made: when, in UTC.
        trail_number, trail_digest: see `Trail.end`.
        without_mask: chosen cases that have no human mask.
    """

    project: str
    made: datetime
    trail_number: int
    trail_digest: str
    without_mask: int


class _Cases:
    """What the report says of the cases, gathered one by one."""

    def __init__(self) -> None:
        self.summary = Summary()
        self.states: Counter[str] = Counter()
        self.ratios: defaultdict[str, list[float]] = defaultdict(list)
        self.changed = TopN[tuple[PictureSummary, float]](_SHOWN)
        self.dices: list[float] = []
        self.rows = TopN[tuple[str, ...]](MAX_LISTED)

    def add(self, entry: Entry, *, has_ratio: bool) -> None:
        self.summary.add(entry)
        if entry.problem:
            return
        picture, row = PictureSummary.from_entry(entry), entry.row
        self.states[str(row.get("state", ""))] += 1
        reader = str(row.get("reader") or "not named")
        if math.isfinite(picture.ratio):
            self.ratios[reader].append(picture.ratio)
        dice = row.get("dice_to_proposal")
        if isinstance(dice, float) and not row.get("proposal_seen"):
            self.dices.append(dice)
            self.changed.add(1.0 - dice, (picture, dice))
        ratio = f"{picture.ratio:.2f}" if math.isfinite(picture.ratio) else "–"
        cells = [str(row.get(name) or "") for name in ("case", "patient", "eye", "state")]
        cells += [ratio] if has_ratio else []
        remarks = ", ".join(filter(None, ("flagged" if row.get("flagged") else "", *picture.flags)))
        self.rows.add(0.0, (*cells, reader, str(row.get("changed") or "")[:10], remarks))


def write_reports(
    request: ExportRequest,
    layout: Layout,
    labels: LabelSet,
    named: Iterable[NamedCase],
    entries: Iterable[Entry],
    provenance: Provenance,
) -> Iterator[FileWritten]:
    """Write the reports that the request names.

    Raises:
        WriteError: one cannot be written. UserError: a library is missing.
    """
    if not request.outputs.reports:
        return
    cases, has_ratio = _Cases(), cup_and_disc(labels) is not None
    for entry in entries:
        cases.add(entry, has_ratio=has_ratio)
    by_image = {one.picture.relative: one for one in named}
    close_ups = CloseUps(labels, _reads_cases(layout, labels, by_image))
    document = _document(request, cases, labels, close_ups, provenance)
    for kind in request.outputs.reports:
        path = request.output / f"report.{kind}"
        files.write_chunks(path, render(document, kind))
        yield FileWritten("report", path)


def _reads_cases(layout: Layout, labels: LabelSet, by_image: Mapping[str, NamedCase]) -> ReadPicture:
    def read(picture: PictureSummary) -> tuple[Pixels, Mask | None]:
        one = by_image[picture.image]
        pixels = read_image(one.source).pixels
        return pixels, read_mask(layout.mask(one.case.id), labels, pixels.shape[:2])

    return read


def _document(
    request: ExportRequest, cases: _Cases, labels: LabelSet, close_ups: CloseUps, provenance: Provenance
) -> Document:
    total = cases.summary.done + cases.summary.failed
    names = " and ".join(label.name for label in labels)
    title = f"{names[:1].upper()}{names[1:]} in {quantity(total, 'case')}, as people drew them"
    made = provenance.made
    ends = f"{made.day} {made:%B %Y, %H:%M} UTC"
    subtitle = " · ".join(filter(None, (provenance.project, ends, f"U-Net Desktop {__version__}")))
    blocks: list[Block] = [_tiles(cases, total), Notice(NOTICE)]
    blocks += _distribution(cases)
    blocks += _galleries(cases, labels, close_ups)
    blocks += failures(cases.summary)
    blocks += _all_cases(cases, labels)
    blocks += [Heading("Definitions"), FactList(tuple(_definitions(labels)))]
    blocks += [Heading("Where this comes from"), FactList(tuple(_facts(request, cases, provenance)))]
    footer = f"Made by U-Net Desktop {__version__} on {made.day} {made:%B %Y}. {FOOTER}"
    return Document(title, subtitle, tuple(blocks), footer)


def _tiles(cases: _Cases, total: int) -> Tiles:
    summary, approved = cases.summary, cases.states["approved"]
    tiles = [
        Tile(f"{summary.done:,}", "case" if summary.done == 1 else "cases"),
        Tile(f"{approved:,}", "approved", percentage(approved, total)),
    ]
    if incomplete := cases.states["incomplete"]:
        tiles.append(Tile(f"{incomplete:,}", "without a cup", "not said to have none", warning=True))
    if summary.failed:
        tiles.append(Tile(f"{summary.failed:,}", "failed", percentage(summary.failed, total), warning=True))
    if len(summary.ratios):
        low, middle, high = (summary.ratios.quantile(share) for share in (0.25, 0.5, 0.75))
        tiles.append(Tile(f"{middle:.2f}", "median vCDR", f"middle half {low:.2f} to {high:.2f}"))
    return Tiles(tuple(tiles))


def _distribution(cases: _Cases) -> Iterator[Block]:
    ratios = cases.summary.ratios
    plots = []
    if len(ratios):
        bars = histogram("vertical cup-to-disc ratio", ratios.histogram(20), ratios.quantile(0.5))
        caption = f"{quantity(len(ratios), 'case')} with a disc."
        plots.append(TitledPlot("Vertical cup-to-disc ratio (vCDR)", bars, caption))
    if 1 < len(cases.ratios) <= _MOST_READERS:
        groups = tuple((reader, tuple(values)) for reader, values in sorted(cases.ratios.items()))
        strips = Strips("vertical cup-to-disc ratio", groups)
        plots.append(TitledPlot("By reader", strips, "Each reader's own cases, so the groups need not be alike."))
    if cases.dices:
        strips = Strips("Dice of proposal and mask", (("all cases", tuple(cases.dices)),))
        caption = "1 is a proposal that was not changed. Cases that the model had learned from are left out."
        plots.append(TitledPlot("How much of the proposals was kept", strips, caption))
    if plots:
        yield Heading("Distribution")
        yield Plots(tuple(plots))


def _galleries(cases: _Cases, labels: LabelSet, close_ups: CloseUps) -> Iterator[Block]:
    legend = tuple((label.colour, label.name) for label in labels)
    if largest := cases.summary.largest.highest_first():
        yield Heading("Largest ratios")
        cards = (close_ups.card(picture, (f"vCDR {picture.ratio:.2f}", *picture.flags)) for picture in largest)
        yield Gallery(tuple(cards), legend)
    if changed := cases.changed.highest_first():
        yield Heading("Most changed")
        yield Paragraph("The cases whose proposals people changed most.", small=True)
        cards = (close_ups.card(picture, (f"Dice to proposal {dice:.2f}",)) for picture, dice in changed)
        yield Gallery(tuple(cards), legend)


def _all_cases(cases: _Cases, labels: LabelSet) -> Iterator[Block]:
    rows = tuple(cases.rows.in_order_added())
    if not rows:
        return
    yield Heading("All cases")
    ratio = [TableColumn("vCDR", numeric=True, share=0.9)] if cup_and_disc(labels) is not None else []
    heads = (
        TableColumn("case", share=3),
        TableColumn("patient", share=2),
        TableColumn("eye", share=0.9),
        TableColumn("state", share=1.5),
        *ratio,
        TableColumn("reader", share=1.8),
        TableColumn("changed", share=1.6),
        TableColumn("remarks", share=2.2),
    )
    yield Table(heads, rows, printed=len(rows) <= _MAX_PRINTED)


def _definitions(labels: LabelSet) -> Iterator[tuple[str, str]]:
    if cup_and_disc(labels) is not None:
        yield VCDR
    yield DICE
    yield define_outlines(labels)
    yield "State", "Approved by a person, corrected, or incomplete: a disc without a cup, not said to have none."


def _facts(request: ExportRequest, cases: _Cases, provenance: Provenance) -> Iterator[tuple[str, str]]:
    if provenance.project:
        yield "Project", provenance.project
    if cases.ratios:
        yield "Readers", name_some(sorted(cases.ratios), 20)
    selection = request.selection
    chosen = [quantity(len(selection.ids), "case by name", "cases by name") if selection.ids else ""]
    chosen += [kind.value for kind in selection.filters]
    if selection.words and provenance.project:
        chosen.append(f'found by "{selection.words}"')
    yield "Chosen", ", ".join(filter(None, chosen)) or "all corrected and approved cases"
    if provenance.without_mask:
        yield "Left out", f"{quantity(provenance.without_mask, 'case')} without a mask that a person drew or accepted"
    yield "Written", ", ".join(list_files(request.outputs))
    if provenance.trail_number:
        yield "Trail", f"entry {provenance.trail_number:,}, SHA-256 {provenance.trail_digest}"
    yield "Program", f"U-Net Desktop {__version__}"
