"""The article's network: a U-Net with padding and batch norm.

Ronneberger, Fischer, Brox 2015, arXiv:1505.04597, figure 1.

Five levels; each upsampling is nearest neighbour by 2 and a 3x3 convolution. With 3 channels in, 2 regions out and
width 64 it has 34,527,106 parameters.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from unet_desktop.engine.networks.layers import ConvNorm
from unet_desktop.engine.networks.segmented_backward import Cut, no_cut

LEVELS = 5
RARE_LOGIT = -3.0
"""Initial logit for whole pictures, of which regions are a small part.

A network that starts at a probability of a half spends its first hundreds of steps on removing the background. Lin et
al. 2017, "Focal loss", arXiv:1708.02002, section 3.3, use -4.6.
What was tried: docs/experiments/2026-11-26-article-preset.md.
"""


class DoubleConv(nn.Sequential):
    """Two 3x3 convolutions with bias, each with batch norm and ReLU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(ConvNorm(inputs, outputs, bias=True), ConvNorm(outputs, outputs, bias=True))


class UNet(nn.Module):
    """(N, channels, H, W) float32 to (N, regions, H, W) logits; H and W are multiples of 16.

    Args:
        regions: sigmoid outputs, one per label.
        width: channels of the first level; each level below has twice as many.
        channels: of the picture.
        initial_logit: initial bias of the last convolution; None: torch's own, near 0. See `RARE_LOGIT`.
    """

    def __init__(self, regions: int, width: int = 64, channels: int = 3, initial_logit: float | None = None) -> None:
        super().__init__()
        widths = [width << level for level in range(LEVELS)]
        self.down = nn.ModuleList(DoubleConv(a, b) for a, b in zip([channels, *widths], widths, strict=False))
        self.up = nn.ModuleList(ConvNorm(2 * a, a, bias=True, upsample=True) for a in reversed(widths[:-1]))
        self.join = nn.ModuleList(DoubleConv(2 * a, a) for a in reversed(widths[:-1]))
        self.pool = nn.MaxPool2d(2)
        self.head = nn.Conv2d(width, regions, 1)
        if initial_logit is not None and self.head.bias is not None:
            nn.init.constant_(self.head.bias, initial_logit)

    def features(self, planes: Tensor) -> Tensor:
        """(N, C) means over the deepest level, which describe the picture as a whole."""
        for level, convolve in enumerate(self.down):
            planes = convolve(planes if level == 0 else self.pool(planes))
        return planes.mean(dim=(2, 3))

    def features_from_levels(self, levels: Sequence[Tensor]) -> Tensor:
        """As `features`, from the planes that `cut` saw in a forward pass."""
        deepest: Tensor = levels[LEVELS - 1]
        return deepest.mean(dim=(2, 3))

    def forward(self, planes: Tensor, cut: Cut = no_cut) -> Tensor:
        """Logits, one plane per region; `cut` is applied to the planes after each level."""
        skips: list[Tensor] = []
        for level, convolve in enumerate(self.down):
            planes = cut(convolve(planes if level == 0 else self.pool(planes)))
            skips.append(planes)
        skips.pop()
        for up, join in zip(self.up, self.join, strict=True):
            planes = cut(join(torch.cat([skips.pop(), up(planes)], dim=1)))
        logits: Tensor = self.head(planes)
        return logits
