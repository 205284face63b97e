"""Contours: the exact edges of a region's pixels as closed polygons with holes, for other programs.

Corners are edges of pixels in continuous coordinates: pixel (column c, row r) covers [c, c+1) x [r, r+1). So an area
is the number of pixels, and drawing the polygons gives back exactly these.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.box import Box, bounding_box
from unet_desktop.images.opencv import cv2
from unet_desktop.masks.regions import Region

Ring = NDArray[np.int32]
"""(N, 2) int32: (x, y) of a closed polygon's corners, N >= 4; the last one is joined to the first and not repeated."""


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """A polygon with holes; its rings never cross and touch in single points at most.

    Attributes:
        outer: its signed area is positive with y read as upwards, as GeoJSON wants it (RFC 7946, section 3.1.6).
        holes: their signed areas are negative.
    """

    outer: Ring
    holes: tuple[Ring, ...] = ()

    def shift(self, down: int, right: int) -> Outline:
        """The same polygon that many pixels further down and to the right."""
        by = np.array([right, down], np.int32)
        return Outline(self.outer + by, tuple(hole + by for hole in self.holes))


def split_pieces(plane: Region) -> Iterator[tuple[Box, Region]]:
    """The 8-connected pieces of an (H, W) bool plane, from the top: each one's box and (h, w) bool within it."""
    yield from _apart(plane, 8)


def trace_outlines(plane: Region) -> tuple[Outline, ...]:
    """The polygons of an (H, W) bool plane, from the top; pixels that touch in a corner alone lie in two of them."""
    return tuple(_outline(part).shift(box.top, box.left) for box, part in _apart(plane, 4))


def trace_border(part: Region) -> Ring:
    """(N, 2) int32: (column, row) of the pixels at the outer border of one piece, one for each bend."""
    found, _ = cv2.findContours(np.ascontiguousarray(part).view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return np.asarray(found[0], np.int32).reshape(-1, 2)


def signed_area(ring: Ring) -> float:
    """Square pixels; positive when the corners run counterclockwise with y read as upwards."""
    x, y = ring[:, 0].astype(np.int64), ring[:, 1].astype(np.int64)
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) / 2.0


def _apart(plane: Region, connectivity: int) -> Iterator[tuple[Box, Region]]:
    whole = bounding_box(plane)
    if whole.empty:
        return
    part = np.ascontiguousarray(plane[whole.slices])
    count, numbers, statistics, _ = cv2.connectedComponentsWithStats(part.view(np.uint8), connectivity=connectivity)
    for number in range(1, count):
        left, top, width, height = (int(figure) for figure in statistics[number, :4])
        box = Box(top, left, top + height, left + width)
        yield box.shift(whole.top, whole.left), numbers[box.slices] == number


def _outline(part: Region) -> Outline:
    # OpenCV's outlines run through the centres of border pixels. In a picture of twice the size there are two centres
    # a pixel, and each edge of a pixel has its own: 2c for the left edge, 2c + 1 for the right one.
    double = np.repeat(np.repeat(part.view(np.uint8), 2, axis=0), 2, axis=1)
    found, families = cv2.findContours(double, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    outer, holes = None, []
    for points, family in zip(found, families[0], strict=True):
        ring = _corners((np.asarray(points, np.int32).reshape(-1, 2) + 1) // 2)
        if family[3] < 0:
            outer = ring if signed_area(ring) > 0 else ring[::-1]
        else:
            holes.append(ring if signed_area(ring) < 0 else ring[::-1])
    if outer is None:
        raise ValueError("a plane without a pixel has no outline")
    return Outline(np.ascontiguousarray(outer), tuple(np.ascontiguousarray(hole) for hole in holes))


def _corners(points: Ring) -> Ring:
    """The closed walk without the points that it stands still at or passes straight on."""
    moved = (points != np.roll(points, 1, axis=0)).any(axis=1)
    points = points[moved]
    before, after = points - np.roll(points, 1, axis=0), np.roll(points, -1, axis=0) - points
    turns = before[:, 0] * after[:, 1] != before[:, 1] * after[:, 0]
    kept: Ring = points[turns]
    return kept
