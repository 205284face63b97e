"""Settings of a training that ends within a moment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from unet_desktop.engine.config import PRESETS, TrainConfig


@pytest.fixture(scope="session")
def tiny() -> TrainConfig:
    """Both networks of the fast preset, at hardly any size, for two epochs."""
    return replace(
        PRESETS["fast"],
        pretrained=False,
        epochs=2,
        locate_epochs=2,
        least_steps=2,
        batch_size=2,
        locate_batch_size=2,
        image_size=64,
        locate_size=64,
    )
