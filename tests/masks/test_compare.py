from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as npst

from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE
from unet_desktop.masks.compare import (
    compare_masks,
    drop_labels,
    mean_metrics,
    picture_score,
    selection_score,
    without_ratio_of_absent,
)

ANY_MASK = npst.arrays(np.uint8, (9, 9), elements={"min_value": 0, "max_value": 2})


def test_figures_by_hand(disc_mask):
    prediction = disc_mask.copy()
    prediction[20:30] = 0  # a quarter of the disc, above the cup, is missed
    prediction[45:50, 40:60] = 1  # and a quarter of the cup
    figures = compare_masks(prediction, disc_mask, DISC_AND_CUP, boundaries=True)
    assert figures["dice/optic disc"] == pytest.approx(2 * 1200 / (1200 + 1600))
    assert figures["iou/optic disc"] == pytest.approx(1200 / 1600)
    assert figures["dice/optic cup"] == pytest.approx(2 * 300 / (300 + 400))
    assert figures["iou/optic cup"] == pytest.approx(300 / 400)
    assert figures["dice"] == pytest.approx((2400 / 2800 + 600 / 700) / 2)
    assert figures["iou"] == pytest.approx((1200 / 1600 + 300 / 400) / 2)
    assert figures["vcdr_error"] == pytest.approx(abs(15 / 30 - 20 / 40))
    assert figures["boundary_px/optic disc"] == pytest.approx(10)
    assert figures["boundary_share/optic disc"] == pytest.approx(10 / 40)


def test_the_vcdr_error_by_hand(disc_mask):
    prediction = disc_mask.copy()
    prediction[45:50, 40:60] = 1
    assert compare_masks(prediction, disc_mask, DISC_AND_CUP)["vcdr_error"] == pytest.approx(abs(15 / 40 - 20 / 40))


def test_a_disc_that_was_not_found_has_vcdr_0(disc_mask):
    figures = compare_masks(np.zeros_like(disc_mask), disc_mask, DISC_AND_CUP, boundaries=True)
    assert figures["vcdr_error"] == 0.5
    assert figures["dice"] == figures["iou"] == 0
    assert not any(name.startswith("boundary") for name in figures)


def test_only_the_largest_piece_of_a_unique_label_counts(disc_mask):
    prediction = disc_mask.copy()
    prediction[80:90, 80:90] = 2
    assert compare_masks(prediction, disc_mask, DISC_AND_CUP) == compare_masks(disc_mask, disc_mask, DISC_AND_CUP)
    many = compare_masks((prediction > 0).astype(np.uint8), (disc_mask > 0).astype(np.uint8), ONE_STRUCTURE)
    assert many["dice/structure"] == pytest.approx(2 * 1600 / (1600 + 1700))


def test_the_cup_is_that_of_the_disc_that_counts(disc_mask):
    truth = np.where(disc_mask > 0, 1, 0).astype(np.uint8)
    truth[38:42, 48:52] = 2
    prediction = truth.copy()
    prediction[70:90, 5:25] = 2  # a second, smaller disc with a larger cup
    assert compare_masks(prediction, truth, DISC_AND_CUP)["dice/optic cup"] == 1


def test_what_is_not_annotated_counts_in_nothing(disc_mask):
    truth = disc_mask.copy()
    truth[:, 50:] = 255
    prediction = disc_mask.copy()
    prediction[:, 50:] = 0
    figures = compare_masks(prediction, truth, DISC_AND_CUP, boundaries=True)
    assert figures == dict.fromkeys(
        ["dice", "dice/optic disc", "dice/optic cup", "iou", "iou/optic disc", "iou/optic cup"], 1.0
    )
    assert compare_masks(prediction, np.full_like(truth, 255), DISC_AND_CUP) == {}


def test_every_stroke_counts_where_only_strokes_were_judged(disc_mask):
    strokes = np.full_like(disc_mask, 255)
    strokes[22:24, 32:60] = 1
    strokes[50:58, 60:64] = 1
    strokes[80:84] = 0
    missed = disc_mask.copy()
    missed[55:] = 0
    figures = compare_masks(missed, strokes, DISC_AND_CUP)
    assert figures["dice"] == figures["dice/optic disc"] == pytest.approx(2 * 76 / (76 + 88))
    assert "dice/optic cup" not in figures  # no stroke shows it


def test_judged_background_alone_has_no_overlap_to_measure(disc_mask):
    strokes = np.full_like(disc_mask, 255)
    strokes[80:84] = 0
    assert compare_masks(disc_mask, strokes, DISC_AND_CUP) == {}


def test_a_partly_annotated_reference_says_nothing_of_heights(disc_mask):
    reference = disc_mask.copy()
    reference[35:] = 255  # what is below was not judged, and cuts more off the cup than off the disc
    figures = compare_masks(disc_mask, reference, DISC_AND_CUP, boundaries=True)
    assert not any(name.startswith(("vcdr", "boundary")) for name in figures)


