"""Pictures, masks, and which belongs to which, by names; content is asked only where the names are the same."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as Pillow

from unet_desktop.errors import MaskError
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.pairs import find_masks_among, find_pairs


@pytest.fixture
def place(tmp_path, write_picture):
    """Function of names to a folder: names with "mask", "seg" or "drawn" in them hold a mask, others a photograph."""

    def make(*names):
        for seed, name in enumerate(names, 1):
            path = tmp_path / name
            if any(word in name.casefold() for word in ("mask", "seg", "drawn")):
                path.parent.mkdir(parents=True, exist_ok=True)
                Pillow.fromarray(np.eye(96, dtype=np.uint8) * 255).save(path)
            else:
                write_picture(path, seed)
        return tmp_path

    return make


def sorted_out(folder, source, masks=None, recursive=False):
    """Pictures to their masks, and the masks beside them, by their paths in the folder."""
    pairs = find_pairs(folder / source, None if masks is None else folder / masks, DISC_AND_CUP, recursive=recursive)

    def short(path):
        return None if path is None else path.relative_to(folder).as_posix()

    return {short(path): short(pairs.mask_of(path)) for path in pairs.pictures}, [
        short(path) for path in pairs.stray_masks
    ]


@pytest.mark.parametrize("name", ["x_mask.png", "x-mask.png", "X_SEG.tif", "x_segmentation.png", "x.mask.bmp"])
def test_a_mask_beside_its_picture_is_known_by_its_name(place, name):
    folder = place("x.jpg", "y.jpg", name)
    assert sorted_out(folder, "") == ({"x.jpg": None, "y.jpg": None}, [name])
    assert sorted_out(folder, "", "") == ({"x.jpg": name, "y.jpg": None}, [])


def test_names_of_masks_without_a_picture_are_pictures(place):
    folder = place("lung_mask.png", "seg.png", "xmask.png", "x.jpg")
    assert find_masks_among(folder.iterdir()) == set()
    assert sorted_out(folder, "")[0].keys() == {"lung_mask.png", "seg.png", "xmask.png", "x.jpg"}


def test_of_two_files_of_one_name_the_content_says_which_is_the_mask(place):
    folder = place("x.jpg", "y.jpg", "y.tif")
    Pillow.fromarray(np.eye(96, dtype=np.uint8)).save(folder / "x.png")
    assert sorted_out(folder, "", "") == ({"x.jpg": "x.png", "y.jpg": None, "y.tif": None}, [])
    assert sorted_out(folder, "") == ({"x.jpg": None, "x.png": None, "y.jpg": None, "y.tif": None}, [])


def test_where_both_could_be_masks_both_stay_pictures(place):
    folder = place("drawn.png", "drawn.bmp")
    assert sorted_out(folder, "", "")[0] == {"drawn.bmp": None, "drawn.png": None}


def test_a_mask_belongs_to_the_longest_name_that_it_goes_on_after(place):
    folder = place("eye.jpg", "eye_2.jpg", "eye_2_mask.png", "eye_mask.png")
    assert sorted_out(folder, "", "")[0] == {"eye.jpg": "eye_mask.png", "eye_2.jpg": "eye_2_mask.png"}


def test_the_same_names_in_other_folders_do_not_meet(place):
    folder = place("p1/x.jpg", "p1/x_mask.png", "p2/x.jpg", "p2/x_seg.png", "p3/x.jpg")
    pictures, _ = sorted_out(folder, "", "", recursive=True)
    assert pictures == {"p1/x.jpg": "p1/x_mask.png", "p2/x.jpg": "p2/x_seg.png", "p3/x.jpg": None}


def test_a_folder_of_masks_inside_that_of_the_pictures_holds_no_pictures(place):
    folder = place("in/x.jpg", "in/masks/x.png", "in/masks/y.png")
    assert sorted_out(folder, "in", "in/masks", recursive=True) == ({"in/x.jpg": "in/masks/x.png"}, [])


def test_pictures_that_lie_with_the_masks_are_not_lost(place):
    folder = place("in/x.jpg", "in/more/y.jpg", "in/more/y_mask.png")
    pictures, _ = sorted_out(folder, "in", "in/more", recursive=True)
    assert pictures == {"in/x.jpg": None, "in/more/y.jpg": "in/more/y_mask.png"}


def test_the_folder_of_masks_may_hold_that_of_the_pictures(place):
    folder = place("images/x.jpg", "masks/x.png")
    assert sorted_out(folder, "images", "") == ({"images/x.jpg": "masks/x.png"}, [])


def test_masks_beside_the_pictures_are_no_cases_when_others_are_asked_for(place):
    folder = place("in/x.jpg", "in/x_mask.png", "masks/x.png")
    assert sorted_out(folder, "in", "masks") == ({"in/x.jpg": "masks/x.png"}, ["in/x_mask.png"])


def test_one_picture_with_the_folder_that_it_lies_in(place):
    folder = place("x.jpg", "x_mask.png", "y.jpg")
    assert sorted_out(folder, "x.jpg", "") == ({"x.jpg": "x_mask.png"}, [])


def test_several_masks_of_one_picture_are_named(place):
    folder = place("x.jpg", "x_mask.png", "x_seg.png")
    with pytest.raises(MaskError, match=r"x\.jpg has several masks \(x_mask\.png, x_seg\.png\)"):
        sorted_out(folder, "", "")
