"""Enlarging twofold and convolving in one step: the same sums as one after the other, in fewer multiplications.

A 3x3 kernel over planes whose every value was doubled to 2x2 multiplies equal values by several weights. Those weights
can be added up beforehand: the two steps are one transposed convolution at stride 2 whose 4x4 kernel is the 3x3 kernel
convolved with 2x2 ones, 16 instead of 36 multiplications a value. (That a sub-pixel convolution at the small size is a
transposed one: Shi et al. 2016, "Is the deconvolution layer the same as a convolutional layer?", arXiv:1609.07009.)
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class UpsampleConv2d(nn.Conv2d):
    """As nearest-neighbour enlargement by 2 and then `nn.Conv2d` of 3x3 with padding; same weights, same answers.

    It learns in the fast form on CPUs; for inference `summed` makes it. Elsewhere, and in what is exported, it is the
    two steps, which every library has fast kernels for.
    """

    def __init__(self, inputs: int, outputs: int, *, bias: bool) -> None:
        super().__init__(inputs, outputs, 3, padding=1, bias=bias)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - nn.Conv2d's name
        """(N, C, H, W) to (N, outputs, 2H, 2W)."""
        learns = torch.is_grad_enabled() and self.weight.requires_grad
        if input.device.type != "cpu" or not learns:
            return super().forward(functional.interpolate(input, scale_factor=2.0, mode="nearest"))
        return functional.conv_transpose2d(input, _transposed_kernel(self.weight), self.bias, stride=2, padding=1)

    def to_transposed(self) -> nn.ConvTranspose2d:
        """The same for inference, its weights added up once and for all."""
        with torch.device("meta"):  # drawing weights that are not kept would take time and move torch's random state
            made = nn.ConvTranspose2d(
                self.in_channels, self.out_channels, 4, stride=2, padding=1, bias=self.bias is not None
            )
        made.weight = nn.Parameter(_transposed_kernel(self.weight.detach()))
        made.bias = self.bias
        return made


def _transposed_kernel(weight: Tensor) -> Tensor:
    """(inputs, outputs, 4, 4) of (outputs, inputs, 3, 3): see above; turned round, as transposing does."""
    turned = weight.flip(2, 3).transpose(0, 1)
    across = functional.pad(turned, (0, 1)) + functional.pad(turned, (1, 0))
    return functional.pad(across, (0, 0, 0, 1)) + functional.pad(across, (0, 0, 1, 0))
