"""BrightDisc: where the optic disc seems to be in a photograph, by its brightness alone, for when there is no model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.box import Box
from unet_desktop.images.opencv import cv2

_SIDE = 256  # of the longer side, pixels: a disc of a whole field has some 25
_LIT = 18  # of 255: outside the field of view a photograph is black except for noise
_SMALL, _WIDE, _WIDEST = 0.02, 0.12, 0.4  # blurs, relative to the longer side: vessels; lighting; a close-up's lighting
_LARGE = 0.15  # of the longer side: beyond it the region is a disc that fills much of the picture
_MIN_CONTRAST = 8.0  # grey levels above the surroundings
_SHARE = 0.55  # of the contrast at the brightest place, above which a pixel belongs to it
_WIDTHS = (0.03, 0.75)  # of a disc, relative to the longer side
_MAX_ASPECT = 3.0
_WHOLE = 1.5  # side of the disc over that of its bright part, which is mostly cup
_MIN_FILL = 0.5  # share of its box's ellipse that a compact region fills

Plane = NDArray[np.float32]


def find_bright_disc(picture: NDArray[np.uint8]) -> Box | None:
    """Return the box around the brightest compact region, in image pixels; None if nothing stands out.

    Lighting that changes slowly across the picture does not count, nor does the border of the field of view.

    Args:
        picture: (H, W, 3) uint8 RGB.
    """
    height, width = picture.shape[:2]
    scale = _SIDE / max(height, width)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    field = _field(small)
    if np.count_nonzero(field) < 64:
        return None
    light = small[..., :2].mean(axis=2)  # red alone is often saturated, blue is noise
    near = _mean_around(light, field, _SMALL * _SIDE)
    best = _most_outstanding(near, _mean_around(light, field, _WIDE * _SIDE), field)
    if best is None or max(best.shape) > _LARGE * _SIDE:  # its surroundings may have been disc too
        best = _most_outstanding(near, _mean_around(light, field, _WIDEST * _SIDE), field) or best
    if best is None:
        return None
    more_down, more_across = (round((_WHOLE - 1) / 2 * side) for side in best.shape)
    whole = (best.top - more_down, best.left - more_across, best.bottom + more_down, best.right + more_across)
    return Box(*(round(side / scale) for side in whole)).clip(height, width)


def _most_outstanding(near: Plane, around: Plane, field: NDArray[np.uint8]) -> Box | None:
    """Return the box of the compact region that is most above its surroundings, in pixels of the small picture."""
    contrast = np.where(field > 0, near - around, 0)
    peak = float(contrast.max())
    if peak < _MIN_CONTRAST:
        return None
    count, pieces, facts, _ = cv2.connectedComponentsWithStats((contrast > _SHARE * peak).astype(np.uint8))
    worth = np.bincount(pieces.ravel(), weights=contrast.ravel(), minlength=count)
    boxes = [Box(top, left, top + high, left + wide) for left, top, wide, high, _ in facts.tolist()]
    compact = [piece for piece in range(1, count) if _is_compact(boxes[piece], int(facts[piece, cv2.CC_STAT_AREA]))]
    return boxes[max(compact, key=lambda piece: float(worth[piece]))] if compact else None


def _is_compact(box: Box, area: int) -> bool:
    shorter, longer = sorted(box.shape)
    sized = _WIDTHS[0] * _SIDE <= longer <= _WIDTHS[1] * _SIDE
    return sized and longer <= _MAX_ASPECT * shorter and area >= _MIN_FILL * np.pi / 4 * box.height * box.width


def _field(small: Plane) -> NDArray[np.uint8]:
    """Return (h, w) uint8: 1 in the field of view, away from its border, where light is often reflected."""
    lit = (small.max(axis=2) > _LIT).astype(np.uint8)
    lit = np.pad(cv2.morphologyEx(lit, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)), 1, mode="edge")
    reach = 2 * round(0.015 * _SIDE) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    inner: NDArray[np.uint8] = cv2.erode(lit, kernel).astype(np.uint8)[1:-1, 1:-1]
    return inner


def _mean_around(light: Plane, field: NDArray[np.uint8], sigma: float) -> Plane:
    """Return the Gaussian mean of the light in the field of view around each pixel."""
    weights = cv2.GaussianBlur(field.astype(np.float32), (0, 0), sigma)
    sums = cv2.GaussianBlur(light * field, (0, 0), sigma)
    mean: Plane = np.divide(sums, weights, out=np.zeros_like(sums), where=weights > 1e-3).astype(np.float32)
    return mean
