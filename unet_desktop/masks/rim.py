"""Rim: the width of the neuroretinal rim between cup and disc by clock hour and quadrant, and the ISNT rule."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.box import Box
from unet_desktop.images.laterality import Eye
from unet_desktop.masks.regions import Mask

RAYS = 180
"""Number of directions in which the rim is measured: every 2 degrees."""
HOURS = 12
THIN = 0.1
"""Rim-to-disc ratio below which a rim is called thin: stage 5 of 10 of the disc damage likelihood scale for discs of
average size (Henderer 2006, "Disc damage likelihood scale", British Journal of Ophthalmology 90, 395-396, table 1)."""
EQUAL_WITHIN = 1.0
"""Difference in pixels below which two widths count as equal: a mask resolves no less than a pixel."""
NO_RIM = "no rim"
"""What a rule of rim widths says where there is none."""

_MAX_STEPS, _MIN_STEPS = 1024, 64
_STEPS_A_PIXEL = 2.0
_BLOCK = 64
"""Steps that are looked at together."""
_ANGLES = np.arange(RAYS) * (2 * np.pi / RAYS)
_ACROSS, _DOWN = np.sin(_ANGLES), -np.cos(_ANGLES)

Radii = NDArray[np.float64]
"""(RAYS,) float64: one value per direction; index 0 is 12 o'clock, then clockwise in the image."""


class Quadrant(StrEnum):
    """A quarter of the disc; nasal is towards the nose, temporal towards the temple."""

    INFERIOR = "I"
    SUPERIOR = "S"
    NASAL = "N"
    TEMPORAL = "T"


