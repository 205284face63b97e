"""Laterality: which eye a photograph shows, by its file name or by how the optic disc looks."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.crop import Square, extract


class Eye(StrEnum):
    """Which eye the image shows: oculus dexter, oculus sinister, or unknown."""

    RIGHT = "right"
    LEFT = "left"
    UNKNOWN = ""

    @property
    def nasal_is_right(self) -> bool | None:
        """Whether the nasal side is on the image's right; None if the eye is unknown.

        A fundus photograph shows the eye as seen by somebody facing the patient, so the disc, which lies nasally, is on
        the right in a right eye (O'Rahilly, Müller, Carpenter and Swenson, "Basic Human Anatomy", Dartmouth 2008,
        chapter 46, figure 46-9: "Right fundus oculi").
        """
        return None if self is Eye.UNKNOWN else self is Eye.RIGHT


MIN_ASYMMETRY = 0.04
"""Smallest difference of the disc's halves over their sum that distinguishes temporal from nasal."""
OFF_CENTRE = 0.4
"""Distance from the centre, relative to half the field of view, beyond which the image is centred on the macula."""

_SIZE = 48  # side in pixels to which the disc is reduced
_INSIDE = 0.45  # of the disc's diameter: stay clear of its edge
_LIT = 18  # of 255: outside the field of view a photograph is black except for noise
_SAMPLES = 100  # image rows examined for the field of view


def guess_eye_from_name(file_name: str) -> Eye:
    """Return the eye that a file name states (OD, RE, right; OS, LE, left as separate words), or unknown."""
    words = {word.casefold() for word in re.split(r"[^A-Za-z]+", Path(file_name).stem)}
    right, left = bool(words & {"od", "right", "re"}), bool(words & {"os", "left", "le"})
    if right == left:
        return Eye.UNKNOWN
    return Eye.RIGHT if right else Eye.LEFT


def guess_eye_from_picture(picture: NDArray[np.uint8], x: float, y: float, diameter: float) -> Eye:
    """Guess the eye from a fundus photograph; unknown unless it is clear.

    The temporal half of a disc is brighter, because the large vessels run through its nasal half. In images centred on
    the macula, the disc lies on the nasal side. If both cues apply and differ, there is no guess.
    The threshold was set on the 50 Drishti-GS1 training photographs, for which the eye is not published: the halves
    agree with a developer's reading of arcades and macula on all 50, one of which was read again after a disagreement.
    On IDRiD 01-10, from another camera, where the macula is visible, the halves are right on all 10, and the position
    on the 9 that are centred on the macula (`tests/images/test_laterality.py`).

    Args:
        picture: (H, W, 3) uint8 RGB.
        x, y: the disc's centre, image pixels.
        diameter: of the disc, image pixels.
    """
    by_halves = _eye(-_halves(picture, x, y, diameter), MIN_ASYMMETRY)
    by_position = _eye(_position(picture, x), OFF_CENTRE)
    return Eye.UNKNOWN if by_position not in (by_halves, Eye.UNKNOWN) else by_halves


def _eye(towards_the_right: float, least: float) -> Eye:
    """Return the eye whose nasal side is on the right for positive values, on the left for negative ones."""
    if abs(towards_the_right) < least:
        return Eye.UNKNOWN
    return Eye.RIGHT if towards_the_right > 0 else Eye.LEFT


def _halves(picture: NDArray[np.uint8], x: float, y: float, diameter: float) -> float:
    """Return how much brighter the disc's right half is than its left in the green channel, -1 to 1."""
    green = extract(picture, Square(x, y, max(diameter, 1.0)), _SIZE)[..., 1].astype(np.float64)
    place = (np.arange(_SIZE) + 0.5) / _SIZE - 0.5
    inside = place[:, None] ** 2 + place[None, :] ** 2 < _INSIDE**2
    left = float(green[inside & (place[None, :] < 0)].mean())
    right = float(green[inside & (place[None, :] > 0)].mean())
    return (right - left) / max(right + left, 1.0)


def _position(picture: NDArray[np.uint8], x: float) -> float:
    """Return where x lies in the field of view: -1 at its left border, 1 at its right."""
    rows = picture[:: max(1, min(picture.shape[:2]) // _SAMPLES)]
    red, green, blue = (rows[..., channel] for channel in range(3))
    lit: NDArray[np.bool_] = np.maximum(np.maximum(red, green), blue) > _LIT
    columns = np.flatnonzero(lit.mean(axis=0) > 0.15)
    if columns.size < 2:
        return 0.0
    first, end = int(columns[0]), int(columns[-1]) + 1
    return float((x - (first + end) / 2) / ((end - first) / 2))
