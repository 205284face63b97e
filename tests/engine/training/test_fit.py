from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from unet_desktop.checkpoint_header import read_header
from unet_desktop.engine.config import PRESETS, fine_tuning_config
from unet_desktop.engine.data.dataset import Sample
from unet_desktop.engine.events import BatchDone, EpochDone, Finished, Message
from unet_desktop.engine.files.checkpoint import load
from unet_desktop.engine.inference.calibration import CalibrationCase
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.engine.training import gradients
from unet_desktop.engine.training.fit import fit
from unet_desktop.errors import CheckpointError, ImageError, MaskError, TrainingError
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE, LabelSet
from unet_desktop.masks.compare import dice


def test_two_pictures_are_learned_by_heart(samples, device, tmp_path, photograph):
    config = replace(
        PRESETS["fast"],
        pretrained=False,
        augmentation=0.3,
        epochs=12,
        locate_epochs=12,
        batch_size=4,
        locate_batch_size=4,
        least_steps=5,
        image_size=64,
        locate_size=64,
        learning_rate=3e-3,
    )
    path = tmp_path / "model.safetensors"
    *_, last = fit(samples[:2], samples[:2], DISC_AND_CUP, config, save_to=path, device=device)
    assert isinstance(last, Finished)
    assert last.metrics["dice/optic disc"] > 0.95
    assert last.metrics["dice/optic cup"] > 0.9
    assert set(last.cases) == {"case0", "case1"}
    assert read_header(path).metrics == last.metrics
    # Another picture, another size, and where the disc is has to be found.
    pixels, mask = photograph(11, 200, 220)
    prediction = Segmenter.open(path, "cpu").segment(pixels)
    assert prediction.found
    assert dice(prediction.mask > 0, mask > 0) > 0.85


def test_events_come_in_order(samples, device, tiny, tmp_path):
    events = list(fit(samples[:3], samples[3:], DISC_AND_CUP, tiny, save_to=tmp_path / "m.safetensors", device=device))
    stages = list(dict.fromkeys(event.stage for event in events if not isinstance(event, Message | Finished)))
    assert stages == ["read", "locate", "segment", "measure"]
    epochs = [event for event in events if isinstance(event, EpochDone)]
    assert [(event.stage, event.epoch, event.saved) for event in epochs] == [("locate", 1, False), ("segment", 1, True)]
    assert {"bce", "dice", "iou", "vcdr_error", "dice/optic cup"} <= set(epochs[1].metrics)
    batches = [event for event in events if isinstance(event, BatchDone) and event.stage == "segment"]
    assert [event.step for event in batches] == [1, 2]
    assert batches[-1].seconds_left == pytest.approx(0.0)
    assert isinstance(events[-1], Finished)


def test_the_same_seed_gives_the_same_losses(samples, device, tiny, tmp_path):
    def losses(seed: int) -> list[float]:
        config = replace(tiny, seed=seed)
        events = fit(samples[:2], [], DISC_AND_CUP, config, save_to=tmp_path / "m.safetensors", device=device)
        return [event.loss for event in events if isinstance(event, BatchDone) and event.stage != "read"]

    first = losses(1)
    assert losses(1) == first
    assert losses(2) != first


def test_stopping_at_any_event_leaves_a_whole_model_or_none(samples, device, tiny, tmp_path):
    config = replace(tiny, epochs=2)
    count = sum(1 for _ in fit(samples[:2], samples[3:], DISC_AND_CUP, config, save_to=tmp_path / "m", device=device))
    for stop in range(0, count, 3):
        path = tmp_path / f"stopped{stop}.safetensors"
        run = fit(samples[:2], samples[3:], DISC_AND_CUP, config, save_to=path, device=device)
        saved = False
        for number, event in enumerate(run):
            saved = saved or (isinstance(event, EpochDone) and event.saved)
            if number == stop:
                break
        run.close()
        assert path.exists() or not saved
        if path.exists():
            Segmenter.open(path, "cpu")
    assert not list(tmp_path.glob(".*"))


