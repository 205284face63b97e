"""The training configuration: one frozen value, validated when it is created, and the presets to choose from.

Imports no torch, so that the window can show the presets before torch is loaded.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_args

from unet_desktop.errors import TrainingError
from unet_desktop.labels import LabelSet

Framing = Literal["auto", "crop", "whole", "patches"]
"""What the segmenting network sees.

crop: a square around the location label. whole: the whole picture, downscaled to the network's size. patches: pieces of
the picture at its own scale. auto: crop if there is a location label, patches otherwise.
"""
NetworkKind = Literal["unet", "lite0"]
"""unet: the article's network. lite0: a small U-Net with an EfficientNet-Lite0 encoder."""
Optimiser = Literal["adam", "adamw"]
Schedule = Literal["step", "one-cycle"]

SIZE_STEP = 32
"""Network input sides are multiples of this, since the networks halve the picture up to five times."""

_TITLES = {"fast": "Fast", "article": "Article U-Net"}


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """Everything that determines a training run, apart from the pictures.

    Attributes:
        preset: key in `PRESETS` that this was derived from.
        framing: see `Framing`.
        network: see `NetworkKind`.
        width: channels of the article network's first level (64 in the article); "lite0" has its own.
        pretrained: start the encoder from ImageNet weights if their package is installed ("lite0" only).
        epochs: passes over the training cases for the segmenting network.
        least_steps: an epoch has at least this many steps, for which few cases are drawn more than once.
        learning_rate: peak of "one-cycle", start of "step".
        batch_size: pictures per step.
        optimiser: see `Optimiser`.
        schedule: "step": times 0.1 every `step_epochs`; "one-cycle": up to the peak and down to almost 0.
        step_epochs: see `schedule`.
        averaging: decay of the weights' exponential moving average (EMA), which is what is validated and saved; 0: no
            averaging.
        weight_decay: for "adamw", the fraction of the weights, times the learning rate, removed in a step.
        image_size: side of the segmenting network's input, pixels, a multiple of 32.
        crop_factor: side of the crop over the diameter of the location label.
        crop_jitter: how far training crops are shifted and rescaled, as a fraction of their side.
        by_picture: normalise each picture by itself, see `NetworkSpec` ("whole" only).
        working_side: pictures with a longer side are downscaled to it before "patches" are taken, pixels.
        locate_epochs: as `epochs`, for the locating network ("crop" only).
        locate_learning_rate: as `learning_rate`, for the locating network.
        locate_size: side of the locating network's input, pixels, a multiple of 32.
        locate_batch_size: as `batch_size`, for the locating network.
        patience: stop after this many epochs without a better one on the validation cases; 0: never.
        correction_weight: how much pixels that a human corrected, and those near them, count when training continues
            from a model; others count 1.
        recent_draws: how often, relative to other cases, to draw a case that was corrected after that model.
        unlike_draws: as `recent_draws`, at least, for those of them whose picture is unlike those of before, as another
            camera's; see docs/experiments/2026-11-30-other-cameras.md.
        augmentation: 0: none; 1: as strong as another camera.
        seed: of weights, order and augmentation.

    Raises:
        TrainingError: at construction, when a value cannot work.
    """

    preset: str
    framing: Framing = "auto"
    network: NetworkKind = "lite0"
    width: int = 64
    pretrained: bool = True
    epochs: int = 60
    least_steps: int = 10
    learning_rate: float = 1e-3
    batch_size: int = 4
    optimiser: Optimiser = "adamw"
    schedule: Schedule = "one-cycle"
    step_epochs: int = 10
    weight_decay: float = 1e-4
    averaging: float = 0.99
    image_size: int = 256
    crop_factor: float = 1.9
    crop_jitter: float = 0.1
    by_picture: bool = False
    working_side: int = 1024
    locate_epochs: int = 28
    locate_learning_rate: float = 2e-3
    locate_size: int = 160
    locate_batch_size: int = 4
    patience: int = 0  # "one-cycle" is best when its learning rate has come down, so stopping early costs
    correction_weight: float = 1.0
    recent_draws: int = 1
    unlike_draws: int = 3
    augmentation: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse values that cannot work."""
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise TrainingError(f'"{getattr(self, name)}" is not a known {name}; choose {", ".join(choices)}.')
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
                raise TrainingError(f"{name.replace('_', ' ').capitalize()} is {value}; it must be {low} to {high}.")
        for name in ("image_size", "locate_size"):
            if getattr(self, name) % SIZE_STEP:
                raise TrainingError(
                    f"{name.replace('_', ' ').capitalize()} is {getattr(self, name)}; "
                    f"it must be a multiple of {SIZE_STEP} pixels."
                )

    @property
    def title(self) -> str:
        """The preset's name in lists."""
        return _TITLES.get(self.preset, self.preset)

    @property
    def weights_corrections(self) -> bool:
        """Whether corrected pixels count more than others."""
        return self.correction_weight != 1.0

    def framing_for(self, labels: LabelSet) -> Literal["crop", "whole", "patches"]:
        """The framing that "auto" means for these labels.

        Raises:
            TrainingError: "crop" is set, but there is no location label.
        """
        if self.framing == "auto":
            return "crop" if labels.location_label() is not None else "patches"
        if self.framing == "crop" and labels.location_label() is None:
            raise TrainingError("Training on crops needs a label that each picture holds once; mark one as unique.")
        return self.framing

    def to_json(self) -> dict[str, Any]:
        """Plain data for a JSON file."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: object) -> TrainConfig:
        """Read what `to_json` wrote; absent settings have their defaults.

        Raises:
            TrainingError: the data has another form, or a value cannot work.
        """
        names = {entry.name for entry in fields(cls)}
        if not isinstance(data, dict) or "preset" not in data:
            raise TrainingError("The training settings must be an object that names a preset.")
        unknown = sorted(set(data) - names)
        if unknown:
            raise TrainingError(f"These training settings are unknown: {', '.join(map(str, unknown))}.")
        for entry in fields(cls):
            value = data.get(entry.name)
            if entry.type == "int" and isinstance(value, float):
                raise TrainingError(f"The training setting {entry.name} is {value}; it must be a whole number.")
        return cls(**data)


_CHOICES: dict[str, tuple[str, ...]] = {
    "framing": get_args(Framing),
    "network": get_args(NetworkKind),
    "optimiser": get_args(Optimiser),
    "schedule": get_args(Schedule),
}

_RANGES: dict[str, tuple[float, float]] = {
    "width": (4, 256),
    "epochs": (1, 10_000),
    "least_steps": (1, 10_000),
    "learning_rate": (1e-8, 1.0),
    "batch_size": (1, 256),
    "step_epochs": (1, 10_000),
    "weight_decay": (0.0, 1.0),
    "averaging": (0.0, 0.9999),
    "image_size": (64, 2048),
    "crop_factor": (1.1, 10.0),
    "crop_jitter": (0.0, 0.4),
    "working_side": (64, 8192),
    "locate_epochs": (1, 10_000),
    "locate_learning_rate": (1e-8, 1.0),
    "locate_size": (64, 1024),
    "locate_batch_size": (1, 256),
    "patience": (0, 10_000),
    "correction_weight": (1.0, 100.0),
    "recent_draws": (1, 100),
    "unlike_draws": (1, 100),
    "augmentation": (0.0, 2.0),
    "seed": (0, 2**31 - 1),
}

PRESETS: dict[str, TrainConfig] = {
    "fast": TrainConfig("fast"),
    # The article's recipe: Adam 1e-4, a tenth every 10 epochs, 50 epochs, whole photograph, nothing pretrained.
    "article": TrainConfig(
        "article",
        framing="whole",
        network="unet",
        pretrained=False,
        epochs=50,
        least_steps=1,
        learning_rate=1e-4,
        batch_size=2,  # the article does not say; with few pictures the steps are needed before the rate decays
        optimiser="adam",
        schedule="step",
        weight_decay=0.0,
        averaging=0.0,
        augmentation=0.0,
        by_picture=True,
    ),
}
"""What people choose from, in the order they are shown."""


def fine_tuning_config(config: TrainConfig) -> TrainConfig:
    """The shorter schedule for continuing from a model: a quarter of the epochs, a lower peak."""
    return replace(
        config,
        epochs=max(1, round(config.epochs / 4)),
        locate_epochs=max(1, round(config.locate_epochs / 9)),
        learning_rate=config.learning_rate / 3,
        locate_learning_rate=config.locate_learning_rate / 3,
    )
