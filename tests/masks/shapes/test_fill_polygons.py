"""Filling outlines: pixel centres decide, borders cut, neighbours neither overlap nor leave gaps."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.masks.shapes.polygon import fill_polygons

SIZE = (20, 26)
COORDINATES = st.tuples(st.integers(-20, 140), st.integers(-20, 120)).map(lambda at: (at[0] / 4 + 0.1, at[1] / 4 + 0.1))


def plane_of(outlines, size=SIZE):
    box, plane = fill_polygons([np.array(outline, np.float64) for outline in outlines], size)
    whole = np.zeros(size, bool)
    whole[box.slices] = plane
    return whole


def winding(outline, x, y):
    """Times that the outline goes round the point, by its angles."""
    at = np.array(outline) - (x, y)
    angles = np.arctan2(at[:, 1], at[:, 0])
    turns = np.diff(np.append(angles, angles[0]))
    turns = (turns + np.pi) % (2 * np.pi) - np.pi
    return round(turns.sum() / (2 * np.pi))


@given(st.lists(COORDINATES, min_size=3, max_size=8))
def test_a_pixel_is_inside_when_the_outline_goes_round_its_centre(outline):
    plane = plane_of([outline])
    for row in range(0, SIZE[0], 3):
        for column in range(0, SIZE[1], 3):
            # On an edge, either side may have it.
            if not on_edge(outline, column + 0.5, row + 0.5):
                assert plane[row, column] == (winding(outline, column + 0.5, row + 0.5) != 0)


def on_edge(outline, x, y):
    starts = np.array(outline)
    along = np.roll(starts, -1, axis=0) - starts
    length = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip((((x, y) - starts) * along).sum(axis=1) / length, 0, 1)
    return bool((np.hypot(*(starts + share[:, None] * along - (x, y)).T) < 1e-6).any())


def test_a_square_of_whole_pixels():
    plane = plane_of([[(3, 2), (9, 2), (9, 7), (3, 7)]])
    expected = np.zeros(SIZE, bool)
    expected[2:7, 3:9] = True
    np.testing.assert_array_equal(plane, expected)


@given(st.integers(8, 96), st.integers(8, 96))
def test_two_halves_make_the_whole_and_do_not_overlap(top, bottom):
    corners = [(2.0, 2.0), (24.0, 2.0), (24.0, 18.0), (2.0, 18.0)]
    cut = [(top / 4, 2.0), (bottom / 4, 18.0)]
    left = plane_of([[corners[0], cut[0], cut[1], corners[3]]])
    right = plane_of([[cut[0], corners[1], corners[2], cut[1]]])
    assert not (left & right).any()
    np.testing.assert_array_equal(left | right, plane_of([corners]))


def test_a_hole_runs_the_other_way_round():
    outer = [(2, 2), (20, 2), (20, 18), (2, 18)]
    hole = [(8, 8), (8, 12), (14, 12), (14, 8)]
    plane = plane_of([outer, hole])
    assert not plane[8:12, 8:14].any()
    assert plane.sum() == 18 * 16 - 4 * 6


def test_what_reaches_over_the_border_is_cut_off():
    assert plane_of([[(-1000, -1000), (1e7, -1000), (1e7, 1e7), (-1000, 1e7)]]).all()
    assert not plane_of([[(-9, -9), (-2, -9), (-2, -2)]]).any()
    assert not plane_of([[(3, 3), (9, 9)]]).any()
    assert not plane_of([]).any()
