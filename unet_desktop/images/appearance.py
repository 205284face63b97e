"""Appearance: how a photograph is framed, and what its finest detail is like, by which cameras can be told apart."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.opencv import cv2

GRAIN_VALUES = 8
_SIDE = 160
"""The picture's longer side in samples, for its field."""
_CORNER = 6
"""Samples on a side of a corner, which is black where there is a dark surround."""
_MAX_BLACK = 24.0
_MIN_LIT_SHARE = 0.04
"""Of a row or column that belongs to the field; less are specks and letters."""
_PATCH = 144
"""Side in pixels of the patch whose grain is measured."""
_MIN_PATCH_LIT = 0.25
_SCALES = ((0.7, 5), (1.4, 9), (2.8, 17))
"""Sigma in pixels and side of the kernel of each blur; between them lie the bands of detail."""
_NOISE_FLOOR = 0.05
"""Of 255: detail below it, as in flat drawings, says nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """The lit part of a picture: in most fundus photographs, a disc in a dark surround.

    Attributes:
        aspect: natural logarithm of width over height of its bounding box.
        fill: share of the box that is lit.
        picture_aspect: as `aspect`, of the whole picture.
        width: natural logarithm of the box's width in pixels.
        surround: share of the picture that is dark.
    """

    aspect: float
    fill: float
    picture_aspect: float
    width: float
    surround: float


@dataclass(frozen=True, slots=True, eq=False)
class Appearance:
    """What tells a picture's framing and camera.

    Attributes:
        field: the lit part.
        disc: natural logarithm of the disc's diameter over the picture's longer side; None if no disc is known.
        grain: (8,) float64, see `measure_grain`; None without a disc, or if too little is lit there.
        fundus: see `looks_like_fundus`.
    """

    field: Field
    disc: float | None
    grain: NDArray[np.float64] | None
    fundus: bool = True


def measure_appearance(pixels: NDArray[np.uint8], disc: tuple[float, float, float] | None) -> Appearance:
    """Measure an (H, W, 3) uint8 RGB picture.

    Args:
        pixels: the picture.
        disc: x and y of its centre and its diameter, image pixels; None if it was not found.
    """
    if disc is None:
        return Appearance(measure_field(pixels), None, None)
    x, y, diameter = disc
    relative = math.log(max(diameter, 1.0) / max(pixels.shape[:2]))
    return Appearance(measure_field(pixels), relative, measure_grain(pixels, x, y))


def measure_field(pixels: NDArray[np.uint8]) -> Field:
    """Find the lit part of an (H, W, 3) uint8 picture; all of it if everything is dark."""
    height, width = pixels.shape[:2]
    step = max(1, max(height, width) // _SIDE)
    top, left = (min(step, length) // 2 for length in (height, width))  # a strip may be narrower than a step
    brightest = _brightest(np.ascontiguousarray(pixels[top::step, left::step]))
    corners = sorted(
        float(np.median(brightest[rows, columns]))
        for rows in (slice(None, _CORNER), slice(-_CORNER, None))
        for columns in (slice(None, _CORNER), slice(-_CORNER, None))
    )
    black = min(corners[1], _MAX_BLACK) + float(np.clip(0.06 * np.percentile(brightest[::3, ::3], 90), 5.0, 16.0))
    lit = brightest > black
    rows, columns = (np.flatnonzero(lit.mean(axis=axis) > _MIN_LIT_SHARE) for axis in (1, 0))
    aspect = math.log(width / height)
    if not len(rows) or not len(columns):
        return Field(aspect, 1.0, aspect, math.log(width), 1.0)
    box = lit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Field(
        math.log(box.shape[1] / box.shape[0]),
        float(box.mean()),
        aspect,
        math.log(min(box.shape[1] * step, width)),
        1.0 - float(lit.mean()),
    )


def measure_grain(pixels: NDArray[np.uint8], x: float, y: float) -> NDArray[np.float64] | None:
    """Measure the finest detail near a point: sensor noise, optics, sharpening and compression of the camera.

    Returns:
        (8,) natural logarithms of ratios of the detail's standard deviation: the first band of scales over the second
        for red, green and blue, the second over the third likewise, and in the first band blue over green and red over
        green. None if too little is lit there.
    """
    height, width = pixels.shape[:2]
    left, top = (round(min(max(at - _PATCH / 2, 0), max(end - _PATCH, 0))) for at, end in ((x, width), (y, height)))
    patch = np.ascontiguousarray(pixels[top : top + _PATCH, left : left + _PATCH])
    lit = (_brightest(patch) > _MAX_BLACK).astype(np.uint8)
    lit = np.asarray(cv2.erode(lit, np.ones((9, 9), np.uint8)), np.uint8)
    if np.count_nonzero(lit) < _MIN_PATCH_LIT * lit.size:
        return None
    seen = patch.astype(np.float32)
    finer, bands = seen, []
    for sigma, side in _SCALES:
        blurred = np.asarray(cv2.GaussianBlur(seen, (side, side), sigma), np.float32)
        deviation = cv2.meanStdDev(finer - blurred, mask=lit)[1][:, 0]
        bands.append(np.log(deviation + _NOISE_FLOOR))
        finer = blurred
    first, second, third = bands
    return np.concatenate([first - second, second - third, [first[2] - first[1], first[0] - first[1]]])


def _brightest(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W) uint8: the largest channel of each pixel."""
    red, green, blue = cv2.split(pixels)
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)
