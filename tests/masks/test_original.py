"""OriginalPixels: what a gesture touched can be read and put back, whatever the order and size of its boxes."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.images.box import Box
from unet_desktop.masks import original
from unet_desktop.masks.original import OriginalPixels

HEIGHT, WIDTH = 600, 530
BOXES = st.tuples(st.integers(-20, HEIGHT), st.integers(-20, WIDTH), st.integers(1, 300), st.integers(1, 300)).map(
    lambda at: Box(at[0], at[1], at[0] + at[2], at[1] + at[3])
)


@given(st.lists(BOXES, min_size=1, max_size=5), BOXES)
def test_reads_restores_and_makes_a_patch(boxes, asked):
    before = (np.add.outer(np.arange(HEIGHT), np.arange(WIDTH)) % 3).astype(np.uint8)
    mask = before.copy()
    kept = OriginalPixels(mask)
    for value, box in enumerate(boxes, start=5):
        inside = kept.keep(box)
        if not inside.empty:
            mask[inside.slices] = value
    part = asked.clip(HEIGHT, WIDTH)
    if not part.empty:
        np.testing.assert_array_equal(kept.read(part), before[part.slices])
    patch = kept.patch("Test")
    after = mask.copy()
    kept.restore()
    np.testing.assert_array_equal(mask, before)
    if patch is None:
        np.testing.assert_array_equal(after, before)
    else:
        patch.apply(mask)
        np.testing.assert_array_equal(mask, after)
        patch.inverse().apply(mask)
        np.testing.assert_array_equal(mask, before)


def test_keeps_no_more_than_the_tiles_that_are_touched():
    mask = np.zeros((2848, 4288), np.uint8)
    kept = OriginalPixels(mask)
    for column in range(100, 1000, 10):
        kept.keep(Box(1000, column, 1120, column + 120))
    pixels = sum(tile.size for tile in kept._tiles.values())
    assert pixels == original.TILE**2 * 2 * 5
