from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from unet_desktop.labels import DISC_AND_CUP, NOT_ANNOTATED
from unet_desktop.masks.paint_tables import erase_and_annotate_table, erase_table, paint_table
from unet_desktop.masks.regions import region
from unet_desktop.masks.stroke import Stroke

DISC, CUP = DISC_AND_CUP
HEIGHT, WIDTH = 24, 30
MASKS = npst.arrays(np.uint8, (HEIGHT, WIDTH), elements=st.sampled_from([0, 1, 2, 255]), fill=st.just(0))
TABLES = st.sampled_from(
    [
        table(DISC_AND_CUP, label)
        for table in (paint_table, erase_table, erase_and_annotate_table)
        for label in DISC_AND_CUP
    ]
)
# Quarters of a pixel are exact in float32, so brute force and stroke cannot round differently.
PLACES = st.tuples(*(st.integers(-40, 4 * side + 40).map(lambda at: at / 4) for side in (WIDTH, HEIGHT)))
PATHS = st.lists(PLACES, min_size=1, max_size=5)
RADII = st.integers(0, 40).map(lambda radius: radius / 4)


def near_segment(start, end, radius):
    """(H, W) bool in float64, pixel by pixel: centres within the radius of the segment; and a margin of doubt."""
    inside = np.zeros((HEIGHT, WIDTH), bool)
    doubtful = np.zeros((HEIGHT, WIDTH), bool)
    along = np.subtract(end, start)
    for row in range(HEIGHT):
        for column in range(WIDTH):
            centre = np.array([column + 0.5, row + 0.5])
            share = 0.0 if not along.any() else np.clip(np.dot(centre - start, along) / np.dot(along, along), 0, 1)
            distance = math.dist(centre, start + share * along)
            inside[row, column] = distance <= radius
            doubtful[row, column] = along.any() and abs(distance - radius) < 1e-3
    return inside, doubtful


def test_what_painting_makes_of_each_value():
    paint_disc, paint_cup = paint_table(DISC_AND_CUP, DISC), paint_table(DISC_AND_CUP, CUP)
    assert [paint_disc[value] for value in (0, 1, 2, NOT_ANNOTATED)] == [1, 1, 2, 1]
    assert [paint_cup[value] for value in (0, 1, 2, NOT_ANNOTATED)] == [2, 2, 2, 2]


def test_what_erasing_makes_of_each_value():
    erase_disc, erase_cup = erase_table(DISC_AND_CUP, DISC), erase_table(DISC_AND_CUP, CUP)
    assert [erase_disc[value] for value in (0, 1, 2, NOT_ANNOTATED)] == [0, 0, 0, 255]
    assert [erase_cup[value] for value in (0, 1, 2, NOT_ANNOTATED)] == [0, 1, 1, 255]


def test_the_eraser_judges_where_it_can_say_what_is_there():
    wipe_disc, wipe_cup = erase_and_annotate_table(DISC_AND_CUP, DISC), erase_and_annotate_table(DISC_AND_CUP, CUP)
    assert [wipe_disc[value] for value in (0, 1, 2, NOT_ANNOTATED)] == [0, 0, 0, 0]
    assert [wipe_cup[value] for value in (0, 1, 2, NOT_ANNOTATED)] == [0, 1, 1, 255]


@given(MASKS, PATHS, RADII, TABLES)
def test_a_stroke_is_its_patch(mask, path, radius, table):
    before = mask.copy()
    stroke = Stroke(mask, table, radius, "Brush")
    for x, y in path:
        stroke.extend(x, y)
    patch = stroke.finish()
    replayed = before.copy()
    if patch is None:
        np.testing.assert_array_equal(mask, before)
        return
    patch.apply(replayed)
    np.testing.assert_array_equal(replayed, mask)
    patch.inverse().apply(replayed)
    np.testing.assert_array_equal(replayed, before)


