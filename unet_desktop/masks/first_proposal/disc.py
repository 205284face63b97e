"""Disc: an ellipse for the optic disc of a fundus photograph, or none where nothing looks like one.

1. The place: where the vessels converge and it is brighter than around.
2. The size: along rays from there, the radii at which brightness drops on most rays, the vessels filled.
3. The edge: for each of these radii, the closed path of the steepest drop, mostly in red, and the ellipse through it.
4. The choice: the ellipse into which the vessels converge and whose edge is clear; none if the best is neither.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.crop import Square, extract
from unet_desktop.images.opencv import cv2
from unet_desktop.masks.first_proposal.edge import (
    best_closed_path,
    drop_outwards,
    ellipse_through,
    sample_rays,
    turns,
)
from unet_desktop.masks.first_proposal.vessels import Vessels, convergence, convergence_map, find_vessels
from unet_desktop.masks.first_proposal.view import (
    FieldOfView,
    Plane,
    close_dark,
    field_of_view,
    lit_part,
    log_brightness,
    mean_around,
)
from unet_desktop.masks.shapes.ellipse import Ellipse

RADIUS = 36
"""Of a disc in a close-up, pixels."""
USUAL_RADIUS = 0.07
"""Of a disc in a photograph of about 45 degrees, relative to the field's shorter side."""
HALF = 100
"""Half the side of a close-up."""
_VESSEL = 15  # pixels of a close-up that a vessel is narrower than
_RAYS = 72
_RADII = np.arange(10.0, 80.0)
_RED, _GREEN = 0.8, 0.2  # the rim's edge is clearest in red, the cup's in green
_STRAY = 0.15  # worth lost by an edge that is exp(0.35) times the expected radius
_PLACES = 2
_SIZES = 4
_SMALLEST, _LARGEST, _STEP = 0.02, 0.6, 1.05  # radii relative to the field's shorter side; ratio of neighbours
_LEAST_CONVERGENCE, _LEAST_DROP, _LEAST_DARKER, _LEAST_SCORE = 0.15, 0.05, 0.8, 0.85
_LEAST_IN_VIEW = 0.4  # of the surroundings, below which too few vessels are seen
_NOTICEABLE = 0.03  # difference of logarithms


