"""Fit an ellipse to points on an edge or to a region."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.box import Box
from unet_desktop.masks.regions import Region
from unet_desktop.masks.shapes.ellipse import Ellipse
from unet_desktop.masks.shapes.polygon import Points

MIN_POINTS = 3
"""Fewest points that define a shape."""
_FLATTEST = 4.0
"""Ratio of the axes beyond which a fit is rejected: no disc and hardly any nucleus is flatter."""
_LARGEST = 4.0
"""Largest ellipse relative to the spread of the points: beyond it they are a short arc that determines nothing."""

_TO_CIRCLE = 0.3
"""Weight of the pull towards a circle; chosen on the 50 photographs of Drishti-GS1 (benchmarks/ellipse.py)."""


def fit_ellipse(points: Points) -> Ellipse | None:
    """Fit an ellipse to points on an edge, (N, 2) float64; None for fewer than two distinct points.

    Two points are a diameter of a circle, three lie on a circle, four on an ellipse with upright axes, and five or more
    on any ellipse. If a form does not fit or is implausible, the next simpler one is used.
    """
    if len(points) < 2:
        return None
    middle = points.mean(axis=0)
    spread = float(np.abs(points - middle).max())
    if not spread > 1e-6:
        return None
    scaled = (points - middle) / spread  # values near 1: the equations contain products of four coordinates
    for least, form in ((5, _fit_general), (4, _fit_upright), (3, _fit_circle)):
        found = form(scaled) if len(points) >= least else None
        if found is not None and _is_plausible(found, scaled):
            break
    else:
        found = _circle_on_diameter(scaled)
    return Ellipse(
        float(middle[0] + spread * found.x),
        float(middle[1] + spread * found.y),
        max(spread * found.a, 0.5),
        max(spread * found.b, 0.5),
        found.angle,
    ).upright()


def fit_ellipse_to_region(box: Box, plane: Region) -> Ellipse | None:
    """Return the ellipse with the region's centroid and second moments; None if the region is empty.

    A filled ellipse has variance s²/4 along a semi-axis s; each pixel adds 1/12.

    Args:
        box: where the plane is.
        plane: (h, w) bool.
    """
    rows, columns = np.nonzero(plane)
    if rows.size == 0:
        return None
    covariance = np.cov(np.stack([columns, rows]).astype(np.float64), bias=True) + np.eye(2) / 12
    variances, axes = np.linalg.eigh(covariance)
    b, a = 2 * np.sqrt(variances)
    angle = math.atan2(axes[1, 1], axes[0, 1])
    x, y = columns.mean() + box.left + 0.5, rows.mean() + box.top + 0.5
    return Ellipse(float(x), float(y), float(a), float(b), angle).upright()


def _is_plausible(ellipse: Ellipse, points: Points) -> bool:
    long, short = max(ellipse.a, ellipse.b), min(ellipse.a, ellipse.b)
    apart = float(np.linalg.norm(np.ptp(points, axis=0)))
    return math.isfinite(long) and short > 0 and long <= _FLATTEST * short and 2 * long <= _LARGEST * apart


def _fit_general(points: Points) -> Ellipse | None:
    """Fit by direct least squares, which needs no initial value and always yields an ellipse.

    Fitzgibbon, Pilu, Fisher 1999, "Direct least square fitting of ellipses", IEEE PAMI 21(5), pp. 476-480, in the
    numerically stable form of Halíř and Flusser 1998, "Numerically stable direct least squares fitting of ellipses",
    WSCG, pp. 125-132.
    """
    x, y = points.T
    quadratic = np.stack([x * x, x * y, y * y], axis=1)
    linear = np.stack([x, y, np.ones_like(x)], axis=1)
    mixed, lower = quadratic.T @ linear, linear.T @ linear
    if np.linalg.cond(lower) > 1e12:  # all on one line
        return None
    to_linear = -np.linalg.solve(lower, mixed.T)
    reduced = quadratic.T @ quadratic + mixed @ to_linear
    reduced = np.stack([reduced[2] / 2, -reduced[1], reduced[0] / 2])
    _, vectors = np.linalg.eig(reduced)
    vectors = np.real(vectors)
    discriminant = 4 * vectors[0] * vectors[2] - vectors[1] ** 2
    if not (discriminant > 0).any():
        return None
    best = vectors[:, int(np.argmax(discriminant))]
    return _from_conic(np.concatenate([best, to_linear @ best]))


def _fit_upright(points: Points) -> Ellipse | None:
    x, y = points.T
    terms = np.stack([x * x, y * y, x, y], axis=1)
    # Four points on the diagonals do not determine which axis is longer: a weak pull towards the circle decides.
    terms = np.append(terms, [[_TO_CIRCLE, -_TO_CIRCLE, 0, 0]], axis=0)
    p, s, d, e = np.linalg.lstsq(terms, np.append(np.ones(len(x)), 0), rcond=None)[0]
    return _from_conic(np.array([p, 0.0, s, d, e, -1.0]))


def _fit_circle(points: Points) -> Ellipse | None:
    """Fit by algebraic least squares: Kåsa 1976, IEEE Trans. Instrumentation and Measurement 25(1), pp. 8-14."""
    x, y = points.T
    terms = np.stack([x, y, np.ones_like(x)], axis=1)
    d, e, f = np.linalg.lstsq(terms, x * x + y * y, rcond=None)[0]
    square = f + (d * d + e * e) / 4
    return Ellipse(d / 2, e / 2, math.sqrt(square), math.sqrt(square)) if square > 0 else None


def _circle_on_diameter(points: Points) -> Ellipse:
    apart = np.linalg.norm(points[:, np.newaxis] - points[np.newaxis], axis=2)
    one, other = np.unravel_index(int(np.argmax(apart)), apart.shape)
    middle, radius = (points[one] + points[other]) / 2, float(apart[one, other]) / 2
    return Ellipse(float(middle[0]), float(middle[1]), radius, radius)


def _from_conic(conic: NDArray[np.float64]) -> Ellipse | None:
    """Return the ellipse p x² + q x y + s y² + d x + e y + f = 0; None if the conic is not an ellipse."""
    p, q, s, d, e, f = conic
    form = np.array([[p, q / 2], [q / 2, s]])
    if not np.linalg.det(form) > 1e-9 * max(abs(p), abs(s)) ** 2:
        return None
    x, y = np.linalg.solve(2 * form, [-d, -e])
    level = -(p * x * x + q * x * y + s * y * y + d * x + e * y + f)
    values, axes = np.linalg.eigh(form)
    squares = level / values
    if not (squares > 0).all():
        return None
    a, b = np.sqrt(squares)
    return Ellipse(float(x), float(y), float(a), float(b), math.atan2(axes[1, 0], axes[0, 0]))
