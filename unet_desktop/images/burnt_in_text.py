"""Burnt-in text: does a picture look like a camera wrote letters into it, beside the field of view?

Cameras write names, dates and numbers into the dark surround or along the upper and lower edges. This finds rows of
small, sharp, equally tall marks there. It cannot read, and misses handwriting, large letters and text over the retina.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.opencv import cv2
from unet_desktop.images.read import Pixels

_LONGEST = 1600
"""Pixels of the longer side that is examined."""
_LIT = 24
"""Brightness of 255 up to which a pixel counts as the dark surround."""
_MIN_SURROUND = 0.02
"""Share of the picture that must be dark, or there is no surround."""
_MARGIN = 0.015
"""Of the longer side: what is so near the field belongs to its blurred edge."""
_EDGE = 0.08
"""Height of the strips at the upper and lower edge, where there is no surround, relative to the picture's."""
_CONTRAST, _CONTRAST_IN_FIELD = 60, 90
_TALLEST = 0.06
"""Height of a mark relative to the picture's."""
_LEAST_HEIGHT = 6
_MIN_MARKS, _MIN_MARKS_IN_FIELD = 4, 6
"""Marks in a row."""
_ALIKE = 1.7
"""Ratio of the heights of neighbours."""
_GAP = 1.8
"""Between neighbours, relative to their height."""

Plane = NDArray[np.uint8]


def looks_lettered(pixels: Pixels) -> bool:
    """Return whether an (H, W, 3) uint8 RGB picture looks like it has text beside its field of view or at its edges."""
    height, width = pixels.shape[:2]
    scale = min(1.0, _LONGEST / max(height, width))
    small = pixels if scale == 1.0 else cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    bright = np.asarray(small).max(axis=2)
    outside = _surround(bright)
    if outside is not None:
        marks = (bright > _CONTRAST + _LIT) & outside
        return _has_row(marks.astype(np.uint8), _MIN_MARKS)
    rows = max(1, round(_EDGE * len(bright)))
    return any(_has_row(_sharp_marks(strip), _MIN_MARKS_IN_FIELD) for strip in (bright[:rows], bright[-rows:]))


def _surround(bright: Plane) -> NDArray[np.bool_] | None:
    """(h, w) bool: what is well outside the field; None if the field fills the picture."""
    lit = (bright > _LIT).astype(np.uint8)
    reach = max(1, round(0.004 * max(bright.shape)))
    # Opening parts letters from a field that they touch.
    opened = cv2.morphologyEx(lit, cv2.MORPH_OPEN, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    outlines, _ = cv2.findContours(np.asarray(opened, np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return np.ones(bright.shape, bool)
    field = np.zeros(bright.shape, np.uint8)
    largest = max(outlines, key=cv2.contourArea)
    cv2.fillPoly(field, [cv2.convexHull(largest)], 1)
    side = 2 * round(_MARGIN * max(bright.shape)) + 1
    outside = np.asarray(cv2.dilate(field, np.ones((side, side), np.uint8))) == 0
    return outside if outside.mean() >= _MIN_SURROUND else None


def _sharp_marks(strip: Plane) -> Plane:
    """(h, w) uint8: what is much brighter or darker than its surroundings, as letters in a picture are."""
    ground = cv2.medianBlur(strip, 31) if min(strip.shape) > 31 else np.full_like(strip, int(np.median(strip)))
    difference = np.abs(strip.astype(np.int16) - np.asarray(ground, np.int16))
    return (difference > _CONTRAST_IN_FIELD).astype(np.uint8)


def _has_row(marks: Plane, wanted: int) -> bool:
    """Whether this many marks of about one height stand side by side."""
    _, _, found, _ = cv2.connectedComponentsWithStats(marks, connectivity=8)
    tallest = max(_TALLEST * _LONGEST, _LEAST_HEIGHT)
    letters = [mark for mark in found[1:] if _is_letter(mark, tallest)]
    letters.sort(key=lambda mark: int(mark[cv2.CC_STAT_LEFT]))
    longest = [1] * len(letters)
    for at, mark in enumerate(letters):
        for before in range(at):
            if _follows(letters[before], mark):
                longest[at] = max(longest[at], longest[before] + 1)
        if longest[at] >= wanted:
            return True
    return False


def _is_letter(mark: Any, tallest: float) -> bool:
    width, height, area = (int(mark[part]) for part in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    return (
        _LEAST_HEIGHT <= height <= tallest
        and width <= 1.6 * height
        and area >= 0.12 * width * height
        and area >= _LEAST_HEIGHT
    )


def _follows(before: Any, mark: Any) -> bool:
    """Whether a mark may be the letter after another one."""
    heights = sorted((int(before[cv2.CC_STAT_HEIGHT]), int(mark[cv2.CC_STAT_HEIGHT])))
    ends = int(before[cv2.CC_STAT_LEFT]) + int(before[cv2.CC_STAT_WIDTH])
    gap = int(mark[cv2.CC_STAT_LEFT]) - ends
    down = abs(_middle(before) - _middle(mark))
    return heights[1] <= _ALIKE * heights[0] and -1 <= gap <= _GAP * heights[1] and down <= 0.5 * heights[1]


def _middle(mark: Any) -> float:
    return float(mark[cv2.CC_STAT_TOP]) + float(mark[cv2.CC_STAT_HEIGHT]) / 2
