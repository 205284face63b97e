"""Push: what grows, what shrinks, where it ends, how smooth it stays; undone and cancelled exactly."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from unet_desktop.images.box import Box
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.push import LevelField, Push, signed_distance
from unet_desktop.masks.regions import region

DISC, CUP = DISC_AND_CUP
SIZE = (150, 170)
LABELS = st.sampled_from(list(DISC_AND_CUP))
PLACES = st.tuples(st.floats(-20, 190), st.floats(-20, 170))
PATHS = st.lists(PLACES, min_size=1, max_size=4)
RADII = st.floats(0.5, 60)


def nested(centre=(80, 75), radius=40):
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]] + 0.5
    distance = np.hypot(columns - centre[0], rows - centre[1])
    return (distance < radius).astype(np.uint8) + (distance < radius / 2)


MASKS = st.one_of(
    st.builds(nested, PLACES, st.floats(3, 70)),
    npst.arrays(np.uint8, SIZE, elements=st.sampled_from([0, 1, 2, 255]), fill=st.just(0)),
)


def pushed(mask, label, path, radius, *, inwards=False):
    gesture = Push(mask, DISC_AND_CUP, label, path[0], radius, inwards=inwards)
    for point in path[1:]:
        gesture.extend(*point)
    return gesture


@given(MASKS, LABELS, PATHS, RADII, st.booleans())
def test_it_only_grows_when_pressed_inside_and_only_shrinks_otherwise(before, label, path, radius, inwards):
    mask = before.copy()
    pushed(mask, label, path, radius, inwards=inwards)
    was, now = region(before, DISC_AND_CUP, label), region(mask, DISC_AND_CUP, label)
    column, row = (int(np.floor(at)) for at in path[0])
    inside = 0 <= row < SIZE[0] and 0 <= column < SIZE[1] and bool(was[row, column]) and not inwards
    assert not ((was & ~now) if inside else (now & ~was)).any()
    assert set(np.unique(mask)) <= set(np.unique(before)) | {0, 1, 2}
    assert not (region(mask, DISC_AND_CUP, CUP) & ~region(mask, DISC_AND_CUP, DISC)).any()


@given(MASKS, LABELS, PATHS, RADII)
def test_changes_lie_in_the_boxes_and_under_the_finger(mask, label, path, radius):
    gesture = Push(mask, DISC_AND_CUP, label, path[0], radius)
    for start, end in pairwise(path):
        before = mask.copy()
        box = gesture.extend(*end)
        changed = mask != before
        rows, columns = np.nonzero(changed)
        along = np.subtract(end, start)
        share = np.clip(
            ((columns + 0.5 - start[0]) * along[0] + (rows + 0.5 - start[1]) * along[1]) / max(along @ along, 1e-9),
            0,
            1,
        )
        away = np.hypot(columns + 0.5 - start[0] - share * along[0], rows + 0.5 - start[1] - share * along[1])
        assert (away <= max(radius, 1) + 1e-3).all()
        if not box.empty:
            changed[box.slices] = False
        assert not changed.any()


@given(MASKS, LABELS, PATHS, RADII)
def test_it_is_its_patch_and_can_be_cancelled(before, label, path, radius):
    mask = before.copy()
    patch = pushed(mask, label, path, radius).finish()
    again = before.copy()
    if patch is not None:
        patch.apply(again)
    np.testing.assert_array_equal(again, mask)
    mask = before.copy()
    pushed(mask, label, path, radius).cancel()
    np.testing.assert_array_equal(mask, before)


def test_a_press_alone_moves_nothing():
    mask = nested()
    assert pushed(mask, DISC, [(118, 75)], 20).finish() is None
    assert pushed(mask, DISC, [(118, 75), (118, 75)], 20).finish() is None


def test_the_border_goes_as_far_as_the_finger_in_its_middle():
    mask = nested()  # the disc ends at x = 120
    pushed(mask, DISC, [(119.5, 75), (124.5, 75), (134.5, 75)], 20)
    assert abs(int(np.flatnonzero(mask[75])[-1]) + 1 - 135) <= 1
    mask = nested()
    pushed(mask, DISC, [(120.5, 75), (112.5, 75)], 20)
    assert abs(int(np.flatnonzero(mask[75])[-1]) + 1 - 112) <= 1


def test_many_small_moves_are_one_large_move():
    """A mask alone would forget moves of a third of a pixel."""
    large, small = nested(), nested()
    pushed(large, DISC, [(118, 75), (128, 75)], 30)
    pushed(small, DISC, [(118, 75), *((118 + step / 3, 75) for step in range(1, 31))], 30)
    grown = (large > 0).sum() - (nested() > 0).sum()
    assert grown > 150
    assert ((large > 0) != (small > 0)).sum() < 0.12 * grown


def test_the_border_stays_smooth():
    """The outline of a disc pushed out by ten pixels turns nowhere sharply, measured over twelve pixels."""
    mask = nested()
    pushed(mask, DISC, [(118, 75), (123, 75), (128, 75)], 30)
    outlines, _ = cv2.findContours((mask > 0).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    assert len(outlines) == 1
    points = outlines[0][:, 0].astype(float)
    ahead, behind = np.roll(points, -12, axis=0) - points, points - np.roll(points, 12, axis=0)
    turn = np.arctan2(ahead[:, 1], ahead[:, 0]) - np.arctan2(behind[:, 1], behind[:, 0])
    assert np.abs((turn + np.pi) % (2 * np.pi) - np.pi).max() < np.radians(60)


def test_pushing_the_disc_outwards_keeps_the_cup_and_inwards_takes_it_along():
    mask = nested()
    pushed(mask, DISC, [(118, 75), (130, 75)], 25)
    np.testing.assert_array_equal(mask == 2, nested() == 2)
    mask = nested()
    pushed(mask, DISC, [(125, 75), (90, 75)], 25)
    assert (mask[75, 95:125] == 0).all()
    assert (nested()[75, 95:99] == 2).all()


@given(st.integers(0, 100), st.integers(0, 120), st.integers(1, 150), st.integers(1, 170))
def test_a_field_reads_the_same_in_any_order_of_boxes(top, left, height, width):
    plane = nested() > 0
    field = LevelField(SIZE, lambda box: plane[box.slices])
    box = Box(top, left, top + height, left + width).clip(*SIZE)
    first = field.read(box)
    whole = LevelField(SIZE, lambda box: plane[box.slices]).read(Box(0, 0, *SIZE))
    np.testing.assert_allclose(first, whole[box.slices], atol=1e-4)
    field.write(box, np.full(first.shape, 7, np.float32))
    after = field.read(Box(0, 0, *SIZE))
    assert (after[box.slices] == 7).all()
    outside = np.ones(SIZE, bool)
    outside[box.slices] = False
    np.testing.assert_allclose(after[outside], whole[outside], atol=1e-4)


@pytest.mark.parametrize("value", [False, True])
def test_without_a_border_everything_is_deep(value):
    assert (signed_distance(np.full((3, 4), value), 5.0) == (5.0 if value else -5.0)).all()
