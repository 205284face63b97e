"""Screen: sample an image at the visible screen pixels, at any zoom."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.display import DisplayPixels
from unet_desktop.images.opencv import cv2

NEAREST_FROM = 4.0
"""Zoom (screen pixels per image pixel) from which image pixels are shown as squares."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A rectangle of screen pixels over an image.

    Attributes:
        zoom: screen pixels per image pixel.
        left, top: the rectangle's corner, in screen pixels from the image's corner.
        width, height: screen pixels.
    """

    zoom: float
    left: int
    top: int
    width: int
    height: int

    @property
    def empty(self) -> bool:
        """Whether it contains no pixel."""
        return self.width <= 0 or self.height <= 0

    def expand(self, by: int) -> Grid:
        """Return the grid enlarged by this many screen pixels on each side."""
        return replace(
            self, left=self.left - by, top=self.top - by, width=self.width + 2 * by, height=self.height + 2 * by
        )

    def clip(self, height: int, width: int) -> Grid:
        """Return the part of it that lies on an image of this size (image pixels)."""
        left, top = max(self.left, 0), max(self.top, 0)
        right = min(self.left + self.width, round(width * self.zoom))
        bottom = min(self.top + self.height, round(height * self.zoom))
        return Grid(self.zoom, left, top, right - left, bottom - top)

    def columns(self, width: int) -> NDArray[np.intp]:
        """Return (self.width,) the image column under each screen column, clipped to an image of this width."""
        return _indices(self.left, self.width, self.zoom, width)

    def rows(self, height: int) -> NDArray[np.intp]:
        """Return (self.height,) the image row under each screen row, clipped to an image of this height."""
        return _indices(self.top, self.height, self.zoom, height)


def sample_nearest(plane: DisplayPixels, grid: Grid) -> DisplayPixels:
    """Sample the image by nearest neighbour at the centre of each screen pixel; the border is repeated.

    Args:
        plane: (H, W) or (H, W, C) uint8.
        grid: the visible part, not empty.

    Returns:
        (grid.height, grid.width) or (grid.height, grid.width, C) uint8.
    """
    rows, columns = grid.rows(plane.shape[0]), grid.columns(plane.shape[1])
    part = plane[:, columns[0] : columns[-1] + 1]
    columns = columns - columns[0]
    if grid.zoom < 1:  # select the fewer rows first
        return np.asarray(np.take(part[rows], columns, axis=1), np.uint8)
    across = np.take(part[rows[0] : rows[-1] + 1], columns, axis=1)
    return np.asarray(across[rows - rows[0]], np.uint8)


def sample_smooth(level: DisplayPixels, size: tuple[int, int], grid: Grid) -> DisplayPixels:
    """Sample the image with bilinear interpolation.

    Args:
        level: (h, w) uint8 grey or (h, w, 3) uint8 RGB, the image or a reduction of it.
        size: (height, width) of the full image.
        grid: the visible part, not empty.

    Returns:
        (grid.height, grid.width) uint8 grey, or (grid.height, grid.width, 4) uint8 in the order of Qt's RGB32:
        blue, green, red, 255. OpenCV warps four channels twice as fast as three.
    """
    down, across = level.shape[0] / size[0], level.shape[1] / size[1]
    step_x, step_y = across / grid.zoom, down / grid.zoom
    first_x, first_y = (grid.left + 0.5) * step_x - 0.5, (grid.top + 0.5) * step_y - 0.5
    left, top = max(int(first_x) - 1, 0), max(int(first_y) - 1, 0)
    right = min(int(first_x + grid.width * step_x) + 3, level.shape[1])
    bottom = min(int(first_y + grid.height * step_y) + 3, level.shape[0])
    part = level[top:bottom, left:right]
    if step_x == step_y == 1.0:
        top, left = grid.top - top, grid.left - left
        return to_bgra(part[top : top + grid.height, left : left + grid.width])
    inverse = np.array([[step_x, 0.0, first_x - left], [0.0, step_y, first_y - top]])
    turned = cv2.warpAffine(
        to_bgra(part),
        inverse,
        (grid.width, grid.height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(turned, np.uint8)


def to_bgra(shown: DisplayPixels) -> DisplayPixels:
    """Convert RGB to Qt's RGB32: (h, w, 4) uint8 blue, green, red, 255; grey is returned contiguous."""
    if shown.ndim == 2:
        return np.ascontiguousarray(shown)
    return np.asarray(cv2.cvtColor(shown, cv2.COLOR_RGB2BGRA), np.uint8)


def _indices(first: int, count: int, zoom: float, length: int) -> NDArray[np.intp]:
    places = (np.arange(first, first + count) + 0.5) / zoom
    return np.asarray(np.clip(np.floor(places), 0, length - 1), np.intp)
