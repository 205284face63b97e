from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from unet_desktop.masks.compare import dice, hausdorff_distance, iou

PAIRS = npst.arrays(bool, st.tuples(st.just(2), st.integers(1, 11), st.integers(1, 11)))


def plane(*rows):
    return np.array([[mark == "#" for mark in row] for row in rows])


def boundary(region):
    """Pixels with an 8-neighbour outside the region or the picture, one by one."""
    padded = np.pad(region, 1)
    return [
        (row, column) for row, column in np.argwhere(region) if not padded[row : row + 3, column : column + 3].all()
    ]


def distance_by_hand(first, second, percentile):
    edges = boundary(first), boundary(second)
    directed = [
        np.percentile([min(math.dist(here, there) for there in theirs) for here in ours], percentile)
        for ours, theirs in (edges, edges[::-1])
    ]
    return max(directed)


def test_dice_and_iou_by_hand():
    first, second = plane("##..", "##.."), plane(".##.", ".##.")
    assert dice(first, second) == 2 * 2 / (4 + 4)
    assert iou(first, second) == 2 / 6


def test_equal_disjoint_and_empty_planes():
    full, empty, other = plane("##.."), plane("...."), plane("..##")
    assert (dice(full, full), iou(full, full)) == (1, 1)
    assert (dice(full, other), iou(full, other)) == (0, 0)
    assert (dice(full, empty), iou(empty, full)) == (0, 0)
    assert (dice(empty, empty), iou(empty, empty)) == (1, 1)


@given(PAIRS)
def test_dice_and_iou_are_symmetric_and_tied(pair):
    first, second = pair
    overlap = iou(first, second)
    assert dice(first, second) == dice(second, first)
    assert overlap == iou(second, first)
    assert dice(first, second) == pytest.approx(2 * overlap / (1 + overlap))


def test_two_points_are_their_distance_apart():
    first, second = np.zeros((40, 40), bool), np.zeros((40, 40), bool)
    first[3, 4] = second[33, 20] = True
    assert hausdorff_distance(first, second) == pytest.approx(34)  # 30 down, 16 right


def test_a_shifted_square_is_its_shift_apart():
    first, second = np.zeros((40, 40), bool), np.zeros((40, 40), bool)
    first[5:25, 5:25] = True
    second[5:25, 12:32] = True
    assert hausdorff_distance(first, second, 100) == pytest.approx(7)


def test_equal_planes_are_0_apart_and_empty_ones_have_no_distance():
    full, empty = np.ones((5, 6), bool), np.zeros((5, 6), bool)
    assert hausdorff_distance(full, full) == 0
    for pair in ((full, empty), (empty, full), (empty, empty)):
        assert math.isnan(hausdorff_distance(*pair))


@given(PAIRS, st.sampled_from([50.0, 95.0, 100.0]))
def test_the_distance_against_brute_force(pair, percentile):
    first, second = pair
    assume(first.any())
    assume(second.any())
    expected = distance_by_hand(first, second, percentile)
    assert hausdorff_distance(first, second, percentile) == pytest.approx(expected, rel=1e-5, abs=1e-5)


def test_the_distance_is_exact_over_long_ways():
    first, second = np.zeros((300, 500), bool), np.zeros((300, 500), bool)
    first[10, 10] = True
    for row, column in ((290, 480), (100, 450), (250, 60)):
        second[:] = False
        second[row, column] = True
        assert hausdorff_distance(first, second) == pytest.approx(math.dist((10, 10), (row, column)), rel=1e-5)
