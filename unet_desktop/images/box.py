"""Box: a rectangle of whole pixels in an image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.opencv import cv2


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of whole pixels; `bottom` and `right` are exclusive."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def width(self) -> int:
        """In pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """In pixels."""
        return self.bottom - self.top

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) of an array of its pixels."""
        return self.height, self.width

    @property
    def empty(self) -> bool:
        """Whether it contains no pixel."""
        return self.bottom <= self.top or self.right <= self.left

    def clip(self, height: int, width: int) -> Box:
        """Return the part of it inside an image of this size."""
        return Box(max(self.top, 0), max(self.left, 0), min(self.bottom, height), min(self.right, width))

    def union(self, other: Box) -> Box:
        """Return the smallest box that contains both."""
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

    def intersection(self, other: Box) -> Box:
        """Return the part that lies in both; empty if they do not overlap."""
        return Box(
            max(self.top, other.top),
            max(self.left, other.left),
            min(self.bottom, other.bottom),
            min(self.right, other.right),
        )

    def shift(self, down: int, right: int) -> Box:
        """Return the box moved by this many pixels."""
        return Box(self.top + down, self.left + right, self.bottom + down, self.right + right)

    def expand(self, by: int) -> Box:
        """Return the box enlarged by this many pixels on each side."""
        return Box(self.top - by, self.left - by, self.bottom + by, self.right + by)

    @property
    def slices(self) -> tuple[slice, slice]:
        """(rows, columns) slices to index (H, W) arrays."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


def bounding_box(plane: NDArray[np.bool_] | NDArray[np.uint8]) -> Box:
    """Return the smallest box that contains all nonzero pixels of an (H, W) plane; an empty box if there are none."""
    if not plane.size:
        return Box(0, 0, 0, 0)
    left, top, width, height = cv2.boundingRect(plane.view(np.uint8))
    return Box(top, left, top + height, left + width)


def embed_plane(plane: NDArray[np.bool_], box: Box, over: Box) -> NDArray[np.bool_]:
    """Return (h, w) bool over the box `over`: the plane where its own box lies, False elsewhere."""
    whole = np.zeros(over.shape, bool)
    if not box.empty:
        whole[box.shift(-over.top, -over.left).slices] = plane
    return whole
