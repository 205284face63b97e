from __future__ import annotations

import numpy as np
import pytest

from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.anatomy import tidy
from unet_desktop.masks.measure import cup_to_disc, measure_extent
from unet_desktop.masks.regions import regions
from unet_desktop.masks.synthetic import synthetic_fundus


def test_the_same_seed_draws_the_same():
    first, second = synthetic_fundus(7, 96), synthetic_fundus(7, 96)
    np.testing.assert_array_equal(first.pixels, second.pixels)
    np.testing.assert_array_equal(first.mask, second.mask)
    assert (synthetic_fundus(8, 96).pixels != first.pixels).any()


@pytest.mark.parametrize("size", [96, 160])
def test_form_of_picture_and_mask(size):
    drawn = synthetic_fundus(1, size)
    assert (drawn.pixels.shape, drawn.pixels.dtype) == ((size, size, 3), np.uint8)
    assert (drawn.mask.shape, drawn.mask.dtype) == ((size, size), np.uint8)
    assert set(np.unique(drawn.mask)) == {0, 1, 2}


@pytest.mark.parametrize("seed", range(12))
def test_disc_and_cup_are_where_they_should_be(seed):
    drawn = synthetic_fundus(seed, 160)
    np.testing.assert_array_equal(tidy(drawn.mask, DISC_AND_CUP), drawn.mask)
    disc = measure_extent(regions(drawn.mask, DISC_AND_CUP)[0])
    assert disc.left > 0
    assert disc.top > 0
    assert disc.left + disc.width < 160
    assert disc.top + disc.height < 160
    assert 0.25 < cup_to_disc(drawn.mask, DISC_AND_CUP).vertical < 0.9


def test_the_disc_is_brighter_than_the_retina_and_the_surround_is_black(fundus):
    drawn = fundus(3, 128)
    grey = drawn.pixels.mean(axis=2)
    retina = (drawn.mask == 0) & (grey > 20)
    assert grey[drawn.mask > 0].mean() > grey[retina].mean() + 20
    assert grey[:3, :3].max() < 20
