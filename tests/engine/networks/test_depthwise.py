"""The quick gradients are those of an ordinary grouped convolution."""

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from unet_desktop.engine.networks.depthwise import DepthwiseConv2d


def gradients(layer, planes):
    planes = planes.clone().requires_grad_()
    answer = layer(planes)
    torch.manual_seed(1)
    answer.backward(torch.randn_like(answer))
    return answer.detach(), planes.grad, layer.weight.grad


def plain(layer):
    other = nn.Conv2d(
        layer.in_channels,
        layer.out_channels,
        layer.kernel_size,
        layer.stride,
        layer.padding,
        groups=layer.groups,
        bias=False,
        dtype=layer.weight.dtype,
    )
    other.load_state_dict(layer.state_dict())
    return other


@settings(deadline=None, max_examples=30)
@given(
    channels=st.sampled_from([1, 3, 16, 20]),
    kernel=st.sampled_from([3, 5, 7]),
    stride=st.sampled_from([1, 2]),
    padded=st.booleans(),
    height=st.integers(7, 14),
    width=st.integers(7, 14),
)
def test_gradients_are_those_of_the_ordinary_convolution(channels, kernel, stride, padded, height, width):
    torch.manual_seed(0)
    layer = DepthwiseConv2d(channels, kernel, stride, kernel // 2 if padded else 0)
    planes = torch.randn(2, channels, height, width)
    for ours, theirs in zip(gradients(layer, planes), gradients(plain(layer), planes), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("kernel", "stride"), [(3, 1), (3, 2), (5, 1), (5, 2)])
def test_bfloat16_differs_by_its_rounding_only(kernel, stride):
    torch.manual_seed(0)
    layer = DepthwiseConv2d(24, kernel, stride, kernel // 2 if stride == 1 else 0)
    planes = torch.randn(2, 24, 17, 17)
    exact = gradients(plain(layer), planes)
    with torch.autocast("cpu", torch.bfloat16):
        rounded = gradients(layer, planes.bfloat16())
    for ours, theirs in zip(rounded, exact, strict=True):
        assert (ours.float() - theirs).norm() < 0.02 * theirs.norm()


def test_a_frozen_weight_or_input_is_left_without_gradient():
    layer = DepthwiseConv2d(4, 5, 1, 2)
    layer.weight.requires_grad_(False)
    planes = torch.randn(1, 4, 8, 8, requires_grad=True)
    layer(planes).sum().backward()
    assert layer.weight.grad is None
    assert planes.grad is not None
    layer.weight.requires_grad_(True)
    layer(planes.detach()).sum().backward()
    assert layer.weight.grad is not None


def test_answers_without_gradient_are_the_same_and_weights_keep_their_names():
    layer = DepthwiseConv2d(8, 5, 2)
    other = plain(copy.deepcopy(layer))
    planes = torch.randn(1, 8, 19, 19)
    with torch.inference_mode():
        assert torch.equal(layer(planes), other(planes))
    assert list(layer.state_dict()) == ["weight"]
