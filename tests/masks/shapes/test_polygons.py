"""Polygons: what encloses nothing, and directions of 45 degrees."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.masks.shapes.polygon import encloses_area, snap_to_45_degrees

POINT = st.tuples(st.floats(-5000, 5000), st.floats(-5000, 5000))


@given(POINT, POINT, st.lists(st.floats(-2, 2), max_size=5))
def test_points_on_one_line_enclose_nothing(start, end, shares):
    start, end = np.array(start), np.array(end)
    points = np.array([start, end, *(start + share * (end - start) for share in shares)])
    assert not encloses_area(points)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_fewer_than_three_enclose_nothing(count):
    assert not encloses_area(np.arange(2.0 * count).reshape(count, 2))


def test_an_eight_encloses_its_halves():
    eight = np.array([(0, 0), (10, 10), (10, 0), (0, 10)], np.float64)
    assert encloses_area(eight)


@given(POINT, POINT)
def test_a_side_turns_to_the_nearest_multiple_of_45_degrees(start, end):
    at = snap_to_45_degrees(start, end)
    across, down = at[0] - start[0], at[1] - start[1]
    assert min(abs(across), abs(down), abs(abs(across) - abs(down))) < 1e-6
    for turn in range(8):
        direction = (math.cos(turn * math.pi / 4), math.sin(turn * math.pi / 4))
        along = (end[0] - start[0]) * direction[0] + (end[1] - start[1]) * direction[1]
        other = (start[0] + along * direction[0], start[1] + along * direction[1])
        assert math.dist(at, end) <= math.dist(other, end) + 1e-6
