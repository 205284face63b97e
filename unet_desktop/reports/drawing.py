"""A drawing: shapes in points, y down, whose colours are roles; renderers choose the colours.

Roles keep a plot readable in light, dark and print, and to those who see colours differently: the series' colours are
those of Okabe and Ito (2008), "Color Universal Design", https://jfly.uni-koeln.de/color/.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Point = tuple[float, float]


class Role(StrEnum):
    """What a shape is for."""

    INK = "ink"
    MUTED = "muted"
    GRID = "grid"
    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    FOURTH = "fourth"


SERIES = (Role.FIRST, Role.SECOND, Role.THIRD, Role.FOURTH)
"""Colours of groups, in order."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points."""

    points: tuple[Point, ...]
    role: Role = Role.INK
    width: float = 1.0
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A filled rectangle: left, top, width, height; `opacity` 0..1; what it stands for, as a tip."""

    left: float
    top: float
    width: float
    height: float
    role: Role = Role.FIRST
    opacity: float = 1.0
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Dot:
    """One picture, say; what it stands for, as a tip."""

    x: float
    y: float
    role: Role = Role.FIRST
    radius: float = 2.6
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """Text whose baseline begins, is centred or ends at a point.

    `turned` reads upward; `clear` is readable above other shapes.
    """

    x: float
    y: float
    text: str
    anchor: Literal["start", "middle", "end"] = "start"
    role: Role = Role.INK
    size: float = 11.0
    turned: bool = False
    clear: bool = False


Shape = Line | Bar | Dot | Words


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes, later ones above; `description` says in words what is seen, for those who do not see it."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    description: str = ""


def words_width(text: str, size: float) -> float:
    """About how wide text is, in points: sans-serif letters are some 0.55 of their size."""
    return 0.56 * size * len(text)
