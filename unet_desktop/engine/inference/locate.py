"""Find the location label in the locating network's probability plane."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.crop import Square
from unet_desktop.images.opencv import cv2

MAX_CANDIDATES = 4
"""Candidates examined more closely; a plane of specks, as from an unfamiliar camera, has more."""

MIN_PEAK = 0.2
"""Probability below which nothing counts as found."""

HEAVY_SHARE = 0.5
"""A region competes for the first place if its summed probability is this share of the largest."""

PEAK_SHARE = 0.5
"""The threshold is this share of the largest probability where that is low."""

RIVAL_SHARE = 0.25
"""A region is reported as a rival if it has this share of the largest one's weight.

Of 50 Drishti-GS1 and 10 IDRiD photographs one has such a region, an exudate (0.44 of the disc); the next has 0.17.
"""

FAR = 5.0
AFAR = (1.0, 2.0, 4.0)
"""Sides of squares seen from afar over the picture's longer side; the first for photographs of the disc alone."""
PART = 0.6
"""Side of the parts over the picture's shorter side."""
MAX_PARTS = 6
"""Across and down: a strip that is many times as long as wide is no photograph of a disc."""
SAME_DISTANCE, SAME_SIZE = 0.25, 1.25
"""Two places are the same if nearer than this share of the smaller diameter, and if neither is so many times larger."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where the label is.

    Attributes:
        square: to crop, in picture pixels.
        diameter: of a disc of the found region's area, picture pixels.
        confidence: mean probability over the region, 0..1.
        rivals: how many other regions look much like it.
    """

    square: Square
    diameter: float
    confidence: float
    rivals: int = 0


def locate(
    plane: NDArray[np.float32], shape: tuple[int, int], crop_factor: float, seen: Square | None = None
) -> list[Location]:
    """Find where the label may be, see `candidate_locations`.

    Args:
        plane: (s, s) float32, from the locating network, for the square it saw.
        shape: (height, width) of the picture.
        crop_factor: see `candidate_locations`.
        seen: what the network saw, in picture pixels; None: the smallest square around the whole picture.
    """
    seen = seen or Square.around(*shape)
    # Ignore the padding around the picture: a crop there would be empty.
    rows, columns = (
        np.abs((np.arange(plane.shape[0]) + 0.5) / plane.shape[0] * seen.side + start - length / 2) < length / 2
        for start, length in zip((seen.y - seen.side / 2, seen.x - seen.side / 2), shape, strict=True)
    )
    return candidate_locations(plane * np.outer(rows, columns), seen, crop_factor)


def from_afar(height: int, width: int) -> Square:
    """The square in which a photograph of the disc alone is seen first, in picture pixels."""
    return Square(width / 2, height / 2, float(max(height, width)) * FAR)


def further_squares(height: int, width: int) -> list[Square]:
    """The squares to look at where the whole picture gave no sure answer, in picture pixels.

    From afar, for a label that fills the picture, and by parts, for a small one.
    """
    longer, shorter = float(max(height, width)), float(min(height, width))
    afar = [Square(width / 2, height / 2, longer * factor) for factor in AFAR]
    side = shorter * PART
    across, down = (min(max(2, math.ceil((length - side) / (side / 2)) + 1), MAX_PARTS) for length in (width, height))
    parts = [
        Square(x, y, side)
        for y in np.linspace(side / 2, height - side / 2, down).tolist()
        for x in np.linspace(side / 2, width - side / 2, across).tolist()
    ]
    return [*afar, *parts]


def candidate_locations(plane: NDArray[np.float32], around: Square, crop_factor: float) -> list[Location]:
    """The plausible connected regions of a probability plane, most likely first; at most `MAX_CANDIDATES`.

    The most likely is the most compact of the heavy ones: by weight alone, a large bright lesion, whose outline is
    ragged, was taken for an optic disc. The others follow by weight.

    The threshold falls with the peak, since an unfamiliar camera gives low probabilities in the right place.

    Args:
        plane: (s, s) float32 probabilities on the square `around`.
        around: in picture pixels.
        crop_factor: side of the crop over the region's diameter.
    """
    peak = float(plane.max())
    if peak < MIN_PEAK:
        return []
    above = (plane >= min(0.5, peak * PEAK_SHARE)).astype(np.uint8)
    count, numbers, _, centres = cv2.connectedComponentsWithStats(above, connectivity=8)
    weights = np.bincount(numbers.ravel(), plane.ravel(), count)
    areas = np.bincount(numbers.ravel(), minlength=count)
    weights[0] = 0.0
    heavy = np.flatnonzero(weights >= weights.max() * HEAVY_SHARE)
    best = int(max(heavy, key=lambda number: _compactness(numbers == number)))
    scale, rivals = around.side / plane.shape[0], count_rivals(weights)
    others = np.argsort(-weights)[: min(1 + rivals, MAX_CANDIDATES)]
    places = []
    for number in [best, *(int(other) for other in others if other != best)]:
        x, y = around.picture_point(float(centres[number][0]) + 0.5, float(centres[number][1]) + 0.5, plane.shape[0])
        diameter = 2.0 * math.sqrt(float(areas[number]) / math.pi) * scale
        confidence = float(weights[number] / areas[number])
        places.append(Location(Square(x, y, diameter * crop_factor), diameter, confidence, rivals))
    return places


def drop_repeated(places: Sequence[Location]) -> list[Location]:
    """Keep the most confident of the places that are nearly the same."""
    kept: list[Location] = []
    for place in sorted(places, key=lambda one: -one.confidence):
        if not any(_nearly_same(place, other) for other in kept):
            kept.append(place)
    return kept


def _nearly_same(one: Location, other: Location) -> bool:
    apart = math.hypot(one.square.x - other.square.x, one.square.y - other.square.y)
    near = apart < SAME_DISTANCE * min(one.diameter, other.diameter)
    return near and 1.0 / SAME_SIZE < one.diameter / other.diameter < SAME_SIZE


def count_rivals(weights: NDArray[np.generic]) -> int:
    """How many of (N,) weights or areas of regions come close to the largest, which is not counted."""
    return max(int(np.count_nonzero(weights >= weights.max() * RIVAL_SHARE)) - 1, 0) if weights.size else 0


def _compactness(plane: NDArray[np.bool_]) -> float:
    """Area over that of the smallest enclosing circle, 0..1."""
    points = cv2.findNonZero(plane.astype(np.uint8))
    _, radius = cv2.minEnclosingCircle(points)
    return min(1.0, len(points) / (math.pi * max(radius, 0.5) ** 2))
