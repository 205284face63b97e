"""Reshape: a shape that is redrawn in the mask while it is edited, and ends in one patch."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from unet_desktop.images.box import Box, bounding_box, embed_plane
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.locks import Locks
from unet_desktop.masks.original import OriginalPixels
from unet_desktop.masks.paint_tables import erase_table, outside_table, paint_table
from unet_desktop.masks.patch import Patch
from unet_desktop.masks.regions import Mask, Region, region_table


class Combine(StrEnum):
    """How a shape is combined with the existing region."""

    ADD = "add"
    SUBTRACT = "subtract"
    REPLACE = "replace"


class Reshape:
    """A shape being edited; only it may write to the mask until it is finished or cancelled.

    The mask always contains the current shape, so that measurements follow while a handle is dragged.
    """

    def __init__(
        self,
        mask: Mask,
        labels: LabelSet,
        label: Label,
        name: str,
        within: Label | None = None,
        locks: Locks | None = None,
    ) -> None:
        """Start editing a shape.

        Args:
            mask: (H, W) uint8, changed in place.
            labels: the label set.
            label: the shape's label.
            name: of the patch.
            within: the label whose region must not grow, see `paint_table`.
            locks: labels that must not change, or None.
        """
        self._outside = outside_table(labels, within)
        self._limited = within is not None
        self._shown: tuple[Box, Region] | None = None  # what was added last
        self._mask = mask
        self._original = OriginalPixels(mask)
        paint, erase = paint_table(labels, label, within), erase_table(labels, label)
        self._paint = paint if locks is None else locks.restrict_table(paint)
        self._erase = erase if locks is None else locks.restrict_table(erase)
        self._held = None if locks is None else (self._paint != paint, self._erase != erase)
        self._met_lock = False
        self._values = region_table(labels, label)
        self._region: Box | None = None
        self._name = name

    @property
    def region(self) -> Box:
        """Bounding box of the label's region when the gesture began.

        It is computed from the whole mask on first use, because only replacing needs it and it is slow on large masks.
        """
        if self._region is None:
            whole = self._original.read(Box(0, 0, *self._mask.shape))
            self._region = bounding_box(np.asarray(cv2.LUT(whole, self._values), np.uint8))
        return self._region

    def show(self, box: Box, plane: Region, combine: Combine) -> Box:
        """Replace the shape shown before; return the box of pixels that may have changed.

        Args:
            box: where the plane is; it may extend beyond the mask.
            plane: (h, w) bool, the shape in the box.
            combine: how it is combined with the original region.
        """
        inside = box.clip(*self._mask.shape)
        if inside.empty:
            inside = Box(0, 0, 0, 0)
        work = inside.union(self.region) if combine is Combine.REPLACE else inside
        shape = embed_plane(plane[inside.shift(-box.top, -box.left).slices], inside, work)
        nothing = np.zeros((1, 1), bool)
        added = nothing if combine is Combine.SUBTRACT else shape
        removed = {Combine.ADD: nothing, Combine.SUBTRACT: shape, Combine.REPLACE: ~shape}[combine]
        return self.show_change(work, added, removed)

    def show_change(self, box: Box, added: Region, removed: Region) -> Box:
        """Replace the change shown before; return the box of pixels that may have changed.

        Args:
            box: inside the mask; it may be empty.
            added: (h, w) bool, or (1, 1) for the whole box: pixels added to the label's region.
            removed: likewise: pixels that revert to the label's parent. No pixel is in both.
        """
        # Return only what differs: when one corner moves it is much less than the shape, and all of it is repainted.
        around = self._original.touched.union(box)
        if around.empty:
            return around
        before = self._mask[around.slices].copy()
        self._original.restore()
        self._draw(box, added, removed)
        return bounding_box(before != self._mask[around.slices]).shift(around.top, around.left)

    def _draw(self, box: Box, added: Region, removed: Region) -> None:
        self._shown, self._met_lock = None if box.empty else (box, added), False
        if box.empty:
            return
        self._original.keep(box)
        view = self._mask[box.slices]
        if self._held is not None:
            held = (added & self._held[0][view]) | (removed & self._held[1][view])
            self._met_lock = bool(held.any())
        if self._limited and added.any() and not (added & (self._outside[view] == 0)).any():
            return  # all of it is outside: replacing the region by it would erase the region
        if added.any():
            view[...] = np.where(added, self._paint[view], view)
        if removed.any():
            view[...] = np.where(removed, self._erase[view], view)

    @property
    def met_limit(self) -> bool:
        """Whether the shape that is shown has pixels outside the region that it must stay inside."""
        if self._shown is None or not self._limited:
            return False
        box, added = self._shown
        return bool((added & (self._outside[self._mask[box.slices]] > 0)).any())

    @property
    def met_lock(self) -> bool:
        """Whether locks kept pixels of the shape that is shown from changing."""
        return self._met_lock

    def finish(self) -> Patch | None:
        """Finish; return the change as a patch, or None if nothing changed."""
        return self._original.patch(self._name)

    def cancel(self) -> Box:
        """Restore the mask; return the box that changed."""
        return self._original.restore()
