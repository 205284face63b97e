"""Masks that could be read in two ways are asked about, in words that name what is in the files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from masks_of_others import CUP, DISC, by_table, disc_and_cup, indexed
from PIL import Image as Pillow

from unet_desktop.errors import MaskError
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE, Label, LabelSet
from unet_desktop.masks.foreign import MaskPlan, look_at_masks, plan_masks
from unet_desktop.masks.mask_values import parse_mask_values
from unet_desktop.masks.pairs import MaskFile

MASK = disc_and_cup(120, 160)
RED, GREEN, CLEAR = (255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 0, 0)


def plan_of(*paths: Path, labels: LabelSet = DISC_AND_CUP, values: str | None = None) -> MaskPlan:
    facts = [(MaskFile(path), found) for path, found in look_at_masks(paths)]
    return plan_masks(facts, labels, values=None if values is None else parse_mask_values(values, labels))


def read(path: Path, **options) -> np.ndarray:
    plan = plan_of(path, **options)
    plan.ask()
    return plan.read([MaskFile(path)]).mask


def with_alpha(*opacity: int) -> Callable[[np.ndarray, Path], None]:
    return by_table(*((255, 255, 255, alpha) for alpha in opacity))


def float_tiff(*table: float) -> Callable[[np.ndarray, Path], None]:
    return lambda mask, path: Pillow.fromarray(np.array(table, np.float32)[mask]).save(path)


ASKED = {
    "red and green as two labels": (by_table(CLEAR, RED, GREEN), "green lies inside red"),
    "the project's colours inside out": (by_table((0, 0, 0), CUP, DISC), "#56b4e9 lies inside #009e73"),
    "a palette of them inside out": (indexed([0, 0, 0, *CUP, *DISC, 1, 2, 3]), "#56b4e9 lies inside #009e73"),
    "a hole in opaque white": (with_alpha(255, 0, 0), "the border is opaque"),
    "three opacities": (with_alpha(0, 128, 255), r"#ffffff \(50 % opaque\)"),
    "numbers as opacity": (with_alpha(0, 1, 2), r"#ffffff \(1 % opaque\)"),
}


@pytest.mark.parametrize("name", ASKED)
def test_what_has_two_meanings_is_asked(tmp_path, name):
    save, words = ASKED[name]
    save(MASK, tmp_path / "a.png")
    with pytest.raises(MaskError, match=words):
        read(tmp_path / "a.png")


def test_rootpainters_strokes_are_still_read(tmp_path):
    strokes = np.zeros((120, 160), int)
    strokes[30:60, 30:60], strokes[80:90, 20:140] = 1, 2
    by_table(CLEAR, (255, 0, 0, 180), (0, 255, 0, 180))(strokes, tmp_path / "a.png")
    np.testing.assert_array_equal(read(tmp_path / "a.png"), np.array([255, 1, 0], np.uint8)[strokes])


def test_an_opacity_with_smooth_edges_is_one_shape(tmp_path):
    shape = cv2.GaussianBlur(np.where(MASK > 0, 255, 0).astype(np.uint8), (0, 0), 1)
    Pillow.fromarray(np.dstack([np.full_like(shape, 255), shape])).save(tmp_path / "a.png")
    np.testing.assert_array_equal(read(tmp_path / "a.png"), shape >= 128)


def test_labels_apart_from_what_they_should_lie_in_are_asked(tmp_path):
    apart = np.zeros((120, 160), np.uint8)
    apart[10:40, 10:40], apart[60:90, 90:120] = 1, 2
    Pillow.fromarray(apart).save(tmp_path / "a.png")
    with pytest.raises(MaskError, match="2, which would be optic cup, nowhere touches 1, optic disc"):
        read(tmp_path / "a.png")


def test_ones_at_the_whole_border_are_asked_also_where_a_label_may_lie_there(tmp_path):
    by_table(1, 0, 0)(MASK, tmp_path / "a.png")
    with pytest.raises(MaskError, match="1, which would be structure, is at the border"):
        read(tmp_path / "a.png", labels=ONE_STRUCTURE)


@pytest.mark.parametrize("labels", [DISC_AND_CUP, ONE_STRUCTURE])
def test_one_bit_is_black_and_white_not_a_number(tmp_path, labels):
    Pillow.fromarray(MASK == 0).save(tmp_path / "a.png")
    np.testing.assert_array_equal(read(tmp_path / "a.png", labels=labels), MASK > 0)


def test_probabilities_of_which_none_reaches_a_half_are_asked(tmp_path):
    smooth = cv2.GaussianBlur((MASK > 0).astype(np.float32), (0, 0), 3)
    Pillow.fromarray(smooth * np.float32(0.4)).save(tmp_path / "a.tif")
    with pytest.raises(MaskError, match=r"different values from 0 to 0\.4; as probabilities none reaches 0\.5"):
        read(tmp_path / "a.tif")


def test_a_jpeg_that_lost_its_numbers_is_not_an_empty_mask(tmp_path):
    Pillow.fromarray(np.zeros((40, 40), np.uint8)).save(tmp_path / "a.jpg")
    with pytest.raises(MaskError, match="lossy files lose small numbers"):
        read(tmp_path / "a.jpg")


def test_a_jpeg_of_low_quality_is_read_where_black_and_white_were_named(tmp_path):
    Pillow.fromarray(np.where(MASK > 0, 255, 0).astype(np.uint8)).save(tmp_path / "a.jpg", quality=15)
    with pytest.raises(MaskError, match="They might mean: 0=background,255=optic disc"):
        read(tmp_path / "a.jpg")
    found = read(tmp_path / "a.jpg", values="0=background,255=optic disc")
    assert np.count_nonzero(found != (MASK > 0)) < 40


def test_three_levels_in_a_jpeg_are_never_two(tmp_path):
    levels = np.array([255, 128, 0], np.uint8)[MASK]
    Pillow.fromarray(levels).save(tmp_path / "a.jpg", quality=60)
    with pytest.raises(MaskError) as caught:
        read(tmp_path / "a.jpg")
    assert "might mean" not in str(caught.value)
    plan = plan_of(tmp_path / "a.jpg", values="255=background,0=optic disc")
    with pytest.raises(MaskError, match="masks are read so"):
        plan.read([MaskFile(tmp_path / "a.jpg")])


def test_lossless_jpeg_2000_keeps_numbers(tmp_path):
    Pillow.fromarray(MASK).save(tmp_path / "a.jp2", irreversible=False)
    np.testing.assert_array_equal(read(tmp_path / "a.jp2"), MASK)
    Pillow.fromarray(MASK).save(tmp_path / "b.jp2", irreversible=True, quality_mode="rates", quality_layers=[40])
    with pytest.raises(MaskError, match="lossy files"):
        read(tmp_path / "b.jp2")


def test_shades_in_a_grey_palette_are_shades(tmp_path):
    shape = cv2.GaussianBlur(np.where(MASK > 0, 255, 0).astype(np.uint8), (0, 0), 1.5)
    Pillow.fromarray(shape).save(tmp_path / "a.gif")
    np.testing.assert_array_equal(read(tmp_path / "a.gif"), shape >= 128)
    indexed([level for grey in range(256) for level in (grey,) * 3], (0, 128, 255))(MASK, tmp_path / "b.png")
    np.testing.assert_array_equal(read(tmp_path / "b.png"), MASK)


def test_nan_is_named_once_and_guessed_as_what_surrounds(tmp_path):
    float_tiff(np.nan, 7, 7)(MASK, tmp_path / "a.tif")
    float_tiff(np.nan, 7, 7)(MASK, tmp_path / "b.tif")
    with pytest.raises(MaskError, match=r"hold the values nan, 7, .*might mean: nan=background,7=optic disc"):
        plan_of(tmp_path / "a.tif", tmp_path / "b.tif").ask()


@pytest.mark.parametrize("count", [1, 4])
def test_white_on_black_beside_black_on_white_is_asked(tmp_path, count):
    paths = [tmp_path / f"{number}.png" for number in range(count + 1)]
    for path in paths[1:]:
        by_table(0, 255, 255)(MASK, path)
    by_table(255, 0, 0)(MASK, paths[0])
    with pytest.raises(MaskError, match=r"The border of .*0\.png is white, and that of .*\.png black"):
        plan_of(*paths).ask()


def thin_rim(width: float, size: int = 150) -> np.ndarray:
    rows, columns = np.mgrid[:size, :size]
    radius = np.hypot(rows - 70.7, columns - 80.3)
    return (radius <= 34).astype(np.uint8) + (radius <= 34 - width).astype(np.uint8)


@pytest.mark.parametrize("levels", [(0, 128, 255), (255, 128, 0), (0, 85, 255)])
@pytest.mark.parametrize("how", ["smooth", "smoother", "jpg"])
@pytest.mark.parametrize("width", [3, 4, 5])
def test_a_thin_rim_is_not_taken_for_a_smoothed_edge(tmp_path, levels, how, width):
    picture = np.array(levels, np.uint8)[thin_rim(width)]
    if how == "jpg":
        Pillow.fromarray(picture).save(tmp_path / "a.jpg", quality=80)
        path = tmp_path / "a.jpg"
    else:
        path = tmp_path / "a.png"
        Pillow.fromarray(cv2.GaussianBlur(picture, (0, 0), 0.5 if how == "smooth" else 0.7)).save(path)
    with pytest.raises(MaskError, match="which fit none"):
        read(path)


@pytest.mark.parametrize("sigma", [0.5, 0.7, 1, 1.5, 2])
@pytest.mark.parametrize("radius", [6, 34, 60])
def test_a_smoothed_edge_is_not_taken_for_a_rim(tmp_path, sigma, radius):
    rows, columns = np.mgrid[:150, :150]
    shape = np.where(np.hypot(rows - 74.2, columns - 75.7) <= radius, 255, 0).astype(np.uint8)
    smooth = cv2.GaussianBlur(shape, (0, 0), sigma)
    Pillow.fromarray(smooth).save(tmp_path / "a.png")
    np.testing.assert_array_equal(read(tmp_path / "a.png"), smooth >= 128)


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
@pytest.mark.parametrize("light", [252, 255])
def test_a_lossy_mask_that_is_all_white_is_looked_at_like_any_other(tmp_path, suffix, light):
    noise = np.random.default_rng(0).integers(-4, 1, (120, 160))
    white = tmp_path / f"white{suffix}"
    Pillow.fromarray((light + noise).astype(np.uint8)).save(white, quality=80)
    with pytest.raises(MaskError, match=r"They might mean|all or nothing"):
        read(white)
    other = tmp_path / f"other{suffix}"
    Pillow.fromarray(np.where(MASK > 0, 255, 0).astype(np.uint8)).save(other, quality=95)
    plan = plan_of(white, other, values="0=background,255=optic disc")
    assert plan.read([MaskFile(white)]).mask.all()


def test_colours_on_white_are_no_channels(tmp_path):
    labels = LabelSet((Label(1, "vessel", "#101010"), Label(2, "lesion", "#202020"), Label(3, "drusen", "#303030")))
    strokes = np.zeros((60, 60), int)
    strokes[5:15, 5:15], strokes[20:30, 20:30], strokes[40:50, 40:50] = 1, 2, 3
    by_table((255, 255, 255), (255, 0, 0), (0, 255, 0), (0, 0, 255))(strokes, tmp_path / "a.png")
    with pytest.raises(MaskError, match="holds the colours #0000ff, #00ff00, #ff0000, #ffffff, which fit none"):
        read(tmp_path / "a.png", labels=labels)