@given(ANY_MASK, ANY_MASK)
def test_no_figure_is_out_of_bounds(prediction, truth):
    figures = compare_masks(prediction, truth, DISC_AND_CUP, boundaries=True)
    for name, value in figures.items():
        assert math.isfinite(value)
        assert value >= 0
        assert value <= 1 or name.startswith("boundary")


@given(ANY_MASK, ANY_MASK)
def test_what_lies_round_both_changes_nothing(prediction, truth):
    wide = [np.pad(mask, ((7, 3), (2, 11))) for mask in (prediction, truth)]
    figures = compare_masks(*wide, DISC_AND_CUP, boundaries=True, max_distance=True)
    assert figures == pytest.approx(compare_masks(prediction, truth, DISC_AND_CUP, boundaries=True, max_distance=True))


def test_the_other_side_may_be_the_one_that_is_annotated_in_part(disc_mask):
    strokes = np.where(np.arange(96) < 50, disc_mask, 255).astype(np.uint8)
    one, other = compare_masks(strokes, disc_mask, DISC_AND_CUP), compare_masks(disc_mask, strokes, DISC_AND_CUP)
    assert one == other
    assert "vcdr_error" not in one


@given(ANY_MASK)
def test_a_mask_agrees_with_itself(mask):
    figures = compare_masks(mask, mask, DISC_AND_CUP, boundaries=True)
    assert all(
        value == (1 if name.startswith(("dice", "iou", "true_absent")) else 0) for name, value in figures.items()
    )


def test_means_are_over_the_pictures_that_have_the_figure():
    assert mean_metrics([{"a": 1.0, "b": 2.0}, {"a": 3.0}]) == {"a": 2.0, "b": 2.0}
    assert mean_metrics([]) == {}


def test_overlap_is_measured_only_where_the_reference_shows_the_label(disc_mask):
    nothing, no_cup = np.zeros_like(disc_mask), np.minimum(disc_mask, 1)
    assert compare_masks(nothing, nothing, DISC_AND_CUP) == {
        "true_absent/optic disc": 1.0,
        "true_absent/optic cup": 1.0,
    }
    invented = compare_masks(disc_mask, nothing, DISC_AND_CUP)
    assert invented == {"true_absent/optic disc": 0.0, "true_absent/optic cup": 0.0}
    figures = compare_masks(disc_mask, no_cup, DISC_AND_CUP)
    assert figures["dice"] == figures["dice/optic disc"] == figures["iou"] == 1.0
    assert figures["true_absent/optic cup"] == 0.0
    assert "dice/optic cup" not in figures
    assert compare_masks(nothing, disc_mask, DISC_AND_CUP)["dice/optic cup"] == 0.0  # missed: that counts in Dice


@given(ANY_MASK, ANY_MASK)
def test_each_label_has_either_overlap_or_absence(prediction, truth):
    figures = compare_masks(prediction, truth, DISC_AND_CUP)
    for label in DISC_AND_CUP:
        assert (f"dice/{label.name}" in figures) != (f"true_absent/{label.name}" in figures)


def test_the_vcdr_error_of_a_cup_that_no_true_mask_shows_is_left_out():
    figures = {"dice/optic disc": 0.8, "dice": 0.8, "vcdr_error": 0.3, "bce": 0.1}
    _, cup = DISC_AND_CUP
    assert without_ratio_of_absent(figures, [], DISC_AND_CUP) == figures
    assert "vcdr_error" not in without_ratio_of_absent(figures, [cup], DISC_AND_CUP)


def test_false_positives_count_in_the_order_of_pictures_and_in_the_choice_of_an_epoch():
    assert picture_score({"dice/a": 0.8, "true_absent/b": 0.0, "dice": 0.8}) == 0.4
    assert picture_score({"bce": 1.0}) is None
    label = ONE_STRUCTURE.labels[0]
    careful = [{"dice/structure": 0.8}, {"true_absent/structure": 1.0}]
    careless = [{"dice/structure": 0.8}, {"true_absent/structure": 0.0}]
    assert selection_score(careful, []) == pytest.approx(0.9)
    assert selection_score(careless, []) == pytest.approx(0.4)
    assert selection_score([{"true_absent/structure": 1.0}], [label]) == 0.0  # finding nothing would be best
    assert selection_score([], []) == 0.0


def test_a_label_of_which_nothing_is_known_has_no_figure():
    figures = {"dice/optic disc": 0.8, "dice/optic cup": 0.4, "iou/optic disc": 0.6, "iou/optic cup": 0.2}
    figures |= {"dice": 0.6, "iou": 0.4, "vcdr_error": 0.0, "bce": 0.1}
    disc, cup = DISC_AND_CUP
    of_discs = {"dice/optic disc": 0.8, "iou/optic disc": 0.6, "dice": 0.8, "iou": 0.6, "bce": 0.1}
    assert drop_labels(figures, [cup], DISC_AND_CUP) == of_discs
    assert drop_labels(figures, [disc, cup], DISC_AND_CUP) == {"bce": 0.1}
    assert drop_labels(figures, [], DISC_AND_CUP) == figures
    assert drop_labels({"true_absent/optic cup": 0.0}, [cup], DISC_AND_CUP) == {}
