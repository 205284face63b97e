"""Similar pixels: a disc comes out as a disc, with vessels over it; more tolerance never takes less."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from unet_desktop.masks.compare import dice
from unet_desktop.masks.shapes.colour_selection import SIDE, ColourSelection


def fundus(height: int = 300, width: int = 320) -> tuple[np.ndarray, np.ndarray]:
    """A picture with a noisy disc that vessels cross, and the disc."""
    rows, columns = np.mgrid[:height, :width] + 0.5
    disc = np.hypot(columns - 150, rows - 140) < 80
    noise = np.random.default_rng(3).normal(0, 4, (height, width, 3))
    pixels = np.where(disc[..., None], (220, 180, 110), (140, 80, 50)) + noise
    for x in (100, 150, 190):
        pixels[:, x : x + 6] *= 0.6
    return np.clip(pixels, 0, 255).astype(np.uint8), disc


def whole(found, size) -> np.ndarray:
    box, plane = found
    assert box.clip(*size) == box
    assert plane.shape == (box.bottom - box.top, box.right - box.left)
    mask = np.zeros(size, bool)
    mask[box.slices] = plane
    return mask


@pytest.mark.parametrize("unit", [1.0, 2.0, 3.0])
def test_a_disc_comes_out_as_a_disc(unit: float) -> None:
    pixels, disc = fundus()
    found = whole(ColourSelection(pixels, 130.5, 150.5, unit).select(15), disc.shape)
    assert dice(found, disc) > 0.97


def test_nothing_hangs_on_it_by_a_thread() -> None:
    pixels, disc = fundus()
    pixels[138:142, 220:] = (220, 180, 110)
    found = whole(ColourSelection(pixels, 130.5, 150.5, 1.0).select(15), disc.shape)
    assert not found[:, 240:].any()


@settings(max_examples=40, deadline=None)
@given(
    npst.arrays(np.uint8, npst.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40).map(lambda s: (*s, 3))),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0.1, 60),
)
def test_it_lies_in_the_picture_and_the_highest_tolerance_takes_all(pixels, right, down, unit) -> None:
    height, width = pixels.shape[:2]
    similar = ColourSelection(pixels, right * (width - 0.01), down * (height - 0.01), unit)
    reduced = min(max(1, round(unit)), height, width)
    everything = whole(similar.select(170), (height, width))
    assert everything[: height // reduced * reduced, : width // reduced * reduced].all()
    assert whole(similar.select(1), (height, width)).sum() <= everything.sum()


def test_it_looks_no_further_than_its_window() -> None:
    pixels = np.full((64, 2 * SIDE, 3), 90, np.uint8)
    found = whole(ColourSelection(pixels, 10.5, 30.5, 1.0).select(5), (64, 2 * SIDE))
    assert found[:, : SIDE // 2].all()
    assert not found[:, SIDE // 2 + 11 :].any()


def large_disc(radius: int) -> tuple[np.ndarray, np.ndarray]:
    """A picture larger than any window, with an even disc in it."""
    rows, columns = np.mgrid[:1500, :1600] + 0.5
    disc = np.hypot(columns - 800, rows - 750) < radius
    return np.where(disc[..., None], (220, 180, 110), (140, 80, 50)).astype(np.uint8), disc


def test_what_fits_into_the_window_is_not_cut_off() -> None:
    pixels, disc = large_disc(230)
    similar = ColourSelection(pixels, 800.5, 750.5, 1.0)
    found = whole(similar.select(15), disc.shape)
    assert dice(found, disc) > 0.99
    assert not similar.cut_off


def test_what_is_larger_is_said_to_be_cut_off() -> None:
    pixels, _ = large_disc(600)
    similar = ColourSelection(pixels, 800.5, 750.5, 1.0)
    similar.select(15)
    assert similar.cut_off
    assert not ColourSelection(pixels[500:900, 600:1000], 200.5, 200.5, 1.0).cut_off


def test_the_border_of_the_picture_cuts_nothing_off() -> None:
    pixels, _ = large_disc(600)
    similar = ColourSelection(pixels[600:900, 700:900], 100.5, 100.5, 1.0)
    assert whole(similar.select(15), (300, 200)).all()
    assert not similar.cut_off
