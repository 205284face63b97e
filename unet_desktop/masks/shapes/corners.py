"""Corners: an outline that is placed corner by corner, with a line of any form between two of them."""

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
    """Two corners that are to be joined, and what is known round them.

    Attributes:
        start, end: the corners.
        before, after: the corner before the start and the one after the end, where there are such.
        straight: a straight line was asked for.
    """

    start: Corner
    end: Corner
    before: Corner | None = None
    after: Corner | None = None
    straight: bool = False


Trace = Callable[[Gap], Points]
"""How two corners are joined: (N, 2) float64 from start to end, both included."""


def straight_line(gap: Gap) -> Points:
    """The two corners themselves, whether asked to be straight or not."""
    return np.array([gap.start, gap.end], np.float64)


class Corners:
    """The corners in order and the stretches between them; closing adds the stretch from the last to the first.

    A stretch is traced again when one of its corners or of their neighbours is another now.
    """

    def __init__(self, trace: Trace = straight_line) -> None:
        """Join corners as `trace` does; there is none yet."""
        self._trace = trace
        self.at: list[Corner] = []
        self.closed = False
        self._straight: list[bool] = []  # of the stretch that begins at each corner
        self._stretches: list[Points] = []

    def add(self, x: float, y: float, *, straight: bool = False) -> bool:
        """Put a corner behind the last one; False when it lies on that one or the outline is closed."""
        if self.closed or (self.at and self.at[-1] == (x, y)):
            return False
        self.at.append((x, y))
        if len(self.at) > 1:
            self._append(straight=straight)
        return True

    def close(self, *, straight: bool = False) -> bool:
        """Join the last corner to the first; False when there are fewer than three different ones."""
        if self.closed or len(set(self.at)) < 3:
            return False
        self.closed = True
        self._append(straight=straight)
        return True

    def step_back(self) -> bool:
        """Open it again when it is closed, otherwise take the last corner away; False when there is none."""
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
        """Put a corner elsewhere; the stretches round it follow.

        Args:
            index: of the corner.
            x, y: image pixels.
            dragging: leave the stretches that only know it as their neighbour as they are, until it is moved for good.
        """
        self.at[index] = (x, y)
        self._retrace({index - 1, index} if dragging else {index - 2, index - 1, index, index + 1})

    def nearest(self, x: float, y: float, reach: float) -> int | None:
        """The corner nearest to an image point, not further than `reach`, or None."""
        found = min(range(len(self.at)), key=lambda index: math.dist(self.at[index], (x, y)), default=None)
        return found if found is not None and math.dist(self.at[found], (x, y)) <= reach else None

    def gap_to(self, x: float, y: float, *, straight: bool = False) -> Gap:
        """What a corner placed at this image point would be joined by; there is a last corner."""
        return Gap(self.at[-1], (x, y), self.at[-2] if len(self.at) > 1 else None, None, straight)

    @property
    def points(self) -> Points:
        """(N, 2) float64: all stretches, one after the other; the last point is not the first again."""
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
