"""Overlapping tiles over a large image, and blending of their outputs without visible seams."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.box import Box

MIN_BLEND_WEIGHT = 1e-3
"""Of an edge, so that every pixel has some weight."""


@dataclass(frozen=True, slots=True)
class Tiling:
    """Tiles of one size that cover an image, neighbours overlapping by at least `overlap`.

    Attributes:
        height: of the image, pixels, at least `size`.
        width: of the image, pixels, at least `size`.
        size: side of a tile, pixels.
        overlap: smallest overlap, pixels, below `size`.
    """

    height: int
    width: int
    size: int
    overlap: int

    @property
    def boxes(self) -> list[Box]:
        """The tiles, row by row; all lie within the image."""
        rows = _starts(self.height, self.size, self.overlap)
        columns = _starts(self.width, self.size, self.overlap)
        return [Box(top, left, top + self.size, left + self.size) for top in rows for left in columns]


class Blend:
    """Accumulates the tiles' outputs, weighted less towards a tile's edge, where the network sees the least context.

    Args:
        planes: number of planes in an output.
        tiling: the tiling that the outputs belong to.
    """

    def __init__(self, planes: int, tiling: Tiling) -> None:
        self._sum = np.zeros((planes, tiling.height, tiling.width), np.float32)
        self._weight = np.zeros((tiling.height, tiling.width), np.float32)
        self._window = blend_weights(tiling.size)

    def add(self, box: Box, answer: NDArray[np.float32]) -> None:
        """Add a tile's output, (planes, size, size) float32."""
        rows, columns = box.slices
        self._sum[:, rows, columns] += answer * self._window
        self._weight[rows, columns] += self._window

    def result(self) -> NDArray[np.float32]:
        """Return the blended (planes, H, W) float32 after all tiles were added."""
        blended: NDArray[np.float32] = self._sum / self._weight
        return blended


def blend_weights(size: int) -> NDArray[np.float32]:
    """Return (size, size) float32 weights: a raised cosine, 1 in the middle and small but positive at the edge."""
    at = (np.arange(size, dtype=np.float64) + 0.5) / size
    profile = np.maximum(np.sin(np.pi * at) ** 2, MIN_BLEND_WEIGHT)
    weights: NDArray[np.float32] = np.outer(profile, profile).astype(np.float32)
    return weights


def _starts(length: int, size: int, overlap: int) -> list[int]:
    """Return the first pixels of evenly spaced tiles along one side."""
    if length <= size:
        return [0]
    count = -(-(length - overlap) // (size - overlap))
    return [round(index * (length - size) / (count - 1)) for index in range(count)]
