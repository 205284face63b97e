"""Patch: one edit of a mask as an invertible value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unet_desktop.masks.regions import Mask


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of whole pixels; `bottom` and `right` are the first row and column outside."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def empty(self) -> bool:
        """True when it holds no pixel."""
        return self.bottom <= self.top or self.right <= self.left

    def within(self, height: int, width: int) -> Box:
        """The part of it that lies in a picture of that size."""
        return Box(max(self.top, 0), max(self.left, 0), min(self.bottom, height), min(self.right, width))

    def joined(self, other: Box) -> Box:
        """The smallest box that holds both."""
        if self.empty:
            return other
        if other.empty:
            return self
        return Box(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
        )

    @property
    def slices(self) -> tuple[slice, slice]:
        """To index (H, W) arrays with."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """What one gesture changed: a box, what was in it and what is in it now.

    Attributes:
        name: for the history list, such as "Brush optic disc".
        top, left: the box's first row and column.
        before, after: (h, w) uint8, the box's pixels.
    """

    name: str
    top: int
    left: int
    before: Mask
    after: Mask

    @property
    def box(self) -> Box:
        """Where it applies."""
        height, width = self.after.shape
        return Box(self.top, self.left, self.top + height, self.left + width)

    @property
    def size(self) -> int:
        """Bytes it holds."""
        return self.before.nbytes + self.after.nbytes

    def apply(self, mask: Mask) -> None:
        """Write `after` into the mask, in place."""
        mask[self.box.slices] = self.after

    def inverted(self) -> Patch:
        """The patch that takes this one back."""
        return Patch(self.name, self.top, self.left, self.after, self.before)


def patch_between(name: str, before: Mask, after: Mask, within: Box | None = None) -> Patch | None:
    """The smallest patch from one mask to another of the same size; None when nothing differs.

    Args:
        name: the patch's name.
        before, after: (H, W) uint8.
        within: a box outside which the two are known to be equal, or None.
    """
    height, width = before.shape
    around = (within or Box(0, 0, height, width)).within(height, width)
    if around.empty:
        return None
    differs = before[around.slices] != after[around.slices]
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if rows.size == 0:
        return None
    box = Box(
        around.top + int(rows[0]),
        around.left + int(columns[0]),
        around.top + int(rows[-1]) + 1,
        around.left + int(columns[-1]) + 1,
    )
    return Patch(name, box.top, box.left, before[box.slices].copy(), after[box.slices].copy())
