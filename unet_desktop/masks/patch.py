"""Patch: one edit of a mask as an invertible value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unet_desktop.images.box import Box, bounding_box
from unet_desktop.masks.regions import Mask


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """What one gesture changed: a box and its pixels before and after.

    Attributes:
        name: shown in the history list, such as "Brush optic disc".
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
        """The box it changes."""
        height, width = self.after.shape
        return Box(self.top, self.left, self.top + height, self.left + width)

    @property
    def changed(self) -> int:
        """Number of pixels it changes; counted at each call."""
        return int(np.count_nonzero(self.before != self.after))

    @property
    def size(self) -> int:
        """Bytes it holds."""
        return self.before.nbytes + self.after.nbytes

    def apply(self, mask: Mask) -> None:
        """Write `after` into the mask, in place."""
        mask[self.box.slices] = self.after

    def inverse(self) -> Patch:
        """Return the patch that undoes this one."""
        return Patch(self.name, self.top, self.left, self.after, self.before)


@dataclass(frozen=True, slots=True, eq=False)
class SourcePatch(Patch):
    """A patch that also changes which prediction the mask started from.

    Attributes:
        model_before, model: weights_sha256 of the model of that prediction, or empty.
    """

    model_before: str
    model: str

    def inverse(self) -> SourcePatch:
        """Return the patch that undoes this one, mask and source."""
        return SourcePatch(self.name, self.top, self.left, self.after, self.before, self.model, self.model_before)


def patch_between(name: str, before: Mask, after: Mask, within: Box | None = None) -> Patch | None:
    """Return the smallest patch from one mask to another of the same size; None if they are equal.

    Args:
        name: the patch's name.
        before, after: (H, W) uint8.
        within: a box outside which both are known to be equal, or None.
    """
    height, width = before.shape
    around = (within or Box(0, 0, height, width)).clip(height, width)
    if around.empty:
        return None
    found = bounding_box(before[around.slices] != after[around.slices])
    if found.empty:
        return None
    box = found.shift(around.top, around.left)
    return Patch(name, box.top, box.left, before[box.slices].copy(), after[box.slices].copy())
