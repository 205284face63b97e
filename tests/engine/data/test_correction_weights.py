"""Corrections: which pixels and cases weigh more, and what a few strokes in a picture teach."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from unet_desktop.engine.config import PRESETS
from unet_desktop.engine.data import correction_weights
from unet_desktop.engine.data.dataset import Dataset
from unet_desktop.engine.data.training_example import make_example
from unet_desktop.engine.data.variants import augment_example
from unet_desktop.engine.events import EpochDone, Finished, Message
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.engine.networks.specs import specs_for
from unet_desktop.engine.training.fit import fit
from unet_desktop.errors import TrainingError
from unet_desktop.images.crop import Square
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE
from unet_desktop.masks.compare import dice
from unet_desktop.masks.file import write_mask

SPECS = specs_for(DISC_AND_CUP, replace(PRESETS["fast"], image_size=64, locate_size=64))
MASKS = npst.arrays(np.uint8, (12, 15), elements=st.sampled_from([0, 1, 2, 255]), fill=st.just(0))


def strokes_of(mask: np.ndarray) -> np.ndarray:
    """Two strokes through the disc and two beside it; nothing else is judged."""
    rows, columns = np.nonzero(mask)
    top, left = int(rows.min()), int(columns.min())
    middle, height = int(rows.mean()), int(np.ptp(rows))
    kept = np.zeros(mask.shape, bool)
    kept[middle - 1 : middle + 2, left : left + height] = True
    kept[middle - height // 4 : middle - height // 4 + 2, left + height // 5 : left + height] = True
    kept[max(0, top - 9) : max(3, top - 6)] = True
    kept[:, 3:6] = True
    return np.where(kept, mask, np.uint8(255))


@given(MASKS, MASKS)
def test_only_pixels_that_both_judged_are_corrected(mask, prediction):
    wrong = correction_weights.corrected_pixels(mask, prediction)
    assert not wrong[(mask == 255) | (prediction == 255) | (mask == prediction)].any()
    assert (wrong == 255).sum() == ((mask != prediction) & (mask != 255) & (prediction != 255)).sum()
    assert not correction_weights.corrected_pixels(mask, mask).any()


def test_one_corrected_pixel_of_a_large_picture_is_still_seen_when_it_is_reduced():
    plane = np.zeros((600, 800), np.uint8)
    plane[301, 407] = 255
    seen = correction_weights.corrected_in_crop(plane, Square(400, 300, 800), 100, 64)
    rows, columns = np.nonzero(seen)
    assert (rows.mean(), columns.mean()) == (pytest.approx(50, abs=1), pytest.approx(50, abs=1))
    assert 3 <= np.ptp(rows) + 1 <= 5
    assert correction_weights.corrected_at_size(plane, 75, 100, 64).sum() >= 5


def test_where_the_mask_differs_from_the_prediction_is_known_in_the_look(photograph):
    pixels, mask = photograph(3)
    prediction = mask.copy()
    columns = np.nonzero(mask)[1]
    prediction[:, : int(np.median(columns))] = 0  # the model missed the left half
    for name, spec in SPECS.items():
        view = make_example(pixels, mask, DISC_AND_CUP, spec, name, prediction, weight_corrections=True)
        assert make_example(pixels, mask, DISC_AND_CUP, spec, name, prediction).corrected is None
        for seed in range(4):
            _, seen, wrong = augment_example(view, spec, PRESETS["fast"], np.random.default_rng(seed))
            disc = (seen == 1) | (seen == 2)
            assert wrong.shape == seen.shape
            assert 0.3 < wrong[disc].mean() < 0.8
            assert wrong[~disc].mean() < 0.1


def test_patches_know_it_too(photograph):
    pixels, mask = photograph(3)
    mask = np.minimum(mask, 1)
    spec = specs_for(ONE_STRUCTURE, replace(PRESETS["fast"], image_size=64, working_side=100))["segment"]
    view = make_example(pixels, mask, ONE_STRUCTURE, spec, "segment", np.zeros_like(mask), weight_corrections=True)
    assert view.corrected.shape == view.mask.shape
    assert view.corrected[view.mask == 1].all()
    assert view.corrected.mean() < 2.5 * (view.mask == 1).mean()


def test_the_crop_of_strokes_is_that_of_the_prediction(photograph):
    pixels, mask = photograph(3)
    strokes = strokes_of(mask)
    whole = make_example(pixels, mask, DISC_AND_CUP, SPECS["segment"], "segment")
    helped = make_example(pixels, strokes, DISC_AND_CUP, SPECS["segment"], "segment", mask)
    np.testing.assert_array_equal(helped.picture, whole.picture)
    judged = helped.mask != 255
    assert 0 < judged.mean() < 0.4
    np.testing.assert_array_equal(helped.mask[judged], whole.mask[judged])
    assert make_example(pixels, strokes, DISC_AND_CUP, SPECS["segment"], "segment") is None
    assert make_example(pixels, strokes, DISC_AND_CUP, SPECS["locate"], "locate") is not None


def test_a_whole_mask_is_its_own_measure_whatever_was_predicted(photograph):
    pixels, mask = photograph(3)
    wrong = np.roll(mask, 40, axis=1)
    plain, other = (make_example(pixels, mask, DISC_AND_CUP, SPECS["segment"], "segment", one) for one in (None, wrong))
    np.testing.assert_array_equal(plain.picture, other.picture)


def test_recent_cases_are_drawn_more_often(samples):
    data = Dataset([replace(samples[0], recent=True), *samples[1:3]], DISC_AND_CUP, SPECS)
    list(data.read())
    assert data.sampling_pool("segment", 3, 4) == [0, 0, 0, 1, 2]
    assert data.sampling_pool("segment", 1, 4) == data.usable("segment") == [0, 1, 2]


def test_recent_cases_of_an_unlike_camera_are_drawn_more_often(samples):
    cases = [replace(samples[0], recent=True, unlike=True), replace(samples[1], unlike=True), samples[2]]
    data = Dataset(cases, DISC_AND_CUP, SPECS)
    list(data.read())
    assert data.sampling_pool("segment", 1, 3) == [0, 0, 0, 1, 2]
    assert data.sampling_pool("segment", 5, 3) == [0, 0, 0, 0, 0, 1, 2]


def test_a_prediction_is_part_of_what_is_learned_from_only_where_it_is_used(samples, tmp_path):
    path = tmp_path / "prediction.png"
    write_mask(path, np.zeros((150, 190), np.uint8), DISC_AND_CUP)
    told = [replace(samples[0], prediction=path)]
    plain, beside, weighed = Dataset(samples[:1], DISC_AND_CUP, SPECS), Dataset(told, DISC_AND_CUP, SPECS), None
    weighed = Dataset(told, DISC_AND_CUP, SPECS, weight_corrections=True)
    for data in (plain, beside, weighed):
        list(data.read())
    assert plain.fingerprint == beside.fingerprint != weighed.fingerprint
    path.write_bytes(b"damaged")
    again = Dataset(told, DISC_AND_CUP, SPECS, weight_corrections=True)
    assert list(again.read()) == [1]
    assert again.example("segment", 0).corrected is None


def test_a_resumed_training_draws_as_often_and_weighs_as_before(model, samples, device, tiny, tmp_path):
    """Also when nobody knows any more which cases were recent: the state does."""
    config = replace(tiny, epochs=2, correction_weight=3.0, recent_draws=4)
    prediction = tmp_path / "prediction.png"
    write_mask(prediction, np.zeros((150, 190), np.uint8), DISC_AND_CUP)
    train = [replace(samples[0], prediction=prediction, recent=True), *samples[1:3]]

    def losses(teach, name, *, stop=0, **how):
        found = []
        run = fit(
            teach,
            samples[3:],
            DISC_AND_CUP,
            config,
            save_to=tmp_path / name,
            device=device,
            state_at=tmp_path / f"{name}.training",
            **how,
        )
        for event in run:
            if isinstance(event, EpochDone):
                found.append((event.stage, event.epoch, event.train_loss))
                if len(found) == stop:
                    break
        run.close()
        return found

    whole = losses(train, "whole", start_from=model)
    assert len(whole) == 3
    assert losses(train, "part", start_from=model, stop=2) == whole[:2]
    assert losses([replace(sample, recent=False) for sample in train], "part", resume=True) == whole[2:]
    plain = losses([replace(sample, recent=False) for sample in train], "plain", start_from=model)
    assert [loss for *_, loss in plain] != [loss for *_, loss in whole]


def test_from_new_weights_nothing_is_weighed(samples, device, tiny, tmp_path):
    prediction = tmp_path / "prediction.png"
    write_mask(prediction, np.zeros((150, 190), np.uint8), DISC_AND_CUP)
    told = [replace(sample, prediction=prediction) for sample in samples[:2]]

    def losses(teach, config):
        events = fit(teach, [], DISC_AND_CUP, config, save_to=tmp_path / "m.safetensors", device=device)
        return [event.train_loss for event in events if isinstance(event, EpochDone)]

    assert losses(told, replace(tiny, correction_weight=9.0)) == losses(samples[:2], tiny)


def test_strokes_alone_train_without_harm(samples, device, tiny, tmp_path, photograph, write_sample):
    """A picture of which only strokes were judged teaches as much as the same picture drawn whole, or nearly."""
    config = replace(
        tiny,
        augmentation=0.3,
        epochs=10,
        locate_epochs=10,
        batch_size=4,
        locate_batch_size=4,
        least_steps=5,
        learning_rate=3e-3,
        correction_weight=2.0,
        recent_draws=2,
    )
    pixels, mask = photograph(5)
    strokes = write_sample(tmp_path, "strokes", pixels, strokes_of(mask))
    prediction = tmp_path / "prediction.png"
    write_mask(prediction, np.roll(mask, 2, axis=0), DISC_AND_CUP)
    strokes = replace(strokes, prediction=prediction, recent=True)
    path = tmp_path / "model.safetensors"
    events = list(
        fit([*samples[:2], strokes], [*samples[2:3], strokes], DISC_AND_CUP, config, save_to=path, device=device)
    )
    assert not [event for event in events if isinstance(event, Message) and "strokes" in event.text]
    assert all(np.isfinite(event.train_loss) for event in events if isinstance(event, EpochDone))
    done = events[-1]
    assert isinstance(done, Finished)
    assert done.cases["strokes"]["dice/optic disc"] > 0.9  # of what was judged
    assert "vcdr_error" not in done.cases["strokes"]
    assert dice(Segmenter.open(path, "cpu").segment(pixels).mask > 0, mask > 0) > 0.8  # of the whole disc


def test_strokes_without_a_prediction_teach_where_it_is_and_that_is_said(
    samples, device, tiny, tmp_path, photograph, write_sample
):
    pixels, mask = photograph(5)
    strokes = write_sample(tmp_path, "strokes", pixels, strokes_of(mask))
    save_to = tmp_path / "model.safetensors"
    events = list(fit([samples[0], strokes], samples[1:2], DISC_AND_CUP, tiny, save_to=save_to, device=device))
    (message,) = [event.text for event in events if isinstance(event, Message)]
    assert message.startswith('1 case contains only strokes and no prediction; it teaches where "optic disc" is,')
    assert "(strokes)" in message
    with pytest.raises(TrainingError, match="the masks contain only strokes"):
        list(fit([strokes], [], DISC_AND_CUP, tiny, save_to=save_to, device=device))
