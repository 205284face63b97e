"""How long a forward pass takes here, for the doctor."""

from __future__ import annotations

import statistics
import time

import numpy as np

from unet_desktop.engine.config import PRESETS
from unet_desktop.engine.device.device import Device, prepare, seed_everything
from unet_desktop.engine.inference.predictor import Predictor
from unet_desktop.engine.networks.specs import build, specs_for
from unet_desktop.labels import DISC_AND_CUP

_REPEATS = 3


def forward_seconds(device: Device) -> dict[str, float]:
    """Preset's title to the median seconds of its segmenting network for one picture, as inference runs it.

    The weights are random, which does not change the time.
    """
    prepare(device)
    seed_everything(0)
    seconds: dict[str, float] = {}
    for config in PRESETS.values():
        spec = specs_for(DISC_AND_CUP, config)["segment"]
        predictor = Predictor(build(spec), spec, device, mirror=False)
        picture = np.zeros((spec.size, spec.size, 3), np.uint8)
        predictor.square(picture)  # the first pass also allocates
        times = []
        for _ in range(_REPEATS):
            began = time.perf_counter()
            predictor.square(picture)
            times.append(time.perf_counter() - began)
        seconds[config.title] = statistics.median(times)
    return seconds
