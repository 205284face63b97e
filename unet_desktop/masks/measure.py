"""Measure: extents, areas, cup-to-disc ratios and rim of a mask, once or kept up to date while it is edited."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.box import Box, bounding_box
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import NOT_ANNOTATED, Label, LabelSet
from unet_desktop.masks.anatomy import tidy
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


@dataclass(frozen=True, slots=True)
class Extent:
    """A region's bounding box and area, in pixels; all 0 if the region is empty."""

    left: int
    top: int
    width: int
    height: int
    area: int


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
    """Return (cup, disc): the first unique label inside a unique label, whatever their names; None if there is none."""
    for label in labels:
        outer = labels.parent(label)
        if label.unique and outer is not None and outer.unique:
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

    None without a disc, without labels for cup and disc, or if strokes do not show how large they are. Only rows that
    are not empty are examined.
    """
    rows = np.flatnonzero(mask.any(axis=1))
    if rows.size == 0:
        return None
    drawn = mask[max(0, rows[0] - 1) : rows[-1] + 2]
    pair = cup_and_disc(labels)
    if pair is None or not all(is_outline_complete(region(drawn, labels, label), drawn) for label in pair):
        return None
    ratios = cup_to_disc(tidy(drawn, labels, fill=False), labels)  # of the largest piece alone
    return None if ratios is None or math.isnan(ratios.vertical) else round(ratios.vertical, 4)


Counts = NDArray[np.int32]


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


class MeasurementTracker:
    """Measures a mask while it is edited, from pixel counts of each region by row and by column.

    Bounding box, area and centroid follow from these counts, and an edit changes only those of the rows and columns it
    touched. So the cost of an update depends on the edit and the labelled part, not on the size of the image.
    """

    def __init__(self, mask: Mask, labels: LabelSet) -> None:
        """Track a mask.

        Args:
            mask: (H, W) uint8; kept and read again in every update.
            labels: the label set.
        """
        self._mask, self._labels = mask, labels
        self._tables = np.stack([region_table(labels, label) for label in labels])
        self._rows: Counts = np.zeros((len(labels), mask.shape[0]), np.int32)
        self._columns: Counts = np.zeros((len(labels), mask.shape[1]), np.int32)
        self._labelled = Box(0, 0, 0, 0)  # the mask is background outside it
        self._changed = bounding_box(mask)

    def mark_changed(self, box: Box) -> None:
        """Note that pixels in this box may have changed; they are counted by the next measurement."""
        self._changed = self._changed.union(box.clip(*self._mask.shape))

    def measure(self) -> Measurement:
        """Measure the mask as it is now."""
        self._count()
        extents = tuple(self._extent(index) for index in range(len(self._labels)))
        pair = cup_and_disc(self._labels)
        if pair is None:
            return Measurement(extents, None, None, None, None)
        cup, disc = (self._labels.labels.index(label) for label in pair)
        found = self._rim(extents[disc], cup, disc) if extents[disc].area else None
        return Measurement(extents, cup, disc, cup_to_disc_ratios(extents[cup], extents[disc]), found)

    def measure_largest(self) -> Measurement:
        """Measure only the largest piece of each unique label, as predictions and tables do.

        This reads every labelled pixel; if no unique label is in several pieces, it equals `measure`.
        """
        self._count()
        part = np.ascontiguousarray(self._mask[self._labelled.slices])
        return _shift(measure_mask(tidy(part, self._labels, fill=False), self._labels), self._labelled)

    def labels_in_pieces(self) -> tuple[tuple[Label, int], ...]:
        """Return the unique labels whose region has several 8-connected pieces, with the number of pieces.

        This reads every labelled pixel, so call it between gestures only.
        """
        self._count()
        found = []
        for index, label in enumerate(self._labels):
            box = _box_of(self._extent(index))
            if not label.unique or box.empty:
                continue
            plane = cv2.LUT(self._mask[box.slices], self._tables[index])
            count = cv2.connectedComponents(plane, connectivity=8)[0] - 1
            if count > 1:
                found.append((label, count))
        return tuple(found)

    def _count(self) -> None:
        changed, self._changed = self._changed, Box(0, 0, 0, 0)
        if changed.empty:
            return
        whole = self._labelled = self._labelled.union(changed)
        if 2 * changed.height * changed.width > whole.height * whole.width:
            changed = whole  # one pass over all of it is cheaper than two over most of it
        across = self._mask[changed.top : changed.bottom, whole.left : whole.right]
        down = self._mask[whole.top : whole.bottom, changed.left : changed.right]
        for index, table in enumerate(self._tables):
            plane = cv2.LUT(across, table)
            self._rows[index, changed.top : changed.bottom] = _sums(plane, 1)
            plane = plane if changed == whole else cv2.LUT(down, table)
            self._columns[index, changed.left : changed.right] = _sums(plane, 0)

    def _extent(self, index: int) -> Extent:
        rows, columns = np.flatnonzero(self._rows[index]), np.flatnonzero(self._columns[index])
        if rows.size == 0:
            return Extent(0, 0, 0, 0, 0)
        top, left = int(rows[0]), int(columns[0])
        return Extent(
            left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1, int(self._rows[index].sum(dtype=np.int64))
        )

    def _rim(self, extent: Extent, cup: int, disc: int) -> Rim:
        box = _box_of(extent)
        centre = (_centroid(self._columns[disc], extent.area), _centroid(self._rows[disc], extent.area))
        return measure_rim(self._mask, box, centre, self._tables[disc].astype(bool), self._tables[cup].astype(bool))


def measure_mask(mask: Mask, labels: LabelSet) -> Measurement:
    """Measure an (H, W) uint8 mask once."""
    return MeasurementTracker(mask, labels).measure()


def measure_box(mask: Mask, labels: LabelSet, box: Box) -> Measurement:
    """Measure an (H, W) uint8 mask that is background outside the box."""
    return _shift(measure_mask(np.ascontiguousarray(mask[box.slices]), labels), box)


def _shift(found: Measurement, box: Box) -> Measurement:
    """Convert a measurement from coordinates in the box to those of the image."""
    extents = tuple(
        replace(extent, left=extent.left + box.left, top=extent.top + box.top) if extent.area else extent
        for extent in found.extents
    )
    seen = found.rim
    return replace(
        found, extents=extents, rim=None if seen is None else replace(seen, x=seen.x + box.left, y=seen.y + box.top)
    )


def _box_of(extent: Extent) -> Box:
    return Box(extent.top, extent.left, extent.top + extent.height, extent.left + extent.width)


def _sums(plane: cv2.typing.MatLike, axis: int) -> Counts:
    """Return the sum of each row (axis 1) or column (axis 0)."""
    return np.asarray(cv2.reduce(plane, axis, cv2.REDUCE_SUM, dtype=cv2.CV_32S), np.int32).ravel()


def _centroid(counts: Counts, area: int) -> float:
    """Return the centroid along one axis, in pixels from the image's edge."""
    return float(counts @ (np.arange(len(counts)) + 0.5)) / area
