"""How long adapting learns, and how many pictures it looks at. No torch: the window shows the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from unet_desktop.engine.config import TrainConfig
from unet_desktop.errors import CheckpointError, TrainingError

MIN_PICTURES = 8
"""Fewer show a few eyes more than a camera."""
DEFAULT_PICTURES, MAX_PICTURES = 40, 200
"""Pictures that are examined and learned from at most: what bounds the time."""
_DRAWS = 800
_LOCATE_DRAWS = 240
"""Pictures drawn while the networks learn: a few minutes on two cores."""


def read_settings(name: str, training: Mapping[str, Any]) -> TrainConfig:
    """The settings in a model's header.

    Raises:
        CheckpointError: they are missing or of another program.
    """
    try:
        return TrainConfig.from_json(training)
    except TrainingError as error:
        raise CheckpointError(
            f"{name} cannot be adapted: how it was trained is not known ({error}) Choose another model or train one."
        ) from error


def adapting_config(config: TrainConfig, cases: int) -> TrainConfig:
    """The settings that a model was trained with, with a short schedule, whatever the number of cases."""

    def epochs(draws: int, batch_size: int) -> int:
        return max(1, round(draws / max(cases, config.least_steps * batch_size)))

    return replace(
        config,
        epochs=epochs(_DRAWS, config.batch_size),
        locate_epochs=epochs(_LOCATE_DRAWS, config.locate_batch_size),
        learning_rate=3e-4,
        locate_learning_rate=4e-4,
        recent_draws=1,
        correction_weight=1.0,
    )
