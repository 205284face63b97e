from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as Pillow

from unet_desktop.errors import WriteError
from unet_desktop.images.read import read_image
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.overlay import contact_sheet, draw_outlines, draw_symbol, write_jpeg

DISC, CUP = (0x56, 0xB4, 0xE9), (0x00, 0x9E, 0x73)


def near(pixel, colour):
    """Lines are smoothed, so their colour is nearly, not exactly, the label's."""
    return np.abs(pixel.astype(int) - colour).max() < 50


def test_outlines_have_the_labels_colours_and_the_rest_is_the_picture(disc_mask):
    pixels = np.full((96, 96, 3), 30, np.uint8)
    drawn = draw_outlines(pixels, disc_mask, DISC_AND_CUP)
    assert near(drawn[20, 45], DISC)
    assert near(drawn[30, 50], CUP)
    assert (drawn[40, 50] == 30).all()
    assert (drawn[24:27, 34:66] == 30).all()
    assert (drawn[:15] == 30).all()
    assert (pixels == 30).all()


def test_an_empty_mask_leaves_the_picture():
    pixels = np.full((50, 40, 3), 90, np.uint8)
    np.testing.assert_array_equal(draw_outlines(pixels, np.zeros((50, 40), np.uint8), DISC_AND_CUP), pixels)


def test_large_pictures_get_wider_lines():
    mask = np.zeros((2000, 1500), np.uint8)
    mask[500:1500, 400:1200] = 1
    drawn = draw_outlines(np.zeros((2000, 1500, 3), np.uint8), mask, DISC_AND_CUP)
    assert 4 <= np.count_nonzero(drawn[490:520, 800].any(axis=1)) <= 8


def test_a_jpeg_has_no_metadata_and_nearly_the_pixels(tmp_path, fundus):
    pixels = fundus(4, 96).pixels
    write_jpeg(tmp_path / "a.jpg", pixels)
    assert np.abs(read_image(tmp_path / "a.jpg").pixels.astype(int) - pixels).mean() < 6
    with Pillow.open(tmp_path / "a.jpg") as opened:
        assert opened.format == "JPEG"
        assert set(opened.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_jpeg_that_cannot_be_written_is_one_sentence(tmp_path):
    with pytest.raises(WriteError, match="could not be written"):
        write_jpeg(tmp_path / "gone" / "a.jpg", np.zeros((4, 4, 3), np.uint8))


def test_pictures_are_fitted_into_a_grid():
    wide, high = np.full((10, 40, 3), 200, np.uint8), np.full((40, 10, 3), 100, np.uint8)
    sheet = contact_sheet([wide, high, wide], columns=2, side=20)
    assert sheet.shape == (40, 40, 3)
    assert (sheet[8:12, 0:20] == 200).all()
    assert (sheet[0:20, 28:32] == 100).all()
    assert (sheet[28:32, 0:20] == 200).all()
    assert (sheet[20:, 20:] == 24).all()
    assert np.count_nonzero(sheet[:20, :20, 0] == 200) == 100


def test_a_sheet_of_nothing_is_empty():
    assert contact_sheet([], columns=3, side=20).shape[0] == 0


def test_the_symbol_of_a_mask_shows_its_labels_as_large_as_they_go(disc_mask):
    masks = [disc_mask, np.roll(disc_mask, 12, axis=1), np.kron(disc_mask, np.ones((3, 3), np.uint8))]
    drawn = [draw_symbol(mask, DISC_AND_CUP, 36) for mask in masks]
    assert all(symbol.shape == (36, 36, 3) for symbol in drawn)
    assert all((symbol[18, 18] == CUP).all() for symbol in drawn)
    assert all((symbol[6, 18] == DISC).all() for symbol in drawn)
    assert all((symbol[0, 0] == 24).all() for symbol in drawn)
    for empty in (0, 255):
        assert (draw_symbol(np.full((9, 9), empty, np.uint8), DISC_AND_CUP, 8) == 24).all()
