from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as npst

from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE, Label, LabelSet
from unet_desktop.masks.anatomy import fill_holes, largest_component, tidy
from unet_desktop.masks.regions import regions

PLANES = npst.arrays(bool, npst.array_shapes(min_dims=2, max_dims=2, max_side=12))
DIAGONAL = [(row, column) for row in (-1, 0, 1) for column in (-1, 0, 1) if (row, column) != (0, 0)]
STRAIGHT = [(-1, 0), (1, 0), (0, -1), (0, 1)]


def reached(plane, start, steps):
    """Pixels of the plane that are connected with the start."""
    found, waiting = {start}, [start]
    while waiting:
        row, column = waiting.pop()
        for down, right in steps:
            at = (row + down, column + right)
            if 0 <= at[0] < plane.shape[0] and 0 <= at[1] < plane.shape[1] and plane[at] and at not in found:
                found.add(at)
                waiting.append(at)
    return found


def pieces(plane):
    left = {(int(row), int(column)) for row, column in np.argwhere(plane)}
    found = []
    while left:
        found.append(reached(plane, next(iter(left)), DIAGONAL))
        left -= found[-1]
    return found


def filled_by_hand(plane):
    outside = reached(np.pad(~plane, 1, constant_values=True), (0, 0), STRAIGHT)
    filled = np.ones(np.add(plane.shape, 2), bool)
    filled[tuple(np.transpose(sorted(outside)))] = False
    return filled[1:-1, 1:-1]


@given(PLANES)
def test_the_largest_piece_is_kept_whole_and_alone(plane):
    kept = largest_component(plane)
    found = pieces(plane)
    assert kept.dtype == bool
    if not found:
        assert not kept.any()
    else:
        assert kept.sum() == max(len(piece) for piece in found)
        assert {(int(row), int(column)) for row, column in np.argwhere(kept)} in found


@given(PLANES)
def test_holes_are_filled_as_by_hand(plane):
    np.testing.assert_array_equal(fill_holes(plane), filled_by_hand(plane))


def test_a_ring_at_the_edge_of_the_picture_is_filled():
    plane = np.ones((6, 8), bool)
    plane[2:4, 2:5] = False
    assert fill_holes(plane).all()


def test_a_bay_is_no_hole():
    plane = np.ones((6, 8), bool)
    plane[3:, 3:5] = False
    np.testing.assert_array_equal(fill_holes(plane), plane)


def test_tidy_leaves_one_disc_without_holes_and_one_cup_in_it(disc_mask):
    untidy = disc_mask.copy()
    untidy[80:84, 80:84] = 2  # a second disc with a cup, far off
    untidy[24:27, 34:37] = 0  # a hole in the disc
    untidy[52:54, 62:64] = 2  # a second cup in the disc
    np.testing.assert_array_equal(tidy(untidy, DISC_AND_CUP), disc_mask)


def test_tidy_chooses_the_cup_of_the_disc_that_stays(disc_mask):
    mask = disc_mask.copy()
    mask[30:50, 40:60] = 1
    mask[38:42, 48:52] = 2  # a small cup in the large disc
    alone = mask.copy()
    mask[70:90, 5:25] = 2  # a small disc that is all cup
    np.testing.assert_array_equal(tidy(mask, DISC_AND_CUP), alone)


def test_tidy_leaves_a_good_mask_and_an_empty_one(disc_mask):
    np.testing.assert_array_equal(tidy(disc_mask, DISC_AND_CUP), disc_mask)
    assert not tidy(np.zeros((5, 5), np.uint8), DISC_AND_CUP).any()


def test_tidy_keeps_all_of_what_there_may_be_many_of():
    mask = np.zeros((9, 9), np.uint8)
    mask[1:4, 1:4] = 1
    mask[2, 2] = 0
    mask[6:8, 6:8] = 1
    np.testing.assert_array_equal(tidy(mask, ONE_STRUCTURE), mask)


@given(npst.arrays(np.uint8, (9, 9), elements={"min_value": 0, "max_value": 2}))
def test_after_tidying_every_unique_region_is_one_piece(mask):
    planes = regions(tidy(mask, DISC_AND_CUP), DISC_AND_CUP)
    assert len(pieces(planes[0])) <= 1
    np.testing.assert_array_equal(planes[0], filled_by_hand(planes[0]))
    assert len(pieces(planes[1])) <= 1


@pytest.mark.parametrize("unique", [True, False])
def test_many_children_in_one_parent(unique):
    labels = LabelSet((Label(1, "disc", "#000000", unique=True), Label(2, "spot", "#000000", "disc", unique)))
    mask = np.ones((9, 9), np.uint8)
    mask[1:3, 1:3] = mask[5, 5] = 2
    assert len(pieces(tidy(mask, labels) == 2)) == (1 if unique else 2)
