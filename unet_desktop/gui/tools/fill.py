"""Fill: a bucket for the mask, and the eraser of whole pieces."""

from __future__ import annotations

import math

from unet_desktop.gui.tools.shape_gesture import step_name
from unet_desktop.gui.tools.tool import Target, Tool, Touch
from unet_desktop.images.box import Box
from unet_desktop.masks.paint_tables import erase_table, paint_table
from unet_desktop.masks.patch import Patch
from unet_desktop.masks.regions import Mask, Region
from unet_desktop.masks.reshape import Combine
from unet_desktop.masks.shapes.flood_fill import find_enclosed_area
from unet_desktop.masks.shapes.piece import piece_at


class Fill(Tool):
    """A click fills the enclosed area under the pointer; the right button or Ctrl erases the label's piece there."""

    def press(self, touch: Touch) -> None:
        target = self._target
        if target is None:
            return
        row, column = math.floor(touch.y), math.floor(touch.x)
        if not (0 <= row < target.mask.shape[0] and 0 <= column < target.mask.shape[1]):
            return
        if touch.erase:
            self._erase(target, touch)
        else:
            self._fill(target, (row, column))

    def _fill(self, target: Target, at: tuple[int, int]) -> None:
        mask, labels, label = target
        if mask[at] in labels.region_values(label):
            self.refused.emit(f"This is {label.name} already.")
            return
        found = find_enclosed_area(mask, *at)
        if found is None:
            self.refused.emit("Nothing to fill here: the area reaches the picture's border. Close its outline first.")
            return
        limit = self._limit
        if limit is not None and mask[at] not in labels.region_values(limit):
            self.refused.emit(f"Nothing was filled: this is outside the {limit.name}.")
            return
        self._apply(mask, found, paint_table(labels, label, limit), step_name("Fill", label, Combine.ADD))

    def _erase(self, target: Target, touch: Touch) -> None:
        mask, labels, label = target
        found = piece_at(mask, labels, label, touch.x, touch.y)
        if found is None:
            self.refused.emit(f"There is no {label.name} here to erase.")
            return
        self._apply(mask, (found.box, found.plane), erase_table(labels, label), f"Erase piece of {label.name}")

    def _apply(self, mask: Mask, found: tuple[Box, Region], table: Mask, name: str) -> None:
        box, plane = found
        before = mask[box.slices].copy()
        after = before.copy()
        after[plane] = table[before[plane]]  # the editor leaves out what is locked
        self._editor.apply(Patch(name, box.top, box.left, before, after))
