"""Measurements of a mask: heights, widths, areas, and the cup-to-disc ratios."""

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

_MOST_OPEN = 0.25
"""Share of a region's surroundings that may be left open while its outline counts as drawn."""


def is_outline_complete(plane: Region, mask: Mask) -> bool:
    """Whether the region is drawn to its edge: at most a quarter of the pixels next to it are not annotated.

    A stroke within a disc says that this is disc, and nothing of how large the disc is.

    Args:
        plane: (H, W) bool, a region of the mask; an empty one has no edge that is open.
        mask: (H, W) uint8.
    """
    box = bounding_box(plane)
    if box.empty:
        return True
    around = Box(box.top - 1, box.left - 1, box.bottom + 1, box.right + 1).clip(*mask.shape)
    inner = plane[around.slices]
    ring = cv2.dilate(inner.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool) & ~inner
    beside = mask[around.slices][ring]
    return beside.size == 0 or float((beside == NOT_ANNOTATED).mean()) <= _MOST_OPEN


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


def measure_extent(plane: Region) -> Extent:
    """Bounding box and area of a boolean plane."""
    box = bounding_box(plane)
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
    cup, disc = (measure_extent(region(mask, labels, label)) for label in pair)
    return cup_to_disc_ratios(cup, disc)


def cup_to_disc_ratios(cup: Extent, disc: Extent) -> CupToDisc:
    """Cup-to-disc ratios of two regions."""
    if disc.area == 0:
        return CupToDisc(math.nan, math.nan, math.nan)
    return CupToDisc(cup.height / disc.height, cup.width / disc.width, cup.area / disc.area)


def vertical_ratio(mask: Mask, labels: LabelSet) -> float | None:
    """Vertical cup-to-disc ratio of a (H, W) uint8 mask; None without a disc, or for labels without cup and disc.

    For its definition see `masks.measure.CupToDisc`. Strokes that do not show how large cup and disc are have none.
    Only the rows that hold something are looked at closely.
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
    """All that is measured of a mask.

    Attributes:
        extents: of each label's region, in the set's order.
        cup, disc: which of them are the cup and the disc, or None for labels that hold no such pair.
        ratios: cup to disc; None for such labels, NaN where there is no disc.
        rim: between cup and disc; None where there is no disc.
    """

    extents: tuple[Extent, ...]
    cup: int | None
    disc: int | None
    ratios: CupToDisc | None
    rim: Rim | None

    @property
    def vertical(self) -> float:
        """The vertical cup-to-disc ratio; NaN where there is none."""
        return math.nan if self.ratios is None else self.ratios.vertical


class MeasurementTracker:
    """Counts the pixels of each region by row and by column.

    From these follow bounding box, area and centroid; an edit changes only the counts of the rows and columns it
    touched. So an update costs as much as the edit and the labelled part are large, whatever the picture's size.
    """

    def __init__(self, mask: Mask, labels: LabelSet) -> None:
        """Count all of a mask.

        Args:
            mask: (H, W) uint8; it is looked at again in every update.
            labels: the label set.
        """
        self._mask, self._labels = mask, labels
        self._tables = np.stack([region_table(labels, label) for label in labels])
        self._rows: Counts = np.zeros((len(labels), mask.shape[0]), np.int32)
        self._columns: Counts = np.zeros((len(labels), mask.shape[1]), np.int32)
        self._labelled = Box(0, 0, 0, 0)  # nothing but background lies outside
        self._changed = bounding_box(mask)

    def mark_changed(self, box: Box) -> None:
        """Pixels in this box may have changed; nothing is counted before `measure`."""
        self._changed = self._changed.union(box.clip(*self._mask.shape))

    def measure(self) -> Measurement:
        """The figures of the mask as it is now."""
        self._count()
        extents = tuple(self._extent(index) for index in range(len(self._labels)))
        pair = cup_and_disc(self._labels)
        if pair is None:
            return Measurement(extents, None, None, None, None)
        cup, disc = (self._labels.labels.index(label) for label in pair)
        found = self._rim(extents[disc], cup, disc) if extents[disc].area else None
        return Measurement(extents, cup, disc, cup_to_disc_ratios(extents[cup], extents[disc]), found)

    def measure_largest(self) -> Measurement:
        """The figures of the largest piece alone of each unique label, as predictions and tables count them.

        This looks at every labelled pixel, as `labels_in_pieces` does; without torn labels it is `measure`.
        """
        self._count()
        part = np.ascontiguousarray(self._mask[self._labelled.slices])
        return _moved(measure_mask(tidy(part, self._labels, fill=False), self._labels), self._labelled)

    def labels_in_pieces(self) -> tuple[tuple[Label, int], ...]:
        """The unique labels whose region lies in several pieces, and how many; 8-connected, as `anatomy` keeps them.

        This looks at every labelled pixel, so it is for between gestures.
        """
        self._count()
        found = []
        for index, label in enumerate(self._labels):
            box = _box(self._extent(index))
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
            changed = whole  # one look at all of it costs less than two at most of it
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
        box = _box(extent)
        centre = (_mean_place(self._columns[disc], extent.area), _mean_place(self._rows[disc], extent.area))
        return measure_rim(self._mask, box, centre, self._tables[disc].astype(bool), self._tables[cup].astype(bool))


def measure_mask(mask: Mask, labels: LabelSet) -> Measurement:
    """The figures of a mask that nobody edits."""
    return MeasurementTracker(mask, labels).measure()


def measure_box(mask: Mask, labels: LabelSet, box: Box) -> Measurement:
    """The same where nothing lies outside the box."""
    return _moved(measure_mask(np.ascontiguousarray(mask[box.slices]), labels), box)


def _moved(found: Measurement, box: Box) -> Measurement:
    """Measured in the box, told of the picture."""
    extents = tuple(
        replace(extent, left=extent.left + box.left, top=extent.top + box.top) if extent.area else extent
        for extent in found.extents
    )
    seen = found.rim
    return replace(
        found, extents=extents, rim=None if seen is None else replace(seen, x=seen.x + box.left, y=seen.y + box.top)
    )


def _box(extent: Extent) -> Box:
    return Box(extent.top, extent.left, extent.top + extent.height, extent.left + extent.width)


def _sums(plane: cv2.typing.MatLike, axis: int) -> Counts:
    """The sum of each row (axis 1) or column (axis 0)."""
    return np.asarray(cv2.reduce(plane, axis, cv2.REDUCE_SUM, dtype=cv2.CV_32S), np.int32).ravel()


def _mean_place(counts: Counts, area: int) -> float:
    """The centroid along one axis, in pixels from the picture's edge."""
    return float(counts @ (np.arange(len(counts)) + 0.5)) / area
