"""Measurements of a mask: heights, widths, areas, and the cup-to-disc ratios."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from unet_desktop.images.box import bounds
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.regions import Mask, Region, region


@dataclass(frozen=True, slots=True)
class Extent:
    """A region's bounding box and area, in pixels; all 0 when the region is empty."""

    left: int
    top: int
    width: int
    height: int
    area: int


@dataclass(frozen=True, slots=True)
class CupToDisc:
    """Cup-to-disc ratios, each NaN where there is no disc.

    vertical: height of the cup's bounding box over the disc's. The definition of the challenges that publish it:
        Orlando et al. 2020, "REFUGE Challenge", Medical Image Analysis 59, 101570, section 3.3.
    horizontal: the same of the widths. area: cup pixels over disc pixels (rim included).
    """

    vertical: float
    horizontal: float
    area: float


def extent(plane: Region) -> Extent:
    """Bounding box and area of a boolean plane."""
    box = bounds(plane)
    return Extent(box.left, box.top, box.width, box.height, int(np.count_nonzero(plane[box.slices])))


def cup_and_disc(labels: LabelSet) -> tuple[Label, Label] | None:
    """(cup, disc): the first unique label inside a unique label, whatever they are called; None without such a pair."""
    for label in labels:
        outer = labels.parent(label)
        if label.unique and outer is not None and outer.unique:
            return label, outer
    return None


def cup_to_disc(mask: Mask, labels: LabelSet) -> CupToDisc | None:
    """Cup-to-disc ratios of a mask; None for labels that hold no such pair. A missing cup has ratio 0."""
    pair = cup_and_disc(labels)
    if pair is None:
        return None
    cup, disc = (extent(region(mask, labels, label)) for label in pair)
    return ratios(cup, disc)


def ratios(cup: Extent, disc: Extent) -> CupToDisc:
    """Cup-to-disc ratios of two regions."""
    if disc.area == 0:
        return CupToDisc(math.nan, math.nan, math.nan)
    return CupToDisc(cup.height / disc.height, cup.width / disc.width, cup.area / disc.area)
