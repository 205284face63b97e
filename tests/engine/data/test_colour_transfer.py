"""Colour transfer gives a picture the colours of another, and leaves the black border black."""

from __future__ import annotations

import numpy as np

from unet_desktop.engine.data.colour_transfer import measure_colours, transfer_colours


def test_a_picture_gets_the_colours_of_another(fundus) -> None:
    first, second = fundus(1, 96).pixels, fundus(2, 96).pixels
    second = np.clip(second * np.array([0.7, 0.9, 1.2]) + 10, 0, 255).astype(np.uint8)
    wanted = measure_colours(second)
    moved = measure_colours(transfer_colours(first, measure_colours(first), wanted))
    np.testing.assert_allclose(moved.mean, wanted.mean, atol=4.0)
    np.testing.assert_allclose(moved.spread, wanted.spread, atol=4.0)


def test_its_own_colours_leave_a_picture_as_it_is(fundus) -> None:
    pixels = fundus(1, 96).pixels
    own = measure_colours(pixels)
    assert np.abs(transfer_colours(pixels, own, own).astype(int) - pixels).max() <= 1


def test_the_border_stays_black_and_a_black_picture_is_measured() -> None:
    black = np.zeros((8, 8, 3), np.uint8)
    bright = np.full((8, 8, 3), 200, np.uint8)
    wanted = measure_colours(bright)
    assert not transfer_colours(black, measure_colours(black), wanted).any()
    assert np.isfinite(wanted.spread).all()
