"""Freehand: the points of a freehand line, thinned while it is drawn."""

from __future__ import annotations

import numpy as np

from unet_desktop.masks.shapes.polygon import Points

TOLERANCE = 0.5
"""Largest error in pixels from leaving points out."""
_MAX_SKIPPED = 48
"""Most points left out in a row, which bounds the cost of the next point."""


class FreehandLine:
    """A freehand line without the points that lie within `TOLERANCE` of the line through the others.

    Each omitted point is that close to the side that replaces it, and so are the segments between them, because the
    set of points close to a straight side is convex.
    """

    def __init__(self, x: float, y: float) -> None:
        """Start at an image point."""
        self._kept: list[tuple[float, float]] = [(x, y)]
        self._skipped: list[tuple[float, float]] = []
        self._end = (x, y)

    def extend(self, x: float, y: float) -> None:
        """Draw to this point."""
        if (x, y) == self._end:
            return
        if self._end != self._kept[-1]:
            self._skipped.append(self._end)
        if len(self._skipped) > _MAX_SKIPPED or not _is_near(self._skipped, self._kept[-1], (x, y)):
            self._kept.append(self._skipped[-1])
            self._skipped.clear()
        self._end = (x, y)

    def corner(self, x: float, y: float) -> None:
        """Draw a straight line to this point and keep it."""
        self.extend(x, y)
        if self._end != self._kept[-1]:
            self._kept.append(self._end)
        self._skipped.clear()

    @property
    def points(self) -> Points:
        """(N, 2) float64: the line so far."""
        points = self._kept if self._end == self._kept[-1] else [*self._kept, self._end]
        return np.array(points, np.float64)


def _is_near(points: list[tuple[float, float]], start: tuple[float, float], end: tuple[float, float]) -> bool:
    if not points:
        return True
    at = np.array(points) - start
    along = np.array(end) - start
    length = float((along**2).sum())
    if length > 0:
        at = at - np.clip(at @ along / length, 0.0, 1.0)[:, np.newaxis] * along
    return bool((at**2).sum(axis=1).max() <= TOLERANCE**2)
