"""Plots: histogram, scatter with lines and bands (Bland-Altman), density, strips with boxes; values to drawings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from unet_desktop.reports.axes import Axis, Frame, round_ticks
from unet_desktop.reports.drawing import SERIES, Bar, Dot, Drawing, Line, Point, Role, Shape, Words, words_width

_LEVELS = 6
"""Steps of a density; more cannot be told apart."""
_NOTE_SIZE = 10.5


@dataclass(frozen=True, slots=True)
class Series:
    """Points of one kind: (x, y) values; tips say what each stands for, if anything."""

    name: str
    points: tuple[Point, ...]
    tips: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A line at one value across the whole plot, with a short text at its end.

    `along` "up" is a horizontal line at a value of the vertical axis, "across" a vertical one.
    """

    value: float
    text: str
    along: Literal["across", "up"] = "up"
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """What lies between two values of the vertical axis, set off, as a confidence interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Slope:
    """A line between two points of values: identity, regression."""

    start: Point
    end: Point
    dashed: bool = True


def histogram(
    title: str,
    edges: Sequence[float],
    counts: Sequence[int],
    *,
    marks: Sequence[Mark] = (),
    counted: str = "pictures",
    description: str = "",
) -> Drawing:
    """Bars between edges.

    Args:
        title: of the horizontal axis, with unit.
        edges: one more than counts, rising.
        counts: how many lie in each.
        marks: lines at values across, as a median.
        counted: what the vertical axis counts.
        description: for those who do not see it.
    """
    highest = max(counts, default=0)
    top = max(round_ticks(0, highest, 5)[-1], highest, 1) * 1.08
    # Ticks between whole numbers would say nothing of counts as small as these.
    top = max(top, 4.0)
    frame = Frame(Axis(title, edges[0], edges[-1]), Axis(counted, 0.0, top))
    shapes: list[Shape] = list(frame.shapes())
    for (low, high), count in zip(pairwise(edges), counts, strict=True):
        if count:
            left, right, y = frame.x(low), frame.x(high), frame.y(count)
            tip = f"{low:g} to {high:g}: {count:,}"
            shapes.append(Bar(left + 0.5, y, max(0.5, right - left - 1), frame.bottom - y, Role.FIRST, 0.85, tip))
    shapes += [shape for mark in marks for shape in _mark(frame, mark)]
    return Drawing(frame.width, frame.height, tuple(shapes), description or f"Histogram of {title}")


def scatter(
    series: Sequence[Series],
    across: Axis,
    up: Axis,
    *,
    marks: Sequence[Mark] = (),
    bands: Sequence[Band] = (),
    slopes: Sequence[Slope] = (),
    description: str = "",
) -> Drawing:
    """Points over two axes, above bands, slopes and marks; points outside the axes are left out."""
    frame = Frame(across, up)
    shapes: list[Shape] = [*_bands(frame, bands), *frame.shapes(vertical_grid=True), *_slopes(frame, slopes)]
    for number, one in enumerate(series):
        tips = one.tips or ("",) * len(one.points)
        role = SERIES[number % len(SERIES)]
        for (x, y), tip in zip(one.points, tips, strict=True):
            if across.low <= x <= across.high and up.low <= y <= up.high:
                shapes.append(Dot(*frame.point(x, y), role, tip=tip))
    shapes += [shape for mark in marks for shape in _mark(frame, mark)]
    if len(series) > 1:
        shapes += _names(frame, [one.name for one in series])
    return Drawing(frame.width, frame.height, tuple(shapes), description or f"{up.title} against {across.title}")


def density(
    counts: Sequence[Sequence[int]],
    across: Axis,
    up: Axis,
    *,
    marks: Sequence[Mark] = (),
    bands: Sequence[Band] = (),
    slopes: Sequence[Slope] = (),
    description: str = "",
) -> Drawing:
    """Many points as a grid of cells, the darker the more (by the logarithm): counts[row][column], row 0 lowest."""
    frame = Frame(across, up)
    shapes: list[Shape] = [*_bands(frame, bands), *frame.shapes(vertical_grid=True)]
    rows, columns = len(counts), len(counts[0])
    most = max(max(row) for row in counts)
    width, height = (frame.right - frame.left) / columns, (frame.bottom - frame.top) / rows
    for row, line in enumerate(counts):
        for column, count in enumerate(line):
            if count:
                level = math.ceil(_LEVELS * math.log1p(count) / math.log1p(most) - 1e-9)
                left, top = frame.left + column * width, frame.bottom - (row + 1) * height
                shapes.append(
                    Bar(left, top, width, height, Role.FIRST, round(level / _LEVELS * 0.85 + 0.1, 3), f"{count:,}")
                )
    shapes += _slopes(frame, slopes)
    shapes += [shape for mark in marks for shape in _mark(frame, mark)]
    return Drawing(frame.width, frame.height, tuple(shapes), description or f"{up.title} against {across.title}")


def strips(groups: Mapping[str, Sequence[float]], title: str, *, description: str = "") -> Drawing:
    """Each group's values as dots beside a box from quartile to quartile with its median, whiskers to 5 and 95 %.

    Args:
        groups: name to values; NaN is left out.
        title: of the vertical axis, with unit.
        description: for those who do not see it.
    """
    kept = {name: [value for value in values if math.isfinite(value)] for name, values in groups.items()}
    everything = [value for values in kept.values() for value in values]
    across = Axis("", -0.5, max(len(kept), 1) - 0.5)
    frame = Frame(across, Axis.around(title, everything), named=tuple(kept))
    shapes: list[Shape] = list(frame.shapes())
    for place, (name, values) in enumerate(kept.items()):
        role = SERIES[place % len(SERIES)]
        # Beside each other by a fixed rule, not by chance: the same values make the same drawing.
        for number, value in enumerate(sorted(values)):
            aside = 0.08 + 0.26 * ((number * 0.618034) % 1.0)
            shapes.append(Dot(*frame.point(place + aside, value), role, 2.0, f"{name}: {value:.4g}"))
        if values:
            shapes += _box(frame, place - 0.14, values)
    return Drawing(frame.width, frame.height, tuple(shapes), description or f"{title} of {', '.join(kept)}")


def _box(frame: Frame, place: float, values: Sequence[float]) -> list[Shape]:
    low, first, middle, third, high = (float(value) for value in np.percentile(values, (5, 25, 50, 75, 95)))
    left, right, x = frame.x(place - 0.13), frame.x(place + 0.13), frame.x(place)
    top, bottom = frame.y(third), frame.y(first)
    return [
        Line(((x, frame.y(high)), (x, top))),
        Line(((x, bottom), (x, frame.y(low)))),
        Line(((left, top), (right, top), (right, bottom), (left, bottom), (left, top))),
        Line(((left, frame.y(middle)), (right, frame.y(middle))), width=2.2),
    ]


def _bands(frame: Frame, bands: Sequence[Band]) -> list[Shape]:
    shapes: list[Shape] = []
    for band in bands:
        low, high = max(band.low, frame.up.low), min(band.high, frame.up.high)
        if low < high:
            top = frame.y(high)
            shapes.append(Bar(frame.left, top, frame.right - frame.left, frame.y(low) - top, Role.MUTED, 0.16))
    return shapes


def _slopes(frame: Frame, slopes: Sequence[Slope]) -> list[Shape]:
    parts = [(slope, frame.clipped(slope.start, slope.end)) for slope in slopes]
    return [
        Line((frame.point(*part[0]), frame.point(*part[1])), Role.MUTED, 1.2, slope.dashed)
        for slope, part in parts
        if part is not None
    ]


def _mark(frame: Frame, mark: Mark) -> list[Shape]:
    axis = frame.up if mark.along == "up" else frame.across
    if not axis.low <= mark.value <= axis.high:
        return []
    if mark.along == "up":
        y = frame.y(mark.value)
        line = Line(((frame.left, y), (frame.right, y)), Role.SECOND, 1.4, mark.dashed)
        return [line, Words(frame.right - 4, y - 4, mark.text, "end", Role.INK, _NOTE_SIZE, clear=True)]
    x = frame.x(mark.value)
    line = Line(((x, frame.top), (x, frame.bottom)), Role.SECOND, 1.4, mark.dashed)
    beside = words_width(mark.text, _NOTE_SIZE) + 5
    if x + beside <= frame.right:
        words = Words(x + 5, frame.top + 8, mark.text, "start", Role.INK, _NOTE_SIZE, clear=True)
    else:
        words = Words(x - 5, frame.top + 8, mark.text, "end", Role.INK, _NOTE_SIZE, clear=True)
    return [line, words]


def _names(frame: Frame, names: Sequence[str]) -> list[Shape]:
    """Each series' name beside a dot of its colour, in the upper left corner."""
    shapes: list[Shape] = []
    for number, name in enumerate(names):
        y = frame.top + 10 + 14 * number
        shapes.append(Dot(frame.left + 12, y - 3.6, SERIES[number % len(SERIES)], 3.5))
        shapes.append(Words(frame.left + 20, y, name, size=_NOTE_SIZE))
    return shapes
