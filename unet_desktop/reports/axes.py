"""Axes: round ticks, and the frame that turns a plot's values into places of a drawing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from unet_desktop.reports.drawing import Line, Point, Role, Shape, Words, words_width

_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
_TICK_SIZE = 10.5
_GAP = 6.0


def round_step(span: float, most: int) -> float:
    """The smallest of 1, 2, 2.5 and 5 times a power of ten that divides a span into at most `most` parts."""
    raw = span / max(1, most)
    power = 10.0 ** math.floor(math.log10(raw))
    return next(factor * power for factor in _ROUND if factor * power >= raw * (1 - 1e-9))


def round_ticks(low: float, high: float, most: int = 6) -> tuple[float, ...]:
    """Round values between two, both ends included where they are round."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return (low,)
    step = round_step(high - low, most)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return tuple(0.0 if number == 0 else number * step for number in range(first, last + 1))


def tick_texts(ticks: Sequence[float]) -> tuple[str, ...]:
    """The ticks' texts, with as many decimals as their distance needs, and a real minus sign."""
    step = min((b - a for a, b in pairwise(ticks)), default=1.0)
    decimals = next((n for n in range(7) if abs(step * 10**n - round(step * 10**n)) < 1e-6 * step * 10**n), 6)
    return tuple(f"{tick:,.{decimals}f}".replace("-", "−") for tick in ticks)


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis shows: its title with unit, and the values at its ends."""

    title: str
    low: float
    high: float

    @classmethod
    def around(
        cls, title: str, values: Sequence[float], *, margin: float = 0.05, include: Sequence[float] = ()
    ) -> Axis:
        """An axis over all finite values and some room; over 0 to 1 where there are none."""
        finite = [value for value in (*values, *include) if math.isfinite(value)]
        if not finite:
            return cls(title, 0.0, 1.0)
        low, high = min(finite), max(finite)
        room = (high - low) * margin or max(abs(high) * 0.1, 1e-6)
        return cls(title, low - room, high + room)


@dataclass(frozen=True)
class Frame:
    """Where a plot's values lie in a drawing of some size.

    Attributes:
        across, up: the axes.
        width, height: of the whole drawing, points.
        named: names at the horizontal axis in place of numbers, each at its place 0, 1, 2, ...
    """

    across: Axis
    up: Axis
    width: float = 460.0
    height: float = 280.0
    named: tuple[str, ...] = ()

    @cached_property
    def _ups(self) -> tuple[tuple[float, str], ...]:
        ticks = round_ticks(self.up.low, self.up.high, 6)
        return tuple(zip(ticks, tick_texts(ticks), strict=True))

    @property
    def left(self) -> float:
        """Left edge of the inner rectangle."""
        widest = max((words_width(text, _TICK_SIZE) for _, text in self._ups), default=0.0)
        return 20.0 + widest + _GAP

    @property
    def right(self) -> float:
        """Right edge of the inner rectangle."""
        return self.width - 12.0

    @property
    def top(self) -> float:
        """Upper edge of the inner rectangle."""
        return 14.0

    @property
    def bottom(self) -> float:
        """Lower edge of the inner rectangle."""
        return self.height - 38.0

    def x(self, value: float) -> float:
        """Where a value lies across."""
        part = (value - self.across.low) / (self.across.high - self.across.low)
        return self.left + part * (self.right - self.left)

    def y(self, value: float) -> float:
        """Where a value lies up and down."""
        part = (value - self.up.low) / (self.up.high - self.up.low)
        return self.bottom - part * (self.bottom - self.top)

    def point(self, x: float, y: float) -> Point:
        """Where a pair of values lies."""
        return self.x(x), self.y(y)

    def clipped(self, start: Point, end: Point) -> tuple[Point, Point] | None:
        """The part of a line of values that lies in the frame (Liang and Barsky, 1984); None for none."""
        (x0, y0), (x1, y1) = start, end
        enters, leaves = 0.0, 1.0
        for step, room in (
            (x0 - x1, x0 - self.across.low), (x1 - x0, self.across.high - x0),
            (y0 - y1, y0 - self.up.low), (y1 - y0, self.up.high - y0),
        ):  # fmt: skip
            if step == 0:
                if room < 0:
                    return None
            elif step < 0:
                enters = max(enters, room / step)
            else:
                leaves = min(leaves, room / step)
        if enters > leaves:
            return None
        return ((x0 + enters * (x1 - x0), y0 + enters * (y1 - y0)), (x0 + leaves * (x1 - x0), y0 + leaves * (y1 - y0)))

    def shapes(self, *, vertical_grid: bool = False) -> tuple[Shape, ...]:
        """Grid, axes, ticks and titles; they lie under the values."""
        shapes: list[Shape] = []
        for value, text in self._ups:
            y = self.y(value)
            shapes.append(Line(((self.left, y), (self.right, y)), Role.GRID))
            shapes.append(Words(self.left - _GAP, y + 3.6, text, "end", Role.MUTED, _TICK_SIZE))
        for value, text in self._acrosses():
            x = self.x(value)
            if vertical_grid:
                shapes.append(Line(((x, self.top), (x, self.bottom)), Role.GRID))
            shapes.append(Line(((x, self.bottom), (x, self.bottom + 4)), Role.MUTED))
            shapes.append(Words(x, self.bottom + 15, text, "middle", Role.MUTED, _TICK_SIZE))
        shapes += [
            Line(((self.left, self.bottom), (self.right, self.bottom)), Role.MUTED),
            Words((self.left + self.right) / 2, self.height - 6, self.across.title, "middle"),
            Words(12.0, (self.top + self.bottom) / 2, self.up.title, "middle", turned=True),
        ]
        return tuple(shapes)

    def _acrosses(self) -> tuple[tuple[float, str], ...]:
        if self.named:
            return tuple((float(place), name) for place, name in enumerate(self.named))
        most = max(2, int((self.right - self.left) / 52))
        ticks = round_ticks(self.across.low, self.across.high, min(10, most))
        return tuple(zip(ticks, tick_texts(ticks), strict=True))
