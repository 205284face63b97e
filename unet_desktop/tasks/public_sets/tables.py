"""Tables that are published with sets: which patient, which eye, which diagnosis."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from unet_desktop.links import open_to_read

_LARGEST = 32 << 20
"""Bytes; the largest of these tables has some hundred thousand."""
_MOST_ROWS, _MOST_COLUMNS = 100_000, 200
Row = Sequence[str]


class TableError(Exception):
    """A table cannot be read; its text is a sentence."""


def read_rows(path: Path) -> list[list[str]]:
    """Read a CSV file or the first sheet of an Excel file; cells are text without spaces around it.

    Raises:
        TableError: it cannot be read.
    """
    try:
        with open_to_read(path) as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise TableError(f"{path} was not read: it is larger than {_LARGEST >> 20} MB.")
        if path.suffix.lower() == ".csv":
            text = content.decode("utf-8-sig", "replace")
            return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text))]
        return list(_read_excel(content))
    except ImportError as error:
        raise TableError(
            f'{path} was not read, because Excel files need openpyxl: pip install "unet-desktop[tables]", then import '
            "again."
        ) from error
    except TableError:
        raise
    except Exception as error:  # openpyxl raises whatever the damage leads to
        reason = error.strerror if isinstance(error, OSError) else ""
        raise TableError(f"{path} was not read ({reason or 'it is damaged'}). Download it again.") from error


def _read_excel(content: bytes) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    try:
        for row in book.worksheets[0].iter_rows(max_row=_MOST_ROWS, max_col=_MOST_COLUMNS, values_only=True):
            yield ["" if cell is None else str(cell).strip() for cell in row]
    finally:
        book.close()


def find_columns(rows: Sequence[Row], **wanted: str) -> tuple[int, dict[str, int]]:
    """Find the row of headings and the columns whose headings match.

    Args:
        rows: of the table.
        wanted: name of a column to the pattern that its folded heading contains; the first must be there.

    Returns:
        the number of the first row below the headings, and the columns that were found; none if there is no such row.
    """
    first = next(iter(wanted))
    for number, row in enumerate(rows[:20]):
        headings = [cell.casefold() for cell in row]
        columns = {
            name: at
            for name, pattern in reversed(wanted.items())
            for at, heading in reversed(list(enumerate(headings)))
            if re.search(pattern, heading)
        }
        if first in columns:
            return number + 1, columns
    return 0, {}


def read_facts(
    path: Path, key_of: Callable[[str], str | None], key_column: int | None = None, **wanted: str
) -> dict[str, dict[str, str]]:
    """Read what a table says of each picture.

    Args:
        path: of the table.
        key_of: the picture's key by the text in a column; None for rows of no picture.
        key_column: number of that column; None for the first that is wanted.
        wanted: see `find_columns`.

    Returns:
        by key, the cells of the columns that were found.

    Raises:
        TableError: it cannot be read, or has no such columns.
    """
    rows = read_rows(path)
    start, columns = find_columns(rows, **wanted)
    if not columns:
        raise TableError(f"{path} was not read: it has no column like those of the published table.")
    first, facts = next(iter(wanted)), {}
    for row in rows[start:]:
        cells = {name: row[at] for name, at in columns.items() if at < len(row)}
        at = columns[first] if key_column is None else key_column
        if at < len(row) and (key := key_of(row[at])) is not None:
            facts[key] = cells
    return facts


def read_all_facts(
    paths: Iterable[Path], key_of: Callable[[str], str | None], key_column: int | None = None, **wanted: str
) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Read what several tables say of each picture, see `read_facts`; later tables replace what earlier ones say.

    Returns:
        by key, the cells; and why tables could not be read, as sentences.
    """
    facts: dict[str, dict[str, str]] = {}
    unread = []
    for path in paths:
        try:
            facts |= read_facts(path, key_of, key_column, **wanted)
        except TableError as error:
            unread.append(str(error))
    return facts, unread


def number(text: str | None) -> float | None:
    """Return the number in a cell, or None."""
    try:
        value = float((text or "").replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
