"""Push: one drag of a round finger that bends a region's border."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.box import Box
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.locks import Locks
from unet_desktop.masks.original import OriginalPixels
from unet_desktop.masks.paint_tables import erase_table, outside_table, paint_table
from unet_desktop.masks.patch import Patch
from unet_desktop.masks.regions import Mask, Region, region

Levels = NDArray[np.float32]
"""(h, w) float32: signed distance from the border in pixels, positive inside, clipped to +-`DEEPEST`."""

DEEPEST = 8.0
"""Distance in pixels beyond which all pixels are alike."""
_TILE = 128
_SMOOTHING = 0.8
"""Sigma in pixels: smooths the stairs of a border drawn in whole pixels."""


class LevelField:
    """A signed distance that can be edited: a border moves by fractions of a pixel, which a mask cannot express.

    It is computed in tiles, only where it is read.
    """

    def __init__(self, size: tuple[int, int], inside: Callable[[Box], Region]) -> None:
        """Set up without computing anything.

        Args:
            size: (height, width) of the image.
            inside: returns the region's original pixels, (h, w) bool, in a box within the image.
        """
        self._size, self._inside = size, inside
        self._tiles: dict[tuple[int, int], Levels] = {}

    def read(self, box: Box) -> Levels:
        """Return the (h, w) float32 levels in a box within the image."""
        levels = np.empty(box.shape, np.float32)
        for tile, values in self._tiles_in(box):
            part = box.intersection(tile)
            levels[part.shift(-box.top, -box.left).slices] = values[part.shift(-tile.top, -tile.left).slices]
        return levels

    def write(self, box: Box, levels: Levels) -> None:
        """Replace the levels in a box within the image."""
        for tile, values in self._tiles_in(box):
            part = box.intersection(tile)
            values[part.shift(-tile.top, -tile.left).slices] = levels[part.shift(-box.top, -box.left).slices]

    def _tiles_in(self, box: Box) -> Iterator[tuple[Box, Levels]]:
        for row in range(box.top // _TILE, -(-box.bottom // _TILE)):
            for column in range(box.left // _TILE, -(-box.right // _TILE)):
                tile = Box(row * _TILE, column * _TILE, (row + 1) * _TILE, (column + 1) * _TILE).clip(*self._size)
                if (row, column) not in self._tiles:
                    self._tiles[row, column] = self._compute(tile)
                yield tile, self._tiles[row, column]

    def _compute(self, tile: Box) -> Levels:
        around = tile.expand(int(DEEPEST) + 4).clip(*self._size)
        levels = signed_distance(self._inside(around), DEEPEST)
        smooth = cv2.GaussianBlur(levels, (0, 0), _SMOOTHING, borderType=cv2.BORDER_REPLICATE)
        return smooth[tile.shift(-around.top, -around.left).slices].astype(np.float32)


def signed_distance(plane: Region, deepest: float) -> Levels:
    """Return each pixel's signed distance from the border of an (h, w) bool plane, clipped to +-`deepest` pixels.

    The border runs half a pixel outside the centres of the outermost pixels; the edge of the plane is not a border.
    """
    inside = plane.astype(np.uint8)
    if not inside.any() or inside.all():
        return np.full(plane.shape, deepest if inside.any() else -deepest, np.float32)
    within = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    without = cv2.distanceTransform(1 - inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    levels: Levels = np.clip(np.where(plane, within - 0.5, 0.5 - without), -deepest, deepest).astype(np.float32)
    return levels


_STRIDE = 1 / 3
"""Largest move at once, relative to the radius: beyond two thirds the bend would fold over itself."""
_MAX_STRIDES = 64


class Push:
    """A drag in progress; only it may write to the mask until it is finished or cancelled.

    What is under the finger moves with it, fully at its centre and not at all at its edge. A finger pushes but does
    not pull: started inside the region it only enlarges it, started outside it only shrinks it.
    Coordinates are image pixels, (x, y) floats; pixel (row, column) has its centre at (column + 0.5, row + 0.5).

    Attributes:
        met_limit: the border was pushed over pixels outside the region that it must stay inside.
        met_lock: it was pushed over pixels that locks kept from changing.
    """

    def __init__(
        self,
        mask: Mask,
        labels: LabelSet,
        label: Label,
        at: tuple[float, float],
        radius: float,
        *,
        inwards: bool = False,
        within: Label | None = None,
        locks: Locks | None = None,
    ) -> None:
        """Start a drag; the press alone moves nothing.

        Args:
            mask: (H, W) uint8, changed in place.
            labels: the label set.
            label: whose region is bent.
            at: where the finger was pressed, (x, y) in image pixels.
            radius: of the finger, image pixels.
            inwards: push the border inwards, wherever the finger was pressed.
            within: the label whose region must not grow, see `paint_table`.
            locks: labels that must not change, or None.
        """
        self.met_limit = self.met_lock = False
        self._mask = mask
        self._original = original = OriginalPixels(mask)
        self._field = LevelField(mask.shape, lambda box: region(original.read(box), labels, label))
        row, column = math.floor(at[1]), math.floor(at[0])
        there = 0 <= row < mask.shape[0] and 0 <= column < mask.shape[1]
        inside = there and int(mask[row, column]) in labels.region_values(label)
        self._outwards = inside and not inwards
        table = paint_table(labels, label, within) if self._outwards else erase_table(labels, label)
        self._table = table if locks is None else locks.restrict_table(table)
        self._held = self._table != table
        self._outside = outside_table(labels, within if self._outwards else None)
        self._name = f"Push {label.name}"
        self._at, self._radius = at, max(radius, 1.0)

    def extend(self, x: float, y: float) -> Box:
        """Move the finger to this point; return the box of pixels that may have changed."""
        start, length = self._at, math.dist(self._at, (x, y))
        strides = min(max(math.ceil(length / (_STRIDE * self._radius)), 1), _MAX_STRIDES) if length else 0
        changed = Box(0, 0, 0, 0)
        for stride in range(1, strides + 1):
            share = stride / strides
            to = (start[0] + share * (x - start[0]), start[1] + share * (y - start[1]))
            changed = changed.union(self._bend(self._at, to))
            self._at = to
        return changed

    def finish(self) -> Patch | None:
        """Finish; return the change as a patch, or None if nothing changed."""
        return self._original.patch(self._name)

    def cancel(self) -> Box:
        """Restore the mask; return the box that changed."""
        return self._original.restore()

    def _bend(self, start: tuple[float, float], end: tuple[float, float]) -> Box:
        box = self._around(end)
        if box.empty:
            return box
        across, down = end[0] - start[0], end[1] - start[1]
        # The source of a pixel may lie a stride outside the finger.
        wide = box.expand(math.ceil(max(abs(across), abs(down))) + 1).clip(*self._mask.shape)
        before = self._field.read(wide)
        if before.min() == before.max():  # there is no border here
            return Box(0, 0, 0, 0)
        x = np.arange(box.left, box.right, dtype=np.float32)[np.newaxis, :] + 0.5
        y = np.arange(box.top, box.bottom, dtype=np.float32)[:, np.newaxis] + 0.5
        share = 1 - ((x - end[0]) ** 2 + (y - end[1]) ** 2) / self._radius**2
        weight: Levels = np.square(np.maximum(share, 0))
        came_x = (x - 0.5 - wide.left) - weight * np.float32(across)
        came_y = (y - 0.5 - wide.top) - weight * np.float32(down)
        came = cv2.remap(before, came_x, came_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        here = before[box.shift(-wide.top, -wide.left).slices]
        levels = np.maximum(here, came) if self._outwards else np.minimum(here, came)
        self._field.write(box, levels)
        self._original.keep(box)
        view = self._mask[box.slices]
        reached = (weight > 0) & ((levels > 0) if self._outwards else (levels <= 0))
        values = view[reached]
        if not self.met_limit:
            self.met_limit = bool(self._outside[values].any())
        if not self.met_lock:
            self.met_lock = bool(self._held[values].any())
        view[reached] = self._table[values]
        return box

    def _around(self, at: tuple[float, float]) -> Box:
        reach = self._radius + 1
        return Box(
            math.floor(at[1] - reach), math.floor(at[0] - reach), math.ceil(at[1] + reach), math.ceil(at[0] + reach)
        ).clip(*self._mask.shape)
