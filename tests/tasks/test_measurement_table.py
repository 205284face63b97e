from __future__ import annotations

import csv
import io
import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE
from unet_desktop.masks.trust import UNKNOWN, Trust
from unet_desktop.tasks.measurement_table import measurements, table_text, trust_columns

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


def test_measurements_by_hand(disc_mask):
    assert measurements(disc_mask, DISC_AND_CUP) == {
        "vertical_cup_to_disc_ratio": 0.5,
        "horizontal_cup_to_disc_ratio": 0.5,
        "area_cup_to_disc_ratio": 0.25,
        "optic_disc_height_px": 40,
        "optic_disc_width_px": 40,
        "optic_disc_area_px": 1600,
        "optic_cup_height_px": 20,
        "optic_cup_width_px": 20,
        "optic_cup_area_px": 400,
    }


def test_without_a_disc_the_ratios_are_empty_cells():
    row = measurements(np.zeros((5, 5), np.uint8), DISC_AND_CUP)
    assert row["vertical_cup_to_disc_ratio"] == ""
    assert row["optic_disc_area_px"] == 0
    assert not any(isinstance(value, float) and math.isnan(value) for value in row.values())


def test_labels_without_a_cup_have_no_ratios():
    row = measurements(np.ones((2, 3), np.uint8), ONE_STRUCTURE)
    assert row == {"structure_height_px": 2, "structure_width_px": 3, "structure_area_px": 6}


def test_trust_fills_the_columns_that_are_known():
    trust = Trust({"optic disc": 0.97312, "optic cup": 0.9}, (0.5, 0.61239))
    assert trust_columns(trust) == {
        "vertical_cup_to_disc_ratio_low": 0.5,
        "vertical_cup_to_disc_ratio_high": 0.6124,
        "optic_disc_expected_dice": 0.9731,
        "optic_cup_expected_dice": 0.9,
    }
    assert trust_columns(UNKNOWN) == {}