@given(MASKS, PATHS, RADII, TABLES)
def test_cancelling_restores_the_mask(mask, path, radius, table):
    before = mask.copy()
    stroke = Stroke(mask, table, radius, "Brush")
    for x, y in path:
        stroke.extend(x, y)
    changed = mask != before
    box = stroke.cancel()
    np.testing.assert_array_equal(mask, before)
    outside = changed.copy()
    outside[box.slices] = False
    assert not outside.any()


@given(MASKS, PATHS, st.lists(RADII, min_size=5, max_size=5), TABLES)
def test_changed_pixels_lie_within_the_returned_boxes(mask, path, radii, table):
    stroke = Stroke(mask, table, radii[0], "Brush")
    for (x, y), radius in zip(path, radii, strict=False):
        before = mask.copy()
        box = stroke.extend(x, y, radius)
        changed = mask != before
        if not box.empty:
            changed[box.slices] = False
        assert not changed.any()


@given(MASKS, PATHS, RADII)
def test_the_cup_lies_in_the_disc_whatever_is_painted(mask, path, radius):
    for table in (paint_table, erase_table):
        for label in DISC_AND_CUP:
            stroke = Stroke(mask, table(DISC_AND_CUP, label), radius, "Brush")
            for x, y in path:
                stroke.extend(x, y)
            disc, cup = (region(mask, DISC_AND_CUP, each) for each in (DISC, CUP))
            assert not (cup & ~disc).any()
            assert set(np.unique(mask)) <= {0, 1, 2, 255}


@given(PLACES, st.integers(2, 40).map(lambda radius: radius / 4))
def test_a_dab_covers_the_pixels_whose_centre_is_within_the_radius(place, radius):
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    Stroke(mask, paint_table(DISC_AND_CUP, DISC), radius, "Brush").extend(*place)
    expected, _ = near_segment(place, place, radius)
    row, column = math.floor(place[1]), math.floor(place[0])
    if 0 <= row < HEIGHT and 0 <= column < WIDTH:
        expected[row, column] = True
    np.testing.assert_array_equal(mask.astype(bool), expected)


@given(PLACES, PLACES, st.integers(2, 24).map(lambda radius: radius / 4))
def test_a_drag_covers_all_between_two_points(start, end, radius):
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    stroke = Stroke(mask, paint_table(DISC_AND_CUP, DISC), radius, "Brush")
    stroke.extend(*start)
    stroke.extend(*end)
    expected, doubtful = near_segment(start, end, radius)
    for x, y in (start, end):
        if 0 <= y < HEIGHT and 0 <= x < WIDTH:
            expected[math.floor(y), math.floor(x)] = True
    differs = mask.astype(bool) != expected
    assert not (differs & ~doubtful).any()


@pytest.mark.parametrize("radius", [0.0, 0.1, 0.5])
def test_the_smallest_brush_paints_one_pixel(radius):
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    Stroke(mask, paint_table(DISC_AND_CUP, DISC), radius, "Brush").extend(7.2, 5.9)
    assert np.argwhere(mask).tolist() == [[5, 7]]


def test_a_stroke_outside_the_picture_changes_nothing():
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    stroke = Stroke(mask, paint_table(DISC_AND_CUP, DISC), 3, "Brush")
    assert stroke.extend(-50, -50).empty
    assert stroke.extend(1e6, -50).empty
    assert (mask.max(), stroke.finish()) == (0, None)


def test_painting_what_is_there_already_is_no_step():
    mask = np.ones((HEIGHT, WIDTH), np.uint8)
    stroke = Stroke(mask, paint_table(DISC_AND_CUP, DISC), 3, "Brush")
    assert not stroke.extend(5, 5).empty
    assert stroke.finish() is None


def test_the_patch_bears_the_name_of_the_stroke():
    stroke = Stroke(np.zeros((HEIGHT, WIDTH), np.uint8), paint_table(DISC_AND_CUP, CUP), 3, "Brush optic cup")
    stroke.extend(5, 5)
    assert stroke.finish().name == "Brush optic cup"
