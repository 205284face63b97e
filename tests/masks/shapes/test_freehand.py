"""Freehand lines: what is left out lies within half a pixel of what is drawn, and the ends stay."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.masks.shapes.freehand import TOLERANCE, FreehandLine

STEPS = st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3)), min_size=1, max_size=80)


def distance(point, line):
    """From a point to a polyline of (N, 2)."""
    if len(line) == 1:
        return float(np.hypot(*(line[0] - point)))
    along = line[1:] - line[:-1]
    length = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip(((point - line[:-1]) * along).sum(axis=1) / length, 0, 1)
    return float(np.hypot(*(line[:-1] + share[:, None] * along - point).T).min())


@given(STEPS)
def test_no_point_lies_further_than_half_a_pixel_from_the_line(steps):
    walked = np.cumsum(np.array(steps), axis=0) + 50.0
    trail = FreehandLine(*walked[0])
    for x, y in walked[1:]:
        trail.extend(x, y)
    points = trail.points
    np.testing.assert_array_equal(points[0], walked[0])
    np.testing.assert_array_equal(points[-1], walked[-1])
    assert max(distance(at, points) for at in walked) <= TOLERANCE + 1e-9
    # And the other way: the line goes nowhere where nobody drew.
    between = np.concatenate([np.linspace(a, b, 9) for a, b in pairwise(points)] or [points])
    assert max(distance(at, walked) for at in between) <= TOLERANCE + 1e-9


def test_a_straight_drag_needs_few_points():
    trail = FreehandLine(0, 0)
    for step in range(1, 400):
        trail.extend(step / 2, step / 2)
    assert len(trail.points) < 12


def test_a_corner_stays():
    trail = FreehandLine(0, 0)
    trail.extend(5, 0.1)
    trail.corner(10, 0)
    trail.extend(20, 0.0)
    assert [10.0, 0.0] in trail.points.tolist()


def test_staying_where_it_is_adds_nothing():
    trail = FreehandLine(3, 4)
    trail.extend(3, 4)
    assert trail.points.tolist() == [[3.0, 4.0]]
