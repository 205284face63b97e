"""A training that was stopped or killed goes on, and comes to the same losses and weights, bit for bit."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from dataclasses import replace

import numpy as np
import pytest
import torch

from unet_desktop import files
from unet_desktop.engine.events import BatchDone, EpochDone, Finished, Message, Resumed
from unet_desktop.engine.files.checkpoint import load
from unet_desktop.engine.training import epoch_loop, gradients, state_header
from unet_desktop.engine.training import fit as fit_module
from unet_desktop.engine.training.fit import fit
from unet_desktop.engine.training.prefetch import prefetch
from unet_desktop.errors import TrainingError, WriteError
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE
from unet_desktop.masks.file import write_mask

LEARNING = ("locate", "segment")


@pytest.fixture(scope="module")
def config(tiny):
    """Both networks, small; the default preset's own are in the test that goes on from a model."""
    return replace(tiny, network="unet", width=4, locate_epochs=2, epochs=3)


@pytest.fixture
def run(samples, device, config):
    """Function that trains in a folder and yields the events; settings and cases may be others."""

    def start(folder, *, resume=False, cases=None, labels=DISC_AND_CUP, settings=config, start_from=None):
        train, validation = cases or (samples[:3], samples[3:])
        return fit(
            train,
            validation,
            labels,
            settings,
            save_to=folder / "m.safetensors",
            device=device,
            state_at=folder / "m.training",
            resume=resume,
            start_from=start_from,
        )

    return start


@pytest.fixture(scope="module")
def whole(tmp_path_factory, samples, device, config):
    """The uninterrupted run: its events, its folder, and a copy of its state after each epoch."""
    folder = tmp_path_factory.mktemp("whole")
    events, states = [], []
    path, state = folder / "m.safetensors", folder / "m.training"
    for event in fit(samples[:3], samples[3:], DISC_AND_CUP, config, save_to=path, device=device, state_at=state):
        events.append(event)
        if isinstance(event, EpochDone):
            states.append(shutil.copy(state, folder / f"{len(states)}.state"))
    return folder, events, states


def losses(events):
    return [(e.stage, e.epoch, e.step, e.loss) for e in events if isinstance(e, BatchDone) and e.stage in LEARNING]


def epochs(events):
    return [
        (e.stage, e.epoch, e.train_loss, dict(e.metrics), e.learning_rate, e.saved)
        for e in events
        if isinstance(e, EpochDone)
    ]


def weights(folder):
    networks = load(folder / "m.safetensors").networks
    return {f"{name}.{key}": value for name, network in networks.items() for key, value in network.state_dict().items()}


def assert_same_weights(first, second):
    ours, theirs = weights(first), weights(second)
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if not torch.equal(ours[name], theirs[name])] == []


@pytest.mark.parametrize("done", range(1, 6))
def test_it_goes_on_from_each_epoch_as_if_nothing_had_happened(run, whole, tmp_path, done):
    folder, events, states = whole
    shutil.copy(states[done - 1], tmp_path / "m.training")
    torch.manual_seed(99)
    rest = list(run(tmp_path, resume=True))
    (resumed,) = (event for event in rest if isinstance(event, Resumed))
    assert epochs(resumed.past) == epochs(events)[:done]
    assert resumed.changes == ()
    assert epochs(rest) == epochs(events)[done:]
    assert losses(rest) == [loss for loss in losses(events) if loss not in losses(events)[: 2 * done]]
    assert rest[-1].metrics == events[-1].metrics
    assert_same_weights(folder, tmp_path)
    assert not (tmp_path / "m.training").exists()


