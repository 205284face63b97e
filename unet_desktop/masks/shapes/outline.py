"""Outlines: what makes a closed line of points a shape, and how its sides are kept straight."""

from __future__ import annotations

import math

import numpy as np

from unet_desktop.masks.shapes.fill import Points

_TURN = math.pi / 4


def area(points: Points) -> float:
    """Signed area in square pixels of the polygon through (N, 2) points, closed; 0 for fewer than three."""
    if len(points) < 3:
        return 0.0
    at = points - points[0]  # near the origin, so that far-off points lose no digits
    after = np.roll(at, -1, axis=0)
    return float((at[:, 0] * after[:, 1] - after[:, 0] * at[:, 1]).sum()) / 2


def encloses(points: Points) -> bool:
    """Is the closed line through (N, 2) points more than a point or a line that runs back on itself?

    An eight whose halves have the same size has the signed area 0 and still encloses something, so it is not the area
    that is asked for but a third point off the line through two others.
    """
    if len(points) < 3:
        return False
    along = points - points[0]
    far = along[int(np.argmax((along**2).sum(axis=1)))]
    aside = np.abs(along[:, 0] * far[1] - along[:, 1] * far[0])
    return bool(aside.max() > 1e-6 * max(1.0, float((far**2).sum())))


def at_right_turn(start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    """The point nearest to `end` whose direction from `start` is a multiple of 45 degrees."""
    across, down = end[0] - start[0], end[1] - start[1]
    angle = round(math.atan2(down, across) / _TURN) * _TURN
    direction = (math.cos(angle), math.sin(angle))
    length = across * direction[0] + down * direction[1]
    return start[0] + length * direction[0], start[1] + length * direction[1]
