"""Contour: a closed smooth curve through few knots; dragging a knot only changes the curve up to its neighbours.

Each knot has its own direction in which the curve passes it, and the pieces between knots are cubic Béziers whose
handles follow from the two directions. A Catmull-Rom spline takes each direction from the neighbours, so a drag also
bends the curve beyond them; a periodic cubic spline changes everywhere. Neither follows an outline with so few knots,
because they have no directions to fit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unet_desktop.masks.shapes.polygon import Points

MIN_KNOTS = 3
"""Minimum number of knots of a closed curve."""
STEPS = 24
"""Line segments per piece of the curve when it is drawn."""
_MIN_COSINE = -0.5
"""Limits the handles of directions more than 120 degrees from the chord, which would form loops."""


@dataclass(frozen=True, slots=True, eq=False)
class Contour:
    """A closed curve in image pixels.

    Attributes:
        knots: (N, 2) float64, at least `MIN_KNOTS` of them.
        directions: (N,) float64, of the curve at each knot, radians from the x axis towards the y axis.
    """

    knots: Points
    directions: NDArray[np.float64]

    def outline(self, steps: int = STEPS) -> Points:
        """Return (N * steps, 2) float64 points on the curve; each knot is the first point of its piece."""
        share = np.arange(steps) / steps
        return _bezier(self.controls(), share).reshape(-1, 2)

    def open_outline(self, steps: int = STEPS) -> Points:
        """Return ((N - 1) * steps + 1, 2) float64 points on the curve from the first knot to the last."""
        return self.outline(steps)[: (len(self.knots) - 1) * steps + 1]

    def move_knot(self, knot: int, x: float, y: float) -> Contour:
        """Return the contour with a knot moved; only the two adjacent pieces change.

        Its direction turns with the tangent of the circle through it and its neighbours.
        """
        knots, directions = self.knots.copy(), self.directions.copy()
        knots[knot] = x, y
        directions[knot] += _tangents(knots)[knot] - _tangents(self.knots)[knot]
        return Contour(knots, directions)

    def shift(self, right: float, down: float) -> Contour:
        """Return the contour moved by this many pixels."""
        return Contour(self.knots + np.array([right, down]), self.directions)

    def remove_knot(self, knot: int) -> Contour:
        """Return the contour without a knot; unchanged if too few would be left."""
        if len(self.knots) <= MIN_KNOTS:
            return self
        return Contour(np.delete(self.knots, knot, axis=0), np.delete(self.directions, knot))

    def insert_knot(self, span: int, share: float) -> Contour:
        """Return the contour with another knot on the curve, at this share (0..1) of the piece after knot `span`."""
        control = self.controls()[span : span + 1]
        point = _bezier(control, np.array([share]))[0, 0]
        ahead = np.diff(control[0], axis=0)
        pace = np.array([(1 - share) ** 2, 2 * share * (1 - share), share**2]) @ ahead
        direction = np.arctan2(pace[1], pace[0])
        return Contour(np.insert(self.knots, span + 1, point, axis=0), np.insert(self.directions, span + 1, direction))

    def at(self, span: int, share: float) -> tuple[float, float]:
        """Return the image point at this share (0..1) of the piece after knot `span`."""
        x, y = _bezier(self.controls()[span : span + 1], np.array([share]))[0, 0]
        return float(x), float(y)

    def nearest(self, x: float, y: float) -> tuple[int, float, float]:
        """Return (span, share, distance in pixels) of the curve's point nearest to an image point."""
        points = self.outline()
        distances, share = distances_to_line(np.array([[x, y]]), np.append(points, points[:1], axis=0))
        best = int(np.argmin(distances))
        span, step = divmod(best, STEPS)
        return span, (step + float(share[0, best])) / STEPS, float(distances[0, best])

    def controls(self) -> NDArray[np.float64]:
        """Return (N, 4, 2) float64: the Bézier control points of each piece.

        For a chord of length c at angle t to a circle, handles of length c * 2 / (3 (1 + cos t)) draw the circle's arc;
        for two angles, the mean cosine is used, which meets the conditions of Hobby 1986, "Smooth, easy to compute
        interpolating splines", Discrete and Computational Geometry 1, pp. 123-140.
        """
        ends, toward = np.roll(self.knots, -1, axis=0), np.roll(self.directions, -1)
        chord = ends - self.knots
        length, course = np.linalg.norm(chord, axis=1), np.arctan2(chord[:, 1], chord[:, 0])
        cosine = (np.cos(self.directions - course) + np.cos(toward - course)) / 2
        handle = (length * 2 / (3 * (1 + np.maximum(cosine, _MIN_COSINE))))[:, np.newaxis]
        handle = np.minimum(handle, length[:, np.newaxis])
        first = self.knots + handle * _unit(self.directions)
        second = ends - handle * _unit(toward)
        return np.stack([self.knots, first, second, ends], axis=1)


def contour_through(knots: Points) -> Contour:
    """Return the contour through knots (N, 2), each with the direction of the circle through it and its neighbours."""
    return Contour(knots, _tangents(knots))


def distances_to_line(points: Points, line: Points) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return two (P, L - 1) arrays: each point's distance from each segment of a line, and its share (0..1) there."""
    starts, steps = line[:-1], np.diff(line, axis=0)
    there = points[:, np.newaxis] - starts
    share = np.clip((there * steps).sum(axis=2) / np.maximum((steps**2).sum(axis=1), 1e-12), 0.0, 1.0)
    distances = np.linalg.norm(there - share[..., np.newaxis] * steps, axis=2)
    return np.asarray(distances), np.asarray(share)


def _tangents(knots: Points) -> NDArray[np.float64]:
    """Return (N,) the direction at each knot of the circle through it and its neighbours.

    With d the step to a knot and e the step from it, the tangent is along d / |d|² + e / |e|².
    """
    arriving, leaving = knots - np.roll(knots, 1, axis=0), np.roll(knots, -1, axis=0) - knots
    tangent = sum(step / np.maximum((step**2).sum(axis=1, keepdims=True), 1e-12) for step in (arriving, leaving))
    return np.asarray(np.arctan2(tangent[:, 1], tangent[:, 0]))


def _unit(directions: NDArray[np.float64]) -> Points:
    return np.stack([np.cos(directions), np.sin(directions)], axis=1)


def _bezier(controls: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (N, S, 2): the points at these shares of each piece."""
    weights = np.stack([(1 - share) ** 3, 3 * share * (1 - share) ** 2, 3 * share**2 * (1 - share), share**3], axis=1)
    points: NDArray[np.float64] = np.einsum("sk,nkc->nsc", weights, controls)
    return points