@pytest.mark.parametrize("done", [1, 3])
def test_a_mask_that_was_corrected_since_is_learned_from_as_it_is(run, whole, samples, tmp_path, photograph, done):
    _, events, states = whole
    folder = tmp_path / "second"
    folder.mkdir()
    shutil.copy(states[done - 1], folder / "m.training")
    mask = photograph(1)[1]
    write_mask(tmp_path / "corrected.png", np.where(mask == 2, 1, mask).astype(np.uint8), DISC_AND_CUP)
    corrected = replace(samples[1], mask=tmp_path / "corrected.png")
    rest = list(run(folder, resume=True, cases=([samples[0], corrected, samples[2]], samples[3:])))
    (resumed,) = (event for event in rest if isinstance(event, Resumed))
    assert resumed.changes == ("Changed since this training began, and used as it is now: case1.",)
    assert [epoch[:2] for epoch in epochs(rest)] == [epoch[:2] for epoch in epochs(events)[done:]]
    assert losses(rest)[-6:] != losses(events)[-6:]
    assert isinstance(rest[-1], Finished)


def test_judges_that_changed_look_for_the_best_epoch_anew(run, samples, tmp_path, photograph, config, scripted):
    settings = replace(config, framing="whole", epochs=3)
    scripted([0.95])
    begun = run(tmp_path, settings=settings)
    next(event for event in begun if isinstance(event, EpochDone))
    begun.close()
    mask = photograph(3)[1]
    write_mask(tmp_path / "corrected.png", np.where(mask == 2, 1, mask).astype(np.uint8), DISC_AND_CUP)
    judge = replace(samples[3], mask=tmp_path / "corrected.png")
    scripted([0.5, 0.4])  # to the masks as they are now no epoch comes near what the first one seemed to be worth
    rest = list(run(tmp_path, resume=True, settings=settings, cases=(samples[:3], [judge])))
    assert [event.saved for event in rest if isinstance(event, EpochDone)] == [True, False]


@pytest.mark.parametrize("stop", [("locate", 2, 1), ("segment", 1, 1), ("segment", 3, 1)])
def test_an_epoch_that_was_stopped_is_repeated(run, whole, tmp_path, stop):
    folder, events, _ = whole
    begun = run(tmp_path)
    before = []
    for event in begun:
        before.append(event)
        if isinstance(event, BatchDone) and (event.stage, event.epoch, event.step) == stop:
            break
    begun.close()
    after = list(run(tmp_path, resume=True))
    assert epochs(before) + epochs(after) == epochs(events)
    assert losses(before)[:-1] + losses(after) == losses(events)
    assert_same_weights(folder, tmp_path)


@pytest.mark.parametrize("stop", [None, ("segment", 2, 1)])
def test_looks_that_threads_take_ahead_teach_the_same(run, whole, tmp_path, monkeypatch, stop):
    """As beside a GPU; stopped within an epoch, and gone on without threads, too."""
    folder, events, _ = whole
    used, before = [], []

    def in_threads(jobs, threads, depth):
        used.append(threads)
        return prefetch(jobs, 2, 3)

    with monkeypatch.context() as patched:
        patched.setattr(epoch_loop, "prefetch", in_threads)
        begun = run(tmp_path)
        for event in begun:
            before.append(event)
            if isinstance(event, BatchDone) and (event.stage, event.epoch, event.step) == stop:
                break
        begun.close()
    assert not any(thread.name.startswith("ahead") for thread in threading.enumerate())
    after = [] if stop is None else list(run(tmp_path, resume=True))
    assert set(used) == {0}  # a CPU that trains has no core to spare for them
    assert epochs(before) + epochs(after) == epochs(events)
    assert_same_weights(folder, tmp_path)


def test_it_is_stopped_and_resumed_again_and_again(run, whole, tmp_path):
    folder, events, _ = whole
    seen, resume = [], False
    for _ in range(20):
        begun = run(tmp_path, resume=resume)
        for event in begun:
            seen.append(event)
            if isinstance(event, EpochDone):
                break
        begun.close()
        resume = True
        if isinstance(seen[-1], Finished):
            break
    assert epochs(seen) == epochs(events)
    assert_same_weights(folder, tmp_path)


