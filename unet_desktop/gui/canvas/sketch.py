"""Sketch: lines and handles that a tool draws over the picture while a shape is being edited."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

import numpy as np

from unet_desktop.masks.box import Box
from unet_desktop.masks.shapes.fill import Points


class HandleKind(Enum):
    """How a handle looks."""

    POINT = auto()
    """A round one: a point of the outline."""
    SIZE = auto()
    """A square one: drags a side or a corner."""
    CENTRE = auto()
    """A cross: moves the whole."""
    ROTATE = auto()
    """A round one with an arrow's gap: turns the whole."""


@dataclass(frozen=True, slots=True)
class Handle:
    """Something to be dragged, at an image point; `hot` when the pointer is on it."""

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


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """All that a tool shows.

    Attributes:
        lines: outlines, in the colour of the label in use.
        handles: drawn above the lines.
    """

    lines: tuple[Line, ...] = ()
    handles: tuple[Handle, ...] = ()

    @property
    def bounds(self) -> Box:
        """The image pixels that it covers, without pens and handles' own sizes."""
        points = [line.points for line in self.lines if len(line.points)]
        if self.handles:
            points.append(np.array([(handle.x, handle.y) for handle in self.handles], np.float64))
        if not points:
            return Box(0, 0, 0, 0)
        every = np.concatenate(points)
        left, top = np.floor(every.min(axis=0)).astype(int)
        right, bottom = np.ceil(every.max(axis=0)).astype(int)
        return Box(int(top), int(left), int(bottom) + 1, int(right) + 1)


EMPTY = Sketch()
