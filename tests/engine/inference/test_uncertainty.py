"""What probabilities say of themselves, what validation cases teach of it, and what training pictures look like."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.checkpoint_header import read_header
from unet_desktop.engine.files.checkpoint import load, save
from unet_desktop.engine.inference.calibration import Calibration, CalibrationCase, conformal_quantile
from unet_desktop.engine.inference.familiarity import FamiliarityDetector
from unet_desktop.engine.inference.predictor import Predictor
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.engine.inference.uncertainty import entropy, expected_dices, ratio_spread
from unet_desktop.engine.networks.specs import NetworkSpec, build
from unet_desktop.engine.training.fit import fit
from unet_desktop.errors import CheckpointError
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE


def test_expected_dice_of_each_region():
    planes = np.array([[[1.0, 0.0]], [[0.5, 0.0]], [[0.4, 0.0]]], np.float32)
    certain, half, empty = expected_dices(planes)
    assert certain == 1.0
    assert half == pytest.approx(2 * 0.5 / 1.5)
    assert np.isnan(empty)


def test_entropy_is_that_of_the_least_certain_region():
    planes = np.array([[[1.0, 0.5, 0.9]], [[0.0, 1.0, 0.75]]], np.float32)
    bits = -(0.25 * np.log2(0.25) + 0.75 * np.log2(0.75))
    assert entropy(planes).tolist() == [[0, 255, round(bits * 255)]]


def test_the_ratio_spreads_as_far_as_the_cup_is_vague():
    disc = np.zeros((100, 40), np.float32)
    disc[10:90] = 1.0
    cup = np.zeros_like(disc)
    cup[30:70] = 0.9
    sharp = ratio_spread(np.stack([disc, cup]), DISC_AND_CUP)
    cup[26:30] = 0.3  # four rows that only the generous threshold takes in
    cup[70:74] = 0.6
    cup[74:76] = 0.3
    assert sharp == pytest.approx(0.02)
    assert ratio_spread(np.stack([disc, cup]), DISC_AND_CUP) == pytest.approx(10 / 80)
    assert ratio_spread(np.stack([disc * 0, cup]), DISC_AND_CUP) is None
    assert ratio_spread(disc[None], ONE_STRUCTURE) is None


class TestCalibration:
    def test_the_quantile_is_the_split_conformal_one(self):
        assert conformal_quantile([0.5, 0.1, 0.4, 0.2, 0.3], 0.8) == 0.5  # ceil(6 · 0.8) = 5
        assert conformal_quantile(range(1, 11), 0.8) == 9  # ceil(11 · 0.8) = 9
        assert conformal_quantile([1.0, 2.0, 3.0], 0.8) is None  # ceil(4 · 0.8) = 4
        assert conformal_quantile([]) is None

    @given(st.lists(st.floats(0, 1), min_size=4, max_size=60), st.integers(0, 59))
    def test_of_exchangeable_scores_the_promised_share_lies_below(self, scores, place):
        """Each score against the others: at least the level's share of them is covered, ties or not."""
        covered = [
            score <= bound
            for index, score in enumerate(scores)
            if (bound := conformal_quantile(scores[:index] + scores[index + 1 :], 0.75)) is not None
        ]
        assert not covered or sum(covered) >= 0.75 * len(scores) - 1e-9

    def test_by_hand(self):
        outcomes = [
            CalibrationCase({"optic disc": 0.9}, {"optic disc": true}, 0.1, error)
            for true, error in ((0.88, 0.01), (0.85, 0.02), (0.80, 0.03), (0.10, 0.04))
        ]
        learned = Calibration.fit(outcomes)
        assert learned.dice_offset["optic disc"] == pytest.approx(-0.075)  # the median of -0.02, -0.05, -0.1, -0.8
        assert learned.ratio_factor == pytest.approx(0.4)
        assert learned.dice({"optic disc": 0.96, "optic cup": 0.9}) == pytest.approx(
            {"optic disc": 0.885, "optic cup": 0.9}
        )
        assert learned.interval(0.6, 0.2) == pytest.approx((0.52, 0.68))
        assert learned.interval(0.98, 0.1) == pytest.approx((0.94, 1.0))
        assert learned.interval(float("nan"), 0.1) is None

    def test_too_few_cases_promise_nothing(self):
        learned = Calibration.fit([CalibrationCase({"disc": 0.9}, {"disc": 0.1}, 0.1, 0.2)] * 2)
        assert learned.ratio_factor is None
        assert learned.dice({"disc": 0.9}) == {"disc": 0.9}
        assert learned.interval(0.5, 0.1) is None

    def test_it_survives_a_header(self):
        learned = Calibration({"disc": -0.01}, 1.5, 7)
        assert Calibration.from_json(json.loads(json.dumps(learned.to_json()))) == learned


