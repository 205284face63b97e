"""The files of a whole run: the table of measurements, the table of failures, and the contours of all pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from unet_desktop import files
from unet_desktop.formats.coco import COCO, COCO_PARTS, merge_coco
from unet_desktop.labels import LabelSet
from unet_desktop.safe_text import escape_controls
from unet_desktop.tasks.events import FileWritten
from unet_desktop.tasks.folders.columns import PROBLEMS, Column, Row
from unet_desktop.tasks.folders.csv_dialect import parse_dialect
from unet_desktop.tasks.folders.ledger import NAME, Entry
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.table_files import write_table_files

MEASUREMENTS = "measurements"
"""Name of the tables, without suffix."""
ERRORS = "errors.csv"

Entries = Callable[[], Iterator[Entry]]
"""Returns the entries from the first one on; each call reads them again, so that they are never all in memory."""


def write_tables(output: Path, outputs: Outputs, known: Sequence[Column], entries: Entries) -> Iterator[FileWritten]:
    """Write the requested tables, and `errors.csv` if pictures failed; otherwise delete it.

    Args:
        output: the run's folder.
        outputs: what the run writes.
        known: the columns.
        entries: see `Entries`.

    Raises:
        WriteError: one cannot be written.
        UserError: a library is missing.
    """

    def rows() -> Iterator[Row]:
        return (entry.row for entry in entries() if not find_problem(entry, known))

    def failures() -> Iterator[Row]:
        problems = ((entry.image, find_problem(entry, known)) for entry in entries())
        return (
            {"image": escape_controls(image), "problem": escape_controls(problem)}
            for image, problem in problems
            if problem
        )

    dialect = parse_dialect(outputs.csv_dialect)
    for path in write_table_files(output / MEASUREMENTS, outputs.tables, known, rows, dialect):
        yield FileWritten("table", path)
    if any(True for _ in failures()):
        yield from (
            FileWritten("errors", path)
            for path in write_table_files(output / "errors", ["csv"], PROBLEMS, failures, dialect)
        )
    else:
        files.delete_file(output / ERRORS)


def find_problem(entry: Entry, known: Sequence[Column]) -> str:
    """Why a picture has no row in the table, as a sentence; empty if it has one."""
    if entry.problem:
        return entry.problem
    try:
        for column in known:
            column.cell(entry.row)
    except ValueError as error:
        return f"Its line in {NAME} cannot be used ({error}). Segment the picture again."
    return ""


def write_contours(output: Path, labels: LabelSet, model: str, entries: Entries) -> Iterator[FileWritten]:
    """Write the COCO file of all pictures.

    Args:
        output: the run's folder.
        labels: of the model.
        model: its fingerprint; pictures segmented by another model are left out.
        entries: see `Entries`.

    Raises:
        WriteError: it cannot be written.
        ImageError: a per-picture file is damaged.
    """

    def parts() -> Iterator[Path]:
        places = (place for entry in entries() if entry.model == model for place in entry.files)
        found = (output / place for place in places if place.startswith(f"{COCO_PARTS}/"))
        return (path for path in found if path.exists())

    files.make_folder((output / COCO).parent, inside=output)
    files.write_chunks(output / COCO, merge_coco(parts, labels))
    yield FileWritten("contours of all pictures", output / COCO)
