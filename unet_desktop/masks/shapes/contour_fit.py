"""Fit a contour to a piece of a region, with as few knots as follow its edge."""

from __future__ import annotations

import numpy as np

from unet_desktop.masks.shapes.contour import STEPS, Contour, distances_to_line
from unet_desktop.masks.shapes.piece import Piece, smooth_edge
from unet_desktop.masks.shapes.polygon import Points

INITIAL_KNOTS, MAX_KNOTS = 8, 16
"""Initial number of knots, and the most that are still easier to edit than pixels."""
TOLERANCE = 0.01
"""Largest distance of the curve from the edge relative to the piece's size; at least a pixel is allowed."""


def fit_contour(piece: Piece) -> Contour:
    """Return a contour around the piece: knots evenly spaced on its edge, and more where the curve would leave it.

    The curve stays within a pixel or `TOLERANCE` of the piece's larger side, unless that needs more than `MAX_KNOTS`.
    """
    edge = smooth_edge(piece)
    allowed = max(1.0, TOLERANCE * max(piece.plane.shape))
    ahead = _directions(edge)
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(edge, axis=0), axis=1))])
    wanted = np.arange(INITIAL_KNOTS) * (length[-1] / INITIAL_KNOTS)
    places = np.unique(np.searchsorted(length, wanted))
    contour = Contour(edge[places], ahead[places])
    while len(places) < MAX_KNOTS:
        away, worst = _farthest(contour, edge, places)
        if away <= allowed:
            break
        places = np.unique(np.append(places, worst))
        contour = Contour(edge[places], ahead[places])
    return contour


def greatest_deviation(contour: Contour, piece: Piece) -> float:
    """Return the greatest distance of the piece's edge from the contour, in pixels."""
    edge, line = smooth_edge(piece), contour.outline()
    apart = max(1, len(edge) // 400)
    return float(distances_to_line(edge[::apart], np.append(line, line[:1], axis=0))[0].min(axis=1).max())


def _directions(edge: Points) -> Points:
    """Return (N,) the direction of the edge at each point, over a few points' distance."""
    over = max(1, len(edge) // 100)
    forward = np.roll(edge, -over, axis=0) - np.roll(edge, over, axis=0)
    return np.asarray(np.arctan2(forward[:, 1], forward[:, 0]))


def _farthest(contour: Contour, edge: Points, places: np.ndarray) -> tuple[float, int]:
    """Return the edge's greatest distance from the curve in pixels, away from knots, and the index of that point."""
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
