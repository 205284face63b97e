from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from unet_desktop.labels import DISC_AND_CUP, NOT_ANNOTATED, Label, LabelSet
from unet_desktop.masks.regions import is_annotated, label_image, region, regions

DISC, CUP = DISC_AND_CUP
MASKS = npst.arrays(
    np.uint8, npst.array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.sampled_from([0, 1, 2, 255])
)
TREE = LabelSet(
    (
        Label(9, "a", "#000000"),
        Label(4, "b", "#000000", inside="a"),
        Label(6, "c", "#000000", inside="b"),
        Label(2, "d", "#000000"),
    )
)


def test_the_disc_holds_its_cup():
    mask = np.array([[0, 1, 2, 255, 7]], np.uint8)
    assert region(mask, DISC_AND_CUP, DISC).tolist() == [[False, True, True, False, False]]
    assert region(mask, DISC_AND_CUP, CUP).tolist() == [[False, False, True, False, False]]


def test_regions_stand_in_the_order_of_the_set():
    planes = regions(np.array([[0, 9, 4, 6, 2]], np.uint8), TREE)
    assert planes.shape == (4, 1, 5)
    assert planes[:, 0].astype(int).tolist() == [[0, 1, 1, 1, 0], [0, 0, 1, 1, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 1]]


def test_only_255_is_not_annotated():
    assert is_annotated(np.array([[0, 1, 254, NOT_ANNOTATED]], np.uint8)).tolist() == [[True, True, True, False]]


@given(MASKS)
def test_a_mask_comes_back_from_its_regions(mask):
    expected = np.where(mask == NOT_ANNOTATED, 0, mask)
    np.testing.assert_array_equal(label_image(regions(mask, DISC_AND_CUP), DISC_AND_CUP), expected)


@given(npst.arrays(bool, (4, 5, 6)))
def test_any_planes_become_a_mask_with_children_in_their_parents(planes):
    mask = label_image(planes, TREE)
    found = dict(zip("abcd", regions(mask, TREE), strict=True))
    assert not (found["b"] & ~found["a"]).any()
    assert not (found["c"] & ~found["b"]).any()
    np.testing.assert_array_equal(found["d"], planes[3])
    np.testing.assert_array_equal(found["c"], planes[0] & planes[1] & planes[2] & ~planes[3])


def test_a_wrong_number_of_planes_is_refused():
    with pytest.raises(ValueError, match="zip"):
        label_image(np.zeros((1, 2, 2), bool), DISC_AND_CUP)
