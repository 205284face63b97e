"""Patch: one edit of a mask as an invertible value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unet_desktop.images.box import Box, bounding_box
from unet_desktop.masks.regions import Mask


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
    def changed(self) -> int:
        """Pixels that it changes; they are counted anew each time."""
        return int(np.count_nonzero(self.before != self.after))

    @property
    def size(self) -> int:
        """Bytes it holds."""
        return self.before.nbytes + self.after.nbytes

    def apply(self, mask: Mask) -> None:
        """Write `after` into the mask, in place."""
        mask[self.box.slices] = self.after

    def inverse(self) -> Patch:
        """The patch that takes this one back."""
        return Patch(self.name, self.top, self.left, self.after, self.before)


@dataclass(frozen=True, slots=True, eq=False)
class SourcePatch(Patch):
    """A patch that also changes where the mask comes from.

    Attributes:
        model_before, model: fingerprint of the model whose prediction the mask started from, or empty.
    """

    model_before: str
    model: str

    def inverse(self) -> SourcePatch:
        """The patch that takes this one back, mask and origin."""
        return SourcePatch(self.name, self.top, self.left, self.after, self.before, self.model, self.model_before)


def patch_between(name: str, before: Mask, after: Mask, within: Box | None = None) -> Patch | None:
    """The smallest patch from one mask to another of the same size; None when nothing differs.

    Args:
        name: the patch's name.
        before, after: (H, W) uint8.
        within: a box outside which the two are known to be equal, or None.
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
