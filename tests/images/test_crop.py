from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_desktop.images.box import Box
from unet_desktop.images.crop import Square, extract, extract_labels, restore, surround_colour
from unet_desktop.images.tiles import Blend, Tiling

COORDINATES = st.floats(-500, 3000, allow_nan=False)
SQUARES = st.builds(Square, COORDINATES, COORDINATES, st.floats(1, 3000))


@given(SQUARES, COORDINATES, COORDINATES, st.integers(8, 1024))
def test_coordinates_there_and_back(square, x, y, size):
    there = square.crop_point(x, y, size)
    back = square.picture_point(*there, size)
    assert back == pytest.approx((x, y), abs=1e-6)


@given(SQUARES, COORDINATES, COORDINATES, st.integers(8, 1024))
def test_the_matrix_says_the_same_from_pixel_centres(square, x, y, size):
    column, row = square.to_crop(size) @ [x - 0.5, y - 0.5, 1.0]
    assert (column + 0.5, row + 0.5) == pytest.approx(square.crop_point(x, y, size), abs=1e-6, rel=1e-9)


@given(SQUARES, st.integers(1, 300), st.integers(1, 300))
def test_the_box_lies_in_the_picture_and_holds_the_square(square, height, width):
    box = square.box(height, width)
    assert 0 <= box.left <= box.right <= width
    assert 0 <= box.top <= box.bottom <= height
    if box.width and box.height:
        assert box.left <= max(0.0, square.x - square.side / 2)
        assert box.right >= min(width, square.x + square.side / 2)


def test_a_square_of_the_same_size_copies_pixels():
    picture = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    assert np.array_equal(extract(picture, Square(20, 16, 16), 16), picture[8:24, 12:28])
    assert np.array_equal(extract_labels(picture[..., 0], Square(20, 16, 16), 16, 255), picture[8:24, 12:28, 0])


@pytest.mark.parametrize("side", [16, 32, 64, 96, 128, 240])
def test_reducing_averages_and_shifts_nothing(side):
    ramp = np.tile(np.arange(240, dtype=np.uint8), (240, 1))[..., np.newaxis].repeat(3, axis=2)
    square = Square(120, 120, side)
    cut = extract(ramp, square, 16)
    centres = [square.picture_point(column + 0.5, 0, 16)[0] - 0.5 for column in range(16)]
    assert np.abs(cut[8, 1:-1, 0] - np.array(centres)[1:-1]).max() <= 1.0


def test_beyond_the_border_is_filled():
    picture = np.full((10, 10, 3), 200, np.uint8)
    cut = extract(picture, Square(0, 0, 20), 20, outside=(7, 8, 9))
    assert cut[0, 0].tolist() == [7, 8, 9]
    assert cut[15, 15, 0] == 200
    assert (extract(picture, Square(100, 100, 20), 8, outside=(7, 8, 9)) == (7, 8, 9)).all()
    assert (extract_labels(picture[..., 0], Square(100, 100, 20), 8, 255) == 255).all()


@settings(deadline=None)
@given(st.floats(30, 70), st.floats(30, 70), st.floats(50, 90), st.sampled_from([64, 96, 128]))
def test_a_restored_disc_lies_where_it_was(x, y, side, size):
    square = Square(x, y, side)
    rows, columns = np.mgrid[:100, :100] + 0.5
    truth = np.hypot(columns - x, rows - y) < side / 4
    rows, columns = np.mgrid[:size, :size] + 0.5
    u, v = square.picture_point(columns, rows, size)
    plane = np.clip(side / 4 - np.hypot(u - x, v - y) + 0.5, 0, 1).astype(np.float32)
    box = square.box(100, 100)
    found = np.zeros((100, 100), bool)
    found[box.slices] = restore(plane, square, box) >= 0.5
    assert 2 * (found & truth).sum() / (found.sum() + truth.sum()) > 0.97


def test_an_empty_box_restores_to_nothing():
    assert restore(np.ones((8, 8), np.float32), Square(0, 0, 4), Box(0, 0, 3, 0)).shape == (3, 0)


@given(st.integers(16, 90), st.integers(16, 90), st.integers(0, 12))
def test_tiles_cover_everything_and_blend_to_what_they_agree_on(height, width, overlap):
    tiling = Tiling(height, width, 16, overlap)
    whole = np.add.outer(np.arange(height), np.arange(width)).astype(np.float32)[np.newaxis]
    blend = Blend(1, tiling)
    for box in tiling.boxes:
        assert (box.width, box.height) == (16, 16)
        rows, columns = box.slices
        blend.add(box, whole[:, rows, columns])
    assert np.allclose(blend.result(), whole, rtol=1e-4)
    lefts = sorted({box.left for box in tiling.boxes})
    assert all(16 - (b - a) >= min(overlap, 15) for a, b in itertools.pairwise(lefts))


@pytest.mark.parametrize("side", [7, 8, 9, 31])
def test_a_strong_reduction_keeps_the_mean_of_odd_and_even_pictures(side):
    height, width = 40 * side + 3, 40 * side
    rows, columns = np.mgrid[:height, :width]
    picture = ((rows + columns) * 255.0 / (height + width)).astype(np.uint8)[..., np.newaxis]
    cut = extract(picture, Square(width / 2, height / 2, 40.0 * side), 40)
    wanted = (np.arange(40)[:, np.newaxis] + np.arange(40) + 1) * side * 255.0 / (height + width)
    assert np.abs(cut[1:-1, 1:-1, 0] - wanted[1:-1, 1:-1]).max() <= 2.5


@pytest.mark.parametrize(("height", "width"), [(33, 47), (32, 47), (33, 46), (61, 63)])
def test_nothing_beyond_the_border_is_mixed_into_the_edges_of_a_reduced_picture(height, width):
    picture = np.full((height, width, 3), 200, np.uint8)
    cut = extract(picture, Square(width / 2, height / 2, float(width)), 8)
    assert (cut[4] == 200).all()
    assert (extract(picture, Square(width / 2, height / 2, height - 2.0), 8) == 200).all()


def test_a_field_of_view_goes_on_in_black_and_a_close_up_in_its_own_colour():
    rows, columns = np.mgrid[:200, :240] + 0.5
    close_up = np.full((200, 240, 3), (150, 80, 40), np.uint8)
    field = close_up * (np.hypot(rows - 100, columns - 120) < 100)[..., np.newaxis].astype(np.uint8)
    assert surround_colour(field) == (0, 0, 0)
    assert surround_colour(close_up) == (150, 80, 40)
    assert surround_colour(close_up[:1, :1]) == (150, 80, 40)
