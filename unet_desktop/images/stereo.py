"""Stereo: whether one image shows two photographs side by side, such as the two of a stereo pair.

For the limits see docs/experiments/2026-11-30-stereo-pairs.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.box import Box
from unet_desktop.images.fundus import looks_like_fundus
from unet_desktop.images.opencv import cv2

_ASPECTS = (1.3, 2.8)
"""Longer over shorter side of an image of two. Frames of 36 x 24 mm split into two have 1.5."""
_LIT = 18
"""Brightness of 255 up to which a pixel counts as black."""

_SIDE = 96
"""Pixels a side of the reduced halves, which are compared."""
_FINE, _COARSE = 1.0, 4.0
"""Standard deviations, reduced pixels: the detail between them is vessels and the disc's edge, not lighting."""
_REACH = 15
"""Reduced pixels by which one half may be shifted against the other."""
_TILES, _SLACK = 4, 3
"""The halves are compared in 4 x 4 tiles, each shifted by up to 3 more reduced pixels, since depth moves them."""
_MIN_WHOLE, _MIN_TILE = 0.5, 0.8
"""Correlation of the halves, and median correlation of the tiles, from which they show the same eye."""

_ROWS = 128
"""Rows that are read to find where the halves meet."""
_BAND = (0.42, 0.58)
"""Part of the longer side in which they may meet."""
_BAR_DARK, _BAR_SPREAD = 0.97, 3.0
"""Share of black pixels, or standard deviation of the brightness, of a column of a bar."""
_BAR_PLAINER = 0.25
"""That deviation over the columns' median: in a blurred or dim photograph all columns are plain."""
_SEAM_FACTOR, _SEAM_STEP = 4.0, 5.0
"""A seam's median step of brightness, relative to those of its surroundings, and above it."""
_SEAM_OFF, _SEAM_PEAK = 0.02, 1.5
"""How far from the middle a seam may be, relative to the longer side; its step over the next largest, unlike the edges
of vessels and discs."""
_WAIST = 0.4
"""Lit pixels where two round fields meet, relative to their middles."""

HALF_NAMES = ("left", "right", "top", "bottom")
Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Halves:
    """Two photographs in one image.

    Attributes:
        boxes: left and right, or top and bottom; a bar between them belongs to neither.
        stacked: one is above the other.
        same: both show the same eye, as a stereo pair does; otherwise they are two different photographs.
    """

    boxes: tuple[Box, Box]
    stacked: bool
    same: bool

    @property
    def names(self) -> tuple[str, str]:
        """Words for the two."""
        return (HALF_NAMES[2], HALF_NAMES[3]) if self.stacked else (HALF_NAMES[0], HALF_NAMES[1])

    def box(self, name: str) -> Box:
        """The half of this name.

        Raises:
            ValueError: there is none.
        """
        return self.boxes[self.names.index(name)]

    def sentence(self, label: str, marked: str) -> str:
        """What the image shows and what of it is marked, for people.

        Args:
            label: name of what is looked for, such as the disc.
            marked: name of the half that is marked; empty if none is.
        """
        first, second = self.names
        if self.same:
            text = f"It looks like a stereo pair: the same {label} {first} and {second}."
        else:
            text = f"It shows two photographs, {first} and {second}, perhaps of two eyes."
        return f"{text} Only the {marked} one is marked." if marked else text

    @property
    def what(self) -> str:
        """What the image shows, in words."""
        if self.same:
            return "stereo pair"
        return f"two photographs {'one above the other' if self.stacked else 'side by side'}"


def find_halves(pixels: NDArray[np.uint8]) -> Halves | None:
    """Find the two photographs in an (H, W, 3) uint8 RGB image; None if it is one photograph, as most are."""
    height, width = pixels.shape[:2]
    if not can_be_two(height, width):
        return None
    stacked = height > width
    across = pixels.transpose(1, 0, 2) if stacked else pixels
    end, start, parted = _find_border(across)
    room = min(end, across.shape[1] - start)  # a black margin at the bar must not change the scale of one half
    first, second = _detail(across[:, end - room : end]), _detail(across[:, start : start + room])
    same = _show_the_same(first, second)
    if not (parted or same) or not (looks_like_fundus(across[:, :end]) and looks_like_fundus(across[:, start:])):
        return None
    if stacked:
        return Halves((Box(0, 0, end, width), Box(start, 0, height, width)), stacked, same)
    return Halves((Box(0, 0, height, end), Box(0, start, height, width)), stacked, same)


