"""The report of a project's readers: a table for each pair, and how their vertical cup-to-disc ratios differ."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from unet_desktop import __version__, files
from unet_desktop.plurals import quantity
from unet_desktop.reports.document import Block, Document, Heading, Items, Paragraph, Table, TableColumn
from unet_desktop.reports.render import render
from unet_desktop.tasks.evaluation.report import ratio_blocks
from unet_desktop.tasks.evaluation.targets import Targets
from unet_desktop.tasks.events import AgreementRow, FileWritten, ReadersAgreement
from unet_desktop.tasks.folders.csv_dialect import parse_dialect
from unet_desktop.tasks.readers.agreement import write_agreement

_COLUMNS = (
    TableColumn("measure", share=2.6),
    TableColumn("period", share=1.2),
    TableColumn("cases", numeric=True),
    TableColumn("value", numeric=True),
    TableColumn("from", numeric=True),
    TableColumn("to", numeric=True),
)
_METHODS = (
    "Dice: twice the common area of a region over the sum of both areas, mean over the cases; interval by the BCa "
    "bootstrap.",
    "Limits of agreement: mean difference ± 1.96 standard deviations (Bland and Altman 1986, 1999).",
    "ICC(2,1): two-way random effects, absolute agreement, single measurement (Shrout and Fleiss 1979).",
    "Kappa: agreement beyond chance (Cohen 1960), with weights by the distance of two grades or its square (Cohen "
    "1968); interval by the large-sample standard error (Fleiss, Cohen and Everitt 1969).",
)


def write_files(found: ReadersAgreement, targets: Targets) -> Iterator[FileWritten]:
    """Write the table and the reports that are wanted.

    Raises:
        WriteError: a file cannot be written; earlier ones have been. UserError: a library is missing.
    """
    if targets.table is not None:
        yield from write_agreement(found, targets.table, parse_dialect(targets.csv_dialect))
    made = datetime.now().astimezone()
    for kind, path in (("html", targets.html), ("pdf", targets.pdf)):
        if path is not None:
            files.write_chunks(path, render(document(found, made), kind))
            yield FileWritten("report", path)


def document(found: ReadersAgreement, made: datetime) -> Document:
    """Make the report; it names readers, but no patients and no pictures."""
    groups: dict[tuple[str, str], list[AgreementRow]] = {}
    for row in found.rows:
        groups.setdefault((row.first, row.second), []).append(row)
    evaluations = {(one.first, one.second): one for one in found.evaluations}
    blocks: list[Block] = [
        Paragraph(
            f"Readers of “{found.project}”, compared in {quantity(len(groups), 'group')}. Differences are first minus "
            "second. From and to: 95 % confidence interval, or limits of agreement."
        )
    ]
    for (first, second), rows in groups.items():
        blocks.append(Heading(f"{first} and {second}" if second else first))
        blocks.append(Paragraph(f"Kind: {rows[0].kind}.", small=True))
        blocks.append(Table(_COLUMNS, tuple(_cells(row) for row in rows)))
        if (evaluation := evaluations.get((first, second))) is not None:
            blocks += [block for block in ratio_blocks(evaluation) if not isinstance(block, Heading | Table)]
    blocks += [Heading("Methods"), Items(_METHODS)]
    day = made.strftime("%d %B %Y, %H:%M").lstrip("0")
    footer = f"U-Net Desktop {__version__}. A measurement, not a diagnosis."
    return Document("Agreement of readers", f"{found.project}, {day}", tuple(blocks), footer)


def _cells(row: AgreementRow) -> tuple[str, ...]:
    numbers = ("–" if one is None else f"{one:.3f}".replace("-", "−") for one in (row.value, row.low, row.high))
    return (row.measure, row.period, f"{row.cases:,}", *numbers)
