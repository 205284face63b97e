from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.tasks.measurement_table import table_text

CELLS = st.one_of(st.text(), st.integers(), st.floats(), st.booleans())
ROWS = st.lists(st.dictionaries(st.text(min_size=1), CELLS, max_size=4), max_size=5)
HARMLESS = st.text("xyz, \"'\n").map(lambda text: f"x{text}")


def parsed(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


@given(ROWS)
def test_no_cell_starts_as_a_formula(rows):
    for row in parsed(table_text(rows)):
        for cell in row:
            assert is_number(cell) or not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")), cell


@given(st.lists(st.dictionaries(st.text("abc", min_size=1), HARMLESS), min_size=1, max_size=5))
def test_harmless_text_comes_back(rows):
    text = table_text(rows)
    names = list(dict.fromkeys(name for row in rows for name in row))
    if names:
        found = [dict(zip(names, cells, strict=True)) for cells in parsed(text)[1:] if cells]
        assert found == [{name: row.get(name, "") for name in names} for row in rows]


def test_formulas_get_an_apostrophe_and_negative_numbers_none():
    rows = [{"image": "=cmd|'/c calc'!A0.png", "shift": -3}, {"image": "@SUM(A1)", "shift": -0.5}]
    assert parsed(table_text(rows))[1:] == [["'=cmd|'/c calc'!A0.png", "-3"], ["'@SUM(A1)", "-0.5"]]


def test_columns_stand_in_order_of_appearance_and_gaps_are_empty():
    assert table_text([{"a": 1}, {"b": 2, "a": 3}]) == "a,b\n1,\n3,2\n"
    assert parsed(table_text([])) in ([], [[]])
