"""Filling: which pixels lie inside closed outlines, exactly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.box import Box
from unet_desktop.masks.regions import Region

Points = NDArray[np.float64]
"""(N, 2) float64, (x, y) in image pixels; pixel (row, column) has its centre at (column + 0.5, row + 0.5)."""

NOTHING = (Box(0, 0, 0, 0), np.zeros((0, 0), bool))
"""What outlines hold that reach no pixel's centre."""


def filled(outlines: Sequence[Points], size: tuple[int, int]) -> tuple[Box, Region]:
    """The pixels whose centre lies inside closed outlines, by the non-zero winding rule.

    A pixel on a shared edge of two outlines belongs to exactly one of them. Loops of a crossing outline are inside;
    holes run the other way round than what they lie in.

    Args:
        outlines: each (N, 2) float64; the last point is joined to the first.
        size: (height, width) of the picture; what reaches over its border is cut off.

    Returns:
        a box inside the picture and (h, w) bool, the pixels in it.
    """
    edges = [outline for outline in outlines if len(outline) >= 3]
    if not edges:
        return NOTHING
    starts = np.concatenate(edges)
    ends = np.concatenate([np.roll(outline, -1, axis=0) for outline in edges])
    low, high = starts.min(axis=0), starts.max(axis=0)
    reach = np.ceil(np.clip(np.concatenate([low - 0.5, high - 0.5]), -1, 1 << 24)).astype(int)
    box = Box(int(reach[1]), int(reach[0]), int(reach[3]), int(reach[2])).within(*size)
    if box.empty:
        return NOTHING
    rows, columns, turns = _crossings(starts, ends, box)
    winding = np.zeros(box.shape, np.int16)
    np.add.at(winding, (rows, columns), turns)
    np.cumsum(winding, axis=1, out=winding)
    return box, winding != 0


def _crossings(starts: Points, ends: Points, box: Box) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int16]]:
    """Row, column (both in the box) and direction (+1 or -1) of every place where an edge crosses a row of centres."""
    # Worked out downwards whichever way the edge runs, so that two neighbours round their common edge alike.
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
