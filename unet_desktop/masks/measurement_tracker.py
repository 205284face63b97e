"""MeasurementTracker: the measurements of a mask while it is edited, for the price of what changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unet_desktop.images.box import Box, bounding_box
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.anatomy import largest_component
from unet_desktop.masks.measure import (
    Measurement,
    PixelCounts,
    count_pixels,
    cup_and_disc,
    measure_counts,
)
from unet_desktop.masks.regions import Mask, Region, region_table


class MeasurementTracker:
    """Measures a mask that is edited elsewhere, from a copy of its own, so that another thread can do it.

    Bounding box, area and centroid follow from each region's pixel counts by row and by column. An update counts what
    the changed box held before and what it holds now, so that its cost depends on that box alone. Pieces are looked
    for only in regions that changed since, and within their bounding boxes.
    """

    def __init__(self, mask: Mask, labels: LabelSet) -> None:
        """Track an (H, W) uint8 mask, which is copied."""
        self._labels = labels
        self._tables = [region_table(labels, label) for label in labels]
        self._mask: Mask = np.zeros(mask.shape, np.uint8)
        height, width = mask.shape
        self._counts = [PixelCounts(np.zeros(height, np.int32), np.zeros(width, np.int32)) for _ in labels]
        self._extents = [counts.extent for counts in self._counts]
        self._pieces: list[int | None] = [0] * len(labels)  # None: not counted since the region changed
        box = bounding_box(mask)
        self.update(box, mask[box.slices])

    def update(self, box: Box, pixels: Mask) -> None:
        """Take over changed pixels.

        Args:
            box: a box inside the mask; an empty one changes nothing.
            pixels: (h, w) uint8, what the mask holds there now.
        """
        if box.empty:
            return
        held = self._mask[box.slices]
        for index, (table, counts) in enumerate(zip(self._tables, self._counts, strict=True)):
            before, after = _plane(held, table), _plane(pixels, table)
            if np.array_equal(before, after):
                continue
            gone, come = count_pixels(before), count_pixels(after)
            counts.rows[box.top : box.bottom] += come.rows - gone.rows
            counts.columns[box.left : box.right] += come.columns - gone.columns
            self._extents[index], self._pieces[index] = counts.extent, None
        held[:] = pixels

    def measure(self) -> Measurement:
        """Measure the mask as `measure_mask` does."""
        return measure_counts(lambda box: self._mask[box.slices], self._labels, self._counts, self._extents)

    def labels_in_pieces(self) -> tuple[tuple[Label, int], ...]:
        """Return the unique labels whose region has several 8-connected pieces, with the number of pieces."""
        counted = ((label, self._count_pieces(index)) for index, label in enumerate(self._labels) if label.unique)
        return tuple((label, pieces) for label, pieces in counted if pieces > 1)

    def measure_largest(self) -> Measurement:
        """Measure only the largest piece of each unique label, as predictions and tables do.

        This is `measure_mask` of the tidied mask; it equals `measure` if no unique label is in several pieces.
        """
        kept = self._kept_parts()
        if not kept:
            return self.measure()
        counts, extents = list(self._counts), list(self._extents)
        for index, part in kept.items():
            counts[index] = count_pixels(part.plane).embed(part.box, self._mask.shape)
            extents[index] = counts[index].extent

        def read(box: Box) -> Mask:
            pixels = np.zeros((box.height, box.width), np.uint8)
            for label in reversed(cup_and_disc(self._labels) or ()):  # the disc first: the cup is in it
                index = self._labels.labels.index(label)
                part = kept.get(index) or self._region(index)
                shared = part.box.intersection(box)
                if not shared.empty:
                    inside = part.plane[shared.shift(-part.box.top, -part.box.left).slices]
                    np.putmask(pixels[shared.shift(-box.top, -box.left).slices], inside, label.value)
            return pixels

        return measure_counts(read, self._labels, counts, extents)

    def _count_pieces(self, index: int) -> int:
        known = self._pieces[index]
        if known is None:
            found = self._region(index)
            known = 0 if found.box.empty else cv2.connectedComponents(found.plane.view(np.uint8), connectivity=8)[0] - 1
            self._pieces[index] = known
        return known

    def _kept_parts(self) -> dict[int, _Part]:
        """Return what tidying keeps of each region that it changes, by the label's index, see `anatomy.tidy`."""
        kept: dict[int, _Part] = {}
        for index, label in enumerate(self._labels):
            parent = self._labels.parent(label)
            outer = None if parent is None else kept.get(self._labels.labels.index(parent))
            if outer is None and not (label.unique and self._count_pieces(index) > 1):
                continue
            part = self._region(index)
            plane = part.plane if outer is None else part.plane & outer.cut(part.box)
            kept[index] = _Part(part.box, largest_component(plane) if label.unique else plane)
        return kept

    def _region(self, index: int) -> _Part:
        box = self._extents[index].box
        return _Part(box, _plane(self._mask[box.slices], self._tables[index]))


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A region, or a part of it.

    Attributes:
        box: the region's bounding box.
        plane: (h, w) bool, the part's pixels in the box.
    """

    box: Box
    plane: Region

    def cut(self, box: Box) -> Region:
        """Return its plane in a box inside its own."""
        return self.plane[box.shift(-self.box.top, -self.box.left).slices]


def _plane(part: Mask, table: Mask) -> Region:
    if not part.size:  # OpenCV refuses it
        return np.zeros(part.shape, bool)
    plane: Region = np.asarray(cv2.LUT(part, table), np.uint8).view(bool)
    return plane
