"""Measure: extents, areas, cup-to-disc ratios and rim of a mask."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.box import Box, bounding_box
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import NOT_ANNOTATED, Label, LabelSet, names_disc_or_cup
from unet_desktop.masks.anatomy import fill_holes, tidy
from unet_desktop.masks.regions import Mask, Region, region, region_table
from unet_desktop.masks.rim import Rim, measure_rim

_MAX_NOT_ANNOTATED = 0.25
"""Share of the pixels around a region that may be not annotated while its outline counts as complete."""


def is_outline_complete(plane: Region, mask: Mask) -> bool:
    """Return whether a region's outline is drawn: at most a quarter of the pixels around it are not annotated.

    A stroke inside a disc says that this is disc, but nothing about the size of the disc.

    Args:
        plane: (H, W) bool, a region of the mask; an empty one counts as complete.
        mask: (H, W) uint8.
    """
    box = bounding_box(plane)
    if box.empty:
        return True
    around = Box(box.top - 1, box.left - 1, box.bottom + 1, box.right + 1).clip(*mask.shape)
    inner = plane[around.slices]
    ring = cv2.dilate(inner.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool) & ~inner
    beside = mask[around.slices][ring]
    return beside.size == 0 or float((beside == NOT_ANNOTATED).mean()) <= _MAX_NOT_ANNOTATED


COVERS = 0.95
"""Vertical cup-to-disc ratio from which on the cup is said to cover the disc: rare in patients, usual when the disc was
painted with the label of the cup."""


@dataclass(frozen=True, slots=True)
class Extent:
    """A region's bounding box and area, in pixels; all 0 if the region is empty."""

    left: int
    top: int
    width: int
    height: int
    area: int

    @property
    def box(self) -> Box:
        """The bounding box."""
        return Box(self.top, self.left, self.top + self.height, self.left + self.width)


@dataclass(frozen=True, slots=True)
class CupToDisc:
    """Cup-to-disc ratios, each NaN if there is no disc.

    Attributes:
        vertical: height of the cup's bounding box over that of the disc's, as defined by Orlando et al. 2020, "REFUGE
            Challenge", Medical Image Analysis 59, 101570, section 3.3.
        horizontal: the same for the widths.
        area: cup pixels over disc pixels (rim included).
    """

    vertical: float
    horizontal: float
    area: float


def measure_extent(plane: Region) -> Extent:
    """Return bounding box and area of an (H, W) bool plane, in pixels."""
    box = bounding_box(plane)
    return Extent(box.left, box.top, box.width, box.height, int(np.count_nonzero(plane[box.slices])))


def cup_and_disc(labels: LabelSet) -> tuple[Label, Label] | None:
    """Return (cup, disc): the first unique label inside a unique label; None if there is none.

    One of their names must speak of a disc or a cup, in any of some languages: a nucleus in a cell has no
    cup-to-disc ratio.
    """
    for label in labels:
        outer = labels.parent(label)
        if label.unique and outer is not None and outer.unique and any(map(names_disc_or_cup, (label, outer))):
            return label, outer
    return None


def cup_to_disc(mask: Mask, labels: LabelSet) -> CupToDisc | None:
    """Return the cup-to-disc ratios of an (H, W) uint8 mask; a missing cup gives 0. None if no labels form a pair."""
    pair = cup_and_disc(labels)
    if pair is None:
        return None
    cup, disc = (measure_extent(region(mask, labels, label)) for label in pair)
    return cup_to_disc_ratios(cup, disc)


def cup_to_disc_ratios(cup: Extent, disc: Extent) -> CupToDisc:
    """Return the cup-to-disc ratios of two regions."""
    if disc.area == 0:
        return CupToDisc(math.nan, math.nan, math.nan)
    return CupToDisc(cup.height / disc.height, cup.width / disc.width, cup.area / disc.area)


def vertical_ratio(mask: Mask, labels: LabelSet) -> float | None:
    """Return the vertical cup-to-disc ratio of an (H, W) uint8 mask, see `CupToDisc`, rounded to 4 digits.

    0 if there is a disc without a cup, unless part of that disc is not annotated. None without a disc, without labels
    for cup and disc, or if strokes do not show how large they are. Only the part around labelled pixels is examined.
    """
    pair = cup_and_disc(labels)
    labelled = _labelled_box(mask, labels)
    drawn = mask[labelled.expand(1).clip(*mask.shape).slices]  # what is beside a region tells if it is complete
    if (
        pair is None
        or labelled.empty
        or not all(is_outline_complete(region(drawn, labels, label), drawn) for label in pair)
    ):
        return None
    ratios = cup_to_disc(tidy(drawn, labels, fill=False), labels)  # of the largest piece alone
    if ratios is None or math.isnan(ratios.vertical):
        return None
    if ratios.vertical == 0 and (drawn[fill_holes(region(drawn, labels, pair[1]))] == NOT_ANNOTATED).any():
        return None  # the cup may be there
    return round(ratios.vertical, 4)


