"""Box: a rectangle of whole pixels in a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of whole pixels; `bottom` and `right` are the first row and column outside."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def width(self) -> int:
        """In pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """In pixels."""
        return self.bottom - self.top

    @property
    def empty(self) -> bool:
        """True when it holds no pixel."""
        return self.bottom <= self.top or self.right <= self.left

    def within(self, height: int, width: int) -> Box:
        """The part of it that lies in a picture of that size."""
        return Box(max(self.top, 0), max(self.left, 0), min(self.bottom, height), min(self.right, width))

    def joined(self, other: Box) -> Box:
        """The smallest box that holds both."""
        if self.empty:
            return other
        if other.empty:
            return self
        return Box(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
        )

    def common(self, other: Box) -> Box:
        """The part that lies in both; it is empty when they do not meet."""
        return Box(
            max(self.top, other.top),
            max(self.left, other.left),
            min(self.bottom, other.bottom),
            min(self.right, other.right),
        )

    def moved(self, down: int, right: int) -> Box:
        """The same box that many rows further down and columns further to the right."""
        return Box(self.top + down, self.left + right, self.bottom + down, self.right + right)

    def grown(self, by: int) -> Box:
        """With that many pixels more on each side."""
        return Box(self.top - by, self.left - by, self.bottom + by, self.right + by)

    @property
    def slices(self) -> tuple[slice, slice]:
        """(rows, columns) to index (H, W) arrays with."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


def bounds(plane: NDArray[np.bool_]) -> Box:
    """The smallest box that holds all of a (H, W) bool plane; an empty one when it is empty."""
    rows = np.flatnonzero(plane.any(axis=1))
    if rows.size == 0:
        return Box(0, 0, 0, 0)
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(plane[top:bottom].any(axis=0))
    return Box(top, int(columns[0]), bottom, int(columns[-1]) + 1)
