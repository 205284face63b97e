"""What answers is the average over the last steps, counted by hand."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from unet_desktop.engine.events import EpochDone
from unet_desktop.engine.files.checkpoint import load
from unet_desktop.engine.training.fit import fit
from unet_desktop.engine.training.weight_average import WeightEMA
from unet_desktop.labels import DISC_AND_CUP


def test_each_step_moves_the_average_by_its_share():
    network = nn.BatchNorm1d(1)
    average = WeightEMA(network, 0.9)
    with torch.no_grad():
        for step, value in enumerate((3.0, 5.0, -1.0), 1):
            network.weight.fill_(value)
            network.num_batches_tracked.fill_(step)
            average.update(network, step)
    # 2/4 of the start stay at the first step, 3/5 at the second, 4/6 at the third
    first = 1.0 * 2 / 4 + 3.0 * 2 / 4
    second = first * 3 / 5 + 5.0 * 2 / 5
    assert average.network.weight.item() == pytest.approx(second * 4 / 6 - 1.0 * 2 / 6)
    assert average.network.num_batches_tracked.item() == 3
    assert network.weight.item() == -1.0


def test_a_decay_is_reached_and_not_exceeded():
    network = nn.Linear(1, 1, bias=False)
    average = WeightEMA(network, 0.5)
    with torch.no_grad():
        network.weight.fill_(2.0)
        average.network.weight.fill_(0.0)
    average.update(network, 1000)
    assert average.network.weight.item() == pytest.approx(1.0)


def test_without_a_decay_the_learning_network_itself_answers():
    network = nn.Linear(1, 1)
    average = WeightEMA(network, 0.0)
    average.update(network, 1)
    assert average.network is network


@pytest.mark.parametrize("averaging", [0.0, 0.9])
def test_the_average_is_what_is_validated_and_saved(samples, tiny, device, tmp_path, averaging):
    config = replace(tiny, framing="whole", network="unet", width=4, epochs=2, averaging=averaging)
    path = tmp_path / "m.safetensors"
    for event in fit(samples[:3], [], DISC_AND_CUP, config, save_to=path, device=device, state_at=tmp_path / "s"):
        if isinstance(event, EpochDone) and event.epoch == 1:
            between = load(path).networks["segment"].state_dict()
    plain = tmp_path / "plain.safetensors"
    for event in fit(samples[:3], [], DISC_AND_CUP, replace(config, averaging=0.0), save_to=plain, device=device):
        if isinstance(event, EpochDone) and event.epoch == 1:
            last = load(plain).networks["segment"].state_dict()
    same = all(torch.equal(value, last[name]) for name, value in between.items())
    assert same == (averaging == 0.0)
