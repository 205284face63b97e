"""EllipseDraft: an ellipse while it is edited, through clicked points or by its handles."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from unet_desktop.masks.shapes.ellipse import Ellipse
from unet_desktop.masks.shapes.ellipse_fit import MIN_POINTS, fit_ellipse

Place = tuple[float, float]
"""(x, y), an image point."""


@dataclass(frozen=True, slots=True)
class EllipseDraft:
    """One state of the ellipse.

    Attributes:
        points: clicked points on the edge; empty once it was drawn or changed by a handle.
        ellipse: the shape; None while there are too few points.
    """

    points: tuple[Place, ...] = ()
    ellipse: Ellipse | None = None

    @property
    def empty(self) -> bool:
        """Whether there is neither a point nor an ellipse."""
        return not self.points and self.ellipse is None

    def add_point(self, place: Place) -> EllipseDraft:
        """Return the draft with another point at the end."""
        return _draft_through((*self.points, place))

    def move_point(self, index: int, place: Place) -> EllipseDraft:
        """Return the draft with a point moved."""
        return _draft_through((*self.points[:index], place, *self.points[index + 1 :]))

    def shift(self, right: float, down: float) -> EllipseDraft:
        """Return the draft moved by this many pixels."""
        points = tuple((x + right, y + down) for x, y in self.points)
        return EllipseDraft(points, None if self.ellipse is None else self.ellipse.shift(right, down))

    def preview(self, pointer: Place) -> Ellipse | None:
        """Return the ellipse that a click at the pointer would give, while none is in the mask yet; else None."""
        if self.ellipse is not None or not self.points:
            return None
        return fit_ellipse(np.array((*self.points, pointer), np.float64))


def _draft_through(points: tuple[Place, ...]) -> EllipseDraft:
    return EllipseDraft(points, fit_ellipse(np.array(points, np.float64)) if len(points) >= MIN_POINTS else None)


SMALLEST = 0.5
"""Semi-axis in pixels below which a handle does not shrink the ellipse."""
_STEP = math.pi / 12


@dataclass(frozen=True, slots=True)
class EllipseHandle:
    """A side or corner handle; `along` and `across` are its side on the axes a and b, each -1, 0 or 1."""

    along: int
    across: int

    def place(self, ellipse: Ellipse) -> Place:
        """Return its image point: the end of an axis, or a corner of the ellipse's oriented bounding box."""
        return ellipse.to_image(self.along * ellipse.a, self.across * ellipse.b)

    def direction(self, ellipse: Ellipse) -> float:
        """Return the direction it is dragged in, radians from the x axis towards the y axis."""
        x, y = self.place(ellipse)
        return math.atan2(y - ellipse.y, x - ellipse.x)


ELLIPSE_HANDLES: tuple[EllipseHandle, ...] = tuple(
    EllipseHandle(along, across) for across in (-1, 0, 1) for along in (-1, 0, 1) if (along, across) != (0, 0)
)


def pull_handle(
    ellipse: Ellipse, handle: EllipseHandle, x: float, y: float, *, proportional: bool = False, centred: bool = False
) -> Ellipse:
    """Return the ellipse after a handle was dragged to an image point.

    The opposite side or corner stays in place, or the centre if `centred`; `proportional` keeps the ratio of the axes.
    """
    along, across = ellipse.to_local(x, y)
    a = _half(handle.along, along, ellipse.a, centred=centred)
    b = _half(handle.across, across, ellipse.b, centred=centred)
    if proportional:
        factors = [a / ellipse.a] * bool(handle.along) + [b / ellipse.b] * bool(handle.across)
        factor = max(*factors, SMALLEST / min(ellipse.a, ellipse.b))
        a, b = ellipse.a * factor, ellipse.b * factor
    if centred:
        return replace(ellipse, a=a, b=b)
    centre = ellipse.to_image(handle.along * (a - ellipse.a), handle.across * (b - ellipse.b))
    return Ellipse(*centre, a, b, ellipse.angle)


def turn_ellipse(
    ellipse: Ellipse, start: tuple[float, float], end: tuple[float, float], *, stepwise: bool = False
) -> Ellipse:
    """Return the ellipse turned by the angle between two image points; `stepwise` rounds to 15 degrees."""
    before, after = (math.atan2(y - ellipse.y, x - ellipse.x) for x, y in (start, end))
    angle = ellipse.angle + after - before
    return replace(ellipse, angle=round(angle / _STEP) * _STEP if stepwise else angle)


def turning_handle_place(ellipse: Ellipse, away: float) -> Place:
    """Return the position of the turning handle: `away` pixels beyond the upper side."""
    return ellipse.to_image(0.0, -ellipse.b - away)


def inscribe_ellipse(start: Place, end: Place, *, round_: bool, centred: bool) -> Ellipse:
    """Return the upright ellipse in the box of two points; `round_` makes a circle, `centred` centres it on `start`."""
    right, down = end[0] - start[0], end[1] - start[1]
    if round_:
        side = max(abs(right), abs(down))
        right, down = math.copysign(side, right), math.copysign(side, down)
    share = 1.0 if centred else 0.5
    a, b = max(abs(right) * share, SMALLEST), max(abs(down) * share, SMALLEST)
    x, y = start if centred else (start[0] + right / 2, start[1] + down / 2)
    return Ellipse(x, y, a, b)


def _half(side: int, place: float, half: float, *, centred: bool) -> float:
    if side == 0:
        return half
    return max(side * place if centred else (side * place + half) / 2, SMALLEST)
