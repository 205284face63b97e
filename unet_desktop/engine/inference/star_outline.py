"""Smooth outlines of disc and cup from a network's probabilities, each star-convex and the cup within the disc.

On a camera that it does not know, a network leaves bays in the rim and follows atrophy outwards. Discs and cups are
close to ellipses, so each outline is described by a few harmonics of its radius around its centre, fitted so that a
part of the outline that does not agree with the rest counts little. Star-convex outlines: Schmidt et al. 2018, "Cell
Detection with Star-convex Polygons", arXiv:1806.03535, section 2, where a network predicts the radii themselves. What
this gains: docs/experiments/2026-11-30-other-cameras.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from unet_desktop.engine.inference.predictor import Probabilities
from unet_desktop.images.box import Box, bounding_box
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import LabelSet
from unet_desktop.masks.anatomy import largest_component
from unet_desktop.masks.measure import cup_and_disc

DIRECTIONS = 128
STEPS_PER_PIXEL = 2
DISC_HARMONICS = 2
CUP_HARMONICS = 3
"""A disc is an ellipse, a little off its centre; a cup may have a notch."""
REWEIGHTINGS = 5
CENTRINGS = 2
MIN_PIXELS = 30
"""Smaller regions keep the network's outline."""
REACH = 4
"""Pixels around the largest piece that count for it: beyond, a lesion that touches nothing would."""
OUTLIER = 1.5
"""Residuals beyond this many standard deviations count less, by the square of how far they are beyond it."""
NORMAL = 1.4826
"""Standard deviation over median absolute deviation of normally distributed values."""
MIN_DEVIATION = 0.01
"""Of the mean radius."""
CUT_OFF = 1.5
"""Pixels: a region that comes nearer to the picture's border is cut off there."""
MIN_TRUSTED = 1 / 3
"""Share of the directions: if fewer end within the picture, all count."""
RIDGE = 1e-3
"""Keeps the fit defined where few directions count."""
MIN_EDGE, MAX_EDGE = 0.5, 4.0
"""Pixels: limits of the logistic edge's scale."""

_ANGLES = np.arange(DIRECTIONS) * (2.0 * math.pi / DIRECTIONS)
Radii = NDArray[np.float64]
"""(DIRECTIONS,) distances from a centre, clockwise from the right, pixels."""
Plane = NDArray[np.float32]
"""(h, w) float32 probabilities."""


@dataclass(frozen=True, slots=True)
class StarOutline:
    """An outline around a centre.

    Attributes:
        x, y: the centre, in OpenCV's coordinates: pixel centres.
        radii: see `Radii`.
        edge: scale of the logistic function across the outline, pixels: how sure the network is of it.
    """

    x: float
    y: float
    radii: Radii
    edge: float

    def render(self, height: int, width: int) -> Plane:
        """(height, width) float32 probabilities: 0.5 on the outline."""
        plane = np.zeros((height, width), np.float32)
        reach = float(self.radii.max()) + 8.0 * self.edge
        top, bottom = max(0, math.floor(self.y - reach)), min(height, math.ceil(self.y + reach) + 1)
        left, right = max(0, math.floor(self.x - reach)), min(width, math.ceil(self.x + reach) + 1)
        if top >= bottom or left >= right:
            return plane
        down, across = np.mgrid[top:bottom, left:right].astype(np.float32)
        distance, angle = cv2.cartToPolar(across - np.float32(self.x), down - np.float32(self.y))
        at = angle * np.float32(DIRECTIONS / (2.0 * math.pi))
        before = at.astype(np.int32)
        share = at - before
        radii = self.radii.astype(np.float32)
        radius = radii[before % DIRECTIONS] * (1.0 - share) + radii[(before + 1) % DIRECTIONS] * share
        steepness = np.clip((distance - radius) / np.float32(self.edge), -30.0, 30.0)
        plane[top:bottom, left:right] = 1.0 / (1.0 + np.exp(steepness))
        return plane


def outline_disc_and_cup(planes: Probabilities, labels: LabelSet, picture: Box | None = None) -> Probabilities:
    """The probabilities with those of disc and cup replaced by what their outlines give; without both, unchanged.

    Args:
        planes: (R, h, w) float32 on a crop.
        labels: one per plane.
        picture: the pixels of the crop that show the picture; None: all of them. Where a disc is cut off by the
            picture's border, the rest of its outline says where it goes on.
    """
    pair = cup_and_disc(labels)
    if pair is None or not all(label.unique for label in pair):
        return planes
    cup_at, disc_at = (labels.labels.index(label) for label in pair)
    disc = fit_outline(planes[disc_at], DISC_HARMONICS, picture)
    if disc is None:
        return planes
    outlined = planes.copy()
    outlined[disc_at] = disc.render(*planes.shape[1:])
    within = np.minimum(planes[cup_at], outlined[disc_at])
    cup = fit_outline(within, CUP_HARMONICS, picture)
    outlined[cup_at] = within if cup is None else np.minimum(cup.render(*planes.shape[1:]), outlined[disc_at])
    return outlined


