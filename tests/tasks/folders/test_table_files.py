from __future__ import annotations

import csv
import io
import math
import sys
import tempfile
import zipfile
from pathlib import Path

import openpyxl
import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from unet_desktop.errors import UserError, WriteError
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE, Label, LabelSet
from unet_desktop.tasks.folders import table_files
from unet_desktop.tasks.folders.columns import Column, Kind, columns
from unet_desktop.tasks.folders.table_files import KINDS, require_libraries, write_table_files

COLUMNS = (
    Column("image", Kind.TEXT, "", "a name"),
    Column("height_px", Kind.WHOLE, "px", "a length"),
    Column("ratio", Kind.NUMBER, "", "a ratio"),
    Column("found", Kind.FLAG, "", "yes or no"),
)
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
TEXTS = st.one_of(st.text(max_size=8), st.tuples(st.sampled_from(STARTS), st.text(max_size=5)).map("".join))
ROWS = st.lists(
    st.fixed_dictionaries(
        {"found": st.booleans()},
        optional={"image": TEXTS, "height_px": st.integers(-(2**40), 2**40), "ratio": st.floats()},
    ),
    max_size=6,
)


def written(folder, rows, kinds=KINDS, of=COLUMNS):
    return {path.suffix[1:]: path for path in write_table_files(folder / "measurements", kinds, of, lambda: iter(rows))}


def csv_of(path):
    return list(csv.reader(io.StringIO(path.read_text("utf-8"), newline="")))


def xlsx_of(path):
    book = openpyxl.load_workbook(path)
    return [list(row) for row in book["Measurements"].iter_rows()]


def expected(row):
    found = [row.get(column.name) for column in COLUMNS]
    return [
        None if value == "" or (isinstance(value, float) and not math.isfinite(value)) else value for value in found
    ]


@given(ROWS)
def test_no_cell_of_a_csv_starts_as_a_formula(rows):
    with tempfile.TemporaryDirectory() as folder:
        for line in csv_of(written(Path(folder), rows, ("csv",))["csv"])[1:]:
            assert not line[0].startswith(STARTS), line
            texts = {"", "True", "False"}
            assert all(cell in texts or float(cell) is not None for cell in line[1:])


@settings(max_examples=25)
@given(ROWS)
def test_parquet_comes_back_with_its_types(rows):
    with tempfile.TemporaryDirectory() as folder:
        table = parquet.read_table(written(Path(folder), rows, ("parquet",))["parquet"])
    assert table.schema.types == [pyarrow.string(), pyarrow.int64(), pyarrow.float64(), pyarrow.bool_()]
    found = [[row[name] for name in table.schema.names] for row in table.to_pylist()]
    assert found == [expected(row) for row in rows]


@settings(max_examples=25)
@given(ROWS)
def test_excel_holds_text_as_text_and_numbers_as_numbers(rows):
    with tempfile.TemporaryDirectory() as folder:
        lines = xlsx_of(written(Path(folder), rows, ("xlsx",))["xlsx"])
    for row, cells in zip(rows, lines[1:], strict=True):
        text, height, ratio, found = cells
        wanted = expected(row)
        assert text.data_type != "f"
        assert text.quotePrefix == (str(wanted[0] or "").startswith(STARTS))
        assert (height.data_type, ratio.data_type) == ("n", "n")
        assert height.value == wanted[1]
        assert ratio.value == (None if wanted[2] is None else pytest.approx(wanted[2]))
        assert found.value is wanted[3]


def test_formulas_in_names_stay_text(tmp_path):
    rows = [{"image": "=cmd|'/c calc'!A0.png", "height_px": -3}, {"image": "@SUM(A1)", "ratio": -0.5}]
    paths = written(tmp_path, rows)
    assert csv_of(paths["csv"])[1:] == [["'=cmd|'/c calc'!A0.png", "-3", "", ""], ["'@SUM(A1)", "", "-0.5", ""]]
    cell = xlsx_of(paths["xlsx"])[1][0]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=cmd|'/c calc'!A0.png", "s", True)
    assert parquet.read_table(paths["parquet"])["image"].to_pylist() == ["=cmd|'/c calc'!A0.png", "@SUM(A1)"]


def test_a_heading_is_no_formula_either(tmp_path):
    labels = LabelSet((Label(1, "=1+1", "#000000"),))
    heading = written(tmp_path, [], of=columns(labels))
    assert "'=1+1_area_px" in csv_of(heading["csv"])[0]
    assert all(cell.data_type == "s" for cell in xlsx_of(heading["xlsx"])[0])


def test_columns_stay_when_all_their_values_are_missing(tmp_path):
    schema = parquet.read_schema(written(tmp_path, [{"image": "a"}], of=columns(DISC_AND_CUP))["parquet"])
    empty = parquet.read_schema(written(tmp_path, [], of=columns(DISC_AND_CUP))["parquet"])
    assert schema == empty
    assert schema.field("optic_disc_height_mm").type == pyarrow.float64()
    assert schema.field("optic_disc_height_mm").metadata[b"unit"] == b"mm"


