from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as Pillow

from unet_desktop.errors import MaskError
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE, Label, LabelSet
from unet_desktop.masks.foreign import read_foreign_mask, read_soft_map
from unet_desktop.masks.regions import region

TWO_CELLS = LabelSet((Label(3, "nucleus", "#ff0000"), Label(5, "wall", "#00ff00")))


def save(path, values, **named):
    picture = values if isinstance(values, Pillow.Image) else Pillow.fromarray(values)
    picture.save(path, **named)
    return path


@pytest.fixture
def disc(disc_mask):
    return disc_mask > 0


@pytest.mark.parametrize("suffix", ["png", "tiff", "bmp"])
def test_0_and_255_are_background_and_the_first_label(tmp_path, disc, suffix):
    found = read_foreign_mask(save(tmp_path / f"a.{suffix}", np.uint8(255) * disc), DISC_AND_CUP)
    np.testing.assert_array_equal(found.mask, disc.astype(np.uint8))


def test_0_and_1_are_background_and_the_first_label(tmp_path, disc):
    found = read_foreign_mask(save(tmp_path / "a.png", disc.astype(np.uint8)), DISC_AND_CUP)
    np.testing.assert_array_equal(found.mask, disc.astype(np.uint8))


@pytest.mark.parametrize(
    ("palette", "told"),
    [
        ([0, 0, 0, 255, 0, 0], {"optic disc"}),
        ([0, 0, 0, 255, 0, 0, 0, 0, 0], {"optic disc"}),
        ([0, 0, 0, 255, 0, 0, 0, 255, 0], {"optic disc", "optic cup"}),
    ],
)
def test_an_indexed_mask_tells_of_the_labels_that_its_palette_can_show(tmp_path, disc, palette, told):
    picture = Pillow.fromarray(disc.astype(np.uint8))
    picture.putpalette(palette)
    assert read_foreign_mask(save(tmp_path / "a.tif", picture), DISC_AND_CUP).possible_labels == told


def test_black_and_white_of_one_bit(tmp_path, disc):
    found = read_foreign_mask(save(tmp_path / "a.png", Pillow.fromarray(disc)), TWO_CELLS)
    np.testing.assert_array_equal(found.mask, disc * np.uint8(3))


def test_colour_pictures_of_black_and_white(tmp_path, disc):
    colour = np.repeat((disc * np.uint8(255))[:, :, np.newaxis], 3, axis=2)
    found = read_foreign_mask(save(tmp_path / "a.png", colour), ONE_STRUCTURE)
    np.testing.assert_array_equal(found.mask, disc.astype(np.uint8))


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_a_palette_of_other_colours_is_read_by_index(tmp_path, disc_mask, suffix):
    picture = Pillow.fromarray(disc_mask, "P")
    picture.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0])
    found = read_foreign_mask(save(tmp_path / f"a.{suffix}", picture), DISC_AND_CUP)
    np.testing.assert_array_equal(found.mask, disc_mask)


def test_a_jpeg_mask_is_cleared_of_noise(tmp_path, disc):
    path = save(tmp_path / "a.jpg", np.uint8(255) * disc, quality=75)
    with Pillow.open(path) as opened:
        assert len(np.unique(np.asarray(opened))) > 2, "this JPEG has no noise to clear"
    found = read_foreign_mask(path, DISC_AND_CUP)
    np.testing.assert_array_equal(found.mask, disc.astype(np.uint8))


def test_a_jpeg_with_shades_is_refused(tmp_path, disc_mask):
    shades = np.array([0, 128, 255], np.uint8)[disc_mask]
    with pytest.raises(MaskError, match="save masks as PNG"):
        read_foreign_mask(save(tmp_path / "a.jpg", shades), DISC_AND_CUP)


def test_refuge_masks_have_the_cup_as_0(tmp_path, disc_mask):
    refuge = np.array([255, 128, 0], np.uint8)[disc_mask]
    found = read_foreign_mask(save(tmp_path / "a.bmp", refuge), DISC_AND_CUP)
    np.testing.assert_array_equal(found.mask, disc_mask)
    assert region(found.mask, DISC_AND_CUP, DISC_AND_CUP.labels[0]).sum() == 1600


def test_refuge_masks_need_a_cup_in_a_disc(tmp_path, disc_mask):
    refuge = np.array([255, 128, 0], np.uint8)[disc_mask]
    with pytest.raises(MaskError, match="0, 128, 255"):
        read_foreign_mask(save(tmp_path / "a.png", refuge), TWO_CELLS)


def test_the_labels_own_values_are_kept_with_what_is_not_annotated(tmp_path):
    values = np.array([[0, 3, 5, 255]], np.uint8)
    found = read_foreign_mask(save(tmp_path / "a.png", values), TWO_CELLS)
    np.testing.assert_array_equal(found.mask, values)


def test_a_mask_without_anything_is_all_background(tmp_path):
    found = read_foreign_mask(save(tmp_path / "a.png", np.zeros((4, 5), np.uint8)), DISC_AND_CUP)
    np.testing.assert_array_equal(found.mask, np.zeros((4, 5)))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([0, 7], "holds the values 0, 7, "),
        ([0, 1, 2, 3], "holds the values 0, 1, 2, 3, "),
        ([0, 64, 128, 191, 255], "holds the values 0, 64, 128, 191, 255, "),
        (list(range(256)), "holds 256 different values from 0 to 255, "),
    ],
)
def test_values_that_fit_nothing_are_named(tmp_path, values, words):
    with pytest.raises(MaskError, match="which fit none") as caught:
        read_foreign_mask(save(tmp_path / "a.png", np.array([values], np.uint8)), DISC_AND_CUP)
    assert words in str(caught.value)


def test_16_bit_masks_keep_their_values(tmp_path, disc_mask):
    found = read_foreign_mask(save(tmp_path / "a.png", disc_mask.astype(np.uint16)), DISC_AND_CUP)
    np.testing.assert_array_equal(found.mask, disc_mask)


def test_16_bit_values_beyond_a_byte_do_not_turn_into_labels(tmp_path, disc):
    wide = disc.astype(np.uint16) * 257  # 257 is 1 modulo 256
    path = save(tmp_path / "a.png", wide)
    try:
        found = read_foreign_mask(path, DISC_AND_CUP)
    except MaskError:
        return
    np.testing.assert_array_equal(found.mask, disc.astype(np.uint8))


@pytest.mark.parametrize("read", [lambda path: read_foreign_mask(path, DISC_AND_CUP), read_soft_map])
def test_unreadable_masks_are_one_sentence(tmp_path, disc_mask, read):
    whole = save(tmp_path / "whole.png", np.uint8(255) * (disc_mask > 0)).read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[:-30])
    (tmp_path / "text.png").write_text("text")
    for name in ("cut.png", "text.png", "gone.png"):
        with pytest.raises(MaskError, match=name):
            read(tmp_path / name)


def test_a_soft_map_keeps_its_levels(tmp_path):
    levels = np.array([[0, 64, 128, 191, 255]], np.uint8)
    np.testing.assert_array_equal(read_soft_map(save(tmp_path / "a.png", levels)), levels)


@pytest.mark.real_data
def test_idrid_masks_are_one_disc_each(idrid):
    for path in sorted((idrid / "masks").iterdir()):
        found = read_foreign_mask(path, DISC_AND_CUP)
        assert 50_000 < np.count_nonzero(found.mask) < 600_000
