"""Write tables of any length as CSV, Parquet or Excel, row by row, so that equal tables are equal bytes."""

from __future__ import annotations

import csv
import datetime
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from typing import IO, Any

from unet_desktop import files
from unet_desktop.errors import UserError
from unet_desktop.tasks.folders.columns import Cell, Column, Kind, Row

KINDS = ("csv", "parquet", "xlsx")
"""Kinds of tables, as their files' suffixes."""
ROWS_AT_ONCE = 5_000
"""Rows held in memory at once; also the size of a row group in Parquet."""
ROWS_OF_A_SHEET = 1_048_576
"""Rows per sheet that Excel can open, heading included; more rows continue on another sheet."""
MAX_CELL_CHARACTERS = 32_767
"""Characters that an Excel cell can hold."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Characters that start a formula in spreadsheets (OWASP, "CSV Injection")."""
_MADE = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
"""Creation date written into every Excel file, so that equal tables are equal bytes."""


def require_libraries(kinds: Iterable[str]) -> None:
    """Refuse kinds of tables that cannot be written here.

    Raises:
        UserError: a library is missing.
    """
    for kind in kinds:
        if kind == "parquet":
            _pyarrow()
        elif kind == "xlsx":
            _xlsxwriter()


def write_table_files(
    stem: Path, kinds: Sequence[str], columns: Sequence[Column], rows: Callable[[], Iterable[Row]]
) -> Iterator[Path]:
    """Write a table in each of these kinds, at `stem` with the kind as suffix; yield the paths.

    Args:
        stem: of the files.
        kinds: from `KINDS`.
        columns: of the table; other values in a row are ignored.
        rows: returns all rows; called once per kind.

    Raises:
        WriteError: a table cannot be written; an existing file is unchanged.
        UserError: a library is missing.
    """
    for kind in kinds:
        path = stem.with_name(f"{stem.name}.{kind}")
        with files.replace_file(path) as file:
            _WRITERS[kind](file, columns, rows())
        yield path


def escape_formula(cell: Cell) -> Cell:
    """Put an apostrophe before text that a spreadsheet would run as a formula; change nothing else."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell


def _write_csv(file: IO[bytes], columns: Sequence[Column], rows: Iterable[Row]) -> None:
    """Write UTF-8 with commas, and quotes where needed."""
    _write_lines(file, [[escape_formula(column.name) for column in columns]])
    for some in _parts(rows):
        _write_lines(file, ([escape_formula(column.cell(row)) for column in columns] for row in some))


def _write_lines(file: IO[bytes], lines: Iterable[Sequence[Cell]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    file.write(text.getvalue().encode("utf-8"))


def _write_parquet(file: IO[bytes], columns: Sequence[Column], rows: Iterable[Row]) -> None:
    """Write typed columns; the fields' metadata hold unit and meaning."""
    pyarrow, parquet = _pyarrow()
    types = {
        Kind.TEXT: pyarrow.string(),
        Kind.WHOLE: pyarrow.int64(),
        Kind.NUMBER: pyarrow.float64(),
        Kind.FLAG: pyarrow.bool_(),
    }
    schema = pyarrow.schema(
        pyarrow.field(column.name, types[column.kind], metadata={"unit": column.unit, "meaning": column.meaning})
        for column in columns
    )
    with parquet.ParquetWriter(file, schema) as writer:
        for some in _parts(rows):
            arrays = [pyarrow.array([column.cell(row) for row in some], type=types[column.kind]) for column in columns]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema), row_group_size=ROWS_AT_ONCE)


def _write_xlsx(file: IO[bytes], columns: Sequence[Column], rows: Iterable[Row]) -> None:
    """Write text as text only and numbers as numbers; rows are buffered in a temporary file, not in memory."""
    xlsxwriter = _xlsxwriter()
    with tempfile.TemporaryDirectory(prefix="unet-desktop-") as folder:
        options = {"constant_memory": True, "tmpdir": folder, "strings_to_urls": False, "strings_to_formulas": False}
        book = xlsxwriter.Workbook(file, options)
        book.use_zip64()
        book.set_properties({"created": _MADE.replace(tzinfo=None)})
        try:
            _fill(book, columns, rows)
            book.close()
        except xlsxwriter.exceptions.FileCreateError as error:
            raise OSError(f"the Excel file could not be put together: {error}") from error
        finally:
            for sheet in book.worksheets():  # an abandoned book would leave them open
                sheet.row_data_fh.close()


def _fill(book: Any, columns: Sequence[Column], rows: Iterable[Row]) -> None:
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    # Cells of this format stay text when they are edited.
    quoted = book.add_format({"quote_prefix": True})
    left = iter(rows)
    waiting = next(left, None)  # the first row of the next sheet, which is made only if there is one
    for number in count(1):
        name = "Measurements" if number == 1 else f"Measurements {number}"
        sheet = _sheet(book, name, [column.name for column in columns], bold)
        written = 0
        while waiting is not None and written < ROWS_OF_A_SHEET - 1:
            row, waiting = waiting, next(left, None)
            written += 1
            for place, column in enumerate(columns):
                _write_cell(sheet, written, place, column.cell(row), quoted)
        sheet.autofilter(0, 0, written, max(len(columns) - 1, 0))
        if waiting is None:
            break
    legend = _sheet(book, "Columns", ["column", "unit", "meaning"], bold)
    legend.set_column(0, 0, 40)
    for number, column in enumerate(columns, 1):
        for place, text in enumerate((column.name, column.unit, column.meaning)):
            _write_cell(legend, number, place, text, quoted)


def _sheet(book: Any, name: str, headings: Sequence[str], bold: Any) -> Any:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, max(len(headings) - 1, 0), 16)
    for place, heading in enumerate(headings):
        sheet.write_string(0, place, heading, bold)
    return sheet


def _write_cell(sheet: Any, row: int, place: int, cell: Cell, quoted: Any) -> None:
    match cell:
        case None | "":
            return
        case str():
            sheet.write_string(row, place, cell[:MAX_CELL_CHARACTERS], quoted if escape_formula(cell) != cell else None)
        case bool():
            sheet.write_boolean(row, place, cell)
        case _:
            sheet.write_number(row, place, cell)


def _parts(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while some := list(islice(left, ROWS_AT_ONCE)):
        yield some


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise UserError('Parquet tables need pyarrow: pip install "unet-desktop[tables]"') from error
    return pyarrow, parquet


def _xlsxwriter() -> Any:
    try:
        import xlsxwriter
    except ImportError as error:
        raise UserError('Excel tables need xlsxwriter: pip install "unet-desktop[tables]"') from error
    return xlsxwriter


_WRITERS: dict[str, Callable[[IO[bytes], Sequence[Column], Iterable[Row]], None]] = {
    "csv": _write_csv,
    "parquet": _write_parquet,
    "xlsx": _write_xlsx,
}
