"""The table of measurements: one row a picture, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def table_text(rows: Sequence[Mapping[str, object]]) -> str:
    """The rows as CSV, see `table_lines`."""
    return "".join(table_lines(lambda: iter(rows)))


def table_lines(rows: Callable[[], Iterator[Mapping[str, object]]]) -> Iterator[str]:
    """CSV, a line at a time: the columns in the order in which they first occur, then the rows.

    Text that a spreadsheet would run as a formula, headings too, gets an apostrophe before it. The rows are gone
    through twice, so that they need not all be held.
    """
    names = list(dict.fromkeys(name for row in rows() for name in row))
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\n")
    body: Iterator[list[object]] = ([row.get(name, "") for name in names] for row in rows())
    for cells in itertools.chain([list[object](names)], body):
        line.seek(0)
        line.truncate()
        writer.writerow([_harmless(cell) for cell in cells])
        yield line.getvalue()


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