class TestFamiliar:
    @staticmethod
    def _pictures(count: int, shift: float = 0.0) -> np.ndarray:
        generator = np.random.default_rng(count)
        strong = generator.normal(0, 5, (count, 2)) @ np.eye(2, 30)
        return strong + generator.normal(0, 0.3, (count, 30)) + shift

    def test_pictures_like_those_learned_are_near_and_others_far(self):
        learned = FamiliarityDetector.fit(self._pictures(40))
        assert learned is not None
        near = [learned.distance(picture) for picture in self._pictures(20)]
        assert sum(distance > learned.limit for distance in near) <= 1
        assert all(learned.distance(picture) > learned.limit for picture in self._pictures(20, shift=2.0))

    def test_five_of_a_kind_are_needed(self):
        assert FamiliarityDetector.fit(self._pictures(4)) is None
        assert FamiliarityDetector.fit(np.ones((9, 30))) is None

    def test_distance_by_hand(self):
        learned = FamiliarityDetector(np.zeros(3), np.array([[1.0, 0, 0]]), np.array([4.0]), 1.0, 2.0)
        assert learned.distance(np.array([2.0, 1.0, 1.0])) == pytest.approx(np.sqrt((1 + 2) / 3))

    def test_it_survives_a_header(self):
        learned = FamiliarityDetector.fit(self._pictures(12))
        again = FamiliarityDetector.from_json(json.loads(json.dumps(learned.to_json())))
        picture = self._pictures(3)[0]
        assert again.distance(picture) == pytest.approx(learned.distance(picture), rel=1e-2)
        with pytest.raises(ValueError, match="do not fit"):
            FamiliarityDetector.from_json(learned.to_json() | {"variances": [1.0]})


@pytest.fixture(scope="module")
def taught(tmp_path_factory, samples, tiny, device):
    """A model that knows a bright disc from the ground, tested on one picture more than it can promise by."""
    path = tmp_path_factory.mktemp("taught") / "model.safetensors"
    config = replace(tiny, epochs=6, locate_epochs=6, least_steps=6)
    for _ in fit(samples * 2, samples, DISC_AND_CUP, config, save_to=path, device=device):
        pass
    return path


def test_training_leaves_what_helps_to_judge_the_model(taught, samples):
    trust = read_header(taught).trust
    assert trust["calibration"]["cases"] == len(samples)
    assert trust["calibration"]["ratio_factor"] is None or trust["calibration"]["ratio_factor"] > 0
    assert FamiliarityDetector.from_json(trust["familiar"]).limit > 0


def test_a_certain_picture_is_less_uncertain_than_a_scrambled_one(taught, photograph):
    segmenter = Segmenter.open(taught, "cpu")
    pixels = photograph(2)[0]
    scrambled = np.random.default_rng(0).permutation(pixels.reshape(-1, 3)).reshape(pixels.shape)
    certain, lost = segmenter.segment(pixels), segmenter.segment(scrambled)
    assert certain.found
    assert certain.confidence > lost.confidence
    assert lost.trust.unfamiliar
    assert set(certain.trust.expected_dice) <= {"optic disc", "optic cup"}
    assert certain.trust.uncertainty.plane.dtype == np.uint8
    assert certain.trust.uncertainty.width == certain.square.side


def test_a_model_of_an_older_program_promises_nothing(model, tmp_path, photograph):
    loaded = load(model)
    path = tmp_path / "old.safetensors"
    save(path, replace(loaded.header, trust={}), loaded.networks)
    assert b'\\"trust\\"' not in path.read_bytes()
    prediction = Segmenter.open(path, "cpu").segment(photograph(2)[0])
    assert prediction.trust.vcdr is None
    assert not prediction.trust.unfamiliar


@pytest.mark.parametrize("trust", [{"calibration": []}, {"familiar": {}}, {"calibration": {"ratio_factor": "x"}}])
def test_a_trust_that_nobody_understands_is_refused(model, tmp_path, trust):
    loaded = load(model)
    path = tmp_path / "odd.safetensors"
    save(path, replace(loaded.header, trust=trust), loaded.networks)
    with pytest.raises(CheckpointError, match="calibration"):
        Segmenter.open(path, "cpu")


@pytest.mark.parametrize("kind", ["lite0", "unet"])
@pytest.mark.parametrize("mirrored", [False, True])
def test_one_pass_gives_what_two_give(kind, mirrored, device, photograph):
    spec = NetworkSpec(kind, 4, 1, "whole", 64, 1.9, 1024)
    predictor = Predictor(build(spec), spec, device, mirror=mirrored)
    picture = photograph(1, 64, 64)[0]
    planes, features = predictor.square_and_features(picture)
    np.testing.assert_array_equal(planes, predictor.square(picture))
    np.testing.assert_array_equal(features, predictor.features(picture))
