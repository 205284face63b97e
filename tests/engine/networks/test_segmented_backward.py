from __future__ import annotations

import copy

import pytest
import torch

from unet_desktop.engine.networks.lite_unet import LiteUNet
from unet_desktop.engine.networks.segmented_backward import SegmentedBackward
from unet_desktop.engine.networks.unet import UNet


@pytest.mark.parametrize("network", [UNet(2, width=4), LiteUNet(2)])
@pytest.mark.parametrize("half", [False, True])
def test_a_backward_pass_in_pieces_gives_the_same_gradients(network, half):
    pictures = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))

    def gradients(cuts):
        learner = copy.deepcopy(network).train()
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            logits = learner(pictures) if cuts is None else learner(pictures, cuts)
        loss = logits.float().square().mean()
        pieces = 0
        if cuts is None:
            loss.backward()
        else:
            pieces = sum(1 for _ in cuts.backward(loss))
        return pieces, {name: parameter.grad for name, parameter in learner.named_parameters()}

    _, whole = gradients(None)
    pieces, in_pieces = gradients(SegmentedBackward())
    assert pieces == 10
    assert [name for name in whole if not torch.equal(whole[name], in_pieces[name])] == []


def test_without_gradients_nothing_is_cut():
    cuts = SegmentedBackward()
    with torch.inference_mode():
        UNet(1, width=4).eval()(torch.zeros(1, 3, 32, 32), cuts)
    assert list(cuts.backward(torch.zeros(1, requires_grad=True).sum())) == [None]
