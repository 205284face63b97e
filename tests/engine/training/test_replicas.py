"""Replicas: each thread's share of a batch, and the gradients of the whole."""

import threading
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from unet_desktop.engine.device.device import Device, move_network
from unet_desktop.engine.inference.predictor import run_to_end
from unet_desktop.engine.networks.layers import ConvNorm
from unet_desktop.engine.networks.lite_unet import LiteUNet
from unet_desktop.engine.training.loss import make_region_table, segmentation_loss, targets
from unet_desktop.engine.training.replicas import DeviceBatch, Reduce, Replicas
from unet_desktop.labels import DISC_AND_CUP

CPU = Device("cpu", None, 2)
TABLE = make_region_table(DISC_AND_CUP)


@pytest.fixture
def batch() -> DeviceBatch:
    """Four pictures of 64 pixels, with regions and annotations of unequal size."""
    generator = torch.Generator().manual_seed(1)
    pictures = torch.rand(4, 3, 64, 64, generator=generator).contiguous(memory_format=torch.channels_last)
    masks = torch.zeros(4, 64, 64, dtype=torch.uint8)
    for number in range(4):
        masks[number, 10 : 30 + 5 * number, 10:40] = 1
    masks[2:, 15:25, 15:25] = 2
    masks[3, :5] = 255
    return pictures, masks, torch.zeros_like(masks)


@pytest.fixture
def network() -> LiteUNet:
    torch.manual_seed(3)
    network = LiteUNet(len(DISC_AND_CUP))
    move_network(network, CPU)
    network.keep_statistics = True
    network.train()
    return network


@pytest.fixture
def small_network() -> nn.Module:
    """Two layers whose batch norms measure: fifty of them would amplify rounding to percents."""
    torch.manual_seed(3)
    return Two()


class Two(nn.Module):
    """A network that is called as those of the program are."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(ConvNorm(3, 8), ConvNorm(8, len(DISC_AND_CUP), activation=nn.Identity))

    def forward(self, planes: Tensor, cut: object = None) -> Tensor:
        output: Tensor = self.layers(planes)
        return output


def loss_of(logits: Tensor, masks: Tensor, corrected: Tensor, reduce_sum: Reduce) -> Tensor:
    return segmentation_loss(logits, *targets(masks, TABLE, corrected), reduce_sum)


def gradients_alone(network: nn.Module, batch: DeviceBatch) -> Tensor:
    network.zero_grad()
    loss = segmentation_loss(network(batch[0]), *targets(batch[1], TABLE, batch[2]))
    torch.autograd.backward(loss)
    return loss.detach()


def gradients_shared(replicas: Replicas, network: nn.Module, batch: DeviceBatch) -> Tensor:
    network.zero_grad()
    return run_to_end(replicas.add_gradients(batch, loss_of, 1.0))


def flat(network: nn.Module, what: Callable[[nn.Parameter], Tensor | None]) -> Tensor:
    return torch.cat([value.flatten() for p in network.parameters() if (value := what(p)) is not None])


@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize(("which", "tolerance"), [("network", 1e-2), ("small_network", 1e-3)])
def test_shares_give_the_gradients_loss_and_statistics_of_the_whole_batch(which, tolerance, batch, count, request):
    network = request.getfixturevalue(which)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    loss = gradients_alone(network, batch)
    wanted = flat(network, lambda p: p.grad).clone()
    statistics = {name: value.clone() for name, value in network.named_buffers()}
    network.load_state_dict(before)
    replicas = Replicas(network, CPU, count)

    shared = gradients_shared(replicas, network, batch)

    found = flat(network, lambda p: p.grad)
    assert float(shared) == pytest.approx(float(loss), rel=1e-5)
    assert float((found - wanted).norm() / wanted.norm()) < tolerance
    for name, value in network.named_buffers():
        assert torch.allclose(value.float(), statistics[name].float(), rtol=1e-4, atol=1e-5), name
    replicas.close()


def test_shares_of_one_seed_are_the_same_to_the_last_bit(network, batch):
    replicas = Replicas(network, CPU, 2)
    found = []
    for _ in range(3):
        gradients_shared(replicas, network, batch)
        found.append(flat(network, lambda p: p.grad).clone())
    replicas.close()
    assert torch.equal(found[0], found[1])
    assert torch.equal(found[0], found[2])


def test_a_changed_weight_is_seen_by_all_shares(network, batch):
    replicas = Replicas(network, CPU, 2)
    gradients_shared(replicas, network, batch)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(parameter.grad, alpha=-0.05)
    replicated = float(gradients_shared(replicas, network, batch))
    assert replicated == pytest.approx(float(gradients_alone(network, batch)), rel=1e-5)
    replicas.close()


def test_gradients_are_added_to_those_that_are_there(network, batch):
    replicas = Replicas(network, CPU, 2)
    gradients_shared(replicas, network, batch)
    once = flat(network, lambda p: p.grad).clone()
    run_to_end(replicas.add_gradients(batch, loss_of, 0.5))
    assert torch.allclose(flat(network, lambda p: p.grad), 1.5 * once, rtol=1e-4, atol=1e-6)
    replicas.close()


def test_frozen_statistics_stay_as_they_are(network, batch):
    encoder = {name: value.clone() for name, value in network.encoder.named_buffers()}
    replicas = Replicas(network, CPU, 2)
    gradients_shared(replicas, network, batch)
    assert all(torch.equal(value, encoder[name]) for name, value in network.encoder.named_buffers())
    replicas.close()


class Failing(nn.Module):
    """Fails in the share whose pictures are not black, while the other waits for its statistics."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = ConvNorm(3, len(DISC_AND_CUP))
        self.error: Exception | None = None

    def forward(self, planes: Tensor, cut: object = None) -> Tensor:
        if self.error is not None and float(planes[0, 0, 0, 0]) > 0.0:
            raise self.error
        output: Tensor = self.conv(planes)
        return output


@pytest.mark.parametrize("failing", [slice(None, 2), slice(2, None)])
def test_what_one_thread_raises_ends_the_step_and_the_next_one_works(batch, failing):
    pictures = torch.zeros_like(batch[0])
    pictures[failing] = 1.0
    marked = (pictures, *batch[1:])
    network = Failing()
    network.error = MemoryError("none left")
    replicas = Replicas(network, CPU, 2)
    with pytest.raises(MemoryError, match="none left"):
        gradients_shared(replicas, network, marked)
    with torch.no_grad():
        unmarked = (batch[0] * 0.0, *batch[1:])
    assert float(gradients_shared(replicas, network, unmarked)) > 0.0
    replicas.close()


def test_a_step_that_is_given_up_leaves_no_thread_waiting(network, batch):
    replicas = Replicas(network, CPU, 2)
    for segments in range(1, 4):
        steps = replicas.add_gradients(batch, loss_of, 1.0)
        for _ in range(segments):
            next(steps)
        steps.close()
    assert float(gradients_shared(replicas, network, batch)) > 0.0
    replicas.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("replica")]