def _labelled_box(mask: Mask, labels: LabelSet) -> Box:
    """Return the bounding box of all pixels of a label."""
    drawn = bounding_box(mask)  # quick, and mostly the answer; but not annotated pixels are in it too
    if drawn.empty:
        return drawn
    table = np.zeros(256, np.uint8)
    table[[label.value for label in labels]] = 1
    return bounding_box(np.asarray(cv2.LUT(mask[drawn.slices], table), np.uint8)).shift(drawn.top, drawn.left)


def lacks_cup(mask: Mask, labels: LabelSet) -> bool:
    """Return whether an (H, W) uint8 mask has a complete, fully annotated disc without a cup in it.

    Disc and cup are those of `cup_and_disc`; without them no mask lacks anything.
    """
    return vertical_ratio(mask, labels) == 0


@dataclass(frozen=True, slots=True, eq=False)
class Measurement:
    """All measurements of a mask.

    Attributes:
        extents: of each label's region, in the set's order.
        cup, disc: their indices in `extents`; None if the labels hold no such pair.
        ratios: cup to disc; None without such a pair, NaN without a disc.
        rim: between cup and disc; None without a disc.
    """

    extents: tuple[Extent, ...]
    cup: int | None
    disc: int | None
    ratios: CupToDisc | None
    rim: Rim | None

    @property
    def vertical(self) -> float:
        """The vertical cup-to-disc ratio; NaN if there is none."""
        return math.nan if self.ratios is None else self.ratios.vertical


Counts = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class PixelCounts:
    """How many pixels of a region each row and column holds.

    Attributes:
        rows: (H,) int32.
        columns: (W,) int32.
    """

    rows: Counts
    columns: Counts

    def embed(self, box: Box, shape: tuple[int, ...]) -> PixelCounts:
        """Return these counts of a box as those of an (H, W) image that holds nothing of the region outside the box."""
        counts = PixelCounts(np.zeros(shape[0], np.int32), np.zeros(shape[1], np.int32))
        counts.rows[box.top : box.bottom], counts.columns[box.left : box.right] = self.rows, self.columns
        return counts

    @property
    def extent(self) -> Extent:
        """Bounding box and area of the region."""
        rows, columns = np.flatnonzero(self.rows), np.flatnonzero(self.columns)
        if rows.size == 0:
            return Extent(0, 0, 0, 0, 0)
        top, left = int(rows[0]), int(columns[0])
        area = int(self.rows.sum(dtype=np.int64))
        return Extent(left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1, area)

    @property
    def centroid(self) -> tuple[float, float]:
        """(x, y) of the region, which is not empty, in pixels from the image's corner."""
        area = int(self.rows.sum(dtype=np.int64))
        return _centroid(self.columns, area), _centroid(self.rows, area)


def count_pixels(plane: Region) -> PixelCounts:
    """Count the pixels of an (H, W) bool plane by row and column."""
    if not plane.size:  # OpenCV refuses it
        return PixelCounts(np.zeros(plane.shape[0], np.int32), np.zeros(plane.shape[1], np.int32))
    rows, columns = (cv2.reduce(plane.view(np.uint8), axis, cv2.REDUCE_SUM, dtype=cv2.CV_32S) for axis in (1, 0))
    return PixelCounts(np.asarray(rows, np.int32).ravel(), np.asarray(columns, np.int32).ravel())


def measure_mask(mask: Mask, labels: LabelSet) -> Measurement:
    """Measure an (H, W) uint8 mask once."""
    return measure_box(mask, labels, bounding_box(mask))


def measure_counts(
    read: Callable[[Box], Mask], labels: LabelSet, counts: Sequence[PixelCounts], extents: Sequence[Extent]
) -> Measurement:
    """Measure an (H, W) uint8 mask whose pixels are counted.

    Args:
        read: gives the mask's pixels in a box, (h, w) uint8; called at most once, for the disc's bounding box.
        labels: the label set.
        counts: of each label's region, in the set's order.
        extents: the same regions' extents.
    """
    pair = cup_and_disc(labels)
    if pair is None:
        return Measurement(tuple(extents), None, None, None, None)
    cup, disc = (labels.labels.index(label) for label in pair)
    ratios = cup_to_disc_ratios(extents[cup], extents[disc])
    if not extents[disc].area:
        return Measurement(tuple(extents), cup, disc, ratios, None)
    tables = [region_table(labels, label).astype(bool) for label in pair]
    box = extents[disc].box
    rim = measure_rim(read(box), box, counts[disc].centroid, disc=tables[1], cup=tables[0])
    return Measurement(tuple(extents), cup, disc, ratios, rim)


def measure_box(mask: Mask, labels: LabelSet, box: Box) -> Measurement:
    """Measure an (H, W) uint8 mask that is background outside the box."""
    part = mask[box.slices]
    counts = [count_pixels(region(part, labels, label)).embed(box, mask.shape) for label in labels]
    return measure_counts(lambda of: mask[of.slices], labels, counts, [count.extent for count in counts])


def _centroid(counts: Counts, area: int) -> float:
    """Return the centroid along one axis, in pixels from the image's edge."""
    return float(counts @ (np.arange(len(counts)) + 0.5)) / area
