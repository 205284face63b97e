"""Small synthetic photographs: a bright disc with a brighter cup on a reddish ground."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from unet_desktop.engine.config import PRESETS, TrainConfig
from unet_desktop.engine.data.dataset import Sample
from unet_desktop.engine.device.device import Device, choose
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.file import write_mask

_TINY = replace(
    PRESETS["fast"],
    pretrained=False,
    epochs=1,
    locate_epochs=1,
    least_steps=2,
    batch_size=2,
    locate_batch_size=2,
    image_size=64,
    locate_size=64,
)


def _photograph(seed: int, height: int = 150, width: int = 190) -> tuple[np.ndarray, np.ndarray]:
    """(H, W, 3) uint8 and its (H, W) uint8 mask."""
    generator = np.random.default_rng(seed)
    x, y = generator.uniform(0.35, 0.65) * width, generator.uniform(0.35, 0.65) * height
    radius = generator.uniform(0.14, 0.2) * height
    rows, columns = np.mgrid[:height, :width] + 0.5
    distance = np.hypot(columns - x, rows - y) / radius
    mask = np.where(distance < 0.5, 2, np.where(distance < 1.0, 1, 0)).astype(np.uint8)
    colours = np.array([[120, 50, 30], [210, 140, 80], [250, 230, 180]], float)
    pixels = colours[mask] + generator.normal(0, 4, (height, width, 3))
    return np.clip(pixels, 0, 255).astype(np.uint8), mask


def _write_sample(folder: Path, name: str, pixels: np.ndarray, mask: np.ndarray, labels=DISC_AND_CUP) -> Sample:
    image = folder / f"{name}.png"
    Image.fromarray(pixels).save(image)
    path = folder / f"{name}.mask.png"
    write_mask(path, mask, labels)
    return Sample(name, image, path)


@pytest.fixture(scope="session")
def device() -> Device:
    return choose("cpu")


@pytest.fixture(scope="session")
def samples(tmp_path_factory) -> list[Sample]:
    folder = tmp_path_factory.mktemp("photographs")
    return [_write_sample(folder, f"case{seed}", *_photograph(seed)) for seed in range(4)]


@pytest.fixture(scope="session")
def photograph():
    """Function of a seed, a height and a width to pixels and mask."""
    return _photograph


@pytest.fixture(scope="session")
def write_sample():
    """Function that writes pixels and mask into a folder and returns the sample."""
    return _write_sample


@pytest.fixture(scope="session")
def tiny() -> TrainConfig:
    return _TINY


@pytest.fixture(scope="session")
def model(tmp_path_factory, samples, device) -> Path:
    """A checkpoint that saw hardly anything, but is complete."""
    from unet_desktop.engine.training.fit import fit

    path = tmp_path_factory.mktemp("models") / "model.safetensors"
    for _ in fit(samples[:3], samples[3:], DISC_AND_CUP, _TINY, save_to=path, device=device):
        pass
    return path


@pytest.fixture
def scripted(monkeypatch):
    """Function that makes the segmenting network's epochs have these scores, the start's first where there is one."""

    def script(scores):
        from unet_desktop.engine.training import epoch_loop

        waiting = {"locate": iter([0.5] * 9), "segment": iter(scores)}

        def judged(network, views, stage, device):
            yield from ()
            score = next(waiting[stage.name])
            return [{"dice": score, f"dice/{stage.labels.labels[0].name}": score}]

        monkeypatch.setattr(epoch_loop, "validate_on_crops", judged)

    return script
