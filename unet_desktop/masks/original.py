"""OriginalPixels: the pixels of a mask as they were before a gesture, kept only where the gesture reaches."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from unet_desktop.images.box import Box
from unet_desktop.masks.patch import Patch, patch_between
from unet_desktop.masks.regions import Mask

TILE = 256
"""Side of the tiles that are kept, in pixels: a brush of 120 px touches at most four."""


class OriginalPixels:
    """Keeps the pixels that a gesture is about to change; copying a large mask at every press would be noticeable."""

    def __init__(self, mask: Mask) -> None:
        """Start on an (H, W) uint8 mask; nothing is kept yet."""
        self._mask = mask
        self._tiles: dict[tuple[int, int], Mask] = {}
        self._touched = Box(0, 0, 0, 0)

    @property
    def touched(self) -> Box:
        """The box of all pixels that may have changed."""
        return self._touched

    def keep(self, box: Box) -> Box:
        """Keep the pixels of this box before they are changed; return the part of the box inside the mask."""
        box = box.clip(*self._mask.shape)
        if box.empty:
            return box
        for row, column in _tiles(box):
            if (row, column) not in self._tiles:
                self._tiles[row, column] = self._mask[_tile(row, column)].copy()
        self._touched = self._touched.union(box)
        return box

    def read(self, box: Box) -> Mask:
        """Return an (h, w) uint8 copy of the original pixels in a box inside the mask."""
        pixels = self._mask[box.slices].copy()
        for row, column in _tiles(box):
            kept = self._tiles.get((row, column))
            if kept is None:
                continue
            height, width = kept.shape
            tile = Box(row * TILE, column * TILE, row * TILE + height, column * TILE + width)
            part = box.intersection(tile)
            pixels[part.shift(-box.top, -box.left).slices] = kept[part.shift(-tile.top, -tile.left).slices]
        return pixels

    def restore(self) -> Box:
        """Restore all pixels; return the box that may have changed."""
        for (row, column), kept in self._tiles.items():
            self._mask[_tile(row, column)] = kept
        return self._touched

    def patch(self, name: str) -> Patch | None:
        """Return all changes since the start as one patch; None if nothing differs."""
        if self._touched.empty:
            return None
        box = self._touched
        found = patch_between(name, self.read(box), self._mask[box.slices])
        if found is None:
            return None
        return Patch(name, box.top + found.top, box.left + found.left, found.before, found.after)


def _tiles(box: Box) -> Iterator[tuple[int, int]]:
    for row in range(box.top // TILE, -(-box.bottom // TILE)):
        for column in range(box.left // TILE, -(-box.right // TILE)):
            yield row, column


def _tile(row: int, column: int) -> tuple[slice, slice]:
    return np.s_[row * TILE : (row + 1) * TILE, column * TILE : (column + 1) * TILE]
