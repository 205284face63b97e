"""Fundus: whether a picture can be a photograph of the back of an eye at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.opencv import cv2

_SIDE = 64
"""The picture's longer side, for its colours and edges."""
_LIT = 24
"""Brightness of 255 from which a pixel is not black."""
_BLUE, _MAX_BLUE = 30, 0.2
"""By how much blue exceeds both red and green, and the largest share of such pixels. A fundus returns little blue
light; in a white-balanced photograph blue equals red, in a red-free one green is above both."""
_WHITE, _MAX_WHITE = 225, 0.35
"""Paper is white in all channels."""
_PAPER, _MAX_PAPER_COLOUR, _MIN_PAPER = 175, 30, 0.6
"""Shaded or yellowed paper: bright pixels of little colour, and the share of them that counts."""
_EDGE, _MAX_EDGES = 20, 0.5
"""Steps of brightness from pixel to pixel, as in text and speckle."""
_MAX_FLAT, _DRAWN_EDGES = 0.75, 0.06
"""Share of pixels exactly like their neighbours, with edges between: text and drawings. Padding and strong JPEG
compression are flat as well, without edges."""
_ALL_FLAT = 0.985
_DARK = 0.9
"""Of 220 discs of three cameras none is darker than 0.97 of its surroundings in both red and green."""

_GREY, _DARK_IN_GREY = 4, 0.75
"""Largest difference of the channels of a grey picture, and the limit there: one channel alone is less sure."""


def looks_like_fundus(pixels: NDArray[np.uint8], *, in_any_colours: bool = False) -> bool:
    """Whether an (H, W, 3) uint8 RGB picture can be a fundus photograph, in colour or grey, of any framing.

    With `in_any_colours`, false colours and enhanced detail are let through, and only documents and blanks refused.

    Only what is impossible is refused: more blue than red and green, paper, text, drawings, and pictures that are
    all black. For the limits see docs/experiments/2026-11-30-unfamiliar-how.md.
    """
    small = _reduce(pixels)
    red, green, blue = (channel.astype(np.int16) for channel in cv2.split(small))
    brightest, darkest = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    lit = brightest > _LIT
    count = int(np.count_nonzero(lit))
    if count < 0.01 * lit.size:
        return False
    paper = (darkest > _PAPER) & (brightest - darkest < _MAX_PAPER_COLOUR)
    for found, most in (
        ((blue > np.maximum(red, green) + _BLUE) & lit, 1.0 if in_any_colours else _MAX_BLUE),
        (darkest > _WHITE, _MAX_WHITE),
        (paper, _MIN_PAPER),
    ):
        if np.count_nonzero(found) > most * count:
            return False
    edges, flat = _edge_share(brightest, lit), _flat_share(pixels)
    drawn = flat > _MAX_FLAT and edges > _DRAWN_EDGES
    return (in_any_colours or edges <= _MAX_EDGES) and not drawn and flat <= _ALL_FLAT


def _reduce(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture at `_SIDE` pixels, from every so many pixels first, which is fast."""
    height, width = pixels.shape[:2]
    step = max(1, max(height, width) // (2 * _SIDE))
    sampled = np.ascontiguousarray(pixels[::step, ::step])
    scale = min(1.0, _SIDE / max(sampled.shape[:2]))
    size = (max(1, round(sampled.shape[1] * scale)), max(1, round(sampled.shape[0] * scale)))
    return np.asarray(cv2.resize(sampled, size, interpolation=cv2.INTER_AREA), np.uint8)


def _edge_share(brightest: NDArray[np.int16], lit: NDArray[np.bool_]) -> float:
    """The share of lit pixels, away from black ones, that are much brighter or darker than their surroundings."""
    inside = np.asarray(cv2.erode(lit.astype(np.uint8), np.ones((5, 5), np.uint8), borderValue=1), np.uint8) > 0
    plane = brightest.astype(np.float32)
    steps = np.abs(plane - np.asarray(cv2.GaussianBlur(plane, (0, 0), 1.5), np.float32)) > _EDGE
    count = int(np.count_nonzero(inside))
    return int(np.count_nonzero(steps & inside)) / count if count else 0.0


def _flat_share(pixels: NDArray[np.uint8]) -> float:
    """The share of pixels that are not black, in some of the rows, that are exactly like their right neighbour."""
    down, across = (max(1, length // _SIDE) for length in pixels.shape[:2])
    left, right = pixels[::down, :-1:across], pixels[::down, 1::across]
    if not left.size:
        return 0.0
    apart = cv2.absdiff(np.ascontiguousarray(left), np.ascontiguousarray(right)).reshape(-1, 3)
    lit = left.reshape(-1, 3) @ np.ones(3, np.uint16) > 2 * _LIT
    same = apart @ np.ones(3, np.uint16) == 0
    count = int(np.count_nonzero(lit))
    return int(np.count_nonzero(same & lit)) / count if count else 0.0


def is_dark_spot(pixels: NDArray[np.uint8], x: float, y: float, diameter: float) -> bool:
    """Whether a round place is much darker than its surroundings in red and in green, as a pupil is and no disc.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        x, y: its centre, image pixels.
        diameter: of the place, image pixels.
    """
    reach, step = diameter * 0.95, max(1, int(diameter * 1.9) // 48)
    left, top = (max(0, int(at - reach)) for at in (x, y))
    seen = pixels[top : max(0, int(y + reach)) + 1 : step, left : max(0, int(x + reach)) + 1 : step]
    if not seen.size:
        return False
    rows = (np.arange(seen.shape[0]) * step + top + 0.5 - y)[:, np.newaxis]
    columns = np.arange(seen.shape[1]) * step + left + 0.5 - x
    radius = np.hypot(rows, columns) / (diameter / 2.0)
    inside = radius < 0.85
    if not inside.any():
        return False
    spot = np.median(seen[inside], axis=0)
    # In a dark photograph only the brightest of the surroundings would be lit.
    around = (radius > 1.2) & (seen.max(axis=2) > min(_LIT, spot.max() / 2.0))
    if np.count_nonzero(around) < 10:
        return False
    ring = np.median(seen[around], axis=0)
    grey = float(np.ptp(spot)) <= _GREY and float(np.ptp(ring)) <= _GREY
    darkest = _DARK_IN_GREY if grey else _DARK
    return bool(spot[0] < darkest * ring[0] and spot[1] < darkest * ring[1])
