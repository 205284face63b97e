from __future__ import annotations

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from unet_desktop.images.box import Box
from unet_desktop.masks.patch import Patch, patch_between

SIDES = st.integers(-20, 40)
BOXES = st.builds(Box, SIDES, SIDES, SIDES, SIDES)


@st.composite
def two_masks(draw):
    shape = draw(npst.array_shapes(min_dims=2, max_dims=2, max_side=14))
    values = st.sampled_from([0, 1, 2])
    return tuple(draw(npst.arrays(np.uint8, shape, elements=values, fill=st.just(0))) for _ in range(2))


@given(two_masks())
def test_apply_and_invert(masks):
    before, after = masks
    patch = patch_between("edit", before, after)
    assume(patch is not None)
    mask = before.copy()
    patch.apply(mask)
    np.testing.assert_array_equal(mask, after)
    patch.inverse().apply(mask)
    np.testing.assert_array_equal(mask, before)
    patch.inverse().inverse().apply(mask)
    np.testing.assert_array_equal(mask, after)


@given(two_masks())
def test_the_box_is_the_smallest(masks):
    before, after = masks
    rows, columns = np.nonzero(before != after)
    patch = patch_between("edit", before, after)
    if rows.size == 0:
        assert patch is None
    else:
        assert patch.box == Box(rows.min(), columns.min(), rows.max() + 1, columns.max() + 1)
        assert patch.inverse().box == patch.box


@given(two_masks(), BOXES)
def test_within_a_box_that_holds_all_changes_nothing_is_lost(masks, box):
    before, after = masks
    inside = box.clip(*before.shape)
    limited = before.copy()
    if not inside.empty:
        limited[inside.slices] = after[inside.slices]
    patch = patch_between("edit", before, limited, box)
    restored = before.copy()
    if patch is not None:
        patch.apply(restored)
    np.testing.assert_array_equal(restored, limited)


def test_a_patch_is_a_copy():
    before, after = np.zeros((4, 4), np.uint8), np.ones((4, 4), np.uint8)
    patch = patch_between("edit", before, after)
    after[:] = 9
    before[:] = 8
    assert (patch.before.max(), patch.after.max()) == (0, 1)


def test_name_and_size():
    patch = Patch("Brush", 2, 3, np.zeros((4, 5), np.uint8), np.ones((4, 5), np.uint8))
    assert (patch.size, patch.box, patch.inverse().name) == (40, Box(2, 3, 6, 8), "Brush")
