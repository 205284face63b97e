"""Several processes that torchrun starts train as one does: the same losses, and all stop for the same reasons."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from unet_desktop.engine.device import distributed
from unet_desktop.engine.events import BatchDone, EpochDone, Finished, Message
from unet_desktop.engine.files.checkpoint import load
from unet_desktop.engine.networks.layers import ConvNorm
from unet_desktop.engine.networks.sync_batch_norm import SyncBatchNorm2d, sync_batch_norms
from unet_desktop.engine.training import train_state
from unet_desktop.engine.training.fit import fit
from unet_desktop.errors import Remedy, TrainingError
from unet_desktop.labels import DISC_AND_CUP

SCRIPT = Path(__file__).with_name("torchrun_script.py")
CLOSE = {"rel": 2e-3, "abs": 2e-3}
"""The order of sums differs, which Adam enlarges; norms that share no statistics differ by 4e-3 in the second step."""


@pytest.fixture(scope="module")
def given(tmp_path_factory, samples, device, tiny):
    """Function of changed settings to what `fit` takes, in a folder of its own."""

    def make(**changes):
        folder = tmp_path_factory.mktemp("run")
        config = replace(tiny, network="unet", width=4, locate_epochs=1, epochs=2, **changes)
        return {
            "train": samples[:3],
            "validation": samples[1:],
            "labels": DISC_AND_CUP,
            "config": config,
            "save_to": folder / "m.safetensors",
            "state_at": folder / "m.training",
            "device": replace(device, half=None, threads=1),
        }

    return make


def together(given, processes=2, fault="none"):
    """Exit code of torchrun, and what each process wrote down."""
    folder = given["save_to"].parent
    (folder / "given").write_bytes(pickle.dumps(given))
    arguments = [str(SCRIPT), str(folder / "given"), str(folder / "seen"), fault]
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    here = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(SCRIPT.parents[2])}
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False, env=here)
    seen = [folder / f"seen.{number}" for number in range(processes)]
    return done, [json.loads(path.read_text("utf-8")) if path.exists() else None for path in seen]


def alone(given, **more):
    """The same story, of one process."""
    story = []
    for event in fit(**given, **more):
        if isinstance(event, BatchDone) and event.stage in ("locate", "segment"):
            story.append([event.stage, event.epoch, event.step, event.loss])
        elif isinstance(event, EpochDone):
            story.append([event.stage, event.epoch, "done", event.train_loss, dict(event.metrics)])
        elif isinstance(event, Finished):
            story.append(["finished", dict(event.metrics)])
        elif isinstance(event, Message):
            story.append(["message", event.text])
    return story


def assert_same_story(first, second):
    assert [[part for part in line if not isinstance(part, float | dict)] for line in first] == [
        [part for part in line if not isinstance(part, float | dict)] for line in second
    ]
    for ours, theirs in zip(first, second, strict=True):
        assert [part for part in ours if isinstance(part, float)] == pytest.approx(
            [part for part in theirs if isinstance(part, float)], **CLOSE
        )
        for some, others in zip(ours, theirs, strict=True):
            if isinstance(some, dict):
                assert some == pytest.approx(others, rel=2e-2, abs=2e-2)  # a pixel may fall on the other side


@pytest.mark.slow
def test_two_processes_lose_what_one_loses(given):
    """Steps of three pictures: the one process has two of them and the other one; so with two validation cases."""
    settings = given(batch_size=3, locate_batch_size=3)
    done, (first, second) = together(settings)
    assert done.returncode == 0, done.stderr
    assert second == ["assisted"]
    assert "Warning" not in done.stderr
    model = load(settings["save_to"])
    assert not settings["state_at"].exists()
    settings["save_to"].unlink()
    assert_same_story(first, alone(settings))
    assert model.header.data == load(settings["save_to"]).header.data


@pytest.mark.slow
def test_a_killed_process_ends_all_and_one_process_can_go_on(given):
    settings = given()
    done, (_, second) = together(settings, fault="killed")
    assert done.returncode != 0
    assert second is None
    assert settings["state_at"].exists()
    rest = alone(settings, resume=True)
    whole = alone(given())
    assert rest[-1][0] == "finished"
    assert_same_story(rest, whole[-len(rest) :])


@pytest.mark.slow
def test_memory_that_one_process_lacks_halves_the_steps_of_all(given):
    settings = given(batch_size=4, locate_batch_size=4)
    done, (first, second) = together(settings, fault="memory")
    assert done.returncode == 0, done.stderr
    assert second == ["assisted"]
    told = [line[1] for line in first if line[0] == "message" and "Memory" in line[1]]
    assert len(told) == 2  # one a network
    assert all("each step of 2 pictures is now processed 1 at a time" in text for text in told)
    assert first[-1][0] == "finished"


@pytest.mark.slow
def test_a_loss_that_one_process_cannot_count_stops_all_with_the_reason(given):
    done, stories = together(given(), fault="not a number")
    assert done.returncode == 0, done.stderr
    for story in stories:
        assert story[-1][0] == "error"
        assert "the loss is not a number" in story[-1][1]


def test_more_processes_than_pictures_in_a_step_are_refused(given, monkeypatch):
    monkeypatch.setattr(train_state.distributed, "world_size", lambda: 3)
    monkeypatch.setattr(train_state.distributed, "require_equal", lambda *_: None)
    with pytest.raises(TrainingError, match="3 processes cannot share steps of 2 pictures") as caught:
        alone(given())
    assert caught.value.remedy is Remedy.LARGER_BATCHES


def test_alone_nothing_is_shared_and_nothing_is_asked():
    network = nn.Linear(2, 1)
    assert (distributed.world_size(), distributed.rank(), distributed.is_first()) == (1, 0, True)
    assert distributed.shard([1, 2, 3]) == [1, 2, 3]
    assert distributed.gather_json([{"dice": 1.0}]) == [{"dice": 1.0}]
    assert float(distributed.all_reduce_sum(torch.tensor(3.0))) == 3.0
    assert distributed.all_agree(True)
    assert not distributed.all_agree(False)
    assert distributed.wrap_network(network) is network
    distributed.require_equal("a", "pictures")


@pytest.mark.parametrize(("device", "sentence"), [("mps", "cannot train on"), ("cuda", "There are 0 GPUs")])
def test_devices_that_cannot_be_shared_out_are_refused(device, sentence, monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    with pytest.raises(TrainingError, match=sentence):
        distributed.join(device)


def test_a_shared_norm_alone_is_batch_norm():
    torch.manual_seed(1)
    shared, plain = ConvNorm(3, 5), ConvNorm(3, 5)
    plain.load_state_dict(shared.state_dict())
    sync_batch_norms(shared)
    assert isinstance(shared.norm, SyncBatchNorm2d)
    assert list(shared.state_dict()) == list(plain.state_dict())
    for _ in range(2):
        planes = torch.randn(4, 3, 8, 8) * 3 + 20  # far from zero, where sums of squares would cancel
        for network in (shared, plain):
            network(planes).square().sum().backward()
    for (name, ours), theirs in zip(shared.named_parameters(), plain.parameters(), strict=True):
        assert torch.allclose(ours.grad, theirs.grad, rtol=1e-3, atol=1e-2), name
    for name, ours in shared.state_dict().items():
        assert torch.allclose(ours, plain.state_dict()[name], rtol=1e-5, atol=1e-5), name
    planes = torch.randn(1, 3, 8, 8)
    assert torch.allclose(shared.eval()(planes), plain.eval()(planes), atol=1e-4)
