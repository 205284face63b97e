"""Depthwise convolution whose backward pass on a CPU is as fast as its forward pass.

oneDNN has fast kernels for the weight gradient of 3x3 kernels only, and for the input gradient at stride 2 in float32
only; the rest took more than half of a training step. Here the same sums are computed in forms that it is fast at.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

_FAST = 3
"""Side of the kernels whose weight gradient is fast."""


class DepthwiseConv2d(nn.Conv2d):
    """`nn.Conv2d` with one group per channel, an odd square kernel and no bias; same weights, same results."""

    def __init__(self, channels: int, kernel: int, stride: int = 1, padding: int = 0) -> None:
        super().__init__(channels, channels, kernel, stride, padding, groups=channels, bias=False)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - nn.Conv2d's name
        """(N, C, H, W) to (N, C, H', W')."""
        if input.device.type != "cpu" or not torch.is_grad_enabled() or self.bias is not None:
            return super().forward(input)
        weight = self.weight.to(input.dtype)  # as autocast would
        output: Tensor = _Depthwise.apply(input, weight, self.stride[0], int(self.padding[0]))  # type: ignore[no-untyped-call]
        return output


class _Depthwise(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, planes: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
        context.save_for_backward(planes, weight)
        context.stride, context.padding = stride, padding
        return functional.conv2d(planes, weight, None, stride, padding, groups=len(weight))

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, None, None]:
        planes, weight = context.saved_tensors
        gradient = gradients[0].contiguous(memory_format=torch.channels_last)
        stride, padding = context.stride, context.padding
        input_gradient = weight_gradient = None
        if context.needs_input_grad[0]:
            input_gradient = _input_gradient(gradient, planes, weight, stride, padding)
        if context.needs_input_grad[1]:
            weight_gradient = _weight_gradient(gradient, planes, weight, stride, padding)
        return input_gradient, weight_gradient, None, None


def _input_gradient(gradient: Tensor, planes: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    dtype = planes.dtype if stride == 1 else torch.promote_types(planes.dtype, torch.float32)
    found = _convolution_backward(
        gradient.to(dtype), planes.to(dtype), weight.to(dtype), stride, padding, (True, False, False)
    )
    return found[0].to(planes.dtype)


def _weight_gradient(gradient: Tensor, planes: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    """A large kernel's gradient, assembled from those of 3x3 kernels on planes shifted by multiples of two."""
    kernel = weight.shape[-1]
    if kernel == _FAST:
        return _convolution_backward(gradient, planes, weight, stride, padding, (False, True, False))[1]
    if padding:
        planes = functional.pad(planes, (padding,) * 4)
    height, width = (stride * (length - 1) + _FAST for length in gradient.shape[2:])
    small = weight[:, :, :_FAST, :_FAST].contiguous()
    whole = torch.empty_like(weight)
    for top in range(0, kernel - 2, 2):
        for left in range(0, kernel - 2, 2):
            part = planes[:, :, top : top + height, left : left + width].contiguous(memory_format=torch.channels_last)
            found = _convolution_backward(gradient, part, small, stride, 0, (False, True, False))[1]
            whole[:, :, top : top + _FAST, left : left + _FAST] = found
    return whole


def _convolution_backward(
    gradient: Tensor, planes: Tensor, weight: Tensor, stride: int, padding: int, wanted: tuple[bool, bool, bool]
) -> tuple[Tensor, Tensor, Tensor]:
    found: tuple[Tensor, Tensor, Tensor] = torch.ops.aten.convolution_backward(
        gradient, planes, weight, None, [stride] * 2, [padding] * 2, [1, 1], False, [0, 0], len(weight), list(wanted)
    )
    return found
