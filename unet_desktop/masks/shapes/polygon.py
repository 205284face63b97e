"""Polygon: which pixels lie inside closed outlines, and whether an outline encloses anything."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.box import Box
from unet_desktop.masks.regions import Region

Points = NDArray[np.float64]
"""(N, 2) float64, (x, y) in image pixels; pixel (row, column) has its centre at (column + 0.5, row + 0.5)."""

NO_PIXELS = (Box(0, 0, 0, 0), np.zeros((0, 0), bool))
"""Result for outlines that contain no pixel centre."""


def fill_polygons(outlines: Sequence[Points], size: tuple[int, int]) -> tuple[Box, Region]:
    """Return the pixels whose centre lies inside closed outlines, by the non-zero winding rule.

    A pixel on a shared edge of two outlines belongs to exactly one of them. Loops of a self-crossing outline are
    inside; holes must have the opposite orientation.

    Args:
        outlines: each (N, 2) float64; the last point is joined to the first.
        size: (height, width) of the image; parts beyond its border are cut off.

    Returns:
        a box inside the image and (h, w) bool, the pixels in it.
    """
    edges = [outline for outline in outlines if len(outline) >= 3]
    if not edges:
        return NO_PIXELS
    starts = np.concatenate(edges)
    ends = np.concatenate([np.roll(outline, -1, axis=0) for outline in edges])
    low, high = starts.min(axis=0), starts.max(axis=0)
    reach = np.ceil(np.clip(np.concatenate([low - 0.5, high - 0.5]), -1, 1 << 24)).astype(int)
    box = Box(int(reach[1]), int(reach[0]), int(reach[3]), int(reach[2])).clip(*size)
    if box.empty:
        return NO_PIXELS
    rows, columns, turns = _crossings(starts, ends, box)
    winding = np.zeros(box.shape, np.int16)
    np.add.at(winding, (rows, columns), turns)
    np.cumsum(winding, axis=1, out=winding)
    return box, winding != 0


def _crossings(starts: Points, ends: Points, box: Box) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int16]]:
    """Return row, column (both in the box) and direction (+1 or -1) where edges cross rows of pixel centres."""
    # Always compute downwards, so that two neighbours round their common edge in the same way.
    down = (starts[:, 1] <= ends[:, 1])[:, np.newaxis]
    upper, lower = np.where(down, starts, ends), np.where(down, ends, starts)
    first = np.clip(np.ceil(upper[:, 1] - 0.5), box.top, box.bottom).astype(np.intp)
    after = np.clip(np.ceil(lower[:, 1] - 0.5), box.top, box.bottom).astype(np.intp)
    counts = after - first
    edge = np.repeat(np.arange(len(starts)), counts)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = first[edge] + within
    start, along = upper[edge], (lower - upper)[edge]
    x = start[:, 0] + (rows + 0.5 - start[:, 1]) * along[:, 0] / along[:, 1]
    columns = np.ceil(np.clip(x - 0.5, box.left, box.right)).astype(np.intp) - box.left
    turns = np.where(down[edge, 0], 1, -1).astype(np.int16)
    reached = columns < box.width
    return rows[reached] - box.top, columns[reached], turns[reached]


_TURN = math.pi / 4


def encloses_area(points: Points) -> bool:
    """Return whether the closed line through (N, 2) points encloses any area.

    It tests for a point off the line through two others, not for the signed area, which is 0 for a symmetric figure
    eight.
    """
    if len(points) < 3:
        return False
    along = points - points[0]
    far = along[int(np.argmax((along**2).sum(axis=1)))]
    aside = np.abs(along[:, 0] * far[1] - along[:, 1] * far[0])
    return bool(aside.max() > 1e-6 * max(1.0, float((far**2).sum())))


def snap_to_45_degrees(start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    """Return the point nearest to `end` whose direction from `start` is a multiple of 45 degrees."""
    across, down = end[0] - start[0], end[1] - start[1]
    angle = round(math.atan2(down, across) / _TURN) * _TURN
    direction = (math.cos(angle), math.sin(angle))
    length = across * direction[0] + down * direction[1]
    return start[0] + length * direction[0], start[1] + length * direction[1]
