from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from unet_desktop.engine.inference.segmenter import Prediction
from unet_desktop.images.box import Box, bounding_box
from unet_desktop.images.crop import Square
from unet_desktop.images.laterality import Eye
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE
from unet_desktop.masks.measure import measure_mask
from unet_desktop.masks.trust import Trust, UncertaintyMap, Unfamiliar
from unet_desktop.tasks.folders.columns import columns
from unet_desktop.tasks.folders.inputs import Picture
from unet_desktop.tasks.folders.row import FileFacts, mask_columns, measurement_columns

NOTHING = FileFacts()
PICTURE = Picture(Path("eyes/photo.png"), 0, "photo.png", "photo")


def prediction_of(mask, rivals=0, **trust):
    box = bounding_box(mask).expand(3).clip(*mask.shape) if mask.any() else Box(0, 0, 0, 0)
    square = Square.around(*mask.shape) if mask.any() else None
    return Prediction(mask, 0.9, bool(mask.any()), square, box, None, trust=Trust(**trust), rivals=rivals)


def lit(shape=(96, 96)):
    picture = np.empty((*shape, 3), np.uint8)
    picture[:] = (160, 90, 40)
    return picture


def row_of(mask, pixels=None, picture=PICTURE, facts=NOTHING, labels=DISC_AND_CUP, **known):
    pixels = lit(mask.shape) if pixels is None else pixels
    return measurement_columns(picture, pixels, prediction_of(mask, **known), labels, facts)


def test_every_column_is_in_the_schema_and_of_its_kind(disc_mask):
    row = row_of(
        disc_mask,
        facts=FileFacts(Eye.RIGHT, (0.01, 0.01)),
        expected_dice={"optic disc": 0.97, "optic cup": 0.9},
        vcdr=(0.4, 0.6),
        uncertainty=UncertaintyMap(np.zeros((8, 8), np.uint8), 0.0, 0.0, 96.0, 96.0),
    )
    known = {column.name: column for column in columns(DISC_AND_CUP)}
    assert row.keys() <= known.keys()
    assert [name for name, value in row.items() if value != "" and known[name].cell(row) is None] == []
    elsewhere = {"image", "mask", "sha256", "note", "model_name", "model", "program", "seconds"}
    assert known.keys() - row.keys() == elsewhere


def test_figures_by_hand(disc_mask):
    row = row_of(disc_mask, facts=FileFacts(Eye.RIGHT, (0.01, 0.02)))
    assert row["vertical_cup_to_disc_ratio"] == row["horizontal_cup_to_disc_ratio"] == 0.5
    assert row["area_cup_to_disc_ratio"] == 0.25
    assert (row["optic_disc_height_px"], row["optic_disc_width_px"], row["optic_disc_area_px"]) == (40, 40, 1600)
    assert (row["optic_disc_height_mm"], row["optic_disc_width_mm"]) == (0.4, 0.8)
    assert row["optic_disc_area_mm2"] == pytest.approx(0.32)
    assert row["rim_12_oclock_px"] == pytest.approx(10.2, abs=0.5)
    assert row["rim_12_oclock_to_disc_ratio"] == pytest.approx(0.25, abs=0.01)
    assert "rim_inferior_mm" not in row, "pixels are not square"
    assert row_of(disc_mask, facts=FileFacts(Eye.RIGHT, (0.01, 0.01)))["rim_inferior_mm"] == pytest.approx(
        0.12, abs=0.02
    )


@pytest.mark.parametrize(("eye", "nasal", "temporal"), [(Eye.RIGHT, "right", "left"), (Eye.LEFT, "left", "right")])
def test_the_eye_says_which_side_is_nasal(disc_mask, eye, nasal, temporal):
    disc_mask[30:50, 40:60] = 1
    disc_mask[30:50, 45:65] = 2  # the cup lies to the right
    row = row_of(disc_mask, facts=FileFacts(eye))
    assert (row["eye"], row["eye_from"]) == (eye.value, "file")
    assert row["rim_nasal_px"] == row[f"rim_{nasal}_px"]
    assert row["rim_temporal_px"] == row[f"rim_{temporal}_px"]
    assert row["rim_right_px"] < row["rim_left_px"]
    assert ("kept" in row["ist_rule"]) == (eye is Eye.LEFT)


def test_without_an_eye_sides_have_no_names_and_no_rule(disc_mask):
    row = row_of(disc_mask)
    assert (row["eye"], row["eye_from"]) == ("", "")
    assert "rim_left_px" in row
    assert not {"rim_nasal_px", "rim_temporal_px", "isnt_rule", "ist_rule"} & row.keys()


def test_the_eye_is_taken_from_the_file_name(disc_mask):
    row = row_of(disc_mask, picture=Picture(Path("p1_OD.jpg"), 0, "p1_OD.jpg", "p1_OD"))
    assert (row["eye"], row["eye_from"]) == ("right", "file name")


def test_the_eye_is_guessed_from_the_picture(disc_mask):
    pixels = lit()
    pixels[20:60, 30:50, 1] = 200  # its left half is the bright, temporal one
    row = row_of(disc_mask, pixels)
    assert (row["eye"], row["eye_from"]) == ("right", "picture")


def test_nothing_found_is_a_flag_and_no_figure():
    row = row_of(np.zeros((50, 60), np.uint8), rivals=2)
    assert row["found"] is False
    assert row["flag_not_found"] is True
    assert row["flags"] == "no optic disc found"
    assert row["optic_disc_area_px"] == 0
    assert "vertical_cup_to_disc_ratio" not in row
    assert not any(isinstance(value, float) and math.isnan(value) for value in row.values())


