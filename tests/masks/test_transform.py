"""What is judged: strokes on open ground, and whether a region is drawn to its edge."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from unet_desktop.masks.measure import is_outline_complete
from unet_desktop.masks.transform import mark_unannotated

MASKS = npst.arrays(np.uint8, (14, 17), elements=st.sampled_from([0, 1, 2, 255]), fill=st.just(0))


@given(MASKS)
def test_only_background_is_opened_and_one_patch_takes_it_back(mask):
    before = mask.copy()
    patch = mark_unannotated(mask, "Only my strokes count")
    assert (mask == before).all()
    if patch is None:
        assert mask.all()
        return
    patch.apply(mask)
    assert (mask == np.where(before == 0, 255, before)).all()
    assert mark_unannotated(mask, "again") is None
    patch.inverse().apply(mask)
    assert (mask == before).all()


@given(MASKS)
def test_where_nothing_is_open_every_outline_is_judged(mask):
    assert is_outline_complete(mask == 1, np.where(mask == 255, 0, mask).astype(np.uint8))


def test_a_stroke_has_an_open_outline_also_beside_judged_background(disc_mask):
    strokes = np.full_like(disc_mask, 255)
    strokes[40:44, 35:60] = 1
    assert not is_outline_complete(strokes == 1, strokes)
    strokes[36:40, 35:60] = 0
    assert not is_outline_complete(strokes == 1, strokes)


def test_a_doubtful_stretch_leaves_the_outline_judged_and_half_a_disc_does_not(disc_mask):
    doubtful = disc_mask.copy()
    doubtful[18:24, 40:60] = 255
    assert is_outline_complete((doubtful == 1) | (doubtful == 2), doubtful)
    half = disc_mask.copy()
    half[:, 50:] = 255
    assert not is_outline_complete((half == 1) | (half == 2), half)


def test_the_edge_of_the_picture_is_not_open():
    assert is_outline_complete(np.ones((5, 5), bool), np.ones((5, 5), np.uint8))
    assert is_outline_complete(np.zeros((5, 5), bool), np.full((5, 5), 255, np.uint8))
