"""FieldOfView: the lit part of a picture at a working size, and brightness averaged in it alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.box import Box, bounding_box
from unet_desktop.images.opencv import cv2
from unet_desktop.masks.shapes.ellipse import Ellipse

SIDE = 512
"""Longer side of the working picture: a disc of 5 % of a field's height has 25 pixels."""
_LIT = 18  # of 255: outside the field of view a photograph is black except for noise
_DARKEST = 10.0  # grey levels added before the logarithm, so that noise in the dark counts little
_LEAST = 32  # pixels of the shorter side in which a disc can be made out

Plane = NDArray[np.float32]
Flags = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class FieldOfView:
    """The lit part of a picture, reduced.

    Attributes:
        pixels: (h, w, 3) uint8 RGB.
        field: (h, w) uint8: 1 where the picture is lit, away from the border, where light is often reflected.
        left, top: of this part in the picture, its pixels.
        scale: pixels here for one of the picture.
    """

    pixels: NDArray[np.uint8]
    field: Flags
    left: int
    top: int
    scale: float

    @property
    def extent(self) -> float:
        """The shorter side in pixels, which radii are relative to."""
        return float(min(self.field.shape))

    def to_picture(self, ellipse: Ellipse) -> Ellipse:
        """Return an ellipse of this part in pixels of the picture."""
        return ellipse.scale(1 / self.scale).shift(self.left, self.top)


def field_of_view(picture: NDArray[np.uint8]) -> FieldOfView | None:
    """Return the lit part of an (H, W, 3) uint8 RGB picture; None where too little is lit."""
    small, scale = _reduce(picture)
    box = bounding_box(lit_part(small))
    if min(box.shape) < _LEAST * min(scale * 4, 1):
        return None
    whole = Box(*(round(side / scale) for side in (box.top, box.left, box.bottom, box.right)))
    whole = whole.clip(*picture.shape[:2])
    if min(whole.shape) < _LEAST:
        return None
    pixels, scale = _reduce(picture[whole.top : whole.bottom, whole.left : whole.right])
    lit = np.pad(lit_part(pixels), 1, mode="edge")
    field = cv2.erode(lit, _ellipse(2 * round(0.012 * max(lit.shape)) + 1))[1:-1, 1:-1].astype(np.uint8)
    return FieldOfView(pixels, field, whole.left, whole.top, scale)


def log_brightness(plane: NDArray[np.uint8]) -> Plane:
    """Return the logarithm of a channel, float32: a contrast is then a ratio, whatever the lighting."""
    light: Plane = np.log(plane.astype(np.float32) + np.float32(_DARKEST))
    return light


def mean_around(plane: Plane, field: Flags, sigma: float) -> Plane:
    """Return the Gaussian mean, over the field alone, around each pixel."""
    shrink = max(int(sigma / 4), 1)
    height, width = plane.shape
    size = (max(width // shrink, 1), max(height // shrink, 1))
    inside = field.astype(np.float32)
    sums, weights = (
        cv2.GaussianBlur(
            cv2.resize(part, size, interpolation=cv2.INTER_AREA),
            (0, 0),
            max(sigma * size[0] / width, 0.1),
            borderType=cv2.BORDER_CONSTANT,
        )
        for part in (plane * inside, inside)
    )
    mean = (sums / np.maximum(weights, 1e-3)).astype(np.float32)
    return np.asarray(cv2.resize(mean, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def close_dark(plane: NDArray[np.float32], width: int) -> Plane:
    """Fill what is dark and narrower than `width` pixels: vessels."""
    return np.asarray(cv2.morphologyEx(plane, cv2.MORPH_CLOSE, _ellipse(width)), np.float32)


def lit_part(pixels: NDArray[np.uint8]) -> Flags:
    """Return (h, w) uint8: 1 where an (h, w, 3) uint8 picture is lit, without specks and pinholes."""
    lit = (pixels.max(axis=2) > _LIT).astype(np.uint8)
    side = 2 * round(0.008 * max(lit.shape)) + 1
    square = np.ones((side, side), np.uint8)
    opened = cv2.morphologyEx(lit, cv2.MORPH_OPEN, square)
    return np.asarray(cv2.morphologyEx(opened, cv2.MORPH_CLOSE, square), np.uint8)


def _reduce(picture: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    height, width = picture.shape[:2]
    scale = min(SIDE / max(height, width), 1.0)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def _ellipse(side: int) -> Flags:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)
