"""The preview of an import: which pictures have a mask, and how the first mask is read."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as Pillow

from unet_desktop.errors import ImageError
from unet_desktop.images.read import read_reduced
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.tasks.import_preview import LONGEST, preview_import


@pytest.fixture
def folders(tmp_path, write_picture):
    for seed, name in enumerate(("a.png", "b.png", "c.png"), 1):
        write_picture(tmp_path / "in" / name, seed, 320)
    (tmp_path / "masks").mkdir()
    return tmp_path / "in", tmp_path / "masks"


def refuge(path, size=320):
    """A cup of 0 in a disc of 128 on 255."""
    values = np.full((size, size), 255, np.uint8)
    values[100:220, 100:220] = 128
    values[140:180, 140:180] = 0
    Pillow.fromarray(values).save(path)


def preview(*folders, **options):
    *_, found = preview_import(*folders, **options)
    return found


def test_one_mask_is_shown_as_it_was_understood(folders):
    pictures, masks = folders
    refuge(masks / "b_mask.png")
    found = preview(pictures, masks, DISC_AND_CUP)
    assert (found.pictures, found.without) == (3, ("a.png", "c.png"))
    assert (found.mask.name, found.mask.problem) == ("b_mask.png for b.png", "")
    assert found.sentences == ("Masks: 0 is optic cup, 128 is optic disc, 255 is background.",)
    assert found.mask.pixels.shape == (LONGEST, LONGEST, 3)
    changed = np.any(found.mask.pixels != read_reduced(pictures / "b.png", LONGEST), axis=2)
    across = np.flatnonzero(changed[LONGEST // 2])
    edges = np.array([100, 140, 180, 220]) * LONGEST / 320  # of the disc, the cup, the cup, the disc
    assert all(np.abs(edges - at).min() <= 2 for at in across)
    assert all(np.abs(across - edge).min() <= 2 for edge in edges)


def test_a_mask_that_does_not_fit_is_a_sentence(folders):
    pictures, masks = folders
    refuge(masks / "a.png", 300)
    assert "300 x 300 pixels but its picture a.png 320 x 320" in preview(pictures, masks, DISC_AND_CUP).mask.problem
    (masks / "a.png").write_bytes(b"no mask")
    shown = preview(pictures, masks, DISC_AND_CUP).mask
    assert "a.png cannot be read" in shown.problem
    assert shown.pixels is None


def test_a_picture_that_cannot_be_read_is_a_sentence(folders):
    pictures, masks = folders
    refuge(masks / "a.png")
    (pictures / "a.png").write_bytes(b"no picture")
    assert "a.png is not an image" in preview(pictures, masks, DISC_AND_CUP).mask.problem


def test_several_masks_of_a_picture_are_a_sentence(folders):
    pictures, masks = folders
    refuge(masks / "a_mask.png")
    refuge(masks / "a-mask.png")
    found = preview(pictures, masks, DISC_AND_CUP)
    assert "several masks" in found.mask.problem
    assert found.without == ("b.png", "c.png")


def test_without_a_mask_of_a_pictures_name_there_is_nothing_to_show(folders):
    pictures, masks = folders
    refuge(masks / "other.png")
    found = preview(pictures, masks, DISC_AND_CUP)
    assert (found.mask, found.without) == (None, ("a.png", "b.png", "c.png"))


def test_an_empty_folder_is_one_sentence(folders):
    with pytest.raises(ImageError, match="holds no pictures"):
        preview(*folders, DISC_AND_CUP)