def test_training_goes_on_from_a_model(model, samples, device, tiny, tmp_path):
    path = tmp_path / "next.safetensors"
    config = fine_tuning_config(replace(tiny, epochs=3))
    *_, last = fit(samples[:2], samples[3:], DISC_AND_CUP, config, save_to=path, device=device, start_from=model)
    assert isinstance(last, Finished)
    assert read_header(path).parent == read_header(model).weights_sha256


def test_other_labels_are_refused(model, samples, device, tiny, tmp_path):
    config = replace(tiny, framing="patches")
    with pytest.raises(CheckpointError, match="different labels"):
        list(fit(samples, [], ONE_STRUCTURE, config, save_to=tmp_path / "m", device=device, start_from=model))


def test_other_networks_are_refused(model, samples, device, tiny, tmp_path):
    config = replace(tiny, network="unet", width=4)
    with pytest.raises(CheckpointError, match="different networks"):
        list(fit(samples, [], DISC_AND_CUP, config, save_to=tmp_path / "m", device=device, start_from=model))


def test_partly_annotated_and_empty_masks_work(samples, device, tiny, tmp_path, photograph, write_sample):
    pixels, mask = photograph(5)
    mask[:, : mask.shape[1] // 2] = 255
    partly = write_sample(tmp_path, "partly", pixels, mask)
    untouched = write_sample(tmp_path, "untouched", pixels, np.full_like(mask, 255))
    without = write_sample(tmp_path, "without", pixels, np.zeros_like(mask))
    everything = [*samples[:1], partly, untouched, without]
    *_, last = fit(everything, everything, DISC_AND_CUP, tiny, save_to=tmp_path / "m.safetensors", device=device)
    assert isinstance(last, Finished)
    assert all(np.isfinite(value) for value in last.metrics.values())


def test_nothing_to_learn_from(device, tiny, tmp_path, photograph, write_sample):
    with pytest.raises(TrainingError, match="no case has a mask"):
        list(fit([], [], DISC_AND_CUP, tiny, save_to=tmp_path / "m", device=device))
    pixels, mask = photograph(5)
    empty = write_sample(tmp_path, "empty", pixels, np.zeros_like(mask))
    with pytest.raises(TrainingError, match='holds "optic disc"'):
        list(fit([empty], [], DISC_AND_CUP, tiny, save_to=tmp_path / "m", device=device))


@pytest.mark.parametrize("value", [0, 255])
def test_empty_masks_teach_nothing_in_any_framing(device, tiny, tmp_path, photograph, write_sample, value):
    pixels, mask = photograph(5)
    empty = write_sample(tmp_path, "empty", pixels, np.full_like(mask, value), ONE_STRUCTURE)
    for framing in ("patches", "whole"):
        run = fit([empty], [], ONE_STRUCTURE, replace(tiny, framing=framing), save_to=tmp_path / "m", device=device)
        with pytest.raises(TrainingError, match='none of the training masks holds "structure"'):
            list(run)
    assert not (tmp_path / "m").exists()


def test_a_label_that_nobody_drew_is_said(device, tiny, tmp_path, photograph, write_sample):
    pixels, mask = photograph(5)
    discs = write_sample(tmp_path, "discs", pixels, np.minimum(mask, 1))
    events = list(fit([discs], [discs], DISC_AND_CUP, tiny, save_to=tmp_path / "m.safetensors", device=device))
    texts = [event.text for event in events if isinstance(event, Message)]
    assert texts == ['None of the training masks holds "optic cup", so the model will not find it.']
    finished = events[-1]
    assert isinstance(finished, Finished)
    epochs = [event.metrics for event in events if isinstance(event, EpochDone) and event.stage == "segment"]
    for figures in (*epochs, finished.metrics, *finished.cases.values()):
        assert "dice/optic disc" in figures
        assert not {"dice/optic cup", "iou/optic cup", "vcdr_error"} & set(figures)
        assert figures["dice"] == figures["dice/optic disc"]
    header = load(tmp_path / "m.safetensors").header
    assert header.data["undrawn"] == ["optic cup"]
    assert header.trust["calibration"]["ratio_factor"] is None  # nothing is known of a ratio that nobody drew


@pytest.mark.parametrize("framing", ["crop", "whole", "patches"])
def test_pictures_of_mixed_sizes_are_trained_on(device, tiny, tmp_path, photograph, write_sample, framing):
    sizes = ((150, 190), (64, 64), (333, 97), (40, 260))
    mixed = [write_sample(tmp_path, f"{h}x{w}", *photograph(1, h, w)) for h, w in sizes]
    config = replace(tiny, framing=framing, network="unet", width=4)
    *_, last = fit(mixed, mixed, DISC_AND_CUP, config, save_to=tmp_path / "m.safetensors", device=device)
    assert isinstance(last, Finished)
    assert set(last.cases) == {f"{h}x{w}" for h, w in sizes}


def test_a_mask_of_another_size_is_named(samples, device, tiny, tmp_path, photograph, write_sample):
    wrong = write_sample(tmp_path, "wrong", photograph(1)[0], photograph(1, 100, 100)[1])
    with pytest.raises(MaskError, match=r"wrong\.mask\.png"):
        list(fit([wrong], [], DISC_AND_CUP, tiny, save_to=tmp_path / "m", device=device))
    gone = Sample("gone", tmp_path / "gone.png", samples[0].mask)
    with pytest.raises(ImageError, match=r"gone\.png"):
        list(fit([gone], [], DISC_AND_CUP, tiny, save_to=tmp_path / "m", device=device))


def test_a_loss_that_is_not_a_number_is_a_sentence(samples, device, tiny, tmp_path, monkeypatch):
    real = gradients.segmentation_loss
    monkeypatch.setattr(gradients, "segmentation_loss", lambda *arguments: real(*arguments) * float("nan"))
    path = tmp_path / "m.safetensors"
    with pytest.raises(TrainingError, match="not a number"):
        list(fit(samples[:2], [], DISC_AND_CUP, tiny, save_to=path, device=device))
    assert not path.exists()


def test_missing_imagenet_weights_are_said(samples, device, tiny, tmp_path, monkeypatch):
    from unet_desktop.engine.networks import specs

    monkeypatch.setattr(specs, "imagenet_weights", lambda: None)
    config = replace(tiny, pretrained=True)
    run = fit(samples[:1], [], DISC_AND_CUP, config, save_to=tmp_path / "m", device=device)
    first = next(run)
    run.close()
    assert isinstance(first, Message)
    assert "unet-desktop[pretrained]" in first.text


def test_the_same_labels_in_other_colours_and_order_continue(model, samples, device, tiny, tmp_path):
    disc, cup = DISC_AND_CUP
    recoloured = LabelSet((replace(disc, colour="#123456"), replace(cup, colour="#abcdef")))
    path = tmp_path / "next.safetensors"
    list(fit(samples[:2], samples[3:], recoloured, tiny, save_to=path, device=device, start_from=model))
    header = read_header(path)
    assert header.parent == read_header(model).weights_sha256
    assert header.labels == recoloured


def test_a_validation_set_of_empty_masks_is_said(samples, device, tiny, tmp_path, photograph, write_sample):
    pixels, mask = photograph(5)
    empty = write_sample(tmp_path, "empty", pixels, np.zeros_like(mask))
    events = list(fit(samples[:2], [empty], DISC_AND_CUP, tiny, save_to=tmp_path / "m", device=device))
    texts = [event.text for event in events if isinstance(event, Message)]
    assert texts[0].startswith("The only validation mask shows no label, so Dice cannot be measured")
    assert texts[-1].startswith("No validation picture shows any of its labels")
    finished = events[-1]
    assert "dice" not in finished.metrics
    assert "true_absent/optic disc" in finished.metrics
    header = read_header(tmp_path / "m")
    assert header.warnings() == [texts[-1]]


def test_a_label_that_no_validation_mask_shows_is_said(samples, device, tiny, tmp_path, photograph, write_sample):
    pixels, mask = photograph(5)
    discs = write_sample(tmp_path, "discs", pixels, np.minimum(mask, 1))
    events = list(fit(samples[:2], [discs, discs], DISC_AND_CUP, tiny, save_to=tmp_path / "m", device=device))
    said = [event.text for event in events if isinstance(event, Message)]
    assert 'None of the validation masks shows "optic cup", so it will not be known how well it is found.' in said


def test_a_dice_of_zero_is_said(samples, device, tiny, tmp_path, monkeypatch):
    metrics = {"dice/optic disc": 0.9, "dice/optic cup": 0.0, "dice": 0.45}

    def measured(*_):
        yield "case3", metrics, CalibrationCase({}, {}, None, None)

    monkeypatch.setattr("unet_desktop.engine.training.fit.evaluate_end_to_end", measured)
    events = list(
        fit(samples[:2], samples[3:], DISC_AND_CUP, tiny, save_to=tmp_path / "m", device=device, origin="new")
    )
    assert [event.text for event in events if isinstance(event, Message)] == [
        'This model does not find "optic cup": the Dice of "optic cup" on the validation pictures is zero. Check these '
        "masks, correct more cases, or train longer."
    ]
    header = read_header(tmp_path / "m")
    assert header.origin == "new"
    nothing = replace(header, metrics={"dice/optic disc": 0.0, "dice/optic cup": 0.004, "dice": 0.002})
    (warning,) = nothing.warnings()
    assert warning.startswith("This model finds nothing: the Dice of its labels")


@pytest.mark.parametrize(
    ("scores", "recent", "kept"),
    [
        ([1.0, 0.955, 0.98, 0.90], True, [1, 2, 3]),
        ([1.0, 0.85, 0.88, 0.895], True, [3]),
        ([0.9, 0.95, 0.92, 0.83], True, [1, 2]),
        ([1.0, 0.93, 0.92, 0.935], False, []),
        ([1.0, 0.945, 0.93, 0.96], False, [1, 3]),
    ],
)
def test_masks_corrected_from_a_model_do_not_keep_it_for_ever(
    scores, recent, kept, model, samples, device, tiny, tmp_path, scripted
):
    scripted(scores)
    judges, config = [replace(samples[3], recent=recent)], replace(tiny, epochs=3)
    path = tmp_path / "m.safetensors"
    events = list(fit(samples[:3], judges, DISC_AND_CUP, config, save_to=path, device=device, start_from=model))
    epochs = [event for event in events if isinstance(event, EpochDone) and event.stage == "segment"]
    assert [event.epoch for event in epochs if event.saved] == kept
    start, end = (load(file).networks["segment"].state_dict() for file in (model, path))
    assert all(torch.equal(start[name], end[name]) for name in start) is (not kept)


@pytest.mark.parametrize(
    ("scores", "judging", "schedule", "kept"),
    [
        ([0.95, 0.90, 0.88], 1, "one-cycle", [1, 2]),  # 0.06 of one case may be chance,
        ([0.95, 0.92, 0.90], 2, "one-cycle", [1, 2]),  # of two 0.042
        ([0.95, 0.94, 0.96], 1, "step", [1, 3]),
    ],
)
def test_an_earlier_epoch_has_to_be_better_by_more_than_chance(
    scores, judging, schedule, kept, samples, device, tiny, tmp_path, scripted
):
    scripted(scores)
    config = replace(tiny, epochs=3, schedule=schedule)
    judges = [replace(sample, recent=True) for sample in samples[:judging]]  # of a first training nothing is recent
    events = fit(samples[2:], judges, DISC_AND_CUP, config, save_to=tmp_path / "m", device=device)
    epochs = [event for event in events if isinstance(event, EpochDone) and event.stage == "segment"]
    assert [event.epoch for event in epochs if event.saved] == kept


def test_patience_waits_for_what_is_better_not_for_what_is_as_good(model, samples, device, tiny, tmp_path, scripted):
    scripted([0.95, 0.96, 0.94, 0.93, 0.99])
    judges, config = [replace(samples[3], recent=True)], replace(tiny, epochs=9, patience=2)
    where = {"save_to": tmp_path / "m", "device": device, "start_from": model}
    events = list(fit(samples[:3], judges, DISC_AND_CUP, replace(config, locate_epochs=1), **where))
    epochs = [event for event in events if isinstance(event, EpochDone) and event.stage == "segment"]
    assert [event.saved for event in epochs] == [True, True, True]
    ended = [event.text for event in events if isinstance(event, Message) and "segment" in event.text]
    assert ended == ["Learning to segment ended after epoch 3: no epoch after epoch 1 was better."]
