"""Colour selection: the connected pixels of similar colour around a point, for the magic wand.

In a fundus photograph red weighs most: disc and cup are brighter in it than the retina, and vessels are faintest.
(CIELAB and equal weights were tried on the 50 Drishti-GS1 photographs and found less of disc and cup.) Dark vessels are
removed by a morphological closing before comparing, because a disc would fall apart along them.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.box import Box, bounding_box
from unet_desktop.images.opencv import cv2
from unet_desktop.images.read import Pixels
from unet_desktop.masks.regions import Region
from unet_desktop.masks.shapes.flood_fill import flood_fill
from unet_desktop.masks.shapes.polygon import NO_PIXELS

SIDE = 512
"""Largest side of the reduced window in pixels: a selection then takes a few milliseconds."""
_WEIGHTS = np.array([1.0, 0.4, 0.2], np.float32) * np.float32(100 / 255)
"""Weights of differences in red, green and blue; 100 is from black to white in red."""
_VESSEL = 15
"""Width of dark lines that are closed, in pixels of the reduced window."""
_SIGMA = 1.5
"""Sigma of the smoothing of the image, in the same pixels."""
_EDGE = 3.0
"""Sigma of the smoothing of the selection's edge, in the same pixels."""
_THREAD = 13
"""Width of leaks that are cut off, in the same pixels."""
_NOTCH = 25
"""Width of notches that are closed, such as those of a wide vessel."""
_FOUND = 255
Plane = NDArray[np.float32]
Bytes = NDArray[np.uint8]


class ColourSelection:
    """The surroundings of one pixel, prepared once so that any tolerance can be selected quickly."""

    def __init__(self, pixels: Pixels, x: float, y: float, unit: float) -> None:
        """Prepare the surroundings of a point inside the image.

        Args:
            pixels: (H, W, 3) uint8 RGB.
            x, y: of the point, image pixels.
            unit: size of negligible details in image pixels, such as one or two screen pixels.
        """
        height, width = pixels.shape[:2]
        self._reduced = reduced = min(max(1, round(unit)), height, width)
        # If the screen shows more pixels than the image has, all smoothing is finer.
        self._fineness = min(unit / reduced, 1.0)
        self.cut_off = False
        """Whether the window cut off the last selection."""
        reach = SIDE * reduced // 2
        left, top = (math.floor((at - reach) / reduced) * reduced for at in (x, y))
        whole = (height // reduced * reduced, width // reduced * reduced)
        self._box = Box(top, left, top + 2 * reach, left + 2 * reach).clip(*whole)
        self._open = _open_sides(self._box, whole)
        rows, columns = self._box.height // reduced, self._box.width // reduced
        self._colours = _colours(pixels[self._box.slices], (columns, rows), self._fineness)
        self._seed = (
            min(max(int((x - self._box.left) // reduced), 0), columns - 1),
            min(max(int((y - self._box.top) // reduced), 0), rows - 1),
        )

    def select(self, tolerance: float) -> tuple[Box, Region]:
        """Select the area whose colours differ by at most the tolerance, with holes closed and a smooth edge.

        Args:
            tolerance: 0..100; 100 is from black to white in red.

        Returns:
            a box inside the image and (h, w) bool, the pixels in it.
        """
        found = self._flood(tolerance)
        self.cut_off = self._reaches_out(found)
        return self._enlarge(found)

    def _flood(self, tolerance: float) -> Bytes:
        """Return (h, w) uint8, 0 or 1: the selection in the reduced window."""
        height, width = self._colours.shape[:2]
        found = np.zeros((height + 2, width + 2), np.uint8)
        flags = 4 | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE | (_FOUND << 8)
        span = (float(tolerance),) * 3
        cv2.floodFill(self._colours, found, self._seed, 0, span, span, flags)
        return self._tidy(found[1:-1, 1:-1])

    def _reaches_out(self, found: Bytes) -> bool:
        """Return whether the selection touches a side of the window beyond which the image continues."""
        sides = (found[0], found[-1], found[:, 0], found[:, -1])
        return any(goes_on and bool(side.any()) for goes_on, side in zip(self._open, sides, strict=True))

    def _tidy(self, found: Bytes) -> Bytes:
        """Close holes and notches, and drop parts connected only by a thread."""
        whole = _fill_holes(found == _FOUND)
        opened = np.asarray(cv2.morphologyEx(whole, cv2.MORPH_OPEN, _kernel(self._fineness * _THREAD)), np.uint8)
        column, row = self._seed
        if not opened[row, column]:
            return whole  # everything is thin
        box, plane = flood_fill(opened, row, column)
        part = np.pad(plane.astype(np.uint8), _NOTCH)
        closed = cv2.morphologyEx(part, cv2.MORPH_CLOSE, _kernel(self._fineness * _NOTCH))
        kept = np.zeros_like(whole)
        kept[box.slices] = _fill_holes(closed[_NOTCH:-_NOTCH, _NOTCH:-_NOTCH] > 0)
        return kept

    def _enlarge(self, found: Bytes) -> tuple[Box, Region]:
        """Return the selection at the image's resolution."""
        around = bounding_box(found)
        if around.empty:
            return NO_PIXELS
        around = around.expand(math.ceil(2 * _EDGE)).clip(*found.shape)
        # Replicate beyond the window's border, so that a cut there is straight.
        part = found[around.slices].astype(np.float32)
        smooth = cv2.GaussianBlur(part, (0, 0), max(self._fineness * _EDGE, 0.4), borderType=cv2.BORDER_REPLICATE)
        size = (around.width * self._reduced, around.height * self._reduced)
        plane: Region = cv2.resize(smooth, size, interpolation=cv2.INTER_LINEAR) >= 0.5
        top, left = self._box.top + around.top * self._reduced, self._box.left + around.left * self._reduced
        return Box(top, left, top + size[1], left + size[0]), plane


def _open_sides(box: Box, size: tuple[int, int]) -> tuple[bool, bool, bool, bool]:
    """Return whether the image continues above, below, to the left and to the right of the box."""
    return box.top > 0, box.bottom < size[0], box.left > 0, box.right < size[1]


def _colours(pixels: Pixels, size: tuple[int, int], fineness: float) -> Plane:
    """Return (h, w, 3) float32: weighted red, green and blue, reduced to (w, h), without vessels and smoothed."""
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, _kernel(fineness * _VESSEL)).astype(np.float32) * _WEIGHTS
    return np.asarray(cv2.GaussianBlur(closed, (0, 0), max(fineness * _SIGMA, 0.4)), np.float32)


def _kernel(width: float) -> Bytes:
    """Return a round structuring element of about this width, at least one pixel."""
    side = 2 * int(width / 2) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def _fill_holes(plane: Region) -> Bytes:
    """Return (h, w) uint8, 0 or 1: the plane with its holes filled."""
    outside = flood_fill(np.pad(~plane, 1, constant_values=True).view(np.uint8), 0, 0)[1]
    return (~outside[1:-1, 1:-1]).view(np.uint8)