@dataclass(frozen=True, slots=True, eq=False)
class Rim:
    """Radii of the disc and cup edges around the disc's centroid.

    The width is the distance, along a ray from the centroid of the disc's region, between the outermost pixels of cup
    and disc; without cup on the ray, it is measured from the centroid. "Radial width of the rim" and its ratio to "the
    diameter of the disc in the same axis" follow Henderer 2006, British Journal of Ophthalmology 90, 395-396, note of
    table 1, which does not define the centre; using the centroid is our choice.

    Attributes:
        x, y: the centre, in image pixels; pixel (row, column) has its centre at (column + 0.5, row + 0.5).
        disc, cup: (RAYS,) radii of the edges, pixels; the cup's are 0 where no cup lies on the ray.
    """

    x: float
    y: float
    disc: Radii
    cup: Radii

    @property
    def has_cup(self) -> bool:
        """Whether there is a cup; without one the rim is the whole disc."""
        return bool(self.cup.any())

    @property
    def has_rim(self) -> bool:
        """Whether the rim is at least a pixel wide anywhere; where the cup covers the disc there is none to judge."""
        return bool((self.width >= EQUAL_WITHIN).any())

    @property
    def width(self) -> Radii:
        """(RAYS,) rim widths, pixels."""
        return self.disc - self.cup

    @property
    def ratio(self) -> Radii:
        """(RAYS,) rim-to-disc ratios: the width over the disc's diameter in the same axis, 0 to 1."""
        across = self.disc + np.roll(self.disc, RAYS // 2)
        return np.divide(self.width, across, out=np.zeros(RAYS), where=across > 0)

    @property
    def hours(self) -> Radii:
        """(HOURS,) mean width in the 30 degrees around each hour, pixels; index 0 is 12 o'clock."""
        return _sectors(self.width)

    @property
    def hour_ratios(self) -> Radii:
        """(HOURS,) mean rim-to-disc ratio in the 30 degrees around each hour; index 0 is 12 o'clock."""
        return _sectors(self.ratio)

    @property
    def thinnest(self) -> tuple[float, int]:
        """(smallest rim-to-disc ratio, its clock hour 1 to 12); of equal ones the middle of the longest run."""
        ratio = self.ratio
        place = _middle_of_longest(ratio <= ratio.min())
        return float(ratio[place]), round(place * HOURS / RAYS) % HOURS or HOURS

    @property
    def absent_degrees(self) -> float:
        """Degrees of the circumference in which the rim is less than a pixel wide, all stretches together."""
        return float(np.count_nonzero(self.width < EQUAL_WITHIN)) * 360 / RAYS

    @property
    def sides(self) -> tuple[float, float, float, float]:
        """Mean width in the 90 degrees around up, right, down and left of the image, pixels."""
        up, right, down, left = (float(mean) for mean in _sectors(self.width, 4))
        return up, right, down, left

    def quadrants(self, eye: Eye) -> dict[Quadrant, float] | None:
        """Return the mean width of each quadrant (90 degrees) in pixels; None if the eye is unknown."""
        nasal_is_right = eye.nasal_is_right
        if nasal_is_right is None:
            return None
        up, right, down, left = self.sides
        nasal, temporal = (right, left) if nasal_is_right else (left, right)
        return {
            Quadrant.INFERIOR: down,
            Quadrant.SUPERIOR: up,
            Quadrant.NASAL: nasal,
            Quadrant.TEMPORAL: temporal,
        }


@dataclass(frozen=True, slots=True)
class FoveaAxis:
    """The line from the centre of the disc to the fovea.

    Attributes:
        length: pixels.
        direction: of the fovea, degrees clockwise from the picture's top, 0 to 360.
    """

    length: float
    direction: float

    @property
    def tilt(self) -> float:
        """Degrees by which the fovea lies above the disc's centre, negative for below, -90 to 90."""
        return float(np.degrees(np.arcsin(np.cos(np.radians(self.direction)))))

    @property
    def eye(self) -> Eye:
        """The eye that has its fovea on this side of the disc; unknown if it lies above or below it."""
        across = np.sin(np.radians(self.direction))
        if abs(across) < _LEAST_ACROSS:
            return Eye.UNKNOWN
        return Eye.LEFT if across > 0 else Eye.RIGHT


_LEAST_ACROSS = 0.5
"""Sine of the least angle between the axis and the vertical: 30 degrees."""


def fovea_axis(rim: Rim, fovea: tuple[float, float] | None) -> FoveaAxis | None:
    """Return the axis from the disc's centroid to the fovea, (x, y) in image pixels; None without one."""
    if fovea is None:
        return None
    across, down = fovea[0] - rim.x, fovea[1] - rim.y
    length = float(np.hypot(across, down))
    return FoveaAxis(length, float(np.degrees(np.arctan2(across, -down)) % 360)) if length else None


def quadrants_by_fovea(rim: Rim, axis: FoveaAxis) -> dict[Quadrant, float] | None:
    """Return the mean width of each quadrant (90 degrees) in pixels, the temporal one centred on the disc-fovea axis.

    The axis takes the place of the picture's horizontal, as that from the centre of Bruch's membrane opening does in
    PLoS ONE 9(3), 2014, e92225, figure 1. Its direction is rounded to whole rays (2 degrees). None if the fovea lies so
    far above or below the disc that nobody can tell which side is which.
    """
    if axis.eye is Eye.UNKNOWN:
        return None
    turned = np.roll(rim.width, -round(axis.direction * RAYS / 360))
    temporal, clockwise, nasal, anticlockwise = (float(mean) for mean in _sectors(turned, 4))
    superior, inferior = (clockwise, anticlockwise) if axis.eye is Eye.RIGHT else (anticlockwise, clockwise)
    return {
        Quadrant.INFERIOR: inferior,
        Quadrant.SUPERIOR: superior,
        Quadrant.NASAL: nasal,
        Quadrant.TEMPORAL: temporal,
    }


def order_violations(quadrants: dict[Quadrant, float], rule: str) -> list[tuple[Quadrant, Quadrant]]:
    """Return the neighbouring pairs (wider, narrower) that violate a rule of rim widths; empty if it is met.

    ISNT: normal rims are widest inferiorly, then superiorly, nasally, temporally (Jonas, Gusek and Naumann 1988,
    "Optic disc, cup and neuroretinal rim size, configuration and correlations in normal eyes", Investigative
    Ophthalmology & Visual Science 29, 1151-1158), here with "at least as wide as" as in the abstract of Moon et al.
    2018, Korean Journal of Ophthalmology 32(1). IST omits the nasal side; many more normal eyes meet it (73 % against
    18 % of 280 in "Effect of age and disc size on rim order rules", Journal of Glaucoma 24, 2015, 377-382).

    Args:
        quadrants: mean widths, pixels.
        rule: the quadrants' letters from the widest to the narrowest, such as "ISNT".
    """
    order = [Quadrant(letter) for letter in rule]
    return [
        (narrower, wider)
        for wider, narrower in pairwise(order)
        if quadrants[narrower] - quadrants[wider] >= EQUAL_WITHIN
    ]


def measure_rim(
    part: Mask, box: Box, centre: tuple[float, float], *, disc: NDArray[np.bool_], cup: NDArray[np.bool_]
) -> Rim:
    """Measure the rim; the time does not depend on the size of the image, nor of a disc beyond 1,024 pixels.

    Args:
        part: (h, w) uint8, the mask's pixels in the bounding box of the disc's region.
        box: the bounding box, which is not empty.
        centre: (x, y) in the box, image pixels.
        disc, cup: (256,) bool, which pixel values belong to each region.
    """
    x, y = centre[0] - box.left, centre[1] - box.top
    reach = _reach(x, y, box)
    steps = int(np.clip(np.ceil(_STEPS_A_PIXEL * reach.max()), _MIN_STEPS, _MAX_STEPS))
    step = reach / steps
    edges = np.zeros((2, RAYS), np.intp)  # steps to the far side of each region's outermost pixel
    wanted = np.ones((2, RAYS), bool)
    for end in range(steps, 0, -_BLOCK):  # from outside, where most rays soon meet the disc
        rays = np.flatnonzero(wanted.any(axis=0))
        if not rays.size:
            break
        start = max(0, end - _BLOCK)
        along = step[rays, None] * (np.arange(start, end) + 0.5)
        # Rounding may put the last sample outside the box.
        columns = np.minimum((x + along * _ACROSS[rays, None]).astype(np.intp), part.shape[1] - 1)
        rows = np.minimum((y + along * _DOWN[rays, None]).astype(np.intp), part.shape[0] - 1)
        values = part[rows, columns]
        for index, table in enumerate((disc, cup)):
            last = _outermost(table[values])
            met = wanted[index, rays] & (last > 0)
            edges[index, rays[met]] = start + last[met]
            wanted[index, rays[met]] = False
    return Rim(*centre, *(edges * step))


def _reach(x: float, y: float, box: Box) -> Radii:
    """Return (RAYS,) distances from a point in the box to its border."""
    height, width = box.shape
    with np.errstate(divide="ignore"):
        sideways = np.where(_ACROSS > 0, width - x, x) / np.abs(_ACROSS)
        upright = np.where(_DOWN > 0, height - y, y) / np.abs(_DOWN)
    nearer: Radii = np.minimum(sideways, upright)
    return nearer


def _outermost(hit: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return (RAYS,) number of steps to the far side of the last hit on each ray; 0 without a hit."""
    last = hit.shape[1] - np.argmax(hit[:, ::-1], axis=1)
    found: NDArray[np.intp] = np.where(hit.any(axis=1), last, 0)
    return found


def _sectors(values: Radii, count: int = HOURS) -> Radii:
    """Return (count,) means over equal sectors, the first centred on 12 o'clock."""
    rays = RAYS // count
    means: Radii = np.roll(values, rays // 2).reshape(count, rays).mean(axis=1)
    return means


def _middle_of_longest(chosen: NDArray[np.bool_]) -> int:
    """Return the middle index of the longest cyclic run of True."""
    if chosen.all():
        return 0
    start = int(np.argmin(chosen))  # start outside any run, so that none is split
    turned = np.roll(chosen, -start).astype(np.int8)
    edges = np.flatnonzero(np.diff(turned, prepend=0, append=0))
    firsts, ends = edges[::2], edges[1::2]
    longest = int(np.argmax(ends - firsts))
    return int(start + (firsts[longest] + ends[longest] - 1) // 2) % len(chosen)
