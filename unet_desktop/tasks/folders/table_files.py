"""Write tables of any length as CSV, Parquet or Excel, row by row, so that equal tables are equal bytes."""

from __future__ import annotations

import codecs
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
from unet_desktop.tasks.folders.csv_dialect import CsvDialect, escape_formula

KINDS = ("csv", "parquet", "xlsx")
"""Kinds of tables, as their files' suffixes."""
ROWS_AT_ONCE = 5_000
"""Rows held in memory at once; also the size of a row group in Parquet."""
ROWS_OF_A_SHEET = 1_048_576
"""Rows per sheet that Excel can open, heading included; more rows continue on another sheet."""
MAX_CELL_CHARACTERS = 32_767
"""Characters that an Excel cell can hold."""

PLAIN = CsvDialect()
"""Commas and decimal points, for programs."""
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
    stem: Path,
    kinds: Sequence[str],
    columns: Sequence[Column],
    rows: Callable[[], Iterable[Row]],
    dialect: CsvDialect = PLAIN,
) -> Iterator[Path]:
    """Write a table in each of these kinds, at `stem` with the kind as suffix; yield the paths.

    Args:
        stem: of the files.
        kinds: from `KINDS`.
        columns: of the table; other values in a row are ignored.
        rows: returns all rows; called once per kind.
        dialect: of CSV.

    Raises:
        WriteError: a table cannot be written; an existing file is unchanged.
        UserError: a library is missing.
    """
    for kind in kinds:
        path = stem.with_name(f"{stem.name}.{kind}")
        with files.replace_file(path) as file:
            _write(kind, file, columns, rows(), dialect)
        yield path


def _write(kind: str, file: IO[bytes], columns: Sequence[Column], rows: Iterable[Row], dialect: CsvDialect) -> None:
    match kind:
        case "csv":
            write_csv(file, columns, rows, dialect)
        case "parquet":
            _write_parquet(file, columns, rows)
        case _:
            _write_xlsx(file, columns, rows)


def write_csv(file: IO[bytes], columns: Sequence[Column], rows: Iterable[Row], dialect: CsvDialect) -> None:
    """Write a table as UTF-8, with quotes where needed."""
    if dialect.bom:
        file.write(codecs.BOM_UTF8)
    _write_lines(file, [[column.name for column in columns]], dialect)
    for some in _parts(rows):
        _write_lines(file, ([column.cell(row) for column in columns] for row in some), dialect)


class _Lines(io.StringIO):
    """Rows of `csv.writer`, which puts a carriage return in quotes only if its lines end in one, and ours do not."""

    def write(self, line: str) -> int:
        return super().write(line.removesuffix("\r\n") + "\n")


def _write_lines(file: IO[bytes], lines: Iterable[Sequence[Cell]], dialect: CsvDialect) -> None:
    text = _Lines()
    writer = csv.writer(text, delimiter=dialect.separator, lineterminator="\r\n")
    writer.writerows([dialect.encode_cell(cell) for cell in line] for line in lines)
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
