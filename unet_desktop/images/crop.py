"""Square crops: where they lie in the image, extracting them at a network's input size, and mapping outputs back.

Coordinates are continuous image pixels: pixel (column c, row r) covers [c, c+1) x [r, r+1), so its centre is
(c + 0.5, r + 0.5). OpenCV's coordinates start at pixel centres instead; `Square.to_crop` converts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.box import Box
from unet_desktop.images.opencv import cv2

Affine = NDArray[np.float64]
"""(2, 3) float64 between pixel-centre coordinates, as cv2.warpAffine expects."""

Colour = tuple[int, int, int]
"""Red, green, blue, 0..255."""
BLACK: Colour = (0, 0, 0)

MAX_REDUCTION = 2.0
"""Bilinear sampling reads 2 x 2 pixels, so a stronger reduction would skip pixels and alias."""
SAMPLED_LINES = 64
DARK = 24
"""Of 0..255: what surrounds a field of view is darker than this."""
DARK_SHARE = 0.5
"""A photograph shows its whole field's surround if this share of its border is dark.

Of 138 whole fields of four cameras it is 0.64 or more; of 82 disc-centred crops, some with a piece of the surround, it
is 0.38 or less.
"""


@dataclass(frozen=True, slots=True)
class Square:
    """A square in an image; it may extend beyond the border.

    Attributes:
        x: of its centre, image pixels from the left edge.
        y: of its centre, image pixels from the top edge.
        side: image pixels, positive.
    """

    x: float
    y: float
    side: float

    @classmethod
    def around(cls, height: int, width: int) -> Square:
        """Return the smallest square that contains the whole image, centred on it."""
        return cls(width / 2, height / 2, float(max(height, width, 1)))

    def to_crop(self, size: int) -> Affine:
        """Return the map from pixel centres of the image to those of the crop with `size` pixels a side."""
        scale = size / self.side
        # (centre + 0.5 - corner) * scale - 0.5, with the corner at x - side / 2
        shift_x = (0.5 - self.x + self.side / 2) * scale - 0.5
        shift_y = (0.5 - self.y + self.side / 2) * scale - 0.5
        return np.array([[scale, 0.0, shift_x], [0.0, scale, shift_y]])

    def crop_point(self, x: float, y: float, size: int) -> tuple[float, float]:
        """Convert continuous image coordinates to continuous crop coordinates."""
        scale = size / self.side
        return (x - self.x + self.side / 2) * scale, (y - self.y + self.side / 2) * scale

    def picture_point(self, x: float, y: float, size: int) -> tuple[float, float]:
        """Convert continuous crop coordinates to continuous image coordinates; the inverse of `crop_point`."""
        scale = self.side / size
        return x * scale + self.x - self.side / 2, y * scale + self.y - self.side / 2

    def box(self, height: int, width: int) -> Box:
        """Return the image pixels that the square touches; empty if it lies outside."""
        half = self.side / 2
        left, right = (min(max(at, 0), width) for at in (math.floor(self.x - half), math.ceil(self.x + half)))
        top, bottom = (min(max(at, 0), height) for at in (math.floor(self.y - half), math.ceil(self.y + half)))
        return Box(top, left, bottom, right)


def extract(picture: NDArray[np.uint8], square: Square, size: int, outside: Sequence[int] = BLACK) -> NDArray[np.uint8]:
    """Extract the square at `size` pixels a side, each pixel the mean of the area it covers.

    Args:
        picture: (H, W, C) uint8.
        square: the area to extract.
        size: side of the result, pixels.
        outside: colour beyond the image border, C values or more.

    Returns:
        (size, size, C) uint8.
    """
    channels = picture.shape[2]
    box = square.box(*picture.shape[:2])
    if box.empty:
        return np.broadcast_to(np.array(outside[:channels], np.uint8), (size, size, channels)).copy()
    part: NDArray[np.uint8] = picture[box.slices]
    matrix = square.to_crop(size) @ _translation(box.left, box.top)
    reduction = square.side / size
    while reduction > MAX_REDUCTION and min(part.shape[:2]) > 1:
        part, enlargement = _halve(part)
        matrix, reduction = matrix @ enlargement, reduction / 2.0
    cut = cv2.warpAffine(
        part,
        matrix,
        (size, size),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=tuple(outside[:channels]),
    )
    return np.ascontiguousarray(cut.reshape(size, size, channels), dtype=np.uint8)


def surround_colour(picture: NDArray[np.uint8]) -> Colour:
    """The colour with which to continue a photograph beyond its border: black, or its median colour.

    A field of view is surrounded by black already. A photograph of the disc alone is not: a black surround would look
    like the end of the field.

    Args:
        picture: (H, W, 3) uint8 RGB.
    """
    step = max(1, min(picture.shape[:2]) // SAMPLED_LINES)
    small = picture[::step, ::step]
    border = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    if np.count_nonzero(border.max(axis=1) < DARK) >= DARK_SHARE * len(border):
        return BLACK
    return median_colour(small[small.max(axis=2) >= DARK])


def median_colour(pixels: NDArray[np.uint8]) -> Colour:
    """The median of each channel of (N, 3) uint8 pixels, at least one."""
    red, green, blue = (int(value) for value in np.median(pixels, axis=0))
    return red, green, blue


def extract_labels(mask: NDArray[np.uint8], square: Square, size: int, outside: int) -> NDArray[np.uint8]:
    """Extract the square of a label image at `size` pixels a side, each pixel the label at its centre.

    Args:
        mask: (H, W) uint8.
        square: the area to extract.
        size: side of the result, pixels.
        outside: value beyond the image border.

    Returns:
        (size, size) uint8.
    """
    box = square.box(*mask.shape)
    if box.empty:
        return np.full((size, size), outside, np.uint8)
    cut = cv2.warpAffine(
        mask[box.slices],
        square.to_crop(size) @ _translation(box.left, box.top),
        (size, size),
        flags=cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(outside,),
    )
    return np.ascontiguousarray(cut, dtype=np.uint8)


def restore(plane: NDArray[np.float32], square: Square, box: Box) -> NDArray[np.float32]:
    """Interpolate a plane on the crop at the image's own pixels.

    Args:
        plane: (size, size) float32 on the square.
        square: where the plane lies.
        box: the image pixels wanted; beyond the square the plane's edge is repeated.

    Returns:
        (box.height, box.width) float32.
    """
    size = plane.shape[0]
    if box.empty:
        return np.zeros((box.height, box.width), np.float32)
    from_box = square.to_crop(size) @ _translation(box.left, box.top)
    restored = cv2.warpAffine(
        plane,
        from_box,
        (box.width, box.height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(restored, dtype=np.float32)


def _halve(part: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], Affine]:
    """Return the means of 2 x 2 pixels (of 2 or 1 at odd edges) and the (3, 3) map back to the original.

    OpenCV averages whole pixels 15 times as fast as fractions, so the reduction is always by 2.
    """
    height, width, channels = part.shape
    rows, columns = height // 2, width // 2
    small = np.empty((height - rows, width - columns, channels), np.uint8)
    small[:rows, :columns] = _average(part[: 2 * rows, : 2 * columns], rows, columns)
    if height % 2:
        small[rows, :columns] = _average(part[-1:, : 2 * columns], 1, columns)[0]
    if width % 2:
        small[:rows, columns] = _average(part[: 2 * rows, -1:], rows, 1)[:, 0]
    if height % 2 and width % 2:
        small[rows, columns] = part[-1, -1]
    return small, _enlargement(2.0, 2.0)


def _average(part: NDArray[np.uint8], rows: int, columns: int) -> NDArray[np.uint8]:
    reduced = cv2.resize(part, (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(reduced, np.uint8).reshape(rows, columns, part.shape[2])


def _translation(left: float, top: float) -> Affine:
    """Return (3, 3) from coordinates within a box to the image's."""
    return np.array([[1.0, 0.0, left], [0.0, 1.0, top], [0.0, 0.0, 1.0]])


def _enlargement(across: float, down: float) -> Affine:
    """Return (3, 3) from the pixel centres of a reduced array to those of the original."""
    return np.array([[across, 0.0, 0.5 * across - 0.5], [0.0, down, 0.5 * down - 0.5], [0.0, 0.0, 1.0]])
