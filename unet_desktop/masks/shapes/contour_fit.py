"""Fitting a contour to a piece of a region: as few knots as follow its edge."""

from __future__ import annotations

import numpy as np

from unet_desktop.masks.shapes.contour import STEPS, Contour, distances_to_line
from unet_desktop.masks.shapes.piece import Piece, smooth_edge
from unet_desktop.masks.shapes.polygon import Points

FIRST, MOST = 8, 16
"""Knots to begin with, and those beyond which a contour would be no easier to shape than the pixels."""
TOLERANCE = 0.01
"""Of the piece's size: how far the curve may be from the edge, but a pixel in any case."""


def fit_contour(piece: Piece) -> Contour:
    """A contour round the piece: knots evenly on its edge, and more where the curve would leave it.

    The curve stays within a pixel, or 0.5 % of the piece's height or width, unless that takes more than `MOST` knots.
    """
    edge = smooth_edge(piece)
    allowed = max(1.0, TOLERANCE * max(piece.plane.shape))
    ahead = _directions(edge)
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(edge, axis=0), axis=1))])
    wanted = np.arange(FIRST) * (length[-1] / FIRST)
    places = np.unique(np.searchsorted(length, wanted))
    contour = Contour(edge[places], ahead[places])
    while len(places) < MOST:
        away, worst = _farthest(contour, edge, places)
        if away <= allowed:
            break
        places = np.unique(np.append(places, worst))
        contour = Contour(edge[places], ahead[places])
    return contour


def greatest_deviation(contour: Contour, piece: Piece) -> float:
    """How far the piece's edge is away from the contour at most, in pixels."""
    edge, line = smooth_edge(piece), contour.outline()
    apart = max(1, len(edge) // 400)
    return float(distances_to_line(edge[::apart], np.append(line, line[:1], axis=0))[0].min(axis=1).max())


def _directions(edge: Points) -> Points:
    """(N,) in which the edge runs at each of its points, over a few points' distance."""
    over = max(1, len(edge) // 100)
    forward = np.roll(edge, -over, axis=0) - np.roll(edge, over, axis=0)
    return np.asarray(np.arctan2(forward[:, 1], forward[:, 0]))


def _farthest(contour: Contour, edge: Points, places: np.ndarray) -> tuple[float, int]:
    """Greatest distance of the edge from the curve in pixels, and at which of its points; far from every knot."""
    points = contour.outline().reshape(len(places), STEPS, 2)
    following = np.concatenate([points[:, 1:], np.roll(points, -1, axis=0)[:, :1]], axis=1)
    worst, place = 0.0, 0
    for piece, (start, end) in enumerate(zip(places, np.append(places[1:], places[0] + len(edge)), strict=True)):
        room = (end - start) // 4
        if room < 2:
            continue
        indices = np.arange(start + room, end - room) % len(edge)
        distances = distances_to_line(edge[indices], following[piece])[0].min(axis=1)
        at = int(np.argmax(distances))
        if distances[at] > worst:
            worst, place = float(distances[at]), int(indices[at])
    return worst, place
