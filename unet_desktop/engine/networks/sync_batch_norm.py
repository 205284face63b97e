"""Batch norm over the pictures of all processes or threads that train together, so their number makes no difference.

torch's own `SyncBatchNorm` works on CUDA only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from unet_desktop.engine.device import distributed
from unet_desktop.engine.networks.layers import ConvNorm


class Group(Protocol):
    """Those that train together: all processes (`distributed`), or the threads of one."""

    def all_gather(self, value: Tensor, /) -> list[Tensor]:
        """Every member's value, in the same order for all."""
        ...

    def all_reduce_sum(self, value: Tensor, /) -> Tensor:
        """The sum over all members; no gradient flows through it."""
        ...


def sync_batch_norms(network: nn.Module, group: Group | None = None, *, updates: bool = True) -> None:
    """Make the batch norms use the whole group's statistics; parameters and buffers stay the same objects.

    Args:
        network: to change in place.
        group: with which statistics are exchanged; None: all processes.
        updates: whether the running statistics are updated; no, where another member updates the same ones.
    """
    for module in network.modules():
        if isinstance(module, ConvNorm) and type(module.norm) is nn.BatchNorm2d:
            module.norm = SyncBatchNorm2d(module.norm, group, updates=updates)


class SyncBatchNorm2d(nn.BatchNorm2d):
    """Batch norm whose mean and variance in training mode are those of the whole group's pictures.

    Args:
        norm: to replace; its parameters and buffers are shared.
        group, updates: see `sync_batch_norms`.
    """

    def __init__(self, norm: nn.BatchNorm2d, group: Group | None = None, *, updates: bool = True) -> None:
        super().__init__(norm.num_features, norm.eps, norm.momentum)
        self._group, self._updates = group, updates
        self.weight, self.bias = norm.weight, norm.bias
        self.running_mean, self.running_var = norm.running_mean, norm.running_var
        self.num_batches_tracked = norm.num_batches_tracked
        self.train(norm.training)

    def forward(self, planes: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape."""
        if not self.training:
            return super().forward(planes)
        group = self._group or distributed  # a module cannot be an attribute, since averaging copies the network
        mean, variance, pixels = _statistics(planes, group)
        if self._updates:
            self._update_running_statistics(mean, variance * pixels / (pixels - 1))
        normalise: Callable[..., Tensor] = _Normalise.apply
        return normalise(planes, self.weight, self.bias, mean, variance, pixels, self.eps, group)

    @torch.no_grad()
    def _update_running_statistics(self, mean: Tensor, variance: Tensor) -> None:
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.momentum is not None
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance, self.momentum)
        if self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)


@torch.no_grad()
def _statistics(planes: Tensor, group: Group) -> tuple[Tensor, Tensor, Tensor]:
    """(C,) mean, (C,) population variance and () number of pixels per channel, float32, over the whole group.

    Combined as in Chan, Golub, LeVeque 1979, "Updating formulae and a pairwise algorithm for computing sample
    variances", equation 2.1: sums of squares would cancel.
    """
    variance, mean = torch.var_mean(planes.float(), dim=(0, 2, 3), correction=0)
    pixels = mean.new_full((1,), planes.numel() / planes.shape[1])
    parts = torch.stack(group.all_gather(torch.cat([mean, variance, pixels])))
    means, variances, pixels = parts.tensor_split((len(mean), 2 * len(mean)), dim=1)
    shares = pixels / pixels.sum()
    mean = (shares * means).sum(0)
    return mean, (shares * (variances + (means - mean) ** 2)).sum(0), pixels.sum()


class _Normalise(torch.autograd.Function):
    """Ioffe, Szegedy 2015, "Batch Normalization", arXiv:1502.03167, algorithm 1 and the gradients below it."""

    @staticmethod
    def forward(
        context: Any,
        planes: Tensor,
        weight: Tensor,
        bias: Tensor,
        mean: Tensor,
        variance: Tensor,
        pixels: Tensor,
        epsilon: float,
        group: Group,
    ) -> Tensor:
        context.group = group
        context.save_for_backward(planes, weight, mean, torch.rsqrt(variance + epsilon), pixels)
        return functional.batch_norm(planes, mean, variance, weight, bias, training=False, eps=epsilon)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        planes, weight, mean, scale, pixels = context.saved_tensors
        incoming = gradient.float()
        normalise = (planes.float() - mean[:, None, None]) * scale[:, None, None]
        to_bias, to_weight = incoming.sum((0, 2, 3)), (incoming * normalise).sum((0, 2, 3))
        through_mean, through_scale = context.group.all_reduce_sum(torch.cat([to_bias, to_weight])).div(pixels).chunk(2)
        left = incoming - through_mean[:, None, None] - normalise * through_scale[:, None, None]
        to_planes = (left * (weight * scale)[:, None, None]).to(gradient.dtype)
        return to_planes, to_weight, to_bias, None, None, None, None, None
