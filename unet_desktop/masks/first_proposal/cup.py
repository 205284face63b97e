"""Cup: an ellipse inside the disc round what is paler than the rim.

Only depth shows a cup for certain, and a photograph has none. Its pallor is a hint, so the path of the steepest drop
of brightness is held near the size that cups usually have.
"""

from __future__ import annotations

import math

import numpy as np

from unet_desktop.images.opencv import cv2
from unet_desktop.masks.first_proposal.edge import best_closed_path, drop_outwards, ellipse_through, sample_rays, turns
from unet_desktop.masks.first_proposal.view import Plane
from unet_desktop.masks.shapes.ellipse import Ellipse

_SIDE = 128  # of the disc brought to a circle, pixels
_RADIUS = 48
_RAYS = 64
_RADII = np.arange(4.0, 0.95 * _RADIUS)
_USUAL = 0.6  # of the disc's radius
_SPREAD = 0.35  # of the logarithm of that share
_STRAY = 0.4
_BRIGHTEST = 75  # percentile of brightness in the disc from which the cup's middle is taken
_SHIFT = 0.2  # how far the cup's middle goes from the disc's towards that


def find_cup(green: Plane, disc: Ellipse) -> Ellipse:
    """Return the ellipse of the cup; coordinates are those of the (h, w) float32 green channel."""
    flat = _disc_as_circle(green, disc)
    rows, columns = np.mgrid[:_SIDE, :_SIDE] + 0.5 - _SIDE / 2
    inner = np.hypot(rows, columns) < 0.8 * _RADIUS
    pale = inner & (flat >= np.percentile(flat[inner], _BRIGHTEST))
    x, y = (float(_SHIFT * part[pale].mean()) for part in (columns, rows))
    middle = _SIDE / 2
    drop = drop_outwards(sample_rays(flat, middle + x - 0.5, middle + y - 0.5, _RAYS, _RADII), 4)
    worth = np.clip(drop / (np.percentile(np.abs(drop), 90) + 1), -1, 1)
    worth -= (_STRAY * (np.log(_RADII / (_USUAL * _RADIUS)) / _SPREAD) ** 2).astype(np.float32)
    radii, directions = _RADII[best_closed_path(worth)], turns(_RAYS)
    points = np.stack([x + np.cos(directions) * radii, y + np.sin(directions) * radii], axis=1) / _RADIUS
    along, across = points[:, 0] * disc.a, points[:, 1] * disc.b
    cosine, sine = math.cos(disc.angle), math.sin(disc.angle)
    right, down = along * cosine - across * sine, along * sine + across * cosine
    return ellipse_through(np.stack([disc.x + right, disc.y + down], axis=1))


def _disc_as_circle(green: Plane, disc: Ellipse) -> Plane:
    """Return the disc as a circle of `_RADIUS` pixels round the middle of a square, its vessels filled."""
    shrink = max(disc.a, disc.b) / _RADIUS
    if shrink > 1.5:  # average before sampling
        green = np.asarray(cv2.GaussianBlur(green, (0, 0), shrink / 2), np.float32)
    cosine, sine = math.cos(disc.angle), math.sin(disc.angle)
    along, across = disc.a / _RADIUS, disc.b / _RADIUS
    back = np.array([[along * cosine, -across * sine, 0.0], [along * sine, across * cosine, 0.0]])
    middle = _SIDE / 2 - 0.5
    back[:, 2] = np.array([disc.x - 0.5, disc.y - 0.5]) - back[:, :2] @ [middle, middle]
    flat = cv2.warpAffine(
        green,
        back,
        (_SIDE, _SIDE),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    filled = cv2.morphologyEx(flat, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (15, 15)))
    return np.asarray(cv2.GaussianBlur(filled, (0, 0), 1.5), np.float32)
