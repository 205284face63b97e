"""Piece: a connected component of a region, and its smoothed edge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.box import Box, bounding_box
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.regions import Mask, Region, region_table
from unet_desktop.masks.shapes.polygon import Points

_FINE = 64
"""Smallest size in pixels at which a piece's edge is traced; smaller pieces are enlarged first."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """An 8-connected component of a region.

    Attributes:
        box: its bounding box, inside the image.
        plane: (h, w) bool, its pixels in the box; holes are excluded.
    """

    box: Box
    plane: Region


def largest_piece(mask: Mask, labels: LabelSet, label: Label) -> Piece | None:
    """Return the largest piece of the label's region; None if it is empty."""
    found = _find_pieces(mask, labels, label)
    if found is None:
        return None
    box, numbers, areas = found
    return _cut_piece(box, numbers == 1 + int(np.argmax(areas)))


def piece_at(mask: Mask, labels: LabelSet, label: Label, x: float, y: float) -> Piece | None:
    """Return the piece of the label's region at an image point; None if there is none."""
    row, column = int(y // 1), int(x // 1)
    inside = 0 <= row < mask.shape[0] and 0 <= column < mask.shape[1]
    if not inside or int(mask[row, column]) not in labels.region_values(label):
        return None
    found = _find_pieces(mask, labels, label)
    assert found is not None  # the pixel is in it
    box, numbers, _ = found
    return _cut_piece(box, numbers == numbers[row - box.top, column - box.left])


def smooth_edge(piece: Piece) -> Points:
    """Return the smoothed edge of a piece, (N, 2) float64, about one point per pixel (denser for small pieces).

    It runs between the pixels of the piece and those outside, without the stairs of the pixels.
    """
    finer = max(1, -(-_FINE // max(piece.plane.shape)))
    enlarged = np.pad(piece.plane.repeat(finer, 0).repeat(finer, 1).astype(np.uint8), 1)
    lines, _ = cv2.findContours(enlarged, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    line = max(lines, key=len)[:, 0, :].astype(np.float64) - 0.5  # centres of the border pixels, minus the padding
    along = _smooth(line, 1.5 * finer)
    forward = np.roll(along, -1, axis=0) - np.roll(along, 1, axis=0)
    normal = np.stack([forward[:, 1], -forward[:, 0]], axis=1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    x, y = along.T
    area = float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))
    # Move half a pixel outwards, from the pixel centres to the pixel borders.
    edge: Points = (along + 0.5 * np.sign(area) * normal) / finer
    edge += (piece.box.left, piece.box.top)
    return edge


def _smooth(line: Points, sigma: float) -> Points:
    """Smooth a closed line with a Gaussian of `sigma` points along it."""
    frequencies = np.fft.rfftfreq(len(line))
    kept = np.exp(-2 * (np.pi * frequencies * sigma) ** 2)[:, np.newaxis]
    smooth: Points = np.fft.irfft(np.fft.rfft(line, axis=0) * kept, n=len(line), axis=0)
    return smooth


def _find_pieces(mask: Mask, labels: LabelSet, label: Label) -> tuple[Box, NDArray[np.int32], NDArray[np.int32]] | None:
    """Return the region's box, (h, w) int32 piece numbers from 1, and the pieces' areas; None if it is empty."""
    plane = np.asarray(cv2.LUT(mask, region_table(labels, label)), np.uint8)
    box = bounding_box(plane)
    if box.empty:
        return None
    _, numbers, statistics, _ = cv2.connectedComponentsWithStats(plane[box.slices], connectivity=8)
    return box, np.asarray(numbers, np.int32), np.asarray(statistics[1:, cv2.CC_STAT_AREA], np.int32)


def _cut_piece(around: Box, plane: Region) -> Piece:
    inner = bounding_box(plane)
    return Piece(inner.shift(around.top, around.left), plane[inner.slices].copy())
