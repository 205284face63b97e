from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.images.box import Box, bounding_box, embed_plane

SIDES = st.integers(-20, 40)
BOXES = st.builds(Box, SIDES, SIDES, SIDES, SIDES)


def pixels(box):
    return {(row, column) for row in range(box.top, box.bottom) for column in range(box.left, box.right)}


@given(BOXES, BOXES)
def test_joined_holds_both(first, second):
    joined = first.union(second)
    assert pixels(first) | pixels(second) <= pixels(joined)
    if not first.empty and not second.empty:
        assert joined.top in (first.top, second.top)
        assert joined.right in (first.right, second.right)


@given(BOXES, st.integers(1, 30), st.integers(1, 30))
def test_within_keeps_what_lies_in_the_picture(box, height, width):
    assert pixels(box.clip(height, width)) == pixels(box) & pixels(Box(0, 0, height, width))


@pytest.mark.parametrize("box", [Box(0, 0, 0, 5), Box(3, 0, 2, 5), Box(0, 5, 5, 5), Box(0, 6, 5, 5)])
def test_boxes_without_a_pixel_are_empty(box):
    assert box.empty


@given(BOXES, st.integers(1, 30), st.integers(1, 30))
def test_bounds_are_those_of_the_pixels(box, height, width):
    inside = box.clip(height, width)
    plane = np.zeros((height, width), bool)
    if not inside.empty:
        plane[inside.slices] = True
    assert bounding_box(plane) == (Box(0, 0, 0, 0) if inside.empty else inside)


def test_sides_are_counted_in_pixels():
    box = Box(2, 3, 6, 8)
    assert (box.height, box.width) == np.zeros((9, 9))[box.slices].shape == (4, 5)


@given(BOXES, BOXES)
def test_a_plane_is_spread_over_a_larger_box(first, second):
    first, second = first.clip(30, 30), second.clip(30, 30)
    work = first.union(second)
    if work.empty:
        return
    whole = embed_plane(np.ones(first.shape if not first.empty else (0, 0), bool), first, work)
    assert whole.shape == work.shape
    assert {(row + work.top, column + work.left) for row, column in np.argwhere(whole)} == pixels(first)
