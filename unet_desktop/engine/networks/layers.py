"""The building block of both networks: convolution, batch norm, activation; and its faster forms for inference."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from unet_desktop.engine.networks.depthwise import DepthwiseConv2d
from unet_desktop.engine.networks.fused_upsampling import UpsampleConv2d


class ConvNorm(nn.Module):
    """Convolution, batch norm and activation, keeping the size at stride 1 and halving it at stride 2.

    With `upsample` (3x3, stride 1) the planes are first upsampled by 2, by nearest neighbour.

    At stride 2 the padding is TensorFlow's "same", which pads right and bottom first: the EfficientNet weights were
    trained with it. PyTorch's symmetric padding would shift every level by half a pixel.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int = 3,
        *,
        stride: int = 1,
        groups: int = 1,
        bias: bool = False,
        upsample: bool = False,
        epsilon: float = 1e-5,
        activation: type[nn.Module] = nn.ReLU,
    ) -> None:
        super().__init__()
        self._kernel, self._stride = kernel, stride
        padding = kernel // 2 if stride == 1 else 0
        self.conv: nn.Conv2d | nn.ConvTranspose2d
        if upsample:
            self.conv = UpsampleConv2d(inputs, outputs, bias=bias)
        elif groups == inputs == outputs and not bias:
            self.conv = DepthwiseConv2d(inputs, kernel, stride, padding)
        else:
            self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=bias)
        self.norm: nn.Module = nn.BatchNorm2d(outputs, eps=epsilon)
        self.act = activation(inplace=True) if activation is not nn.Identity else nn.Identity()

    def forward(self, planes: Tensor) -> Tensor:
        """(N, C, H, W) float to (N, outputs, H/stride, W/stride), or (N, outputs, 2H, 2W) when upsampling."""
        if self._stride > 1:
            across, down = (
                _same_padding(side, self._kernel, self._stride) for side in (planes.shape[3], planes.shape[2])
            )
            planes = functional.pad(planes, across + down)
        activated: Tensor = self.act(self.norm(self.conv(planes)))
        return activated


def fold_batch_norms(network: nn.Module) -> nn.Module:
    """Copy the network for inference, with each batch norm folded into the convolution before it.

    Results agree up to rounding. The copy is in evaluation mode and cannot be trained.
    """
    network = copy.deepcopy(network).eval()
    for module in network.modules():
        if isinstance(module, ConvNorm) and isinstance(module.norm, nn.BatchNorm2d):
            module.conv = fuse_conv_bn_eval(module.conv, module.norm)
            module.norm = nn.Identity()
    return network.requires_grad_(False)


def fuse_upsampling(network: nn.Module) -> nn.Module:
    """Fuse upsampling and convolution in a folded network, in place; faster on CPUs, see `UpsampleConv2d`."""
    for module in network.modules():
        if isinstance(module, ConvNorm) and isinstance(module.conv, UpsampleConv2d):
            module.conv = module.conv.to_transposed()
    return network.requires_grad_(False)


def _same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """(before, after) padding of TensorFlow's "same" along one side."""
    missing = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return missing // 2, missing - missing // 2


def initialise(network: nn.Module) -> None:
    """Initialise convolutions for ReLU networks: He et al. 2015, arXiv:1502.01852, equation 10 (fan in)."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_in", nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def is_finite(network: nn.Module) -> bool:
    """Whether no weight is NaN or infinite."""
    return all(bool(torch.isfinite(tensor).all()) for tensor in network.state_dict().values())
