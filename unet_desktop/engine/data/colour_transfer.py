"""Colour transfer: give a picture the colours of another camera, by mean and spread in CIELAB.

Reinhard et al. 2001, "Color transfer between images", IEEE Computer Graphics and Applications 21(5), with CIELAB in
place of its decorrelated space.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.opencv import cv2

_MIN_SPREAD = 1.0
"""Of CIELAB's units; a uniform picture stays nearly uniform."""
_DARK = 12
"""Pixels whose largest channel is below it are outside the photograph: black there stays black."""


@dataclass(frozen=True, slots=True, eq=False)
class Colours:
    """Mean and standard deviation of the lit pixels in CIELAB, (3,) float32 each."""

    mean: NDArray[np.float32]
    spread: NDArray[np.float32]


def measure_colours(picture: NDArray[np.uint8]) -> Colours:
    """Measure an (h, w, 3) uint8 RGB picture; one without lit pixels is measured whole."""
    lit = picture.max(axis=2) >= _DARK
    pixels = _to_lab(picture)
    chosen = pixels[lit] if lit.any() else pixels.reshape(-1, 3)
    return Colours(chosen.mean(axis=0), np.maximum(chosen.std(axis=0), np.float32(_MIN_SPREAD)))


def transfer_colours(picture: NDArray[np.uint8], own: Colours, wanted: Colours) -> NDArray[np.uint8]:
    """The (h, w, 3) uint8 RGB picture with `wanted` colours where it has its `own`; the unlit border stays."""
    moved = (_to_lab(picture) - own.mean) * (wanted.spread / own.spread) + wanted.mean
    turned = np.asarray(cv2.cvtColor(moved.astype(np.float32), cv2.COLOR_LAB2RGB))
    result = np.round(np.clip(turned, 0.0, 1.0) * 255.0).astype(np.uint8)
    return np.where((picture.max(axis=2) >= _DARK)[..., np.newaxis], result, picture)


def _to_lab(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    scaled = picture.astype(np.float32) / np.float32(255.0)
    return np.asarray(cv2.cvtColor(scaled, cv2.COLOR_RGB2LAB), np.float32)
