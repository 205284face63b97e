"""Corners: an outline placed corner by corner, with a traced line between each two."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from unet_desktop.masks.shapes.polygon import Points

Corner = tuple[float, float]
"""(x, y) in image pixels."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Two corners to be joined, and their neighbours.

    Attributes:
        start, end: the corners.
        before, after: the corner before the start and the one after the end, or None.
        straight: a straight line was requested.
    """

    start: Corner
    end: Corner
    before: Corner | None = None
    after: Corner | None = None
    straight: bool = False


Trace = Callable[[Gap], Points]
"""Function that joins two corners: (N, 2) float64 from start to end, both included."""


def straight_line(gap: Gap) -> Points:
    """Return the straight line between the corners, (2, 2) float64."""
    return np.array([gap.start, gap.end], np.float64)


class Corners:
    """The corners in order and the stretches between them; closing adds the stretch from the last to the first.

    A stretch is traced again when one of its corners or their neighbours changes.
    """

    def __init__(self, trace: Trace = straight_line) -> None:
        """Start without corners; they will be joined by `trace`."""
        self._trace = trace
        self.at: list[Corner] = []
        self.closed = False
        self._straight: list[bool] = []  # of the stretch that begins at each corner
        self._stretches: list[Points] = []

    def add(self, x: float, y: float, *, straight: bool = False) -> bool:
        """Add a corner after the last one; return False if it equals that one or the outline is closed."""
        if self.closed or (self.at and self.at[-1] == (x, y)):
            return False
        self.at.append((x, y))
        if len(self.at) > 1:
            self._append(straight=straight)
        return True

    def close(self, *, straight: bool = False) -> bool:
        """Join the last corner to the first; return False if there are fewer than three distinct ones."""
        if self.closed or len(set(self.at)) < 3:
            return False
        self.closed = True
        self._append(straight=straight)
        return True

    def step_back(self) -> bool:
        """Reopen the outline if it is closed, otherwise remove the last corner; return False if there is none."""
        if not self.at:
            return False
        if self.closed:
            self.closed = False
        else:
            self.at.pop()
        left = max(len(self.at) - 1, 0)
        del self._stretches[left:], self._straight[left:]
        self._retrace({0, left - 1})
        return True

    def move(self, index: int, x: float, y: float, *, dragging: bool = False) -> None:
        """Move a corner; the stretches around it are traced again.

        Args:
            index: of the corner.
            x, y: image pixels.
            dragging: do not yet trace the stretches for which it is only a neighbour.
        """
        self.at[index] = (x, y)
        self._retrace({index - 1, index} if dragging else {index - 2, index - 1, index, index + 1})

    def nearest(self, x: float, y: float, reach: float) -> int | None:
        """Return the index of the corner nearest to an image point within `reach` pixels, or None."""
        found = min(range(len(self.at)), key=lambda index: math.dist(self.at[index], (x, y)), default=None)
        return found if found is not None and math.dist(self.at[found], (x, y)) <= reach else None

    def gap_to(self, x: float, y: float, *, straight: bool = False) -> Gap:
        """Return the gap that a corner placed at this image point would close; there must be a corner."""
        return Gap(self.at[-1], (x, y), self.at[-2] if len(self.at) > 1 else None, None, straight)

    @property
    def points(self) -> Points:
        """(N, 2) float64: all stretches joined; the first point is not repeated at the end."""
        if not self.at:
            return np.zeros((0, 2), np.float64)
        parts = [stretch[:-1] for stretch in self._stretches]
        if not self.closed:
            parts.append(np.array([self.at[-1]], np.float64))
        return np.concatenate(parts)

    def _append(self, *, straight: bool) -> None:
        self._straight.append(straight)
        self._stretches.append(np.zeros((0, 2), np.float64))
        last = len(self._stretches) - 1
        self._retrace({last - 1, last, 0 if self.closed else last})

    def _retrace(self, stretches: set[int]) -> None:
        count = len(self._stretches)
        for index in {each % len(self.at) for each in stretches if self.at}:
            if index < count:
                self._stretches[index] = self._trace(self._gap(index))

    def _gap(self, index: int) -> Gap:
        count = len(self.at)
        before = self.at[index - 1] if index > 0 or self.closed else None
        after = self.at[(index + 2) % count] if index + 2 < count or self.closed else None
        return Gap(self.at[index], self.at[(index + 1) % count], before, after, self._straight[index])
