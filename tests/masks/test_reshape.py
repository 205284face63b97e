"""Reshape: only the last shape counts; adding, subtracting and replacing; the cup stays inside the disc."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from unet_desktop.images.box import Box
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.regions import region
from unet_desktop.masks.reshape import Combine, Reshape

DISC, CUP = DISC_AND_CUP
SIZE = (30, 40)
MASKS = npst.arrays(np.uint8, SIZE, elements=st.sampled_from([0, 1, 2, 255]), fill=st.just(0))
SHAPES = st.tuples(st.integers(-10, 35), st.integers(-10, 45), npst.arrays(bool, (12, 9)))
STEPS = st.lists(st.tuples(SHAPES, st.sampled_from(Combine)), min_size=1, max_size=4)


def whole(shape):
    top, left, plane = shape
    padded = np.zeros((SIZE[0] + 120, SIZE[1] + 120), bool)
    padded[top + 60 : top + 72, left + 60 : left + 69] = plane
    return padded[60 : 60 + SIZE[0], 60 : 60 + SIZE[1]]


@given(MASKS, st.sampled_from(list(DISC_AND_CUP)), STEPS)
def test_only_the_last_shape_counts(before, label, steps):
    mask = before.copy()
    gesture = Reshape(mask, DISC_AND_CUP, label, "Test")
    shown = before.copy()
    for shape, combine in steps:
        top, left, plane = shape
        box = gesture.show(Box(top, left, top + 12, left + 9), plane, combine)
        outside = np.ones(SIZE, bool)
        if not box.empty:
            outside[box.slices] = False
        np.testing.assert_array_equal(mask[outside], shown[outside])
        shown = mask.copy()
    shape, combine = steps[-1]
    was, drawn = region(before, DISC_AND_CUP, label), whole(shape)
    expected = {Combine.ADD: was | drawn, Combine.SUBTRACT: was & ~drawn, Combine.REPLACE: drawn}[combine]
    np.testing.assert_array_equal(region(mask, DISC_AND_CUP, label), expected)
    patch = gesture.finish()
    if patch is not None:
        patch.inverse().apply(mask)
    np.testing.assert_array_equal(mask, before)


@pytest.mark.parametrize("combine", Combine)
def test_cancelling_puts_everything_back(disc_mask, combine):
    mask = disc_mask.copy()
    gesture = Reshape(mask, DISC_AND_CUP, DISC, "Test")
    gesture.show(Box(10, 10, 50, 50), np.ones((40, 40), bool), combine)
    assert gesture.region == Box(20, 30, 60, 70)  # as it was, whatever is shown now
    assert (mask != disc_mask).any()
    gesture.cancel()
    np.testing.assert_array_equal(mask, disc_mask)


def test_replacing_the_disc_erases_its_cup_outside_and_keeps_it_inside(disc_mask):
    mask = disc_mask.copy()
    Reshape(mask, DISC_AND_CUP, DISC, "Test").show(Box(20, 30, 60, 50), np.ones((40, 20), bool), Combine.REPLACE)
    assert (mask[30:50, 40:50] == 2).all()
    assert not mask[:, 50:].any()
    mask = disc_mask.copy()
    Reshape(mask, DISC_AND_CUP, CUP, "Test").show(Box(0, 0, 10, 10), np.ones((10, 10), bool), Combine.REPLACE)
    assert (mask[30:50, 40:60] == 1).all()
    assert (mask[:10, :10] == 2).all()
