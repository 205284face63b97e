"""Rim: how wide the ring between cup and disc is, round the clock, by quadrant, and what the ISNT rule says of it."""

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
"""Directions in which the rim is measured: every 2 degrees, so that no ray borders two hours or quadrants."""
HOURS = 12
THIN = 0.1
"""Rim-to-disc ratio below which a rim is called thin: stage 5 of 10 of the disc damage likelihood scale for discs of
average size (Henderer 2006, "Disc damage likelihood scale", British Journal of Ophthalmology 90, 395-396, table 1)."""
EQUAL_WITHIN = 1.0
"""Pixels: a mask cannot tell widths that differ by less than one of its pixels."""

_MOST_STEPS, _FEWEST_STEPS = 1024, 64
_STEPS_A_PIXEL = 2.0
_ANGLES = np.arange(RAYS) * (2 * np.pi / RAYS)
_ACROSS, _DOWN = np.sin(_ANGLES), -np.cos(_ANGLES)

Radii = NDArray[np.float64]
"""(RAYS,) float64: something in each direction; 0 is 12 o'clock, going clockwise as the picture is seen."""


class Quadrant(StrEnum):
    """A quarter of the disc; nasal is towards the nose, temporal towards the temple."""

    INFERIOR = "I"
    SUPERIOR = "S"
    NASAL = "N"
    TEMPORAL = "T"


@dataclass(frozen=True, slots=True, eq=False)
class Rim:
    """Disc and cup edges as seen from the disc's centre.

    The width is the distance, along a ray from the centroid of the disc's region, between the outermost pixel of the
    cup and the outermost pixel of the disc; where no cup lies on the ray, the distance from the centre. "Radial width
    of the rim" and its ratio to "the diameter of the disc in the same axis" are those of Henderer 2006, British Journal
    of Ophthalmology 90, 395-396, note of table 1; the centre is not fixed there, and the centroid is our choice.

    Attributes:
        x, y: the centre, in picture pixels; pixel (row, column) has its centre at (column + 0.5, row + 0.5).
        disc, cup: (RAYS,) radii of the edges, pixels; the cup's are 0 where it does not lie on the ray.
    """

    x: float
    y: float
    disc: Radii
    cup: Radii

    @property
    def has_cup(self) -> bool:
        """Is there a cup at all? Without one the rim is all of the disc."""
        return bool(self.cup.any())

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
        """(HOURS,) mean width in the 30 degrees round each hour, pixels; place 0 is 12 o'clock."""
        return _sectors(self.width)

    @property
    def hour_ratios(self) -> Radii:
        """(HOURS,) mean rim-to-disc ratio in the 30 degrees round each hour; place 0 is 12 o'clock."""
        return _sectors(self.ratio)

    @property
    def thinnest(self) -> tuple[float, int]:
        """(least rim-to-disc ratio, the hour it lies in, 1 to 12); of several equal ones the middle of the longest."""
        ratio = self.ratio
        place = _middle_of_longest(ratio <= ratio.min())
        return float(ratio[place]), round(place * HOURS / RAYS) % HOURS or HOURS

    @property
    def sides(self) -> tuple[float, float, float, float]:
        """Mean width in the 90 degrees round up, right, down and left of the picture, pixels."""
        up, right, down, left = (float(mean) for mean in _sectors(self.width, 4))
        return up, right, down, left

    def quadrants(self, eye: Eye) -> dict[Quadrant, float] | None:
        """Mean width in the 90 degrees round each main direction, pixels; None when the eye is not known."""
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


def order_violations(quadrants: dict[Quadrant, float], rule: str) -> list[tuple[Quadrant, Quadrant]]:
    """Neighbours in a rule of rim widths that stand in the wrong order, as (wider, narrower); empty when it is kept.

    ISNT: normal rims are widest inferiorly, then superiorly, nasally, temporally (Jonas, Gusek and Naumann 1988,
    "Optic disc, cup and neuroretinal rim size, configuration and correlations in normal eyes", Investigative
    Ophthalmology & Visual Science 29, 1151-1158), here with "at least as wide as" as in the abstract of Moon et al.
    2018, Korean Journal of Ophthalmology 32(1). IST leaves the nasal side out: many more normal eyes keep it (73 %
    against 18 % of 280 in "Effect of age and disc size on rim order rules", Journal of Glaucoma 24, 2015, 377-382).

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
    mask: Mask, box: Box, centre: tuple[float, float], disc: NDArray[np.bool_], cup: NDArray[np.bool_]
) -> Rim:
    """Measure the rim; the time does not grow with the picture, and beyond 1,024 pixels not with the disc.

    Args:
        mask: (H, W) uint8.
        box: the bounding box of the disc's region, which is not empty.
        centre: (x, y) in the box, picture pixels.
        disc, cup: (256,) bool, which pixel values are in either region.
    """
    x, y = centre[0] - box.left, centre[1] - box.top
    reach = _reach(x, y, box)
    steps = int(np.clip(np.ceil(_STEPS_A_PIXEL * reach.max()), _FEWEST_STEPS, _MOST_STEPS))
    step = reach / steps
    along = step[:, None] * (np.arange(steps) + 0.5)
    part = mask[box.slices]
    # Rounding may put the last one on the far side of the border.
    columns = np.minimum((x + along * _ACROSS[:, None]).astype(np.intp), part.shape[1] - 1)
    rows = np.minimum((y + along * _DOWN[:, None]).astype(np.intp), part.shape[0] - 1)
    values = part[rows, columns]
    return Rim(*centre, _outermost(disc[values]) * step, _outermost(cup[values]) * step)


def _reach(x: float, y: float, box: Box) -> Radii:
    """(RAYS,) distance from a point in the box to its border."""
    height, width = box.shape
    with np.errstate(divide="ignore"):
        sideways = np.where(_ACROSS > 0, width - x, x) / np.abs(_ACROSS)
        upright = np.where(_DOWN > 0, height - y, y) / np.abs(_DOWN)
    nearer: Radii = np.minimum(sideways, upright)
    return nearer


def _outermost(hit: NDArray[np.bool_]) -> NDArray[np.intp]:
    """(RAYS,) how many steps it is to the far side of the last one that hits; 0 when none does."""
    last = hit.shape[1] - np.argmax(hit[:, ::-1], axis=1)
    found: NDArray[np.intp] = np.where(hit.any(axis=1), last, 0)
    return found


def _sectors(values: Radii, count: int = HOURS) -> Radii:
    """(count,) means over equal sectors, the first one centred on 12 o'clock."""
    rays = RAYS // count
    means: Radii = np.roll(values, rays // 2).reshape(count, rays).mean(axis=1)
    return means


def _middle_of_longest(chosen: NDArray[np.bool_]) -> int:
    """The middle place of the longest run of True round the clock."""
    if chosen.all():
        return 0
    start = int(np.argmin(chosen))  # begin outside any run, so that none is cut in two
    turned = np.roll(chosen, -start).astype(np.int8)
    edges = np.flatnonzero(np.diff(turned, prepend=0, append=0))
    firsts, ends = edges[::2], edges[1::2]
    longest = int(np.argmax(ends - firsts))
    return int(start + (firsts[longest] + ends[longest] - 1) // 2) % len(chosen)