def can_be_two(height: int, width: int) -> bool:
    """Whether an image of this size is long enough for two photographs."""
    longer, shorter = max(height, width), min(height, width)
    return shorter >= _SIDE and _ASPECTS[0] <= longer / shorter <= _ASPECTS[1]


def _show_the_same(first: Plane, second: Plane) -> bool:
    """Whether two photographs' details are the same vessels in nearly the same places; mirrored ones are not."""
    whole, tiles = _correlate(first, second)
    return whole >= _MIN_WHOLE and tiles >= _MIN_TILE


def _detail(half: NDArray[np.uint8]) -> Plane:
    """The detail of a photograph, (96, 96); 0 near what is black."""
    step = max(1, min(half.shape[:2]) // (2 * _SIDE))
    sampled = np.ascontiguousarray(half[::step, ::step])
    small = np.asarray(cv2.resize(sampled, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), np.float32)
    lit = (small.max(axis=2) > _LIT).astype(np.uint8)
    field = np.asarray(cv2.erode(lit, np.ones((9, 9), np.uint8), borderValue=1), np.float32)
    light = np.log1p(small[..., :2].mean(axis=2)) * field
    fine, coarse = (
        cv2.GaussianBlur(light, (0, 0), sigma) / np.maximum(cv2.GaussianBlur(field, (0, 0), sigma), 1e-3)
        for sigma in (_FINE, _COARSE)
    )
    return np.asarray((fine - coarse) * field, np.float32)


def _correlate(first: Plane, second: Plane) -> tuple[float, float]:
    """The correlation of two (96, 96) planes at the best shift, and the median of their tiles' correlations."""
    inner = np.ascontiguousarray(second[_REACH:-_REACH, _REACH:-_REACH])
    if not (inner.any() and first.any()):
        return 0.0, 0.0
    _, whole, _, (left, top) = cv2.minMaxLoc(cv2.matchTemplate(first, inner, cv2.TM_CCOEFF_NORMED))
    if whole < _MIN_WHOLE:
        return whole, 0.0
    side = len(inner) // _TILES
    found = []
    for row in range(0, side * _TILES, side):
        for column in range(0, side * _TILES, side):
            tile = inner[row : row + side, column : column + side]
            if not tile.any():
                continue
            above, before = max(0, top + row - _SLACK), max(0, left + column - _SLACK)
            window = first[above : top + row + side + _SLACK, before : left + column + side + _SLACK]
            found.append(float(cv2.matchTemplate(window, tile, cv2.TM_CCOEFF_NORMED).max()))
    return whole, float(np.median(found)) if found else 0.0


def _find_border(pixels: NDArray[np.uint8]) -> tuple[int, int, bool]:
    """Where the left photograph ends and the right one starts, and whether a bar, a seam or a waist shows it."""
    height, width = pixels.shape[:2]
    left, right = (int(share * width) for share in _BAND)
    seen = pixels[:: max(1, height // _ROWS), left:right].max(axis=2).astype(np.float32)
    spread = seen.std(axis=0)
    plain = (spread < _BAR_SPREAD) & (spread < _BAR_PLAINER * np.median(spread))
    bar = ((seen <= _LIT).mean(axis=0) > _BAR_DARK) | plain
    if bar.any() and not (bar[0] or bar[-1]):
        columns = np.flatnonzero(bar)
        return left + int(columns[0]), left + int(columns[-1]) + 1, True
    steps = np.median(np.abs(np.diff(seen, axis=1)), axis=0)
    seam = int(np.argmax(steps))
    usual, others = float(np.median(steps)), np.delete(steps, slice(max(0, seam - 3), seam + 4))
    at = left + seam + 1
    if abs(at - width / 2) > _SEAM_OFF * width or steps[seam] < _SEAM_PEAK * others.max(initial=0.0):
        return width // 2, width // 2, _has_waist(pixels)
    sharp = bool(steps[seam] > max(_SEAM_FACTOR * usual, usual + _SEAM_STEP))
    return (at, at, True) if sharp else (width // 2, width // 2, _has_waist(pixels))


def _has_waist(pixels: NDArray[np.uint8]) -> bool:
    """Whether the field of view is much lower in the middle than left and right of it, as two round ones are."""
    height, width = pixels.shape[:2]
    columns = [width // 4, width // 2, 3 * width // 4]
    lit = (pixels[:: max(1, height // _ROWS), columns].max(axis=2) > _LIT).mean(axis=0)
    return bool(lit[1] < _WAIST * min(lit[0], lit[2]))