def test_a_training_that_went_on_from_a_model_is_resumed_without_it(run, model, tmp_path, tiny):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    start = shutil.copy(model, tmp_path / "start.safetensors")
    settings = replace(tiny, epochs=2)
    events = list(run(first, start_from=start, settings=settings))
    begun = run(second, start_from=start, settings=settings)
    next(event for event in begun if isinstance(event, EpochDone) and event.stage == "segment")
    begun.close()
    start.unlink()
    list(run(second, resume=True, settings=settings))
    assert isinstance(events[-1], Finished)
    assert load(second / "m.safetensors").header.parent == load(model).header.weights_sha256
    assert_same_weights(first, second)


@pytest.mark.parametrize("done", [1, 2, 3])
def test_which_epoch_is_kept_is_resumed_too(run, model, samples, tmp_path, tiny, scripted, done):
    folders = [tmp_path / name for name in ("first", "second")]
    cases = samples[:3], [replace(samples[3], recent=True)]
    settings = replace(tiny, epochs=3)
    for folder in folders:
        folder.mkdir()
        scripted([0.9, 0.95, 0.87, 0.83])  # the start's first; the second epoch is kept
        begun = run(folder, cases=cases, start_from=model, settings=settings)
        for event in begun:
            if (
                folder == folders[1]
                and isinstance(event, EpochDone)
                and (event.stage, event.epoch) == ("segment", done)
            ):
                break
        begun.close()
    cases = samples[:3], samples[3:]  # what was recent is known to the training
    list(run(folders[1], cases=cases, resume=True, settings=settings))
    assert_same_weights(*folders)


def test_the_articles_optimiser_and_schedule_are_resumed_too(run, tmp_path, config):
    settings = replace(
        config, framing="whole", network="unet", width=4, optimiser="adam", schedule="step", step_epochs=1, epochs=3
    )
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    events = list(run(first, settings=settings))
    begun = run(second, settings=settings)
    next(event for event in begun if isinstance(event, EpochDone) and event.epoch == 2)
    begun.close()
    rest = list(run(second, settings=settings, resume=True))
    assert epochs(rest) == epochs(events)[2:]
    assert [rate for *_, rate, _ in epochs(events)] == pytest.approx([1e-3, 1e-4, 1e-5])
    assert_same_weights(first, second)


def test_the_head_tells_what_is_there(whole, config):
    header = state_header.read(whole[2][2])
    assert (header.stage, header.past[-1].epoch, header.past[-1].epochs) == ("segment", 1, 3)
    assert (header.config, header.labels) == (config, DISC_AND_CUP)
    assert list(header.train) == ["case0", "case1", "case2"]
    assert "dice/optic cup" in header.past[-1].metrics
    assert header.place["threads"].isdigit()


