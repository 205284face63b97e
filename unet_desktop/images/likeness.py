"""Likeness: find copies of a photograph that were encoded again, resized, brightened or slightly cropped.

Photographs of the back of the eye all look alike when they are small: a difference hash of 64 bits is within ten bits
for one pair of different eyes in thirteen. So what is compared is what differs between eyes, vessels and texture, with
the light that changes slowly taken out, and small shifts and changes of scale allowed. Another photograph of the same
eye is turned a little against the first; a copy is not. docs/duplicates.md states the figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.opencv import cv2
from unet_desktop.images.read import Pixels

LONGEST = 800
"""Pixels on the longer side of pictures from which the likeness is measured."""
ALIKE = 0.85
"""Correlation from which two photographs are copies of one; of different eyes it is at most 0.72."""
_LIKELY, _POSSIBLE = 0.65, 0.8
_SIDE, _SMALL, _KEY_FROM, _KEY = 160, 64, 80, 20
_LIT = 18  # of 255: outside the field of view a photograph is black except for noise
_LEAST_LIT = 0.05  # of a row or column
_KEPT = 0.72  # of a side: what is searched for in the other picture
_SCALES = np.arange(0.88, 1.121, 0.02)
_ANGLES = (-3.0, -2.0, -1.0, 1.0, 2.0, 3.0)
_TURNED = 0.01
"""By how much a turned picture must fit better, to be another photograph of the same eye."""
_OTHER_SHAPE = 0.03
_LEAST = 64
"""Pixels on the longer side; smaller pictures show too little to be compared."""
_BLOCK = 256
_CROPS = (
    (0.0, 0.0, 0.0, 0.0),
    *((part, part, part, part) for part in (0.03, 0.06, 0.09)),
    *((part, 0.0, part, 0.0) for part in (0.05, 0.1)),
    *((0.0, part, 0.0, part) for part in (0.05, 0.1)),
    (0.06, 0.0, 0.0, 0.0),
    (0.0, 0.06, 0.0, 0.0),
    (0.0, 0.0, 0.06, 0.0),
    (0.0, 0.0, 0.0, 0.06),
)
"""Left, top, right and bottom shares that a copy may lack, roughly."""
Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """What a photograph is compared by.

    Attributes:
        keys: (12, 400) float32: coarse texture of the whole and of slight crops, each of length 1, or 0 without any.
        texture: (h, w) uint8, at most 160 pixels a side: fine texture.
    """

    keys: Plane
    texture: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Alike:
    """Two photographs, by their numbers, and their correlation, up to 1."""

    first: int
    second: int
    score: float


def measure_likeness(pixels: Pixels) -> Likeness:
    """Measure a photograph, (H, W, 3) uint8 RGB, best of about `LONGEST` pixels a side."""
    green = np.ascontiguousarray(_trim(pixels)[..., 1])
    longest = max(green.shape)
    size = (max(8, round(green.shape[1] * _SIDE / longest)), max(8, round(green.shape[0] * _SIDE / longest)))
    texture = _flatten_light(_resize(green, size), _SIDE / 16, _SIDE / 8)
    coarse = _flatten_light(_resize(green, (_KEY_FROM, _KEY_FROM)), 6, 12)
    stored = np.clip(texture * 32 + 128, 0, 255).astype(np.uint8)
    keys = np.stack([_key(coarse, crop) for crop in _CROPS])
    return Likeness(keys if longest >= _LEAST else np.zeros_like(keys), stored)


def find_alike(photographs: Sequence[Likeness], groups: Sequence[int] | None = None) -> Iterator[Alike | None]:
    """Yield the pairs that are copies of one photograph, and None now and then, so that it can be stopped.

    Args:
        photographs: to compare.
        groups: of each photograph; only those of different groups are compared. None to compare all.
    """
    if not photographs:
        return
    keys = np.stack([one.keys for one in photographs])
    whole, belongs = np.ascontiguousarray(keys[:, 0]), None if groups is None else np.asarray(groups)
    for start in range(0, len(photographs), _BLOCK):
        block = slice(start, start + _BLOCK)
        best = np.full((len(whole[block]), len(whole)), -1.0, np.float32)
        for number in range(len(_CROPS)):
            np.maximum(best, keys[block, number] @ whole.T, out=best)
            np.maximum(best, whole[block] @ keys[:, number].T, out=best)
            yield None
        likely = best >= _POSSIBLE
        likely &= np.arange(len(whole)) > np.arange(start, start + len(best))[:, None]
        if belongs is not None:
            likely &= belongs[block, None] != belongs
        for row, second in zip(*np.nonzero(likely), strict=True):
            first = start + int(row)
            score = _compare(photographs[first].texture, photographs[second].texture)
            yield None if score is None else Alike(first, int(second), score)


def _compare(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float | None:
    """Return the correlation of two textures; None unless they are of one photograph."""
    if _correlate(_shrink(first), _shrink(second)) < _LIKELY:
        return None
    score = _correlate(first, second)
    if score < ALIKE:
        return None
    turned = max(_correlate(_turn(first, degrees), second) for degrees in _ANGLES)
    return None if turned > score + _TURNED else min(score, 1.0)


def _correlate(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    """Return the best correlation of the middle of one with a part of the other, of the same shape and as it is."""
    best = _search(first, second)
    shapes = first.shape[0] / first.shape[1], second.shape[0] / second.shape[1]
    if abs(np.log(shapes[0] / shapes[1])) > _OTHER_SHAPE:  # perhaps resized to a square
        squeezed = cv2.resize(first, second.shape[::-1], interpolation=cv2.INTER_LINEAR)
        best = max(best, _search(np.asarray(squeezed, np.uint8), second))
    return best


def _search(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    best = -1.0
    for scale in _SCALES:
        scaled = cv2.resize(first, None, fx=float(scale), fy=float(scale), interpolation=cv2.INTER_LINEAR)
        height = min(int(first.shape[0] * _KEPT), second.shape[0] - 2, scaled.shape[0])
        width = min(int(first.shape[1] * _KEPT), second.shape[1] - 2, scaled.shape[1])
        if height < 4 or width < 4:
            continue
        top, left = (scaled.shape[0] - height) // 2, (scaled.shape[1] - width) // 2
        middle = scaled[top : top + height, left : left + width]
        found = float(cv2.matchTemplate(second, middle, cv2.TM_CCOEFF_NORMED).max())
        best = max(best, found if np.isfinite(found) else -1.0)
    return best


def _turn(texture: NDArray[np.uint8], degrees: float) -> NDArray[np.uint8]:
    height, width = texture.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(texture, turn, (width, height), borderValue=(128.0,)), np.uint8)


def _shrink(texture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    size = (max(8, texture.shape[1] * _SMALL // _SIDE), max(8, texture.shape[0] * _SMALL // _SIDE))
    return _resize(texture, size)


def _resize(plane: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return an (H, W) plane reduced to a width and height."""
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.uint8)


