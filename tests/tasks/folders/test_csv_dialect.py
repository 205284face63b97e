"""CSV for programs and for spreadsheets of several countries: numbers are numbers, identifiers text, nothing runs."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import tempfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.errors import UserError
from unet_desktop.tasks.events import RunDone
from unet_desktop.tasks.folders.columns import Column, Kind
from unet_desktop.tasks.folders.csv_dialect import CsvDialect, looks_like_value, parse_dialect
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.table_files import write_table_files

COLUMNS = (
    Column("patient", Kind.TEXT, "", "an identifier"),
    Column("height_px", Kind.WHOLE, "px", "a length"),
    Column("ratio", Kind.NUMBER, "", "a ratio"),
    Column("found", Kind.FLAG, "", "yes or no"),
)
NAMES = ("plain", "excel", "excel-eu", "tab+comma", "semicolon+point+bom", "comma+point+text")
VALUES = """
00123 1E5 1e5 12e4567890123456 3-4 1/2 12:30 TRUE false WAHR 5% 1,5 1.5 €5 (5) 123456789012345678901 .5 2024-01-02
01.02.2024 MARCH1 SEPT2 DEC-1 Mar3 1.2.840.10008 +5 4pm 3月4日 ١٢
"""
TEXTS = (
    "P001",
    "a.png",
    "12.jpg",
    "OD_1",
    "1_2",
    "",
    "-",
    "optic disc",
    "true story",
    "0123abcd",
    "scan 3",
    "e",
    "x,y;z",
)


def lines(content, dialect):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=dialect.separator))


def written(rows, dialect, columns=COLUMNS):
    with tempfile.TemporaryDirectory() as folder:
        (path,) = write_table_files(Path(folder) / "t", ["csv"], columns, lambda: iter(rows), dialect)
        return path.read_bytes()


def test_the_named_dialects():
    assert parse_dialect("plain") == CsvDialect(",", ".", bom=False, text=False)
    assert parse_dialect("excel") == CsvDialect(",", ".", bom=True, text=True)
    assert parse_dialect("excel-eu") == CsvDialect(";", ",", bom=True, text=True)
    assert parse_dialect("tab+comma+text") == CsvDialect("\t", ",", bom=False, text=True)


@pytest.mark.parametrize("name", ["", "eu", "comma", "comma+comma", ";+,", "semicolon+comma+utf8", "tab+point+bom+bom"])
def test_other_dialects_are_refused_with_those_there_are(name):
    with pytest.raises(UserError, match="Choose"):
        parse_dialect(name)
    with pytest.raises(UserError, match="Choose"):
        Outputs(csv_dialect=name)


@pytest.mark.parametrize("name", NAMES)
@given(
    st.text(max_size=8),
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)
def test_each_dialect_comes_back(name, text, height, ratio, found):
    dialect = parse_dialect(name)
    content = written([{"patient": text, "height_px": height, "ratio": ratio, "found": found}], dialect)
    assert content.startswith(b"\xef\xbb\xbf") == dialect.bom
    heading, cells = lines(content, dialect)
    assert heading == [column.name for column in COLUMNS]
    assert int(cells[1]) == height
    assert float(cells[2].replace(dialect.decimal, ".")) == ratio
    assert "," not in cells[2] or dialect.decimal == ","
    assert cells[3] == str(found)


@pytest.mark.parametrize("name", NAMES)
@given(st.text(st.sampled_from("a1=+-@;,\t\"'\n| "), max_size=9))
def test_no_text_is_a_formula_whichever_separator_a_spreadsheet_expects(name, text):
    content = written([{"patient": text}], parse_dialect(name), COLUMNS[:1]).decode("utf-8-sig")
    for separator in ",;\t":
        for line in csv.reader(io.StringIO(content, newline=""), delimiter=separator):
            assert not any(cell.startswith(("=", "+", "-", "@")) for cell in line)
        for line in content.splitlines():
            assert not any(cell.strip('"').startswith(("=", "+", "-", "@")) for cell in line.split(separator))


def test_a_formula_behind_another_separator_is_text():
    for name in NAMES:
        dialect = parse_dialect(name)
        for text in ("a;=1+1", "a,=1+1", 'a";"=1+1', "a\t@x", "=1;=2"):
            ((cell, *_),) = lines(written([{"patient": text}], dialect), dialect)[1:]
            assert cell.replace("'", "") == text


@pytest.mark.parametrize("text", VALUES.split())
def test_what_a_spreadsheet_would_change_is_marked_as_text(text):
    assert looks_like_value(text)
    for name in ("excel", "excel-eu"):
        dialect = parse_dialect(name)
        assert lines(written([{"patient": text}], dialect), dialect)[1][0] == f"'{text}"
    if not text.startswith("+"):
        assert lines(written([{"patient": text}], CsvDialect()), CsvDialect())[1][0] == text


@pytest.mark.parametrize("text", TEXTS)
def test_other_text_stays_as_it_is(text):
    assert not looks_like_value(text)


SPREADSHEET = shutil.which("soffice") or shutil.which("localc")


@pytest.mark.slow
@pytest.mark.skipif(SPREADSHEET is None, reason="LibreOffice is not installed (Debian: libreoffice-calc-nogui)")
@pytest.mark.parametrize(("name", "separator", "locale"), [("excel", 44, "1033"), ("excel-eu", 59, "1031")])
def test_a_spreadsheet_reads_identifiers_as_text_and_numbers_as_numbers(tmp_path, name, separator, locale):
    texts = (*VALUES.split(), "a;=1+1", "=1+1")
    rows = [{"patient": text, "height_px": 12, "ratio": -1234.5, "found": True} for text in texts]
    (path,) = write_table_files(tmp_path / "t", ["csv"], COLUMNS, lambda: iter(rows), parse_dialect(name))
    # Separator, quotes, UTF-8, first line, language, quoted cells are no text, dates and the like are recognised.
    filtered = f"--infilter=CSV:{separator},34,76,1,,{locale},false,true"
    command = [SPREADSHEET, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", filtered]
    command += ["--convert-to", "xlsx", "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    cells = list(openpyxl.load_workbook(tmp_path / "t.xlsx").active.iter_rows(min_row=2))
    assert [row[0].data_type for row in cells] == ["s"] * len(rows)
    assert [row[0].value.replace("'", "") for row in cells] == [row["patient"] for row in rows]
    assert {(row[1].value, row[2].value) for row in cells} == {(12, -1234.5)}


def test_a_run_writes_its_tables_in_the_dialect_and_resumes_whatever_it_is(segment, photographs, tmp_path):
    (photographs / "3-4.png").write_bytes(b"no picture")
    done = segment(outputs=Outputs())
    assert [event for event in done if isinstance(event, RunDone)] == [RunDone(5, 1, 0, 0)]
    again = segment(outputs=Outputs(csv_dialect="excel-eu"))
    assert [event for event in again if isinstance(event, RunDone)] == [RunDone(0, 0, 1, 6)]
    dialect = parse_dialect("excel-eu")
    heading, *table = lines((tmp_path / "out" / "measurements.csv").read_bytes(), dialect)
    assert all("," in row[heading.index("confidence")] for row in table)
    content = (tmp_path / "out" / "errors.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfimage;problem\n")
    assert lines(content, dialect)[1][0] == "3-4.png"
