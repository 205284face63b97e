"""Morphology: growing and shrinking by definition, nothing else touched, the cup in the disc; and mirrored masks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks import morphology
from unet_desktop.masks.regions import region
from unet_desktop.masks.transform import mirror

DISC, CUP = DISC_AND_CUP
SIZE = (20, 24)
PLANES = npst.arrays(bool, SIZE, elements=st.booleans(), fill=st.just(False))
MASKS = npst.arrays(np.uint8, SIZE, elements=st.sampled_from([0, 1, 2, 255]), fill=st.just(0))
LABELS = st.sampled_from(list(DISC_AND_CUP))
STEPS = st.integers(1, 6)
COMMANDS = st.one_of(
    STEPS.map(lambda by: lambda mask, label: morphology.grow(mask, DISC_AND_CUP, label, by)),
    STEPS.map(lambda by: lambda mask, label: morphology.shrink(mask, DISC_AND_CUP, label, by)),
    st.just(lambda mask, label: morphology.smooth(mask, DISC_AND_CUP, label)),
    st.just(lambda mask, label: morphology.keep_largest(mask, DISC_AND_CUP, label)),
)


def within_reach(plane, by):
    """(H, W) bool, pixel by pixel: some pixel of the plane is at most `by` away."""
    there = np.argwhere(plane)
    found = np.zeros(plane.shape, bool)
    for row, column in np.ndindex(*plane.shape):
        found[row, column] = any((row - r) ** 2 + (column - c) ** 2 <= by**2 for r, c in there)
    return found


@given(PLANES, STEPS)
def test_growing_and_shrinking_are_what_they_say(plane, by):
    np.testing.assert_array_equal(morphology.dilate_region(plane, by), within_reach(plane, by))
    np.testing.assert_array_equal(morphology.erode_region(plane, by), plane & ~within_reach(~plane, by))


@given(MASKS, LABELS, STEPS)
def test_a_region_grows_as_if_it_were_alone_in_the_picture(mask, label, by):
    patch = morphology.grow(mask, DISC_AND_CUP, label, by)
    was = region(mask, DISC_AND_CUP, label)
    wanted = morphology.dilate_region(was, by)
    if label is CUP:
        wanted &= was | region(mask, DISC_AND_CUP, DISC)
    after = mask.copy()
    if patch is not None:
        patch.apply(after)
    np.testing.assert_array_equal(region(after, DISC_AND_CUP, label), wanted)


@given(MASKS, LABELS, STEPS)
def test_a_region_shrinks_as_if_it_were_alone_in_the_picture(mask, label, by):
    patch = morphology.shrink(mask, DISC_AND_CUP, label, by)
    after = mask.copy()
    if patch is not None:
        patch.apply(after)
    np.testing.assert_array_equal(
        region(after, DISC_AND_CUP, label), morphology.erode_region(region(mask, DISC_AND_CUP, label), by)
    )


@given(MASKS, LABELS, COMMANDS)
def test_every_command_is_one_patch_that_keeps_the_rules(before, label, command):
    mask = before.copy()
    patch = command(mask, label)
    np.testing.assert_array_equal(mask, before)  # it is the editor that applies
    if patch is None:
        return
    patch.apply(mask)
    assert (mask != before).any()
    assert set(np.unique(mask)) <= {0, 1, 2, 255}
    disc, cup = (region(mask, DISC_AND_CUP, each) for each in (DISC, CUP))
    assert not (cup & ~disc).any()
    if label is CUP:  # nothing that is done to the cup changes the disc
        np.testing.assert_array_equal(disc, region(before, DISC_AND_CUP, DISC))
    if label is DISC:  # nor is a cup made of what was none
        assert not (cup & (before != 2)).any()
    patch.inverse().apply(mask)
    np.testing.assert_array_equal(mask, before)


@given(MASKS, LABELS)
def test_of_the_pieces_one_of_the_largest_stays(mask, label):
    patch = morphology.keep_largest(mask, DISC_AND_CUP, label)
    if patch is None:
        return
    was = region(mask, DISC_AND_CUP, label)
    patch.apply(mask)
    now = region(mask, DISC_AND_CUP, label)
    assert now.any()
    assert not (now & ~was).any()
    assert morphology.keep_largest(mask, DISC_AND_CUP, label) is None


def test_smoothing_takes_a_spike_and_fills_a_notch():
    mask = np.zeros((120, 120), np.uint8)
    mask[30:90, 30:90] = 1
    mask[20:30, 60] = 1
    mask[80:90, 50] = 0
    patch = morphology.smooth(mask, DISC_AND_CUP, DISC)
    patch.apply(mask)
    assert not mask[20:29, 60].any()
    assert mask[80:88, 50].all()
    assert mask[40:80, 40:80].all()
    assert abs(int(mask.sum()) - 3600) < 60


def test_smoothing_lets_a_large_round_region_be():
    rows, columns = np.mgrid[:400, :400]
    mask = (np.hypot(rows - 200, columns - 200) < 150).astype(np.uint8)
    before = int(mask.sum())
    patch = morphology.smooth(mask, DISC_AND_CUP, DISC)
    if patch is not None:
        patch.apply(mask)
    assert abs(int(mask.sum()) - before) < 0.003 * before


def test_only_the_region_and_its_surroundings_are_in_the_patch():
    mask = np.zeros((2848, 4288), np.uint8)
    mask[1000:1200, 2000:2300] = 1
    patch = morphology.grow(mask, DISC_AND_CUP, DISC, 5)
    assert (patch.box.top, patch.box.left, patch.box.bottom, patch.box.right) == (995, 1995, 1205, 2305)


def test_a_region_at_the_pictures_edge_shrinks_from_its_border_only():
    mask = np.zeros((30, 30), np.uint8)
    mask[:, :10] = 1
    morphology.shrink(mask, DISC_AND_CUP, DISC, 3).apply(mask)
    assert mask[:, :7].all()
    assert not mask[:, 7:].any()


@pytest.mark.parametrize("command", ["grow", "shrink"])
def test_nothing_there_is_nothing_to_do(command):
    mask = np.zeros(SIZE, np.uint8)
    assert getattr(morphology, command)(mask, DISC_AND_CUP, DISC, 2) is None
    assert morphology.smooth(mask, DISC_AND_CUP, DISC) is None
    assert morphology.keep_largest(mask, DISC_AND_CUP, DISC) is None


@given(MASKS)
def test_mirrored_twice_is_as_before(mask):
    once = mirror(mask, SIZE)
    assert (once[:, 0] == mask[:, -1]).all()
    np.testing.assert_array_equal(mirror(once, SIZE), mask)


@given(MASKS, st.integers(1, 60), st.integers(1, 60))
def test_mirroring_to_another_size_makes_no_new_labels(mask, height, width):
    found = mirror(mask, (height, width))
    assert found.shape == (height, width)
    assert set(np.unique(found)) <= set(np.unique(mask))


def test_mirroring_to_the_double_size_repeats_each_pixel():
    mask = np.arange(12, dtype=np.uint8).reshape(3, 4)
    np.testing.assert_array_equal(mirror(mask, (6, 8)), mask[:, ::-1].repeat(2, axis=0).repeat(2, axis=1))
