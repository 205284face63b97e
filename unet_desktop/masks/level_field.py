"""LevelField: how far inside or outside a region each pixel is, worked out only where somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.box import Box
from unet_desktop.images.opencv import cv2
from unet_desktop.masks.regions import Region

Levels = NDArray[np.float32]
"""(h, w) float32: pixels' distance from the border, positive inside, within plus and minus `DEEPEST`."""

DEEPEST = 8.0
"""Further than this from the border all pixels are alike."""
_TILE = 128
_SMOOTHING = 0.8
"""Sigma, pixels: takes the stairs out of a border that was drawn in whole pixels."""


class LevelField:
    """A signed distance that can be changed, kept in tiles: a border bends by fractions of a pixel, a mask cannot."""

    def __init__(self, size: tuple[int, int], inside: Callable[[Box], Region]) -> None:
        """Begin with nothing worked out.

        Args:
            size: (height, width) of the picture.
            inside: gives the region's pixels in a box that lies within the picture, as they were at the beginning.
        """
        self._size, self._inside = size, inside
        self._tiles: dict[tuple[int, int], Levels] = {}

    def read(self, box: Box) -> Levels:
        """(h, w) float32: the levels in a box, which lies within the picture."""
        levels = np.empty(box.shape, np.float32)
        for tile, values in self._meeting(box):
            part = box.common(tile)
            levels[part.moved(-box.top, -box.left).slices] = values[part.moved(-tile.top, -tile.left).slices]
        return levels

    def write(self, box: Box, levels: Levels) -> None:
        """Keep other levels in a box, which lies within the picture."""
        for tile, values in self._meeting(box):
            part = box.common(tile)
            values[part.moved(-tile.top, -tile.left).slices] = levels[part.moved(-box.top, -box.left).slices]

    def _meeting(self, box: Box) -> Iterator[tuple[Box, Levels]]:
        for row in range(box.top // _TILE, -(-box.bottom // _TILE)):
            for column in range(box.left // _TILE, -(-box.right // _TILE)):
                tile = Box(row * _TILE, column * _TILE, (row + 1) * _TILE, (column + 1) * _TILE).within(*self._size)
                if (row, column) not in self._tiles:
                    self._tiles[row, column] = self._worked_out(tile)
                yield tile, self._tiles[row, column]

    def _worked_out(self, tile: Box) -> Levels:
        around = tile.grown(int(DEEPEST) + 4).within(*self._size)
        levels = signed_distance(self._inside(around), DEEPEST)
        smooth = cv2.GaussianBlur(levels, (0, 0), _SMOOTHING, borderType=cv2.BORDER_REPLICATE)
        return smooth[tile.moved(-around.top, -around.left).slices].astype(np.float32)


def signed_distance(plane: Region, deepest: float) -> Levels:
    """Distance of each pixel's centre from the border, positive inside, cut off at plus and minus `deepest`.

    The border runs half a pixel outside the outermost pixels' centres; what lies outside the plane does not count.
    """
    inside = plane.astype(np.uint8)
    if not inside.any() or inside.all():
        return np.full(plane.shape, deepest if inside.any() else -deepest, np.float32)
    within = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    without = cv2.distanceTransform(1 - inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    levels: Levels = np.clip(np.where(plane, within - 0.5, 0.5 - without), -deepest, deepest).astype(np.float32)
    return levels