@dataclass(frozen=True, slots=True, eq=False)
class CloseUp:
    """The surroundings of a candidate, brought to one size.

    Attributes:
        pixels: (2 HALF, 2 HALF, 3) uint8 RGB.
        field: the same size, uint8: 1 in the field of view.
        scale: pixels here for one of the working picture.
        left, top: of its corner in the working picture.
    """

    pixels: NDArray[np.uint8]
    field: NDArray[np.uint8]
    scale: float
    left: float
    top: float

    def to_view(self, ellipse: Ellipse) -> Ellipse:
        """Return an ellipse of the close-up in pixels of the working picture."""
        return ellipse.scale(1 / self.scale).shift(self.left, self.top)

    def from_view(self, ellipse: Ellipse) -> Ellipse:
        """Return an ellipse of the working picture in pixels of the close-up."""
        return ellipse.shift(-self.left, -self.top).scale(self.scale)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be the disc.

    Attributes:
        ellipse: in pixels of the working picture.
        converging: how far the vessels around run towards it, -1 to 1.
        drop: how much darker it is just outside than just inside, in red, on the quarter of the edge where that is
            least clear; a difference of logarithms.
        darker_outside: share of the edge on which it is darker outside.
        vessels: mean depth of the vessels inside.
        place: 0 for the likeliest place.
    """

    ellipse: Ellipse
    converging: float
    drop: float
    darker_outside: float
    vessels: float
    place: int

    @property
    def score(self) -> float:
        """How much it looks like a disc; discs score about 1.2."""
        stretched = max(self.ellipse.a, self.ellipse.b) / min(self.ellipse.a, self.ellipse.b)
        return (
            min(self.converging, 0.5)
            + 0.5 * min(max(self.drop, -0.1), 0.3)
            + 0.3 * self.darker_outside
            + 5 * min(self.vessels, 0.06)
            - 0.1 * self.place
            - 0.7 * min(max(stretched - 1.2, 0), 1)
        )

    @property
    def convincing(self) -> bool:
        """Whether it is more likely a disc than not."""
        return (
            self.converging >= _LEAST_CONVERGENCE
            and self.drop >= _LEAST_DROP
            and self.darker_outside >= _LEAST_DARKER
            and self.score >= _LEAST_SCORE
        )


def find_disc(view: FieldOfView) -> Candidate | None:
    """Return what looks most like an optic disc; None where nothing does."""
    convincing = (candidate for candidate in candidates(view) if candidate.convincing)
    return max(convincing, key=lambda candidate: candidate.score, default=None)


def candidates(view: FieldOfView) -> list[Candidate]:
    """Return an ellipse for each likely place and size."""
    found = []
    levels = _levels(view)
    for place, (x, y) in enumerate(likely_places(view)):
        for radius in likely_radii(view, x, y):
            ellipse = Ellipse(x, y, radius, radius)
            for _ in range(2):
                ellipse = fit_edge(close_up(levels, ellipse))
            found.append(_measure_candidate(close_up(levels, ellipse), ellipse, place))
    return found


def likely_places(view: FieldOfView) -> list[tuple[float, float]]:
    """Return points of the working picture where vessels converge and it is bright, the likeliest first."""
    half = (max(view.field.shape[1] // 2, 1), max(view.field.shape[0] // 2, 1))
    green = view.pixels[..., 1].astype(np.float32)
    filled = np.where(view.field > 0, green, mean_around(green, view.field, 12)).astype(np.float32)
    fine = find_vessels(filled, view.field, 19)
    vessels = Vessels(*(_resize(plane, half) for plane in (fine.depth, fine.along_x, fine.along_y, fine.strength)))
    field = np.asarray(cv2.resize(view.field, half, interpolation=cv2.INTER_NEAREST), np.uint8)
    radius = min(field.shape) / 2
    light = _resize(0.5 * (log_brightness(view.pixels[..., 0]) + log_brightness(view.pixels[..., 1])), half)
    brighter = mean_around(light, field, 0.05 * radius) - mean_around(light, field, 0.3 * radius)
    likely = convergence_map(vessels, field, 0.05 * radius, 0.6 * radius) * np.sqrt(np.maximum(brighter, 0) + 0.01)
    likely = np.where(field > 0, likely, 0).astype(np.float32)
    places: list[tuple[float, float]] = []
    for _ in range(_PLACES):
        row, column = np.unravel_index(int(likely.argmax()), likely.shape)
        if likely[row, column] <= 0:
            break
        places.append((2 * (float(column) + 0.5), 2 * (float(row) + 0.5)))
        cv2.circle(likely, (int(column), int(row)), max(int(0.12 * radius), 3), 0.0, -1)
    return places


def likely_radii(view: FieldOfView, x: float, y: float) -> list[float]:
    """Return the radii, pixels, at which it becomes darker on most rays from a point, the clearest first.

    Radii grow by a constant ratio, so that every size is looked at alike. Vessels run along the rays, so closing across
    them fills them at any size.
    """
    count = int(math.log(_LARGEST / _SMALLEST) / math.log(_STEP))
    radii = np.array([_SMALLEST * view.extent * _STEP**place for place in range(count)])
    field = sample_rays(view.field.astype(np.float32), x - 0.5, y - 0.5, _RAYS, radii) > 0.5
    drop = np.zeros((_RAYS, count), np.float32)
    for channel, weight in ((0, 0.7), (1, 0.3)):
        light = log_brightness(view.pixels[..., channel])
        polar = sample_rays(light, x - 0.5, y - 0.5, _RAYS, radii)
        around = np.vstack([polar[-7:], polar, polar[:7]])
        filled = cv2.morphologyEx(around, cv2.MORPH_CLOSE, np.ones((7, 1), np.uint8))[7:-7]
        drop += weight * np.clip(drop_outwards(np.asarray(filled, np.float32), 4), -0.4, 0.4)
    profile = cv2.GaussianBlur((drop * field).mean(axis=0)[np.newaxis], (0, 0), 1.0)[0]
    inner = np.arange(2, count - 2)
    peaks = inner[
        (profile[inner] >= profile[inner - 1]) & (profile[inner] > profile[inner + 1]) & (profile[inner] > 0.01)
    ]
    return [float(radii[peak]) for peak in sorted(peaks, key=lambda peak: -profile[peak])[:_SIZES]]


def places_of_convergence(picture: NDArray[np.uint8]) -> list[Ellipse]:
    """Return circles where vessels converge, in image pixels, the likeliest place first.

    For each place the radii at which it becomes darker, and that of a disc in a photograph of 45 degrees, which counts
    where a dark disc lies in something brighter.

    Args:
        picture: (H, W, 3) uint8 RGB.
    """
    view = field_of_view(picture)
    if view is None:
        return []
    usual = USUAL_RADIUS * view.extent
    return [
        view.to_picture(Ellipse(x, y, radius, radius))
        for x, y in likely_places(view)
        for radius in [usual, *likely_radii(view, x, y)]
    ]


def measure_convergence(picture: NDArray[np.uint8], x: float, y: float, radius: float) -> float | None:
    """Return how far vessels around a circle run towards it, -1 to 1; None where little of its surroundings is in view.

    Args:
        picture: (H, W, 3) uint8 RGB.
        x, y: of the middle, image pixels.
        radius: image pixels.
    """
    pixels = extract(picture, Square(x, y, 2 * HALF * radius / RADIUS), 2 * HALF)
    field = lit_part(pixels)
    inside = _around() & _inner(field)
    if np.count_nonzero(inside) < _LEAST_IN_VIEW * np.count_nonzero(_around()):
        return None
    return convergence(_vessels_in(pixels, field), inside.astype(np.uint8))


def fit_edge(close: CloseUp) -> Ellipse:
    """Return the ellipse through the steepest drop of brightness round the middle, pixels of the working picture."""
    worth = np.zeros((_RAYS, len(_RADII)), np.float32)
    for channel, weight in ((0, _RED), (1, _GREEN)):
        polar = sample_rays(_without_vessels(close, channel), HALF - 0.5, HALF - 0.5, _RAYS, _RADII)
        drop = drop_outwards(polar, 5)
        worth += weight * np.clip(drop / (np.percentile(np.abs(drop), 95) + 2), -1, 1)
    worth -= (_STRAY * (np.log(_RADII / RADIUS) / 0.35) ** 2).astype(np.float32)
    radii = _RADII[best_closed_path(worth)]
    directions = turns(_RAYS)
    points = np.stack([HALF + np.cos(directions) * radii, HALF + np.sin(directions) * radii], axis=1)
    return close.to_view(ellipse_through(points))


def close_up(levels: list[FieldOfView], ellipse: Ellipse) -> CloseUp:
    """Return the surroundings of an ellipse of the working picture, its mean radius brought to `RADIUS`."""
    scale = RADIUS / math.sqrt(ellipse.a * ellipse.b)
    level = min(max(round(-math.log2(scale)), 0), len(levels) - 1)
    source, shrunk = levels[level], 2.0**-level
    left, top = ellipse.x - HALF / scale, ellipse.y - HALF / scale
    whole = scale / shrunk
    move = np.array(
        [
            [whole, 0, -left * scale + (whole - 1) / 2],
            [0, whole, -top * scale + (whole - 1) / 2],
        ]
    )
    size = (2 * HALF, 2 * HALF)
    pixels = cv2.warpAffine(source.pixels, move, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    field = cv2.warpAffine(source.field, move, size, flags=cv2.INTER_NEAREST)
    return CloseUp(np.asarray(pixels, np.uint8), np.asarray(field, np.uint8), scale, left, top)


def _levels(view: FieldOfView) -> list[FieldOfView]:
    """Return the working picture and smaller ones, each half the one before."""
    levels = [view]
    while min(levels[-1].field.shape) > 64 and len(levels) < 4:
        last = levels[-1]
        size = (max(round(last.field.shape[1] / 2), 1), max(round(last.field.shape[0] / 2), 1))
        pixels = np.asarray(cv2.resize(last.pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
        field = np.asarray(cv2.resize(last.field, size, interpolation=cv2.INTER_NEAREST), np.uint8)
        levels.append(FieldOfView(pixels, field, view.left, view.top, last.scale / 2))
    return levels


def _measure_candidate(close: CloseUp, ellipse: Ellipse, place: int) -> Candidate:
    """Measure what tells a disc from something else."""
    vessels = _vessels_in(close.pixels, close.field)
    drops = _drops_at_edge(close, close.from_view(ellipse))
    return Candidate(
        ellipse,
        convergence(vessels, _vessel_area(close)),
        float(np.percentile(drops, 25)),
        float((drops > _NOTICEABLE).mean()),
        float(vessels.depth[_distance() < 0.9].mean()),
        place,
    )


def _vessels_in(pixels: NDArray[np.uint8], field: NDArray[np.uint8]) -> Vessels:
    return find_vessels(pixels[..., 1].astype(np.float32), field, _VESSEL, evenness=0.5)


def _vessel_area(close: CloseUp) -> NDArray[np.uint8]:
    """Return (h, w) uint8: 1 where vessels are looked at, around the disc or, where it fills the view, also in it."""
    around, inner = _around(), _inner(close.field)
    if np.count_nonzero(around & inner) < 0.15 * np.count_nonzero(around):
        around = (_distance() > 0.5) & (_distance() < 2.6)
    return (around & inner).astype(np.uint8)


@cache
def _distance() -> NDArray[np.float64]:
    """Return how far each pixel of a close-up is from its middle, in radii of the disc."""
    rows, columns = np.mgrid[: 2 * HALF, : 2 * HALF] + 0.5
    distance: NDArray[np.float64] = np.hypot(rows - HALF, columns - HALF) / RADIUS
    return distance


def _around() -> NDArray[np.bool_]:
    """Return which pixels of a close-up surround the disc."""
    around: NDArray[np.bool_] = (_distance() > 1.1) & (_distance() < 2.6)
    return around


def _inner(field: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return the field without its border, where lines are made up."""
    return np.asarray(cv2.erode(field, np.ones((9, 9), np.uint8)) > 0, np.bool_)


def _drops_at_edge(close: CloseUp, ellipse: Ellipse) -> Plane:
    """Return (rays,) float32: how much brighter it is just inside the ellipse than just outside, in red."""
    light = np.log(_without_vessels(close, 0) + 10)
    inside, outside = (
        np.mean([_along(light, ellipse, share) for share in shares], axis=0) for shares in ((0.82, 0.92), (1.08, 1.18))
    )
    drops: Plane = inside - outside
    return drops


def _along(plane: Plane, ellipse: Ellipse, share: float) -> Plane:
    """Return the plane along an ellipse `share` times as large."""
    larger = Ellipse(ellipse.x, ellipse.y, share * ellipse.a, share * ellipse.b, ellipse.angle)
    points = (larger.outline(_RAYS) - 0.5).astype(np.float32)[np.newaxis]
    values = cv2.remap(plane, points[..., 0], points[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(values[0], np.float32)


def _without_vessels(close: CloseUp, channel: int) -> Plane:
    filled = close_dark(close.pixels[..., channel].astype(np.float32), _VESSEL)
    return np.asarray(cv2.GaussianBlur(filled, (0, 0), 1.5), np.float32)


def _resize(plane: Plane, size: tuple[int, int]) -> Plane:
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)
