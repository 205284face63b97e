"""Push: one drag of a round finger that bends a region's border before it."""

from __future__ import annotations

import math

import numpy as np

from unet_desktop.images.box import Box
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.level_field import LevelField, Levels
from unet_desktop.masks.original import Original
from unet_desktop.masks.patch import Patch
from unet_desktop.masks.regions import Mask, region
from unet_desktop.masks.stroke import erasing_table, painting_table

_STRIDE = 1 / 3
"""Of the radius, moved at once at most: beyond two thirds the bend would fold over itself."""
_MOST_STRIDES = 64


class Push:
    """A drag in progress; it is the only writer of the mask until it finishes or is cancelled.

    What is under the finger moves with it: all of the way in the middle, not at all at the ring. A finger pushes and
    does not pull: pressed inside the region it only makes it larger, pressed outside it only makes it smaller.
    Coordinates are image pixels, (x, y) floats; pixel (row, column) has its centre at (column + 0.5, row + 0.5).
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
    ) -> None:
        """Begin on a mask; a press alone moves nothing.

        Args:
            mask: (H, W) uint8, changed in place.
            labels: the label set.
            label: whose region is bent.
            at: where the finger went down.
            radius: of the finger, image pixels.
            inwards: push the border inwards, wherever the finger went down.
        """
        self._mask = mask
        self._original = original = Original(mask)
        self._field = LevelField(mask.shape, lambda box: region(original.read(box), labels, label))
        row, column = math.floor(at[1]), math.floor(at[0])
        there = 0 <= row < mask.shape[0] and 0 <= column < mask.shape[1]
        inside = there and int(mask[row, column]) in labels.region_values(label)
        self._outwards = inside and not inwards
        self._table = (painting_table if self._outwards else erasing_table)(labels, label)
        self._name = f"Push {label.name}"
        self._at, self._radius = at, max(radius, 1.0)

    def extend(self, x: float, y: float) -> Box:
        """Move the finger there; returns the box of pixels that may have changed."""
        start, length = self._at, math.dist(self._at, (x, y))
        strides = min(max(math.ceil(length / (_STRIDE * self._radius)), 1), _MOST_STRIDES) if length else 0
        changed = Box(0, 0, 0, 0)
        for stride in range(1, strides + 1):
            share = stride / strides
            to = (start[0] + share * (x - start[0]), start[1] + share * (y - start[1]))
            changed = changed.joined(self._bend(self._at, to))
            self._at = to
        return changed

    def finish(self) -> Patch | None:
        """End the drag: what it changed, or None when it changed nothing."""
        return self._original.patch(self._name)

    def cancel(self) -> Box:
        """Put everything back; returns the box that changed."""
        return self._original.restore()

    def _bend(self, start: tuple[float, float], end: tuple[float, float]) -> Box:
        box = self._around(end)
        if box.empty:
            return box
        across, down = end[0] - start[0], end[1] - start[1]
        # From where it comes may lie a stride outside the ring.
        wide = box.grown(math.ceil(max(abs(across), abs(down))) + 1).within(*self._mask.shape)
        before = self._field.read(wide)
        if before.min() == before.max():  # there is no border to be bent
            return Box(0, 0, 0, 0)
        x = np.arange(box.left, box.right, dtype=np.float32)[np.newaxis, :] + 0.5
        y = np.arange(box.top, box.bottom, dtype=np.float32)[:, np.newaxis] + 0.5
        share = 1 - ((x - end[0]) ** 2 + (y - end[1]) ** 2) / self._radius**2
        weight: Levels = np.square(np.maximum(share, 0))
        came_x = (x - 0.5 - wide.left) - weight * np.float32(across)
        came_y = (y - 0.5 - wide.top) - weight * np.float32(down)
        came = cv2.remap(before, came_x, came_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        here = before[box.moved(-wide.top, -wide.left).slices]
        levels = np.maximum(here, came) if self._outwards else np.minimum(here, came)
        self._field.write(box, levels)
        self._original.keep(box)
        view = self._mask[box.slices]
        reached = (weight > 0) & ((levels > 0) if self._outwards else (levels <= 0))
        view[reached] = self._table[view[reached]]
        return box

    def _around(self, at: tuple[float, float]) -> Box:
        reach = self._radius + 1
        return Box(
            math.floor(at[1] - reach), math.floor(at[0] - reach), math.ceil(at[1] + reach), math.ceil(at[0] + reach)
        ).within(*self._mask.shape)
