"""Training and answering on an NVIDIA GPU.

    python -m pytest -c /dev/null --rootdir . --confcutdir tests/engine tests/engine/device/test_cuda.py

is what a machine without Qt needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from unet_desktop.engine.device.device import AsyncScalar, choose
from unet_desktop.engine.events import EpochDone, Finished, Message
from unet_desktop.engine.files.checkpoint import load
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.engine.training import epoch_loop
from unet_desktop.engine.training.fit import fit
from unet_desktop.images.read import read_image
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.compare import dice

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA here")


@pytest.fixture(scope="module")
def gpu():
    return choose("cuda")


@pytest.fixture(scope="module", params=["fast", "article"])
def settings(request, tiny):
    few = {"epochs": 12, "locate_epochs": 12, "least_steps": 10}
    if request.param == "fast":
        return replace(tiny, **few)
    return replace(tiny, framing="whole", network="unet", width=8, batch_size=4, schedule="step", averaging=0.0, **few)


@pytest.fixture
def deterministic() -> Iterator[None]:
    torch.backends.cudnn.deterministic = True
    yield
    torch.backends.cudnn.deterministic = False


def test_gpu_and_processor_answer_alike(samples, settings, gpu, tmp_path):
    target = tmp_path / "model.safetensors"
    events = list(fit(samples, samples, DISC_AND_CUP, settings, save_to=target, device=gpu))
    assert isinstance(events[-1], Finished)
    assert events[-1].metrics["dice/optic disc"] > 0.8
    there, here = Segmenter.open(target, "cuda"), Segmenter.open(target, "cpu")
    for sample in samples:
        pixels = read_image(sample.image).pixels
        masks = [segmenter.segment(pixels).mask for segmenter in (there, here)]
        for least in (1, 2):
            assert dice(masks[0] >= least, masks[1] >= least) > 0.97


@pytest.mark.filterwarnings("ignore:Synchronization debug mode")
def test_no_step_waits_for_the_gpu(samples, settings, gpu, tmp_path, monkeypatch):
    """CUDA raises where a step of the loop would synchronise: from one `BatchDone` to the next, read loss included."""
    epoch, steps = epoch_loop.train_epoch, []

    def watched(course, number):
        generator = epoch(course, number)
        try:
            while True:
                torch.cuda.set_sync_debug_mode("error" if number > 1 else "default")  # libraries load in the first
                try:
                    event = next(generator)
                finally:
                    torch.cuda.set_sync_debug_mode("default")
                steps.append(number)
                yield event
        except StopIteration as end:
            return end.value

    monkeypatch.setattr(epoch_loop, "train_epoch", watched)
    list(fit(samples, [], DISC_AND_CUP, settings, save_to=tmp_path / "model.safetensors", device=gpu))
    assert len(steps) > 50


def test_a_number_that_was_read_later_is_the_number():
    value = torch.arange(5.0, device="cuda").sum()
    later = AsyncScalar(value)
    value += 1
    assert later.read() == 10.0


@pytest.mark.usefixtures("deterministic")
def test_a_resumed_training_goes_on_as_it_would_have(samples, settings, gpu, tmp_path):
    def losses(events):
        return [event.train_loss for event in events if isinstance(event, EpochDone)]

    settings = replace(settings, epochs=4, locate_epochs=2)
    whole = losses(fit(samples, samples, DISC_AND_CUP, settings, save_to=tmp_path / "a", device=gpu))
    files = {"save_to": tmp_path / "b", "state_at": tmp_path / "state", "device": gpu}
    first = []
    generator = fit(samples, samples, DISC_AND_CUP, settings, **files)
    for event in generator:
        first += losses([event])
        if isinstance(event, EpochDone) and event.stage == "segment" and event.epoch == 2:
            generator.close()
            break
    rest = losses(fit(samples, samples, DISC_AND_CUP, settings, **files, resume=True))
    assert len(first) + len(rest) == len(whole)
    # Enlarging planes adds up in another order each time.
    np.testing.assert_allclose(first + rest, whole, rtol=0.05)


def test_too_little_memory_halves_the_batch(samples, tiny, gpu, tmp_path):
    wide = replace(
        tiny, framing="whole", network="unet", width=32, image_size=256, batch_size=4, least_steps=1, epochs=1
    )
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    list(fit(samples, [], DISC_AND_CUP, wide, save_to=tmp_path / "a", device=gpu))
    peak, whole = torch.cuda.max_memory_reserved(), torch.cuda.get_device_properties(0).total_memory
    torch.cuda.empty_cache()
    torch.cuda.set_per_process_memory_fraction(0.7 * peak / whole)
    try:
        events = list(fit(samples, [], DISC_AND_CUP, wide, save_to=tmp_path / "b", device=gpu))
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert any(isinstance(event, Message) and "Memory ran out" in event.text for event in events)
    assert isinstance(events[-1], Finished)
    assert load(tmp_path / "b").networks.keys() == {"segment"}
