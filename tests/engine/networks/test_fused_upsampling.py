"""The quick form answers and learns as enlarging and convolving one after the other."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from unet_desktop.engine.networks.fused_upsampling import UpsampleConv2d
from unet_desktop.engine.networks.layers import fold_batch_norms, fuse_upsampling
from unet_desktop.engine.networks.unet import UNet


def in_two_steps(layer, planes):
    enlarged = functional.interpolate(planes, scale_factor=2.0, mode="nearest")
    return functional.conv2d(enlarged, layer.weight, layer.bias, padding=1)


def gradients(layer, answer_of, planes):
    planes = planes.clone().requires_grad_()
    layer.zero_grad()
    answer = answer_of(planes)
    torch.manual_seed(1)
    answer.backward(torch.randn_like(answer))
    return [answer.detach(), planes.grad, *(parameter.grad.clone() for parameter in layer.parameters())]


@settings(deadline=None, max_examples=30)
@given(
    inputs=st.integers(1, 5),
    outputs=st.integers(1, 5),
    bias=st.booleans(),
    height=st.integers(1, 6),
    width=st.integers(1, 6),
)
def test_answers_and_gradients_are_those_of_the_two_steps(inputs, outputs, bias, height, width):
    torch.manual_seed(0)
    layer = UpsampleConv2d(inputs, outputs, bias=bias)
    planes = torch.randn(2, inputs, height, width)
    ours = gradients(layer, layer, planes)
    theirs = gradients(layer, lambda planes: in_two_steps(layer, planes), planes)
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("bias", [True, False])
def test_without_gradient_it_is_the_two_steps_to_the_last_bit(bias):
    layer = UpsampleConv2d(3, 4, bias=bias)
    planes = torch.randn(1, 3, 5, 7)
    with torch.inference_mode():
        assert torch.equal(layer(planes), in_two_steps(layer, planes))
        torch.testing.assert_close(layer.to_transposed()(planes), in_two_steps(layer, planes), rtol=1e-4, atol=1e-5)


def test_a_frozen_weight_is_the_two_steps_too():
    layer = UpsampleConv2d(3, 4, bias=True).requires_grad_(False)
    planes = torch.randn(1, 3, 5, 7)
    assert torch.equal(layer(planes), in_two_steps(layer, planes))


def test_bfloat16_differs_by_its_rounding_only():
    torch.manual_seed(0)
    layer = UpsampleConv2d(24, 12, bias=True)
    planes = torch.randn(2, 24, 9, 9)
    exact = gradients(layer, lambda planes: in_two_steps(layer, planes), planes)
    with torch.autocast("cpu", torch.bfloat16):
        rounded = gradients(layer, layer, planes)
    for ours, theirs in zip(rounded, exact, strict=True):
        assert (ours.float() - theirs).norm() < 0.02 * theirs.norm()


def test_the_articles_network_at_work_has_no_enlargement_left_and_answers_alike():
    torch.manual_seed(0)
    network = UNet(2, width=4)
    planes = torch.randn(2, 3, 32, 48)
    for _ in range(3):  # batch norms with statistics of their own
        network(planes)
    plain = fold_batch_norms(network)
    quick = fuse_upsampling(fold_batch_norms(network))
    assert sum(isinstance(module, nn.ConvTranspose2d) for module in quick.modules()) == 4
    assert not any(isinstance(module, UpsampleConv2d) for module in quick.modules())
    assert not any(parameter.requires_grad for parameter in quick.parameters())
    with torch.inference_mode():
        torch.testing.assert_close(quick(planes), plain(planes), rtol=1e-4, atol=1e-4)
