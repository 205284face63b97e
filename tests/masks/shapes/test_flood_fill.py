"""Bucket: what hangs together, what is enclosed, and the holes of a region."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from unet_desktop.labels import DISC_AND_CUP, Label, LabelSet
from unet_desktop.masks.regions import region
from unet_desktop.masks.shapes.flood_fill import fill_label_holes, find_enclosed_area, flood_fill
from unet_desktop.masks.shapes.piece import piece_at

DISC, CUP = DISC_AND_CUP
SIZE = (9, 11)
MASKS = npst.arrays(np.uint8, SIZE, elements=st.sampled_from([0, 1, 2, 255]), fill=st.just(0))
PLACES = st.tuples(st.integers(0, SIZE[0] - 1), st.integers(0, SIZE[1] - 1))


def walked(allowed, start, *, corners):
    """The pixels that can be reached from one, step by step."""
    reached, waiting = {start}, [start]
    while waiting:
        row, column = waiting.pop()
        for down in (-1, 0, 1):
            for right in (-1, 0, 1):
                at = (row + down, column + right)
                if (corners or not (down and right)) and at not in reached and allowed(at):
                    reached.add(at)
                    waiting.append(at)
    return reached


def on_mask(mask, test):
    return lambda at: 0 <= at[0] < mask.shape[0] and 0 <= at[1] < mask.shape[1] and test(int(mask[at]))


def as_set(box, plane):
    return {(int(row) + box.top, int(column) + box.left) for row, column in np.argwhere(plane)}


@given(MASKS, PLACES)
def test_connected_is_what_can_be_reached(mask, at):
    before = mask.copy()
    expected = walked(on_mask(mask, lambda value: value == mask[at]), at, corners=False)
    assert as_set(*flood_fill(mask, *at)) == expected
    np.testing.assert_array_equal(mask, before)


@given(MASKS, PLACES)
def test_enclosed_does_not_reach_the_border(mask, at):
    expected = walked(on_mask(mask, lambda value: value == mask[at]), at, corners=False)
    reaches = any(row in (0, SIZE[0] - 1) or column in (0, SIZE[1] - 1) for row, column in expected)
    found = find_enclosed_area(mask, *at)
    assert found is None if reaches else found is not None and as_set(*found) == expected


@given(MASKS, PLACES)
def test_a_piece_of_the_disc_holds_its_cup(mask, at):
    found = piece_at(mask, DISC_AND_CUP, DISC, at[1] + 0.5, at[0] + 0.5)
    if mask[at] not in (1, 2):
        assert found is None
    else:
        assert found is not None
        assert as_set(found.box, found.plane) == walked(on_mask(mask, lambda value: value in (1, 2)), at, corners=True)


@given(MASKS, st.sampled_from([DISC, CUP]))
def test_after_filling_the_only_holes_are_what_nobody_judged(mask, label):
    patch = fill_label_holes(mask, DISC_AND_CUP, label)
    after = mask.copy()
    if patch is not None:
        assert patch.box.clip(*SIZE) == patch.box
        patch.apply(after)
        assert (after != mask).any()
    was, now = region(mask, DISC_AND_CUP, label), region(after, DISC_AND_CUP, label)
    padded = np.pad(was, 1)
    outside = walked(on_mask(padded, lambda inside: not inside), (0, 0), corners=False)
    for row, column in np.ndindex(SIZE):
        hole = not was[row, column] and (row + 1, column + 1) not in outside
        assert now[row, column] == (was[row, column] or (hole and mask[row, column] != 255))
    np.testing.assert_array_equal(after[mask == 255], 255)
    assert fill_label_holes(after, DISC_AND_CUP, label) is None


def test_another_label_in_a_hole_stays():
    labels = LabelSet((Label(1, "cell", "#111111"), Label(2, "dirt", "#222222")))
    mask = np.zeros((7, 7), np.uint8)
    mask[1:6, 1:6] = 1
    mask[2:5, 2:5] = 0
    mask[3, 3] = 2
    patch = fill_label_holes(mask, labels, labels.labels[0])
    patch.apply(mask)
    assert mask[3, 3] == 2
    assert (mask[2:5, 2:5] == 1).sum() == 8
