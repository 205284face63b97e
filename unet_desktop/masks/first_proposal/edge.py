"""Edge: the closed path of an edge round a point in a polar picture, and the ellipse through it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.opencv import cv2
from unet_desktop.masks.first_proposal.view import Plane
from unet_desktop.masks.shapes.ellipse import Ellipse

_ROUNDS = 4
_FEWEST = 0.3  # share of the points that the ellipse must be drawn through


def turns(rays: int) -> NDArray[np.float64]:
    """Return the directions of the rays, radians."""
    return np.linspace(0, 2 * math.pi, rays, endpoint=False)


def sample_rays(plane: Plane, x: float, y: float, rays: int, radii: NDArray[np.float64]) -> Plane:
    """Return (rays, radii) float32: the plane along rays from a point whose whole numbers are pixel centres."""
    directions = turns(rays)[:, np.newaxis]
    across = (x + np.cos(directions) * radii).astype(np.float32)
    down = (y + np.sin(directions) * radii).astype(np.float32)
    return np.asarray(cv2.remap(plane, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def drop_outwards(polar: Plane, reach: int) -> Plane:
    """Return for each place how much brighter the `reach` samples before it are than those after it; 0 at the ends."""
    sums = np.cumsum(np.pad(polar, ((0, 0), (1, 0))), axis=1, dtype=np.float64)
    here = np.arange(reach, polar.shape[1] - reach)
    drop = np.zeros_like(polar)
    drop[:, here] = (2 * sums[:, here] - sums[:, here - reach] - sums[:, here + reach]) / reach
    return drop


def best_closed_path(worth: Plane) -> NDArray[np.intp]:
    """Return (rays,): for each ray the place on the path of most worth that moves by at most one place a ray.

    The path runs three times round and the second turn is taken, so that it closes.
    """
    rays, places = worth.shape
    total = np.full(places + 2, -np.inf)  # an end that no path reaches at either side
    total[1:-1] = worth[0]
    steps = np.empty((3 * rays, places), np.int8)
    best = np.empty(places)
    for ray in range(1, 3 * rays):
        inner, middle, outer = total[:-2], total[1:-1], total[2:]
        np.maximum(inner, outer, out=best)
        step = np.where(outer > inner, 1, -1)
        stays = middle >= best
        steps[ray] = np.where(stays, 0, step)
        total[1:-1] = np.where(stays, middle, best) + worth[ray % rays]
    place = int(total[1:-1].argmax())
    path = [place]
    for ray in range(3 * rays - 1, 0, -1):
        place += int(steps[ray, place])
        path.append(place)
    return np.array(path[::-1][rays : 2 * rays])


def ellipse_through(points: NDArray[np.float64]) -> Ellipse:
    """Return the ellipse through most of the (n, 2) points; those far from it are left out."""
    kept = np.ones(len(points), bool)
    ellipse = _fit(points)
    for _ in range(_ROUNDS):
        off = np.abs(_levels(ellipse, points) - 1)
        near = off < max(2 * float(np.median(off)), 0.04)
        if near.sum() < _FEWEST * len(points) or np.array_equal(near, kept):
            break
        kept = near
        ellipse = _fit(points[kept])
    return ellipse


def _fit(points: NDArray[np.float64]) -> Ellipse:
    (x, y), (wide, high), angle = cv2.fitEllipseDirect(points.astype(np.float32))
    return Ellipse(x, y, max(wide / 2, 0.5), max(high / 2, 0.5), math.radians(angle)).upright()


def _levels(ellipse: Ellipse, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (n,): the relative distance of each point from the centre, 1 on the edge."""
    right, down = points[:, 0] - ellipse.x, points[:, 1] - ellipse.y
    cosine, sine = math.cos(ellipse.angle), math.sin(ellipse.angle)
    levels: NDArray[np.float64] = np.hypot(
        (right * cosine + down * sine) / ellipse.a, (down * cosine - right * sine) / ellipse.b
    )
    return levels