def test_the_same_table_is_the_same_bytes(tmp_path):
    rows = [{"image": "a", "ratio": 0.5}, {"image": "b"}]
    first = {kind: path.read_bytes() for kind, path in written(tmp_path, rows).items()}
    second = {kind: path.read_bytes() for kind, path in written(tmp_path, rows).items()}
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first["xlsx"])) as opened:
        assert {entry.date_time[0] for entry in opened.infolist()} == {1980}
        assert b"2000-01-01" in opened.read("docProps/core.xml")


class Counted(dict):
    alive = 0

    def __init__(self, **values):
        super().__init__(**values)
        Counted.alive += 1

    def __del__(self):
        Counted.alive -= 1


def test_rows_come_and_go_group_by_group(tmp_path, monkeypatch):
    monkeypatch.setattr(table_files, "ROWS_AT_ONCE", 10)
    alive = []

    def rows():
        for number in range(95):
            yield Counted(image=str(number))
            alive.append(Counted.alive)

    paths = list(write_table_files(tmp_path / "t", KINDS, COLUMNS, rows))
    assert len(alive) == len(paths) * 95
    assert max(alive) <= 21
    assert parquet.ParquetFile(tmp_path / "t.parquet").num_row_groups == 10
    assert len(csv_of(tmp_path / "t.csv")) == 96


def test_more_rows_than_a_sheet_takes_go_on_in_another(tmp_path, monkeypatch):
    monkeypatch.setattr(table_files, "ROWS_OF_A_SHEET", 4)
    book = openpyxl.load_workbook(written(tmp_path, [{"image": str(n)} for n in range(7)], ("xlsx",))["xlsx"])
    assert book.sheetnames == ["Measurements", "Measurements 2", "Measurements 3", "Columns"]
    names = [row[0] for sheet in book.worksheets[:-1] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert names == [str(n) for n in range(7)]


@pytest.mark.parametrize(("rows", "sheets"), [(0, 1), (3, 1), (6, 2)])
def test_sheets_that_are_full_are_followed_by_no_empty_one(tmp_path, monkeypatch, rows, sheets):
    monkeypatch.setattr(table_files, "ROWS_OF_A_SHEET", 4)
    path = written(tmp_path, [{"image": str(n)} for n in range(rows)], ("xlsx",))["xlsx"]
    found = openpyxl.load_workbook(path).worksheets[:-1]
    assert [sheet.max_row - 1 for sheet in found] == [min(rows, 3)] * sheets


def test_excel_says_what_the_columns_mean(tmp_path):
    book = openpyxl.load_workbook(written(tmp_path, [], ("xlsx",))["xlsx"])
    assert list(book["Columns"].values)[2] == ("height_px", "px", "a length")


def test_odd_names_are_written(tmp_path):
    rows = [{"image": "a\udcff.png"}, {"image": "x" * 40_000}, {"image": "\x01"}]
    paths = written(tmp_path, rows)
    assert csv_of(paths["csv"])[1][0] == r"a\xff.png"
    assert len(xlsx_of(paths["xlsx"])[2][0].value) == table_files.MAX_CELL_CHARACTERS


@pytest.mark.parametrize("kind", KINDS)
def test_a_failure_leaves_the_old_table_and_nothing_else(tmp_path, kind):
    path = written(tmp_path, [{"image": "a"}], (kind,))[kind]
    before = path.read_bytes()

    def rows():
        yield {"image": "b"}
        raise OSError("no room")

    with pytest.raises(WriteError, match=r"measurements\."):
        list(write_table_files(tmp_path / "measurements", (kind,), COLUMNS, rows))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("value", ["text", 1.5, True])
def test_a_value_of_another_kind_is_a_bug(value):
    with pytest.raises(ValueError, match="height_px"):
        COLUMNS[1].cell({"height_px": value})


@pytest.mark.parametrize(("kind", "library"), [("parquet", "pyarrow"), ("xlsx", "xlsxwriter")])
def test_a_missing_library_is_one_sentence(monkeypatch, kind, library):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(UserError, match=rf"{library}.*unet-desktop\[tables\]"):
        require_libraries([kind])
    require_libraries(["csv"])


@pytest.mark.parametrize("labels", [DISC_AND_CUP, ONE_STRUCTURE])
def test_names_of_columns_are_unique_and_end_in_their_unit(labels):
    found = columns(labels, identifiers=True)
    assert len({column.name for column in found}) == len(found)
    endings = {"px": "_px", "mm": "_mm", "px²": "_px", "mm²": "_mm2", "bit": "_bits", "s": "seconds", "hour": "_oclock"}
    assert all(column.name.endswith(endings.get(column.unit, "")) for column in found)
    assert all(column.meaning for column in found)
