"""Plots as plain values: what each shows, not how. `figures` draws them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis: its title with unit, and the values at its ends."""

    title: str
    low: float
    high: float

    @classmethod
    def around(
        cls, title: str, values: Sequence[float], *, margin: float = 0.05, include: Sequence[float] = ()
    ) -> Axis:
        """Make an axis that spans all finite values plus a margin; 0 to 1 where there are none."""
        finite = [value for value in (*values, *include) if math.isfinite(value)]
        if not finite:
            return cls(title, 0.0, 1.0)
        low, high = min(finite), max(finite)
        room = (high - low) * margin or max(abs(high) * 0.1, 1e-6)
        return cls(title, low - room, high + room)

    def holds(self, value: float) -> bool:
        """Whether the value lies between the axis's ends."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Mark:
    """A line at one value across the whole plot, with a short text at its end.

    Attributes:
        value: where, on the axis that it belongs to.
        text: its meaning.
        axis: "y" for a horizontal line, "x" for a vertical one.
        dashed: drawn dashed.
    """

    value: float
    text: str
    axis: Literal["x", "y"] = "y"
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars between edges.

    Attributes:
        title: of the horizontal axis, with unit.
        edges: one more than `counts`, rising.
        counts: how many pictures are between two edges.
        marks: vertical lines, such as a median.
        description: the plot in words, for those who do not see it.
    """

    title: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    marks: tuple[Mark, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Scatter:
    """Points over two axes.

    Attributes:
        x, y: the axes; points outside them are not drawn.
        points: (x, y) values.
        tips: what each point means, shown when the mouse is over it; as many as points, or none.
        marks: lines at one value.
        bands: (low, high) stretches of the vertical axis, shaded, such as confidence intervals.
        identity: draw the dashed line on which x equals y.
        description: the plot in words, for those who do not see it.
    """

    x: Axis
    y: Axis
    points: tuple[Point, ...]
    tips: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    bands: tuple[Point, ...] = ()
    identity: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class Density:
    """Many points as a grid of cells, the darker the more points.

    Attributes:
        x, y: the axes, which the grid fills.
        counts: points of each cell, row by row; row 0 is the lowest.
        description: the plot in words, for those who do not see it.
    """

    x: Axis
    y: Axis
    counts: tuple[tuple[int, ...], ...]
    description: str = ""


@dataclass(frozen=True, slots=True)
class Strips:
    """The values of some groups side by side: each as a dot, beside a box plot with whiskers from 5 to 95 %.

    Attributes:
        title: of the vertical axis, with unit.
        groups: name and values; NaN is not drawn.
        description: the plot in words, for those who do not see it.
    """

    title: str
    groups: tuple[tuple[str, tuple[float, ...]], ...]
    description: str = ""


@dataclass(frozen=True, slots=True)
class RimRing:
    """The rim by clock hour, as the picture is seen: the disc is a circle, the cup's edge a curve in it.

    Attributes:
        shares: radius of the cup's edge over the disc's, for equal angles clockwise from 12 o'clock.
        thin: for each hour from 12 clockwise, whether the rim is thin there.
        letters: of the quadrants: (hour, letter).
        disc, cup: colours, "#rrggbb".
        description: the plot in words, for those who do not see it.
    """

    shares: tuple[float, ...]
    thin: tuple[bool, ...]
    letters: tuple[tuple[int, str], ...]
    disc: str
    cup: str
    description: str = ""


AnyPlot = Histogram | Scatter | Density | Strips | RimRing


def describe(plot: AnyPlot) -> str:
    """Describe a plot in words: as its author did, otherwise by its axes."""
    if plot.description:
        return plot.description
    match plot:
        case Histogram():
            return f"Histogram of {plot.title}"
        case RimRing():
            return "Rim by clock hour"
        case Strips():
            return f"{plot.title} of {', '.join(name for name, _ in plot.groups)}"
        case Scatter() | Density():
            return f"{plot.y.title} against {plot.x.title}"
