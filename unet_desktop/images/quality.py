"""Quality: whether a photograph is sharp enough around its disc, and neither too dark nor overexposed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.crop import Square, extract
from unet_desktop.images.opencv import cv2

MIN_SHARPNESS = 0.0375
"""No photograph of Drishti-GS1 (50) or IDRiD (10) is below it; blurred by 2 % of the disc's diameter 51 of 60 are."""
MIN_BRIGHTNESS = 50.0
"""Of 255. None of those 60 is darker; at a fifth of their brightness all are."""
MAX_OVEREXPOSED = 0.05
"""None of those 60 has white pixels there; at twice their brightness 37 have more."""

BLURRED, DARK, OVEREXPOSED = "blurred", "too dark", "overexposed"

_AROUND = 1.5  # side of the examined square, in diameters of the disc
_DIAMETER = 128  # of the disc in pixels of that square; fewer if the image has fewer
_DETAIL = 1.5  # sigma in pixels there; larger structures are not detail
_WHITE = 250


@dataclass(frozen=True, slots=True)
class Quality:
    """Quality measures of a photograph around the optic disc.

    Attributes:
        sharpness: standard deviation of the detail over that of the image, in the green channel. Noise counts as
            detail.
        brightness: mean of the largest channel, 0 to 255.
        overexposed: share of pixels that are white in the green channel, 0 to 1.
    """

    sharpness: float
    brightness: float
    overexposed: float

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong, in words; see docs/experiments/2026-11-25-image-quality.md for the limits."""
        found = {
            BLURRED: self.sharpness < MIN_SHARPNESS,
            DARK: self.brightness < MIN_BRIGHTNESS,
            OVEREXPOSED: self.overexposed > MAX_OVEREXPOSED,
        }
        return tuple(fault for fault, so in found.items() if so)


def measure_quality(picture: NDArray[np.uint8], x: float, y: float, diameter: float) -> Quality:
    """Measure quality in a square of 1.5 disc diameters around the disc.

    Args:
        picture: (H, W, 3) uint8 RGB.
        x, y: the disc's centre, image pixels.
        diameter: of the disc, image pixels.
    """
    diameter = max(diameter, 1.0)
    square, size = Square(x, y, diameter * _AROUND), math.ceil(min(_DIAMETER, diameter) * _AROUND)
    seen = _crop_to_image(extract(picture, square, size), square, picture.shape[:2])
    if not seen.size:
        return Quality(0.0, 0.0, 0.0)
    red, green, blue = cv2.split(seen)
    wide = green.astype(np.float32)
    detail = wide - cv2.GaussianBlur(wide, (0, 0), _DETAIL)
    (_, (spread,)), (_, (finer,)) = cv2.meanStdDev(wide), cv2.meanStdDev(detail)
    return Quality(
        float(finer[0] / spread[0]) if spread[0] > 0 else 0.0,
        float(cv2.mean(cv2.max(cv2.max(red, green), blue))[0]),
        float(np.count_nonzero(green >= _WHITE)) / green.size,
    )


def _crop_to_image(seen: NDArray[np.uint8], square: Square, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return the part of a crop that shows the image, without its padding."""
    size = seen.shape[0]
    left, top = (max(0, math.ceil(at)) for at in square.crop_point(0.0, 0.0, size))
    right, bottom = (max(0, math.floor(at)) for at in square.crop_point(float(shape[1]), float(shape[0]), size))
    return seen[top:bottom, left:right]
