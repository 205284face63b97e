"""Sketch: lines and handles that a tool draws over the picture while a shape is being edited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from itertools import zip_longest

import numpy as np

from unet_desktop.images.box import Box
from unet_desktop.masks.shapes.polygon import Points


class HandleKind(Enum):
    """How a handle looks."""

    POINT = auto()
    """A round one: a point of the outline."""
    SIZE = auto()
    """A square one: drags a side or a corner."""
    CENTRE = auto()
    """A cross: moves the whole."""
    ROTATE = auto()
    """A round one: turns the whole."""


@dataclass(frozen=True, slots=True)
class Handle:
    """Something to drag, at an image point; `hot` if the pointer is on it."""

    x: float
    y: float
    kind: HandleKind = HandleKind.POINT
    hot: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line through (N, 2) float64 image points; dashed ones are not part of the shape yet."""

    points: Points
    closed: bool = False
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A few words beside an image point."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """Everything that a tool draws over the picture.

    Attributes:
        lines: outlines, in the colour of the label in use.
        handles: drawn above the lines.
        notes: drawn above both.
    """

    lines: tuple[Line, ...] = ()
    handles: tuple[Handle, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def bounds(self) -> Box:
        """The image pixels that it covers, not counting the width of lines and the size of handles."""
        return _around([line.points for line in self.lines] + [_places(self.handles), _places(self.notes)])

    def difference(self, other: Sketch) -> Box:
        """The image pixels in which the two differ, as in `bounds`; few while one of many handles is dragged."""
        parts = [_places(handle for handle in self.handles if handle not in other.handles)]
        parts += [_places(handle for handle in other.handles if handle not in self.handles)]
        if self.notes != other.notes:
            parts += [_places(self.notes), _places(other.notes)]
        for one, another in zip_longest(self.lines, other.lines):
            parts += _differing(one, another)
        return _around(parts)


def _places(marks: Iterable[Handle | Note]) -> Points:
    return np.array([(mark.x, mark.y) for mark in marks], np.float64).reshape(-1, 2)


def _differing(one: Line | None, another: Line | None) -> list[Points]:
    """The points of both lines where they differ."""
    lines = [line.points for line in (one, another) if line is not None]
    if one is None or another is None or one.closed != another.closed:
        return lines
    if one.points.shape != another.points.shape:
        return _unlike_ends(*lines, keep_all=one.closed or one.dashed or another.dashed)
    if one.dashed or another.dashed:  # each dash begins where the one before it ends
        return [] if one.dashed == another.dashed and (one.points == another.points).all() else lines
    moved = (one.points != another.points).any(axis=1)
    reached = moved | np.roll(moved, 1) | np.roll(moved, -1)
    return [points[reached] for points in lines]


def _unlike_ends(one: Points, another: Points, *, keep_all: bool) -> list[Points]:
    """What follows the common beginning of two open lines, with the point before it, such as where a line grew."""
    shorter = min(len(one), len(another))
    alike = (one[:shorter] == another[:shorter]).all(axis=1)
    front = shorter if alike.all() else int(np.argmin(alike))
    first = 0 if keep_all else max(front - 1, 0)
    return [one[first:], another[first:]]


def _around(parts: list[Points]) -> Box:
    every = np.concatenate(parts)
    if not len(every):
        return Box(0, 0, 0, 0)
    left, top = np.floor(every.min(axis=0)).astype(int)
    right, bottom = np.ceil(every.max(axis=0)).astype(int)
    return Box(int(top), int(left), int(bottom) + 1, int(right) + 1)


EMPTY = Sketch()
