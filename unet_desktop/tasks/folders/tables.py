"""The tables of a run: a row a picture, and a row a failure, in the order of the input."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from unet_desktop import files
from unet_desktop.tasks.events import Written
from unet_desktop.tasks.folders.ledger import Entry
from unet_desktop.tasks.measurement_table import table_lines

MEASUREMENTS = "measurements"
"""Name of the tables; their suffix follows from their kind."""
ERRORS = "errors.csv"

Entries = Callable[[], Iterator[Entry]]
"""Gives the entries from the first one on, each time that it is called: they are read anew, and never all held."""


def write_tables(output: Path, kinds: Sequence[str], entries: Entries) -> Iterator[Written]:
    """Write the tables that are asked for, and `errors.csv` where pictures failed, or delete it.

    Raises:
        WriteError: one cannot be written.
    """

    def rows() -> Iterator[Mapping[str, object]]:
        return (entry.row for entry in entries() if not entry.problem)

    def failures() -> Iterator[Mapping[str, object]]:
        return ({"image": entry.image, "problem": entry.problem} for entry in entries() if entry.problem)

    if "csv" in kinds:
        yield _csv(output / f"{MEASUREMENTS}.csv", rows, "table")
    if any(True for _ in failures()):
        yield _csv(output / ERRORS, failures, "errors")
    else:
        files.delete_file(output / ERRORS)


def _csv(path: Path, rows: Callable[[], Iterator[Mapping[str, object]]], what: str) -> Written:
    files.write_chunks(path, (line.encode("utf-8", "replace") for line in table_lines(rows)))
    return Written(what, path)
