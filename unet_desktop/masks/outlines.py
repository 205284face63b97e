"""Outlines: the exact pixel edges of a region as closed polygons with holes, for export to other programs.

Coordinates are continuous and corners lie on pixel edges: pixel (column c, row r) covers [c, c+1) x [r, r+1). So a
polygon's area is its number of pixels, and filling the polygons restores exactly these pixels.
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
"""(N, 2) int32: corners (x, y) of a closed polygon, N >= 4; the first corner is not repeated at the end."""


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """A polygon with holes; its rings never cross and touch at most in single points.

    Attributes:
        outer: ring with positive signed area if y points up, as GeoJSON requires (RFC 7946, section 3.1.6).
        holes: rings with negative signed area.
    """

    outer: Ring
    holes: tuple[Ring, ...] = ()

    def shift(self, down: int, right: int) -> Outline:
        """Return the polygon moved by this many pixels."""
        by = np.array([right, down], np.int32)
        return Outline(self.outer + by, tuple(hole + by for hole in self.holes))


def split_pieces(plane: Region) -> Iterator[tuple[Box, Region]]:
    """Yield the 8-connected components of an (H, W) bool plane from the top: each one's box and (h, w) bool in it."""
    yield from _split_components(plane, 8)


def split_objects(plane: Region, place: Box, *, unique: bool) -> Iterator[tuple[Box, Region]]:
    """Yield the objects of a label's region: all of it for a unique label, otherwise each piece.

    Args:
        plane: (h, w) bool.
        place: its box in the image.
        unique: see `Label`.

    Yields:
        each object's box in the image and (h, w) bool in it; none if the region is empty.
    """
    if not unique:
        yield from ((within.shift(place.top, place.left), piece) for within, piece in split_pieces(plane))
    elif plane.any():
        yield place, plane


def trace_outlines(plane: Region) -> tuple[Outline, ...]:
    """Return the polygons of an (H, W) bool plane from the top, one per 4-connected component."""
    return tuple(_trace_outline(part).shift(box.top, box.left) for box, part in _split_components(plane, 4))


def trace_border(part: Region) -> Ring:
    """Return (N, 2) int32 (column, row) of the outer border pixels of one component where the border turns."""
    found, _ = cv2.findContours(np.ascontiguousarray(part).view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return np.asarray(found[0], np.int32).reshape(-1, 2)


def signed_area(ring: Ring) -> float:
    """Return the area in square pixels; positive if the corners run counterclockwise with y pointing up."""
    x, y = ring[:, 0].astype(np.int64), ring[:, 1].astype(np.int64)
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) / 2.0


def _split_components(plane: Region, connectivity: int) -> Iterator[tuple[Box, Region]]:
    whole = bounding_box(plane)
    if whole.empty:
        return
    part = np.ascontiguousarray(plane[whole.slices])
    count, numbers, statistics, _ = cv2.connectedComponentsWithStats(part.view(np.uint8), connectivity=connectivity)
    for number in range(1, count):
        left, top, width, height = (int(value) for value in statistics[number, :4])
        box = Box(top, left, top + height, left + width)
        yield box.shift(whole.top, whole.left), numbers[box.slices] == number


def _trace_outline(part: Region) -> Outline:
    # OpenCV's outlines run through the centres of border pixels. At twice the size each pixel has two centres a side,
    # so each of its edges has its own: 2c for the left edge, 2c + 1 for the right one.
    double = np.repeat(np.repeat(part.view(np.uint8), 2, axis=0), 2, axis=1)
    found, families = cv2.findContours(double, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    outer, holes = None, []
    for points, family in zip(found, families[0], strict=True):
        ring = _drop_collinear((np.asarray(points, np.int32).reshape(-1, 2) + 1) // 2)
        if family[3] < 0:
            outer = ring if signed_area(ring) > 0 else ring[::-1]
        else:
            holes.append(ring if signed_area(ring) < 0 else ring[::-1])
    if outer is None:
        raise ValueError("an empty plane has no outline")
    return Outline(np.ascontiguousarray(outer), tuple(np.ascontiguousarray(hole) for hole in holes))


def _drop_collinear(points: Ring) -> Ring:
    """Return the closed ring without repeated points and points on straight sides."""
    moved = (points != np.roll(points, 1, axis=0)).any(axis=1)
    points = points[moved]
    before, after = points - np.roll(points, 1, axis=0), np.roll(points, -1, axis=0) - points
    turns = before[:, 0] * after[:, 1] != before[:, 1] * after[:, 0]
    kept: Ring = points[turns]
    return kept