def test_a_disc_without_a_cup_has_the_ratio_0_and_no_rim():
    mask = np.zeros((96, 96), np.uint8)
    mask[20:60, 30:70] = 1
    row = row_of(mask)
    assert row["vertical_cup_to_disc_ratio"] == 0.0
    assert not any(name.startswith("rim_") for name in row)


def test_other_labels_have_sizes_alone():
    mask = np.zeros((30, 30), np.uint8)
    mask[2:5, 3:9] = 1
    row = row_of(mask, labels=ONE_STRUCTURE)
    assert (row["structure_height_px"], row["structure_width_px"], row["structure_area_px"]) == (3, 6, 18)
    assert row.keys() <= {column.name for column in columns(ONE_STRUCTURE)}
    assert row["flags"] == ""


def test_rivals_are_a_flag(disc_mask):
    row = row_of(disc_mask, rivals=1)
    assert row["flag_several"] is True
    assert "several places look like the optic disc" in row["flags"]


def test_an_unfamiliar_camera_is_a_flag(disc_mask):
    row = row_of(disc_mask, unfamiliar=Unfamiliar.CAMERA)
    assert row["flags"].startswith("unlike the training pictures (another camera)")
    assert (row["flag_unfamiliar"], row["unfamiliar_kind"]) == (True, "camera")


@pytest.mark.parametrize("border", ["top", "bottom", "left", "right"])
def test_a_disc_at_the_picture_s_border_is_cut(disc_mask, border):
    cut = {
        "top": disc_mask[25:],
        "bottom": disc_mask[:55],
        "left": disc_mask[:, 35:],
        "right": disc_mask[:, :65],
    }[border]
    assert row_of(np.ascontiguousarray(cut))["flag_cut"] is True
    assert row_of(disc_mask)["flag_cut"] is False


def test_a_disc_at_the_edge_of_the_field_of_view_is_cut(disc_mask):
    pixels = lit()
    pixels[:, 71:] = 5
    assert row_of(disc_mask, pixels)["flag_cut"] is True


def test_a_blurred_photograph_is_of_poor_quality(disc_mask):
    smooth = lit((192, 192))
    rows, columns = np.mgrid[:192, :192] / 192 - 0.5
    smooth[..., 1] = 80 + 120 * np.exp(-(rows**2 + columns**2) * 8)
    disc_mask = disc_mask.repeat(2, axis=0).repeat(2, axis=1)
    row = row_of(disc_mask, smooth)
    assert row["flag_poor_quality"] is True
    assert "poor quality (blurred)" in row["flags"]
    assert row["sharpness"] < 0.0375


def test_uncertainty_is_the_mean_over_the_box_of_what_was_found(disc_mask):
    plane = np.zeros((96, 96), np.uint8)
    plane[20:60, 30:70] = 51
    row = row_of(disc_mask, uncertainty=UncertaintyMap(plane, 0.0, 0.0, 96.0, 96.0))
    assert row["uncertainty_bits"] == 0.2
    coarse = UncertaintyMap(np.full((2, 2), 255, np.uint8), -100.0, -100.0, 400.0, 400.0)
    assert row_of(disc_mask, uncertainty=coarse)["uncertainty_bits"] == 1.0


def test_figures_do_not_depend_on_how_much_was_looked_at(disc_mask):
    prediction = prediction_of(disc_mask)
    whole = Prediction(disc_mask, 0.9, True, prediction.square, Box(0, 0, 96, 96), None)
    pixels = np.random.default_rng(1).integers(60, 200, (96, 96, 3)).astype(np.uint8)
    rows = [measurement_columns(PICTURE, pixels, one, DISC_AND_CUP, NOTHING) for one in (prediction, whole)]
    assert rows[0] == rows[1]


def test_without_fovea_and_spacing_nothing_is_turned_or_guessed(disc_mask):
    row = row_of(disc_mask, picture=Picture(Path("p1_OD.jpg"), 0, "p1_OD.jpg", "p1_OD"))
    assert row["rim_quadrants_from"] == "picture"
    assert row["rim_absent_degrees"] == 0
    assert not {"ddls", "disc_size", "disc_size_source", "fovea_x_px"} & row.keys()


def test_a_stated_spacing_gives_the_size_of_the_disc_and_its_stage(disc_mask):
    row = row_of(disc_mask, facts=FileFacts(spacing=(0.05, 0.05)))
    assert row["disc_vertical_diameter_mm"] == row["optic_disc_height_mm"]
    assert row["disc_size_source"] == "pixel spacing"
    assert 1 <= row["ddls"] <= 10


def test_a_fovea_turns_the_quadrants_and_gives_a_size_that_is_marked_as_a_guess(disc_mask):
    found = measure_mask(disc_mask, DISC_AND_CUP)
    facts = FileFacts(fovea=(found.rim.x - 80, found.rim.y + 20))
    row = mask_columns(found, DISC_AND_CUP, disc_mask.shape, facts, Eye.RIGHT, "file")
    before = mask_columns(found, DISC_AND_CUP, disc_mask.shape, FileFacts(), Eye.RIGHT, "file")
    assert (row["rim_quadrants_from"], before["rim_quadrants_from"]) == ("fovea", "picture")
    assert row["disc_size_source"] == "fovea distance (guess)"
    assert row["disc_fovea_angle_degrees"] == pytest.approx(-math.degrees(math.atan2(20, 80)), abs=0.01)
    hours = {name for name in before if "oclock" in name}
    assert {name: row[name] for name in hours} == {name: before[name] for name in hours}
    names = {column.name for column in columns(DISC_AND_CUP, graded=True)}
    assert row.keys() <= names