class TestRefused:
    @pytest.fixture
    def interrupted(self, whole, tmp_path):
        shutil.copy(whole[2][2], tmp_path / "m.training")
        return tmp_path

    @pytest.fixture
    def refused(self, interrupted, run):
        """Function that tries to resume and returns the one sentence; the state stays."""

        def call(**changes):
            before = (interrupted / "m.training").read_bytes()
            with pytest.raises(TrainingError) as caught:
                list(run(interrupted, resume=True, **changes))
            assert (interrupted / "m.training").read_bytes() == before
            assert not (interrupted / "m.safetensors").exists()
            assert "new training" in str(caught.value)
            return str(caught.value)

        return call

    def test_other_settings(self, refused, config):
        sentence = refused(settings=replace(config, epochs=4, seed=7))
        assert "epochs was 3 and is 4, seed was 0 and is 7" in sentence

    def test_other_labels(self, refused, config):
        assert "labels have changed" in refused(labels=ONE_STRUCTURE, settings=config)

    def test_masks_that_give_other_steps(self, refused, monkeypatch):
        real = fit_module._make_stage
        monkeypatch.setattr(fit_module, "_make_stage", lambda *wanted: replace(real(*wanted), steps=3))
        assert "another number of steps" in refused()

    def test_another_case(self, refused, samples):
        assert "cannot be resumed" in refused(cases=(samples[:3], samples[2:]))

    @pytest.mark.parametrize("damage", ["cut", "weight", "head", "empty", "text", "pickle"])
    def test_damage(self, interrupted, refused, damage):
        path = interrupted / "m.training"
        data = bytearray(path.read_bytes())
        if damage == "weight":
            data[-9] ^= 4
        elif damage == "head":
            at = data.index(b'rose\\": ') + len(b'rose\\": ')
            data[at : at + 1] = b"0"
        elif damage == "pickle":
            torch.save({"weight": torch.zeros(1)}, path)
            data = bytearray(path.read_bytes())
        else:
            data = {"cut": data[: len(data) // 2], "empty": bytearray(), "text": bytearray(b"hello" * 99)}[damage]
        path.write_bytes(data)
        assert "is damaged" in refused()

    def test_a_missing_state(self, run, tmp_path):
        with pytest.raises(TrainingError, match="cannot be opened"):
            list(run(tmp_path, resume=True))


class TestEndings:
    def test_a_loss_that_is_no_number_ends_it_and_the_last_good_model_stays(self, run, tmp_path, monkeypatch):
        real, good = gradients.segmentation_loss, []

        def loss(*arguments):
            good.append(1)
            return real(*arguments) * (float("inf") if len(good) > 7 else 1.0)

        monkeypatch.setattr(gradients, "segmentation_loss", loss)
        with pytest.raises(TrainingError, match=r"epoch 2 \(segment\): the loss is infinite.* is kept: .*m\.safeten"):
            list(run(tmp_path))
        assert load(tmp_path / "m.safetensors").header.metrics["dice"] >= 0
        assert not (tmp_path / "m.training").exists()

    def test_a_full_disk_ends_it_and_model_and_state_stay(self, run, whole, tmp_path, monkeypatch):
        real, written = os.fsync, []

        def fsync(handle):
            written.append(handle)
            if len(written) > 14:  # 4 for a state, 2 for a model: after the first epoch of the segmenting network
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            real(handle)

        with monkeypatch.context() as patched:
            patched.setattr(files.os, "fsync", fsync)
            with pytest.raises(WriteError, match="No space left"):
                list(run(tmp_path))
        assert load(tmp_path / "m.safetensors").header.metrics
        assert not list(tmp_path.glob(".*"))
        rest = list(run(tmp_path, resume=True))
        assert epochs(rest) == epochs(whole[1])[-len(epochs(rest)) :]
        assert_same_weights(whole[0], tmp_path)

    def test_it_ends_when_nothing_gets_better(self, run, tmp_path, config, scripted):
        scripted([0.2, 0.5, 0.4, 0.3, 0.9])
        settings = replace(config, framing="whole", epochs=5, patience=2)
        events = list(run(tmp_path, settings=settings))
        assert [epoch for _, epoch, *_ in epochs(events)] == [1, 2, 3, 4]
        assert [e.text for e in events if isinstance(e, Message)] == [
            "Learning to segment ended after epoch 4: no epoch after epoch 2 was better.",
            "This model finds nothing: the Dice of its labels on the validation pictures is zero. Check these masks, "
            "correct more cases, or train longer.",  # the epochs' scores are scripted, the model's is measured
        ]
        assert isinstance(events[-1], Finished)

    def test_patience_without_validation_never_ends_it(self, run, tmp_path, config, samples):
        settings = replace(config, framing="whole", patience=1)
        assert len(epochs(list(run(tmp_path, settings=settings, cases=(samples, []))))) == 3


class TestMemory:
    @pytest.fixture
    def short(self, monkeypatch):
        """Function that lets memory run out for more pictures at a time; returns the sizes that are tried."""

        def limit(most, error=None):
            real, tried = gradients.segmentation_loss, []

            def loss(logits, *arguments):
                tried.append(len(logits))
                if len(logits) > most:
                    raise error or torch.OutOfMemoryError("CUDA out of memory")
                return real(logits, *arguments)

            monkeypatch.setattr(gradients, "segmentation_loss", loss)
            return tried

        return limit

    @pytest.mark.parametrize(
        "error", [None, MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried")]
    )
    def test_the_batch_is_halved_and_this_is_said(self, run, tmp_path, config, short, error):
        tried = short(1, error)
        settings = replace(config, framing="whole", epochs=1, batch_size=4, least_steps=2)
        events = list(run(tmp_path, settings=settings))
        assert tried == [4, 2, 1, 1, 1, 1, 1, 1, 1, 1]
        texts = [event.text for event in events if isinstance(event, Message)]
        assert [
            "each step of 4 pictures is now processed 2 at a time" in texts[0],
            "4 pictures is now processed 1 at a" in texts[1],
        ] == [True, True]
        assert [batch.step for batch in events if isinstance(batch, BatchDone) and batch.stage == "segment"] == [1, 2]

    def test_halving_is_remembered_by_a_resumed_training(self, run, tmp_path, config, short):
        short(1)
        settings = replace(config, framing="whole", epochs=2)
        begun = run(tmp_path, settings=settings)
        next(event for event in begun if isinstance(event, EpochDone))
        begun.close()
        tried = short(9)
        list(run(tmp_path, settings=settings, resume=True))
        assert set(tried) == {1}

    def test_not_even_one_picture_is_a_sentence(self, run, tmp_path, config, short):
        short(0)
        with pytest.raises(TrainingError, match="not enough memory to train on pictures of 64 pixels"):
            list(run(tmp_path, settings=replace(config, framing="whole")))

    def test_no_room_for_the_optimiser_is_a_sentence(self, run, tmp_path, config, monkeypatch):
        def step(*_arguments, **_named):
            raise torch.OutOfMemoryError("CUDA out of memory")

        monkeypatch.setattr(torch.optim.AdamW, "step", step)
        with pytest.raises(TrainingError, match="not enough memory to train on pictures of 64 pixels"):
            list(run(tmp_path, settings=replace(config, framing="whole")))

    def test_other_errors_are_no_lack_of_memory(self, run, tmp_path, config, short):
        short(0, RuntimeError("a bug"))
        with pytest.raises(RuntimeError, match="a bug"):
            list(run(tmp_path, settings=replace(config, framing="whole")))

    def test_pieces_add_up_to_the_batchs_gradient(self, samples, device, config):
        """Without batch norm, whose statistics are of the piece, the gradients are the same to rounding."""
        from unet_desktop.engine.data.dataset import Dataset
        from unet_desktop.engine.networks.specs import NetworkSpec, build
        from unet_desktop.engine.training.schedule import Clock, Stage
        from unet_desktop.engine.training.train_state import new_train_state

        spec = NetworkSpec("unet", 4, 2, "whole", 64, 1.9, 256)
        stage = Stage("segment", spec, DISC_AND_CUP, 1, 1, 4, 1e-3)
        data = Dataset(samples, DISC_AND_CUP, {"segment": spec})
        list(data.read())
        network = build(spec)
        settings = replace(config, augmentation=0.0)  # so that all pictures have as many annotated pixels
        state = new_train_state(network, stage, data, settings, replace(device, half=None), Clock([stage]))
        augmented = epoch_loop._augment_batch(state, [(case, np.int64(0)) for case in range(4)])
        batch = epoch_loop._to_device(state, augmented)
        found = []
        for parts in (1, 2, 4):
            network.eval()
            state.progress.pieces = parts
            steps = gradients._accumulate_gradients(state, batch)
            list(steps)
            found.append([parameter.grad.clone() for parameter in network.parameters()])
        for others in found[1:]:
            for ours, theirs in zip(found[0], others, strict=True):
                assert np.allclose(ours, theirs, rtol=1e-3, atol=1e-5)
