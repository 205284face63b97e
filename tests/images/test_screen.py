"""Screen pixels: each shows the picture's pixel under its middle, and parts fit together without a seam."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from unet_desktop.images.screen import Grid, sample_nearest, sample_smooth, to_bgra

HEIGHT, WIDTH = 37, 53
PLANE = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH), np.uint8)
COLOURS = np.random.default_rng(2).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
GRIDS = st.builds(
    Grid,
    st.floats(0.1, 30),
    st.integers(-20, 300),
    st.integers(-20, 300),
    st.integers(1, 40),
    st.integers(1, 40),
)


@given(GRIDS)
def test_nearest_is_the_pixel_under_the_middle(grid: Grid) -> None:
    shown = sample_nearest(PLANE, grid)
    assert shown.shape == (grid.height, grid.width)
    for row, column in ((0, 0), (grid.height - 1, 0), (grid.height // 2, grid.width - 1)):
        y = min(max(math.floor((grid.top + row + 0.5) / grid.zoom), 0), HEIGHT - 1)
        x = min(max(math.floor((grid.left + column + 0.5) / grid.zoom), 0), WIDTH - 1)
        assert shown[row, column] == PLANE[y, x]


@given(GRIDS)
def test_the_part_on_the_picture(grid: Grid) -> None:
    part = grid.clip(HEIGHT, WIDTH)
    assume(not part.empty)
    assert part.left >= max(grid.left, 0)
    assert part.top >= max(grid.top, 0)
    assert part.left + part.width <= min(grid.left + grid.width, round(WIDTH * grid.zoom))


@pytest.mark.parametrize("zoom", [0.3, 0.71, 1.0, 1.7, 3.9])
@pytest.mark.parametrize("pixels", [PLANE, COLOURS], ids=["grey", "colour"])
def test_parts_fit_together(pixels: np.ndarray, zoom: float) -> None:
    whole = Grid(zoom, 0, 0, round(WIDTH * zoom), round(HEIGHT * zoom))
    expected = sample_smooth(pixels, (HEIGHT, WIDTH), whole).astype(int)
    for left in range(0, whole.width, 7):
        part = Grid(zoom, left, 3, min(7, whole.width - left), whole.height - 3)
        shown = sample_smooth(pixels, (HEIGHT, WIDTH), part)
        assert np.abs(expected[3:, left : left + part.width] - shown).max() <= 16  # 1/32 of a pixel of pure noise


def test_at_one_to_one_nothing_is_smoothed() -> None:
    shown = sample_smooth(COLOURS, (HEIGHT, WIDTH), Grid(1.0, 5, 4, 20, 10))
    assert (shown[:, :, 2::-1] == COLOURS[4:14, 5:25]).all()
    assert (shown[:, :, 3] == 255).all()


def test_a_reduced_picture_lies_where_the_whole_one_lies() -> None:
    ramp = np.tile(np.arange(0, 240, 4, dtype=np.uint8), (40, 1))
    half = ((ramp[::2, ::2].astype(int) + ramp[::2, 1::2]) // 2).astype(np.uint8)
    grid = Grid(1.5, 12, 8, 40, 20)
    difference = sample_smooth(half, ramp.shape, grid).astype(int) - sample_smooth(ramp, ramp.shape, grid)
    assert np.abs(difference).max() <= 2


def test_order_of_colours() -> None:
    assert to_bgra(np.array([[[1, 2, 3]]], np.uint8)).tolist() == [[[3, 2, 1, 255]]]
    assert to_bgra(PLANE[::2]).flags.c_contiguous