def fit_outline(plane: Plane, harmonics: int, picture: Box | None = None) -> StarOutline | None:
    """The outline of the plane's largest region above 0.5; None if that is smaller than `MIN_PIXELS`.

    Args:
        plane: (h, w) float32 probabilities.
        harmonics: of the radius as a function of the direction.
        picture: see `outline_disc_and_cup`.
    """
    shown = np.zeros(plane.shape, np.float32)
    shown[(picture or Box(0, 0, *plane.shape)).slices] = 1.0
    plane = plane * shown
    above = largest_component(plane >= 0.5)
    if np.count_nonzero(above) < MIN_PIXELS:
        return None
    box = bounding_box(above)
    near = cv2.dilate(above.view(np.uint8), np.ones((2 * REACH + 1,) * 2, np.uint8)) > 0
    plane = np.where(near, plane, np.float32(0.0))
    rows, columns = np.nonzero(above)
    x, y, reach = float(columns.mean()), float(rows.mean()), float(max(box.height, box.width) + 2 * REACH)
    for _ in range(CENTRINGS):
        radii = _fit_radii(_to_polar(plane, x, y, reach), _to_polar(shown, x, y, reach), harmonics)
        moments = cv2.moments(_points(x, y, radii))
        if not moments["m00"] >= MIN_PIXELS:  # a region that no outline around its centre describes, as a thin ring
            return None
        x, y = moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]
    polar = _to_polar(plane, x, y, reach)
    radii = _fit_radii(polar, _to_polar(shown, x, y, reach), harmonics)
    # A logistic function falls from 3/4 to 1/4 within 2 ln 3 of its scale.
    fall = np.median((polar >= 0.25).sum(axis=1) - (polar >= 0.75).sum(axis=1)) / STEPS_PER_PIXEL
    edge = min(max(float(fall) / (2.0 * math.log(3.0)), MIN_EDGE), MAX_EDGE)
    return StarOutline(x, y, radii, edge)


def _to_polar(plane: Plane, x: float, y: float, reach: float) -> Plane:
    """(DIRECTIONS, n) float32: the plane along each ray, in steps of 1 / `STEPS_PER_PIXEL`; 0 outside the plane."""
    shape = (math.ceil(reach * STEPS_PER_PIXEL), DIRECTIONS)
    flags = cv2.INTER_LINEAR | cv2.WARP_FILL_OUTLIERS
    return np.asarray(cv2.warpPolar(plane, shape, (x, y), shape[0] / STEPS_PER_PIXEL, flags), np.float32)


def _fit_radii(polar: Plane, shown: Plane, harmonics: int) -> Radii:
    """Radii with that many harmonics, by least squares, reweighted so that outliers count little.

    Directions in which the picture ends before the region does count nothing, unless that is most of them.

    Args:
        polar: the region's probabilities along each ray, from `_to_polar`.
        shown: 1 where the picture is, along the same rays.
        harmonics: see `fit_outline`.
    """
    radii, ends = (one.sum(axis=1, dtype=np.float64) / STEPS_PER_PIXEL for one in (polar, shown))
    trusted = (radii < ends - CUT_OFF).astype(np.float64)
    if trusted.sum() < DIRECTIONS * MIN_TRUSTED:
        trusted = np.ones(DIRECTIONS)
    basis = _harmonic_basis(harmonics)
    weights, fitted = trusted, radii
    for _ in range(REWEIGHTINGS):
        weighted = basis * weights[:, np.newaxis]
        fitted = basis @ np.linalg.solve(basis.T @ weighted + RIDGE * np.eye(basis.shape[1]), weighted.T @ radii)
        residuals = np.abs(radii - fitted)
        typical = float(np.median(residuals[trusted > 0]))
        deviation = max(NORMAL * typical, MIN_DEVIATION * float(radii.mean()), RIDGE)
        weights = trusted / np.maximum(1.0, residuals / (OUTLIER * deviation)) ** 2
    return np.asarray(np.maximum(fitted, 1.0), np.float64)


@cache
def _harmonic_basis(harmonics: int) -> NDArray[np.float64]:
    """(DIRECTIONS, 1 + 2 * harmonics): a constant and the cosine and sine of each harmonic."""
    waves = [wave(order * _ANGLES) for order in range(1, harmonics + 1) for wave in (np.cos, np.sin)]
    return np.stack([np.ones(DIRECTIONS), *waves], axis=1)


def _points(x: float, y: float, radii: Radii) -> NDArray[np.float32]:
    """(DIRECTIONS, 2) float32 columns and rows of the outline."""
    return np.stack([x + radii * np.cos(_ANGLES), y + radii * np.sin(_ANGLES)], axis=1).astype(np.float32)
