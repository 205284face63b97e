"""Upsampling by 2 and a 3x3 convolution in one step: the same sums with fewer multiplications.

After nearest-neighbour upsampling, a 3x3 kernel multiplies equal values by several weights. These weights can be added
beforehand: the two steps are one transposed convolution at stride 2, whose 4x4 kernel is the 3x3 kernel convolved with
2x2 ones; 16 instead of 36 multiplications per value. (A sub-pixel convolution at the small size is a transposed
convolution: Shi et al. 2016, "Is the deconvolution layer the same as a convolutional layer?", arXiv:1609.07009.)
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class UpsampleConv2d(nn.Conv2d):
    """Nearest-neighbour upsampling by 2, then a padded 3x3 `nn.Conv2d`; same weights, same results.

    On CPUs it trains in the fused form; for inference see `to_transposed`. Elsewhere, and in exported models, it
    computes the two steps, for which every library has fast kernels.
    """

    def __init__(self, inputs: int, outputs: int, *, bias: bool) -> None:
        super().__init__(inputs, outputs, 3, padding=1, bias=bias)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - nn.Conv2d's name
        """(N, C, H, W) to (N, outputs, 2H, 2W)."""
        training = torch.is_grad_enabled() and self.weight.requires_grad
        if input.device.type != "cpu" or not training:
            return super().forward(functional.interpolate(input, scale_factor=2.0, mode="nearest"))
        return functional.conv_transpose2d(input, _transposed_kernel(self.weight), self.bias, stride=2, padding=1)

    def to_transposed(self) -> nn.ConvTranspose2d:
        """The fused form for inference, with the kernel computed once."""
        with torch.device("meta"):  # initial weights would take time and advance torch's random state
            layer = nn.ConvTranspose2d(
                self.in_channels, self.out_channels, 4, stride=2, padding=1, bias=self.bias is not None
            )
        layer.weight = nn.Parameter(_transposed_kernel(self.weight.detach()))
        layer.bias = self.bias
        return layer


def _transposed_kernel(weight: Tensor) -> Tensor:
    """(inputs, outputs, 4, 4) from (outputs, inputs, 3, 3), see above; flipped, as a transposed convolution needs."""
    flipped = weight.flip(2, 3).transpose(0, 1)
    across = functional.pad(flipped, (0, 1)) + functional.pad(flipped, (1, 0))
    return functional.pad(across, (0, 0, 0, 1)) + functional.pad(across, (0, 0, 1, 0))
