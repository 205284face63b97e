"""Similar: the pixels of a picture that look like one of them and hang together with it.

On a fundus photograph red counts most: disc and cup are brighter in it than the retina, and vessels are palest. (CIELAB
and all three channels alike were tried on the 50 Drishti-GS1 photographs and found less of disc and cup.) Dark vessels
are closed over before pixels are compared: a disc would fall to pieces along them.
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
"""Pixels of the reduced window at most, across and down: one look takes a few milliseconds then."""
_WEIGHTS = np.array([1.0, 0.4, 0.2], np.float32) * np.float32(100 / 255)
"""Of a difference in red, green and blue; 100 is from black to white."""
_VESSEL = 15
"""Width of dark lines that are closed over, in pixels of the reduced window."""
_SIGMA = 1.5
"""Smoothing of the picture, in the same pixels."""
_EDGE = 3.0
"""Smoothing of the found area's edge, in the same pixels."""
_THREAD = 13
"""Width of what is cut off where it leaks out, in the same pixels."""
_NOTCH = 25
"""Width of notches that are closed, such as a wide vessel leaves."""
_FOUND = 255
Plane = NDArray[np.float32]
Bytes = NDArray[np.uint8]


class ColourSelection:
    """A look at the surroundings of one pixel; asked for any tolerance, it answers from what was prepared once."""

    def __init__(self, pixels: Pixels, x: float, y: float, unit: float) -> None:
        """Look round an image point inside the picture.

        Args:
            pixels: (H, W, 3) uint8 RGB.
            x, y: image pixels.
            unit: image pixels within which details do not matter, such as one or two pixels of the screen.
        """
        height, width = pixels.shape[:2]
        self._reduced = reduced = min(max(1, round(unit)), height, width)
        # Where the screen shows more than the picture has, all that is smoothed is smaller.
        self._fineness = min(unit / reduced, 1.0)
        self.cut_off = False
        """Did the window cut off what was found last?"""
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
        """The area whose colours differ by at most the tolerance from the pixel's, its holes closed, its edge smooth.

        Args:
            tolerance: 0..100, the range of red.

        Returns:
            a box inside the picture and (h, w) bool, the pixels in it.
        """
        found = self._found(tolerance)
        self.cut_off = self._reaches_out(found)
        return self._enlarged(found)

    def _found(self, tolerance: float) -> Bytes:
        """(h, w) 0 or 1: within the window."""
        height, width = self._colours.shape[:2]
        found = np.zeros((height + 2, width + 2), np.uint8)
        flags = 4 | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE | (_FOUND << 8)
        span = (float(tolerance),) * 3
        cv2.floodFill(self._colours, found, self._seed, 0, span, span, flags)
        return self._tidied(found[1:-1, 1:-1])

    def _reaches_out(self, found: Bytes) -> bool:
        """Does it go on beyond the window, where the picture does?"""
        sides = (found[0], found[-1], found[:, 0], found[:, -1])
        return any(goes_on and bool(side.any()) for goes_on, side in zip(self._open, sides, strict=True))

    def _tidied(self, found: Bytes) -> Bytes:
        """Holes and notches closed, and without what hangs on it by a thread."""
        whole = _without_holes(found == _FOUND)
        opened = np.asarray(cv2.morphologyEx(whole, cv2.MORPH_OPEN, _round(self._fineness * _THREAD)), np.uint8)
        column, row = self._seed
        if not opened[row, column]:
            return whole  # all of it is thin
        box, plane = flood_fill(opened, row, column)
        part = np.pad(plane.astype(np.uint8), _NOTCH)
        closed = cv2.morphologyEx(part, cv2.MORPH_CLOSE, _round(self._fineness * _NOTCH))
        kept = np.zeros_like(whole)
        kept[box.slices] = _without_holes(closed[_NOTCH:-_NOTCH, _NOTCH:-_NOTCH] > 0)
        return kept

    def _enlarged(self, found: Bytes) -> tuple[Box, Region]:
        """At the picture's own resolution."""
        around = bounding_box(found)
        if around.empty:
            return NO_PIXELS
        around = around.expand(math.ceil(2 * _EDGE)).clip(*found.shape)
        # Repeated beyond the window's border, so that what is cut off there is cut straight.
        part = found[around.slices].astype(np.float32)
        smooth = cv2.GaussianBlur(part, (0, 0), max(self._fineness * _EDGE, 0.4), borderType=cv2.BORDER_REPLICATE)
        size = (around.width * self._reduced, around.height * self._reduced)
        plane: Region = cv2.resize(smooth, size, interpolation=cv2.INTER_LINEAR) >= 0.5
        top, left = self._box.top + around.top * self._reduced, self._box.left + around.left * self._reduced
        return Box(top, left, top + size[1], left + size[0]), plane


def _open_sides(box: Box, size: tuple[int, int]) -> tuple[bool, bool, bool, bool]:
    """Does the picture go on above, below, to the left, to the right of the box?"""
    return box.top > 0, box.bottom < size[0], box.left > 0, box.right < size[1]


def _colours(pixels: Pixels, size: tuple[int, int], fineness: float) -> Plane:
    """(h, w, 3) float32: weighted red, green and blue, reduced to (w, h), without vessels and smoothed."""
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, _round(fineness * _VESSEL)).astype(np.float32) * _WEIGHTS
    return np.asarray(cv2.GaussianBlur(closed, (0, 0), max(fineness * _SIGMA, 0.4)), np.float32)


def _round(width: float) -> Bytes:
    """A disc of about that width for OpenCV's morphology; its own pixel at least."""
    side = 2 * int(width / 2) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def _without_holes(plane: Region) -> Bytes:
    """(h, w) uint8, 0 or 1: the plane and what it encloses."""
    outside = flood_fill(np.pad(~plane, 1, constant_values=True).view(np.uint8), 0, 0)[1]
    return (~outside[1:-1, 1:-1]).view(np.uint8)
