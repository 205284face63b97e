"""Measuring while editing: the same figures as from nothing, for the price of what changed."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_desktop.images.box import Box
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE, Label, LabelSet
from unet_desktop.masks.anatomy import tidy
from unet_desktop.masks.measure import (
    Extent,
    Measurement,
    cup_to_disc,
    measure_box,
    measure_extent,
    measure_mask,
)
from unet_desktop.masks.measurement_tracker import MeasurementTracker
from unet_desktop.masks.paint_tables import erase_table, paint_table
from unet_desktop.masks.patch import Patch
from unet_desktop.masks.regions import Mask, region
from unet_desktop.masks.stroke import Stroke

HEIGHT, WIDTH = 40, 50
THREE = LabelSet((*DISC_AND_CUP.labels, Label(7, "haemorrhage", "#d55e00")))


def assert_same(one: Measurement, other: Measurement) -> None:
    assert one.extents == other.extents
    assert str(one.ratios) == str(other.ratios)  # NaN is no equal of itself
    assert (one.rim is None) == (other.rim is None)
    if one.rim is not None and other.rim is not None:
        assert (one.rim.x, one.rim.y) == (other.rim.x, other.rim.y)
        assert (one.rim.disc == other.rim.disc).all()
        assert (one.rim.cup == other.rim.cup).all()


def update(tracker: MeasurementTracker, mask: Mask, box: Box) -> None:
    within = box.clip(*mask.shape)
    tracker.update(within, mask[within.slices])


def test_by_hand():
    mask = np.zeros((60, 60), np.uint8)
    mask[10:50, 5:55] = 1
    mask[20:48, 10:30] = 2
    found = measure_mask(mask, DISC_AND_CUP)
    assert found.extents == (Extent(5, 10, 50, 40, 2000), Extent(10, 20, 20, 28, 560))
    assert (found.disc, found.cup) == (0, 1)
    assert found.vertical == 28 / 40
    assert (found.rim.x, found.rim.y) == (30, 30)


def test_nothing_and_labels_without_a_pair():
    empty = measure_mask(np.zeros((5, 4), np.uint8), DISC_AND_CUP)
    assert empty.extents == (Extent(0, 0, 0, 0, 0),) * 2
    assert math.isnan(empty.vertical)
    single = measure_mask(np.ones((5, 4), np.uint8), ONE_STRUCTURE)
    assert single.extents == (Extent(0, 0, 4, 5, 20),)
    assert single.ratios is None
    assert single.rim is None


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1)])
def test_the_smallest_masks(shape):
    found = measure_mask(np.full(shape, 2, np.uint8), DISC_AND_CUP)
    assert found.vertical == 1
    assert (found.rim.width == 0).all()
    mask = np.zeros(shape, np.uint8)
    mask[0, 0] = 1
    assert measure_mask(mask, DISC_AND_CUP).rim.disc.max() < 1


EDITS = st.lists(
    st.tuples(
        st.integers(-5, HEIGHT),
        st.integers(-5, WIDTH),
        st.integers(0, 30),
        st.integers(0, 30),
        st.sampled_from([0, 1, 2, 7, 255]),
        st.booleans(),
    ),
    min_size=1,
    max_size=12,
)


@settings(deadline=None)
@given(EDITS)
def test_after_any_edits_the_figures_are_those_of_a_fresh_count(edits):
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    tally = MeasurementTracker(mask, THREE)
    for top, left, height, width, value, measure_now in edits:
        box = Box(top, left, top + height, left + width)
        within = box.clip(HEIGHT, WIDTH)
        if not within.empty:
            mask[within.slices] = value
        update(tally, mask, box)
        if measure_now:
            assert_same(tally.measure(), measure_mask(mask, THREE))
    found = tally.measure()
    assert_same(found, measure_mask(mask, THREE))
    assert found.extents == tuple(measure_extent(region(mask, THREE, label)) for label in THREE)
    assert str(found.ratios) == str(cup_to_disc(mask, THREE))


def test_what_lies_in_pieces():
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[5:20, 5:20] = 1
    mask[8:10, 8:10] = mask[14:16, 14:16] = 2
    mask[30, 30] = mask[32, 32] = 7
    disc, cup, _ = THREE
    tally = MeasurementTracker(mask, THREE)
    assert tally.labels_in_pieces() == ((cup, 2),)  # a picture may hold many haemorrhages
    mask[25, 40] = 2  # a piece of the cup and so of the disc
    update(tally, mask, Box(25, 40, 26, 41))
    assert tally.labels_in_pieces() == ((disc, 2), (cup, 3))
    mask[20, 20] = 1  # touches by a corner
    mask[8:16, 8:16] = 2
    mask[25, 40] = 0
    update(tally, mask, Box(0, 0, HEIGHT, WIDTH))
    assert tally.labels_in_pieces() == ()


class Counting(np.ndarray):
    """A mask that counts the pixels that are cut out of it."""

    seen = 0

    def __getitem__(self, key):
        part = super().__getitem__(key)
        Counting.seen += part.size
        return np.asarray(part)


def test_an_update_looks_at_what_changed_and_no_more():
    mask = np.zeros((2848, 4288), np.uint8)
    mask[1000:1600, 2000:2600] = 1
    mask[1200:1400, 2200:2400] = 2
    tally = MeasurementTracker(mask, DISC_AND_CUP)
    tally._mask = tally._mask.view(Counting)
    tally.measure()
    Counting.seen = 0
    update(tally, mask, Box(1100, 2100, 1220, 2220))
    assert Counting.seen == 120 * 120
    tally.measure()
    assert Counting.seen == 120 * 120 + 600 * 600  # the rim's part is a view of the disc's box


def test_only_regions_that_changed_are_searched_for_pieces():
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[5:30, 5:30] = 1
    mask[8:10, 8:10] = mask[14:16, 14:16] = 2
    tally = MeasurementTracker(mask, THREE)
    assert tally.labels_in_pieces() == ((THREE.labels[1], 2),)
    tally._mask = tally._mask.view(Counting)
    Counting.seen = 0
    assert tally.labels_in_pieces() == ((THREE.labels[1], 2),)
    assert Counting.seen == 0
    mask[14:16, 14:16] = 1  # the cup's other piece becomes disc, which stays as it was
    update(tally, mask, Box(10, 10, 20, 20))
    Counting.seen = 0
    assert tally.labels_in_pieces() == ()
    assert Counting.seen == 2 * 2


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 39), st.integers(0, 49), st.sampled_from([1, 2, 7])), max_size=40))
def test_the_largest_pieces_are_measured_as_if_alone(pixels):
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    for row, column, value in pixels:
        mask[row : row + 3, column : column + 2] = value
    tally = MeasurementTracker(mask, THREE)
    assert_same(tally.measure_largest(), measure_mask(tidy(mask, THREE, fill=False), THREE))
    if not tally.labels_in_pieces():
        assert_same(tally.measure_largest(), tally.measure())


NESTED = LabelSet(
    (
        Label(3, "organ", "#0072b2", unique=True),
        Label(5, "lesion", "#d55e00", inside="organ"),
        Label(1, "core", "#56b4e9", inside="organ", unique=True),
        Label(2, "centre", "#009e73", inside="core", unique=True),
        Label(9, "debris", "#cc79a7"),
    )
)
MANY = LabelSet(tuple(Label(value, f"label {value}", "#0072b2", unique=bool(value % 2)) for value in range(1, 31)))


def assert_settled(tracker: MeasurementTracker, mask: Mask, labels: LabelSet) -> None:
    """All that is shown of an edited mask is what measuring it once gives."""
    assert_same(tracker.measure(), measure_mask(mask, labels))
    assert_same(tracker.measure_largest(), measure_mask(tidy(mask, labels, fill=False), labels))
    planes = [(label, region(mask, labels, label).view(np.uint8)) for label in labels if label.unique]
    counted = [(label, cv2.connectedComponents(plane, connectivity=8)[0] - 1) for label, plane in planes]
    assert tracker.labels_in_pieces() == tuple((label, count) for label, count in counted if count > 1)


POINTS = st.tuples(st.floats(-3, WIDTH + 3), st.floats(-3, HEIGHT + 3))
STROKES = st.tuples(st.integers(0, 29), st.booleans(), st.floats(0.5, 9), st.lists(POINTS, min_size=1, max_size=4))
STEPS = st.lists(st.one_of(STROKES, st.sampled_from(["undo", "redo", "look"])), min_size=1, max_size=14)


@pytest.mark.parametrize("labels", [DISC_AND_CUP, NESTED, MANY], ids=["disc and cup", "nested", "30 labels"])
@settings(deadline=None, max_examples=25)
@given(steps=STEPS)
def test_after_any_strokes_and_undos_the_figures_are_those_of_the_whole_mask(labels: LabelSet, steps):
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    tracker = MeasurementTracker(mask, labels)
    done: list[Patch] = []
    undone: list[Patch] = []
    for step in steps:
        if step == "look":
            assert_settled(tracker, mask, labels)
        elif step in ("undo", "redo"):
            source, target = (done, undone) if step == "undo" else (undone, done)
            if source:
                patch = source.pop().inverse()
                patch.apply(mask)
                update(tracker, mask, patch.box)
                target.append(patch)
        else:
            number, erases, radius, points = step
            label = labels.labels[number % len(labels)]
            table = erase_table(labels, label) if erases else paint_table(labels, label)
            stroke = Stroke(mask, table, radius, "")
            for point in points:
                update(tracker, mask, stroke.extend(*point))
            patch = stroke.finish()
            if patch is not None:
                done.append(patch)
                undone.clear()
    assert_settled(tracker, mask, labels)


def test_of_equally_large_pieces_the_first_is_measured_wherever_the_mask_is_cut():
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    for top in range(3, 9):
        mask[:] = 0
        mask[top, 30:33] = mask[top + 1, 10:13] = 1
        found = MeasurementTracker(mask, DISC_AND_CUP).measure_largest()
        assert found.extents[0] == Extent(30, top, 3, 1, 3)
        assert found.extents == measure_mask(tidy(mask, DISC_AND_CUP), DISC_AND_CUP).extents


def test_a_part_of_the_picture_gives_the_picture_s_figures():
    mask = np.zeros((60, 60), np.uint8)
    mask[10:50, 5:55] = 1
    mask[20:48, 10:30] = 2
    assert_same(measure_box(mask, DISC_AND_CUP, Box(4, 3, 55, 58)), measure_mask(mask, DISC_AND_CUP))
    assert_same(
        measure_box(np.zeros((9, 9), np.uint8), DISC_AND_CUP, Box(2, 2, 5, 5)),
        measure_mask(np.zeros((9, 9), np.uint8), DISC_AND_CUP),
    )
