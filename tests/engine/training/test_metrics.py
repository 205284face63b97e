from __future__ import annotations

import math

import numpy as np
import pytest

from unet_desktop.engine.training.metrics import cross_entropy
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.compare import compare_masks, mean_figures

TRUTH = np.array([[0, 1, 1, 0], [0, 2, 1, 0]], np.uint8)


def test_figures_by_hand():
    predicted = np.array([[0, 1, 0, 0], [0, 2, 2, 0]], np.uint8)
    figures = compare_masks(predicted, TRUTH, DISC_AND_CUP)
    assert figures["dice/optic disc"] == pytest.approx(6 / 7)
    assert figures["iou/optic disc"] == pytest.approx(3 / 4)
    assert figures["dice/optic cup"] == pytest.approx(2 / 3)
    assert figures["dice"] == pytest.approx((6 / 7 + 2 / 3) / 2)
    assert figures["vcdr_error"] == pytest.approx(0.0)


def test_what_was_not_judged_counts_in_nothing():
    truth = TRUTH.copy()
    truth[:, 3] = 255
    predicted = TRUTH.copy()
    predicted[:, 3] = 1
    figures = compare_masks(predicted, truth, DISC_AND_CUP)
    assert figures["dice"] == 1.0
    assert "vcdr_error" not in figures
    assert compare_masks(predicted, np.full_like(truth, 255), DISC_AND_CUP) == {}


def test_a_disc_that_was_missed_costs_the_whole_ratio():
    figures = compare_masks(np.zeros_like(TRUTH), TRUTH, DISC_AND_CUP)
    assert figures["dice"] == 0.0
    assert figures["vcdr_error"] == pytest.approx(0.5)


def test_cross_entropy_by_hand():
    probabilities = np.full((2, 2, 4), 0.25, np.float32)
    shares = (4 + 1) / 16  # of the planes' pixels, disc and cup
    assert cross_entropy(probabilities, TRUTH, DISC_AND_CUP) == pytest.approx(
        -(shares * math.log(0.25) + (1 - shares) * math.log(0.75))
    )
    assert cross_entropy(probabilities, np.full_like(TRUTH, 255), DISC_AND_CUP) is None


def test_the_mean_is_over_those_that_were_measured():
    assert mean_figures([{"dice": 1.0, "vcdr_error": 0.2}, {"dice": 0.5}]) == {"dice": 0.75, "vcdr_error": 0.2}
    assert mean_figures([]) == {}
