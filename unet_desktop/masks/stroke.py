"""Stroke: one drag of a round brush or eraser, painted as it goes and ending in one patch."""

from __future__ import annotations

import math

import numpy as np

from unet_desktop.images.box import Box
from unet_desktop.masks.locks import Locks
from unet_desktop.masks.original import OriginalPixels
from unet_desktop.masks.patch import Patch
from unet_desktop.masks.regions import Mask, Region


class Stroke:
    """A drag in progress; only it may write to the mask until it is finished or cancelled.

    Coordinates are image pixels, (x, y) floats; pixel (row, column) has its centre at (column + 0.5, row + 0.5).

    Attributes:
        met_limit: it went over pixels outside the region that it must stay inside.
        met_lock: it went over pixels that locks kept from changing.
    """

    def __init__(
        self,
        mask: Mask,
        table: Mask,
        radius: float,
        name: str,
        outside: Mask | None = None,
        locks: Locks | None = None,
    ) -> None:
        """Start a stroke.

        Args:
            mask: (H, W) uint8, changed in place.
            table: (256,) uint8 from `paint_tables`.
            radius: in image pixels; a radius below half a pixel still paints the pixel under the point.
            name: of the patch.
            outside: (256,) uint8 from `paint_tables.outside_table`, for a stroke that must stay inside a region.
            locks: labels that must not change, or None.
        """
        self.met_limit = self.met_lock = False
        self._outside = outside
        self._mask = mask
        self._original = OriginalPixels(mask)
        self._table = table if locks is None else locks.restrict_table(table)
        self._held = None if locks is None else self._table != table
        self._radius = max(radius, 0.5)
        self._name = name
        self._last: tuple[float, float] | None = None

    def extend(self, x: float, y: float, radius: float | None = None) -> Box:
        """Paint from the last point to this one; return the box of pixels that may have changed."""
        if radius is not None:
            self._radius = max(radius, 0.5)
        start = self._last or (x, y)
        self._last = (x, y)
        box = self._around(start, (x, y))
        if box.empty:
            return box
        under = self._cover(start, (x, y), box)
        self._original.keep(box)
        view = self._mask[box.slices]
        values = view[under]
        if self._outside is not None and not self.met_limit:
            self.met_limit = bool(self._outside[values].any())
        if self._held is not None and not self.met_lock:
            self.met_lock = bool(self._held[values].any())
        view[under] = self._table[values]
        return box

    def finish(self) -> Patch | None:
        """Finish; return the change as a patch, or None if nothing changed."""
        return self._original.patch(self._name)

    def cancel(self) -> Box:
        """Restore the mask; return the box that changed."""
        return self._original.restore()

    def _around(self, start: tuple[float, float], end: tuple[float, float]) -> Box:
        reach = self._radius + 1
        return Box(
            math.floor(min(start[1], end[1]) - reach),
            math.floor(min(start[0], end[0]) - reach),
            math.ceil(max(start[1], end[1]) + reach),
            math.ceil(max(start[0], end[0]) + reach),
        ).clip(*self._mask.shape)

    def _cover(self, start: tuple[float, float], end: tuple[float, float], box: Box) -> Region:
        """Return (h, w) bool: pixels whose centre is within the radius of the segment, and the one at its end."""
        x = np.arange(box.left, box.right, dtype=np.float32)[np.newaxis, :] + 0.5
        y = np.arange(box.top, box.bottom, dtype=np.float32)[:, np.newaxis] + 0.5
        along = (end[0] - start[0], end[1] - start[1])
        length = along[0] ** 2 + along[1] ** 2
        if length > 1e-12:  # shorter ones are none, and to divide by their squares overflows
            share = np.clip(((x - start[0]) * along[0] + (y - start[1]) * along[1]) / length, 0.0, 1.0)
            x = x - share * along[0]
            y = y - share * along[1]
        covered: Region = (x - start[0]) ** 2 + (y - start[1]) ** 2 <= self._radius**2
        row, column = math.floor(end[1]) - box.top, math.floor(end[0]) - box.left
        if 0 <= row < covered.shape[0] and 0 <= column < covered.shape[1]:
            covered[row, column] = True
        return covered
