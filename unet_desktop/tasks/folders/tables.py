"""The tables of a run: a row a picture, and a row a failure, in the order of the input."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from unet_desktop import files
from unet_desktop.tasks.events import Written
from unet_desktop.tasks.folders.ledger import Ledger
from unet_desktop.tasks.measurement_table import table_lines

MEASUREMENTS = "measurements"
"""Name of the tables; their suffix follows from their kind."""
ERRORS = "errors.csv"

Rows = Callable[[], Iterator[Mapping[str, object]]]
"""Gives the rows from the first one on, each time that it is called: they are read anew, and never all held."""


def write_tables(output: Path, kinds: Sequence[str], ledger: Ledger, images: Sequence[str]) -> Iterator[Written]:
    """Write the tables that are asked for, and `errors.csv` where pictures failed, or delete it.

    Raises:
        WriteError: one cannot be written.
    """

    def rows() -> Iterator[Mapping[str, object]]:
        return (entry.row for entry in ledger.entries(images) if not entry.problem)

    def failures() -> Iterator[Mapping[str, object]]:
        return ({"image": entry.image, "problem": entry.problem} for entry in ledger.entries(images) if entry.problem)

    if "csv" in kinds:
        yield _csv(output / f"{MEASUREMENTS}.csv", rows, "table")
    if any(True for _ in failures()):
        yield _csv(output / ERRORS, failures, "errors")
    else:
        files.delete_file(output / ERRORS)


def _csv(path: Path, rows: Rows, what: str) -> Written:
    files.write_chunks(path, (line.encode() for line in table_lines(rows)))
    return Written(what, path)