def _trim(pixels: Pixels) -> Pixels:
    """Cut off dark borders."""
    lit = pixels.max(axis=2) > _LIT
    rows, columns = np.flatnonzero(lit.mean(axis=1) > _LEAST_LIT), np.flatnonzero(lit.mean(axis=0) > _LEAST_LIT)
    if rows.size < 2 or columns.size < 2:
        return pixels
    return pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _flatten_light(plane: NDArray[np.uint8], near: float, far: float) -> Plane:
    """Return differences from the light around each pixel, in units of the usual difference there."""
    light = plane.astype(np.float32)
    detail = light - cv2.GaussianBlur(light, (0, 0), near)
    usual = np.sqrt(cv2.GaussianBlur(detail * detail, (0, 0), far))
    return np.asarray(detail / (usual + 2.0), np.float32)


def _key(coarse: Plane, crop: tuple[float, float, float, float]) -> Plane:
    left, top, right, bottom = (int(part * _KEY_FROM) for part in crop)
    part = coarse[top : _KEY_FROM - bottom, left : _KEY_FROM - right]
    small = cv2.resize(cv2.GaussianBlur(part, (0, 0), 1.5), (_KEY, _KEY), interpolation=cv2.INTER_AREA).ravel()
    small = small - small.mean()
    length = float(np.linalg.norm(small))
    return np.asarray(small / length if length > 1e-3 else small * 0.0, np.float32)
