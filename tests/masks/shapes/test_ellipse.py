"""Ellipses: exact pixels, fits that recover what the points lie on, handles that keep the opposite side."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from unet_desktop.images.box import Box
from unet_desktop.masks.compare import dice
from unet_desktop.masks.shapes.ellipse import Ellipse
from unet_desktop.masks.shapes.ellipse_draft import (
    ELLIPSE_HANDLES,
    inscribe_ellipse,
    pull_handle,
    turn_ellipse,
    turning_handle_place,
)
from unet_desktop.masks.shapes.ellipse_fit import fit_ellipse, fit_ellipse_to_region

SIZE = (60, 80)


def numbers(low, high):
    return st.floats(low, high, allow_nan=False)


ELLIPSES = st.builds(
    Ellipse, numbers(-10, 90), numbers(-10, 70), numbers(0.5, 40), numbers(0.5, 40), numbers(-math.pi, math.pi)
)
POINTS = st.tuples(numbers(-50, 150), numbers(-50, 150))


def whole(ellipse, size=SIZE):
    box, plane = ellipse.pixels(size)
    found = np.zeros(size, bool)
    found[box.slices] = plane
    return found


def alike(first, second, tolerance):
    """Do the two have the same edge?"""
    levels = [first.level(x, y) for x, y in second.outline(40)]
    return max(abs(level - 1) for level in levels) < tolerance


@given(ELLIPSES)
def test_the_pixels_are_those_whose_centre_lies_inside(ellipse):
    found = whole(ellipse)
    for row in range(SIZE[0]):
        for column in range(SIZE[1]):
            level = ellipse.level(column + 0.5, row + 0.5)
            assert abs(level - 1) < 1e-9 or found[row, column] == (level < 1)


def test_a_centre_on_the_edge_is_inside():
    assert whole(Ellipse(10.5, 10.5, 4, 2)).sum(axis=1).tolist()[8:13] == [1, 7, 9, 7, 1]


def test_an_ellipse_beside_the_picture_has_no_pixels():
    assert not whole(Ellipse(-50, 10, 20, 20)).any()
    assert not whole(Ellipse(math.nan, 10, 20, 20)).any()
    assert whole(Ellipse(40, 30, 1e6, 1e6)).all()


@given(ELLIPSES, st.lists(st.integers(0, 35), min_size=5, max_size=12, unique=True))
def test_points_on_an_ellipse_give_that_ellipse(ellipse, places):
    assume(max(ellipse.a, ellipse.b) < 3 * min(ellipse.a, ellipse.b))
    gaps = np.diff(sorted(places), append=min(places) + 36)
    assume(gaps.max() <= 14)  # all round: an arc of noise-free points would do too, but 1e-16 counts there
    turns = np.array(places) * (2 * math.pi / 36)
    points = np.array([ellipse.to_image(ellipse.a * math.cos(turn), ellipse.b * math.sin(turn)) for turn in turns])
    found = fit_ellipse(points)
    assert found is not None
    assert alike(found, ellipse, 1e-4)
    assert abs(found.angle) <= math.pi / 4 + 1e-9


@given(st.lists(POINTS, min_size=2, max_size=8))
def test_any_points_give_an_ellipse_of_their_size_or_none(places):
    points = np.array(places)
    found = fit_ellipse(points)
    if found is None:
        assert np.ptp(points, axis=0).max() < 1e-5
        return
    apart = np.hypot(*np.ptp(points, axis=0))
    assert 0 < min(found.a, found.b) <= max(found.a, found.b) <= max(2.001 * apart, 0.5)


def test_few_points():
    assert fit_ellipse(np.array([[3.0, 4.0]])) is None
    assert fit_ellipse(np.array([[3.0, 4.0], [3.0, 4.0]])) is None
    two = fit_ellipse(np.array([[10.0, 10.0], [20.0, 10.0]]))
    assert (two.x, two.y, two.a, two.b) == pytest.approx((15, 10, 5, 5))
    three = fit_ellipse(np.array([[20.0, 10.0], [10.0, 20.0], [0.0, 10.0]]))
    assert (three.x, three.y, three.a, three.b) == pytest.approx((10, 10, 10, 10))
    four = fit_ellipse(np.array([[20.0, 10.0], [10.0, 16.0], [0.0, 10.0], [10.0, 4.0]]))
    assert (four.x, four.y, four.angle) == pytest.approx((10, 10, 0))
    assert (four.a, four.b) == pytest.approx((10, 6), rel=0.1)  # a little nearer to the circle than the points


def test_four_points_on_the_diagonals_give_a_circle_rather_than_a_needle():
    places = [(14.0, 14.1), (6.1, 14.0), (6.0, 6.0), (14.0, 6.1)]
    four = fit_ellipse(np.array(places))
    assert four.a == pytest.approx(four.b, rel=0.05)


@pytest.mark.parametrize(
    "points",
    [
        [(0, 0), (10, 0), (20, 0), (30, 0), (40, 0), (50, 0)],  # a line
        [(0, 0), (10, 1), (20, 0), (30, -1), (40, 0)],  # hardly more
        [(-10, 10), (-5, 5), (5, 5), (10, 10), (-10, -10), (10, -10)],
        [(x, 1000 / x) for x in (5, 8, 12, 20, 40, 80)],  # a branch of a hyperbola
        [(x, x * x / 10) for x in range(-20, 21, 5)],  # a parabola
    ],
)
def test_points_of_other_curves_do_not_run_away(points):
    points = np.array(points, np.float64)
    found = fit_ellipse(points)
    apart = np.hypot(*np.ptp(points, axis=0))
    assert max(found.a, found.b) <= 2 * apart
    assert max(found.a, found.b) <= 4.001 * min(found.a, found.b)


@given(ELLIPSES)
def test_an_ellipse_of_a_region_covers_it(ellipse):
    assume(min(ellipse.a, ellipse.b) > 3)
    around = (200, 220)
    moved = ellipse.shift(60, 60)
    box, plane = moved.pixels(around)
    found = fit_ellipse_to_region(box, plane)
    assert dice(whole(found, around), whole(moved, around)) > 0.93
    if min(ellipse.a, ellipse.b) > 12:
        assert dice(whole(found, around), whole(moved, around)) > 0.985


def test_an_empty_region_has_no_ellipse():
    assert fit_ellipse_to_region(Box(0, 0, 4, 4), np.zeros((4, 4), bool)) is None
    one = fit_ellipse_to_region(Box(4, 7, 5, 8), np.ones((1, 1), bool))
    assert (one.x, one.y) == (7.5, 4.5)
    assert whole(one).sum() == 1


@given(ELLIPSES, st.sampled_from(ELLIPSE_HANDLES), POINTS, st.booleans())
def test_dragging_a_handle_keeps_the_opposite_side(ellipse, handle, end, proportional):
    opposite = type(handle)(-handle.along, -handle.across)
    after = pull_handle(ellipse, handle, *end, proportional=proportional)
    assert opposite.place(after) == pytest.approx(opposite.place(ellipse), abs=1e-6)
    assert after.angle == ellipse.angle
    assert min(after.a, after.b) >= 0.5 - 1e-9
    if proportional:
        assert after.a / after.b == pytest.approx(ellipse.a / ellipse.b)
    centred = pull_handle(ellipse, handle, *end, proportional=proportional, centred=True)
    assert (centred.x, centred.y) == (ellipse.x, ellipse.y)


@given(ELLIPSES, st.sampled_from(ELLIPSE_HANDLES), numbers(0.5, 60), numbers(0.5, 60))
def test_a_handle_follows_the_pointer(ellipse, handle, a, b):
    wanted = ellipse.to_image(handle.along * a, handle.across * b)
    after = pull_handle(ellipse, handle, *wanted, centred=True)
    assert handle.place(after) == pytest.approx(
        wanted if handle.along and handle.across else handle.place(after), abs=1e-6
    )
    assert after.a == pytest.approx(a if handle.along else ellipse.a)
    assert after.b == pytest.approx(b if handle.across else ellipse.b)


def test_turning():
    ellipse = Ellipse(10, 10, 8, 4)
    place = turning_handle_place(ellipse, 5)
    assert place == pytest.approx((10, 1))
    after = turn_ellipse(ellipse, place, (19, 10))
    assert after.angle == pytest.approx(math.pi / 2)
    assert turning_handle_place(after, 5) == pytest.approx((19, 10))
    assert turn_ellipse(ellipse, place, (10.5, 1), stepwise=True).angle == 0
    assert after.upright() == Ellipse(10, 10, 4, 8, pytest.approx(0))


def test_the_ellipse_in_a_box():
    assert inscribe_ellipse((10, 10), (30, 20), round_=False, centred=False) == Ellipse(20, 15, 10, 5)
    assert inscribe_ellipse((30, 20), (10, 10), round_=False, centred=False) == Ellipse(20, 15, 10, 5)
    assert inscribe_ellipse((10, 10), (30, 20), round_=True, centred=False) == Ellipse(20, 20, 10, 10)
    assert inscribe_ellipse((10, 10), (30, 20), round_=False, centred=True) == Ellipse(10, 10, 20, 10)


@given(ELLIPSES)
def test_upright_is_the_same_ellipse(ellipse):
    upright = ellipse.upright()
    assert abs(upright.angle) <= math.pi / 4 + 1e-9
    assert alike(upright, ellipse, 1e-6)
