"""Finding the one label of which a picture holds one, from the locating network's plane."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.crop import Square
from unet_desktop.images.opencv import cv2

_MOST = 4
"""Places that are looked at closer: a plane of specks, as an unfamiliar camera may give, has more."""

_LEAST_PEAK = 0.2
"""Below this probability nothing was found."""

_RIVAL = 0.5
"""A region competes when it has this share of the heaviest one's summed probability."""

RIVAL_SHARE = 0.25
"""Share of the heaviest from which a region is told of as a rival: of 50 Drishti-GS1 and 10 IDRiD photographs one has
such a region, an exudate (0.44 of the disc); the next largest has 0.17."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where the label is.

    Attributes:
        square: to crop, in picture pixels.
        diameter: of a disc of the found region's area, picture pixels.
        confidence: mean probability over the region, 0..1.
        rivals: how many other regions are worth a look.
    """

    square: Square
    diameter: float
    confidence: float
    rivals: int = 0


def locate(plane: NDArray[np.float32], shape: tuple[int, int], crop_factor: float) -> list[Location]:
    """Where the label may be, see `candidates`.

    Args:
        plane: (s, s) float32, what the locating network answers to the smallest square round the whole picture.
        shape: (height, width) of that picture.
        crop_factor: see `candidates`.
    """
    around = Square.around(*shape)
    # What pads the picture to a square is no picture: a crop there would be empty.
    rows, columns = (
        np.abs(np.arange(plane.shape[0]) + 0.5 - plane.shape[0] / 2) * around.side / plane.shape[0] < length / 2
        for length in shape
    )
    return candidate_locations(plane * np.outer(rows, columns), around, crop_factor)


def candidate_locations(plane: NDArray[np.float32], around: Square, crop_factor: float) -> list[Location]:
    """The connected regions of a probability plane that are worth a look, the likeliest first; at most `_MOST`.

    The likeliest is the most compact of the heavy ones: weight alone took a large bright lesion for an optic disc;
    lesions are ragged. The others follow by weight.

    An unfamiliar camera gives a weak answer in the right place, so the threshold follows the peak down.

    Args:
        plane: (s, s) float32 probabilities on the square `around`.
        around: in picture pixels.
        crop_factor: side of the crop over the region's diameter.
    """
    peak = float(plane.max())
    if peak < _LEAST_PEAK:
        return []
    above = (plane >= min(0.5, peak / 2)).astype(np.uint8)
    count, numbers, _, centres = cv2.connectedComponentsWithStats(above, connectivity=8)
    weights = np.bincount(numbers.ravel(), plane.ravel(), count)
    areas = np.bincount(numbers.ravel(), minlength=count)
    weights[0] = 0.0
    heavy = np.flatnonzero(weights >= weights.max() * _RIVAL)
    best = int(max(heavy, key=lambda number: _compactness(numbers == number)))
    scale, rivals = around.side / plane.shape[0], count_rivals(weights)
    others = np.argsort(-weights)[: min(1 + rivals, _MOST)]
    places = []
    for number in [best, *(int(other) for other in others if other != best)]:
        x, y = around.picture_point(float(centres[number][0]) + 0.5, float(centres[number][1]) + 0.5, plane.shape[0])
        diameter = 2.0 * math.sqrt(float(areas[number]) / math.pi) * scale
        sure = float(weights[number] / areas[number])
        places.append(Location(Square(x, y, diameter * crop_factor), diameter, sure, rivals))
    return places


def count_rivals(weights: NDArray[np.generic]) -> int:
    """How many of (N,) weights or areas of regions are not far from the largest, that one not counted."""
    return max(int(np.count_nonzero(weights >= weights.max() * RIVAL_SHARE)) - 1, 0) if weights.size else 0


def _compactness(plane: NDArray[np.bool_]) -> float:
    """Area over that of the smallest enclosing circle, 0..1."""
    points = cv2.findNonZero(plane.astype(np.uint8))
    _, radius = cv2.minEnclosingCircle(points)
    return min(1.0, len(points) / (math.pi * max(radius, 0.5) ** 2))
