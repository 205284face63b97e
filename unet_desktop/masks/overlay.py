"""Overlay: a mask's outlines drawn over its image in the labels' colours, for export and thumbnails."""

from __future__ import annotations

import io
import math
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from unet_desktop import files
from unet_desktop.images.box import bounding_box
from unet_desktop.images.crop import Square, extract, extract_labels
from unet_desktop.images.opencv import cv2
from unet_desktop.images.read import Pixels, read_reduced
from unet_desktop.labels import BACKGROUND, NOT_ANNOTATED, LabelSet
from unet_desktop.masks.regions import Mask, regions

_SIDE_FACTOR = 1.9
"""Side of a close-up relative to the size of the mask; the same as in the segmenting network's crop."""
_SYMBOL_FACTOR = 1.2
"""Side of a mask's symbol relative to the size of the mask."""
_GROUND = 24


def draw_outlines(pixels: Pixels, mask: Mask, labels: LabelSet, width: int | None = None) -> Pixels:
    """Return a copy of the (H, W, 3) uint8 image with the outline of each region.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        mask: (H, W) uint8.
        labels: the label set.
        width: of the lines, pixels; by default 1/500 of the longer side.
    """
    drawn = pixels.copy()
    width = width or max(1, round(max(mask.shape) / 500))
    for plane, label in zip(regions(mask, labels), labels, strict=True):
        outlines, _ = cv2.findContours(plane.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        colour = tuple(int(label.colour[at : at + 2], 16) for at in (1, 3, 5))
        cv2.drawContours(drawn, outlines, -1, colour, width, cv2.LINE_AA)
    return drawn


def draw_thumbnail(path: Path, mask: Mask, labels: LabelSet, longest: int) -> Pixels:
    """Return a thumbnail of an image file with its mask's outlines, (h, w, 3) uint8, at most `longest` pixels a side.

    Raises:
        ImageError: the image cannot be read.
    """
    pixels = read_reduced(path, longest)
    height, width = pixels.shape[:2]
    small = cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST)
    return draw_outlines(pixels, np.asarray(small, np.uint8), labels)


def encode_jpeg(pixels: Pixels, quality: int = 90) -> bytes:
    """Encode (H, W, 3) uint8 RGB as JPEG without metadata."""
    buffer = io.BytesIO()
    Pillow.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def encode_png(pixels: Pixels) -> bytes:
    """Encode (H, W, 3) uint8 RGB as PNG, without loss and without metadata."""
    buffer = io.BytesIO()
    Pillow.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def draw_close_up(path: Path, mask: Mask, labels: LabelSet, longest: int) -> Pixels:
    """Return a square close-up of the mask with its outlines, (s, s, 3) uint8 with s <= `longest`.

    For an empty mask it is the thumbnail of the whole image.

    Raises:
        ImageError: the image cannot be read.
    """
    box = bounding_box(mask)
    if box.empty:
        return draw_thumbnail(path, mask, labels, longest)
    height, width = mask.shape
    side = max(box.height, box.width) * _SIDE_FACTOR
    square = Square((box.left + box.right) / 2, (box.top + box.bottom) / 2, side)
    pixels = read_reduced(path, math.ceil(max(height, width) * min(1.0, longest / side)))
    scale = max(pixels.shape[:2]) / max(height, width)
    size = min(longest, math.ceil(side))
    small = extract(pixels, Square(square.x * scale, square.y * scale, side * scale), size)
    return draw_outlines(small, extract_labels(mask, square, size, BACKGROUND), labels, width=2)


def draw_symbol(mask: Mask, labels: LabelSet, side: int) -> Pixels:
    """Return a small square picture of a mask alone, (side, side, 3) uint8: its labels in their colours on dark grey.

    It shows the part with labels; what nobody judged is left out.
    """
    table = np.full((256, 3), _GROUND, np.uint8)
    for label in labels:
        table[label.value] = [int(label.colour[at : at + 2], 16) for at in (1, 3, 5)]
    known = np.where(mask == NOT_ANNOTATED, BACKGROUND, mask).astype(np.uint8)
    box = bounding_box(known)
    if box.empty:
        return np.full((side, side, 3), _GROUND, np.uint8)
    extent = max(box.height, box.width) * _SYMBOL_FACTOR
    square = Square((box.left + box.right) / 2, (box.top + box.bottom) / 2, extent)
    coloured = table[extract_labels(known, square, 2 * side, BACKGROUND)]
    return np.asarray(cv2.resize(coloured, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def write_jpeg(path: Path, pixels: Pixels, quality: int = 90) -> None:
    """Write (H, W, 3) uint8 RGB as a JPEG file without metadata.

    Raises:
        WriteError: it cannot be written.
    """
    files.write_bytes(path, encode_jpeg(pixels, quality))


def contact_sheet(pictures: list[Pixels], columns: int, side: int) -> Pixels:
    """Return the images in a grid on dark grey, each fitted into its square, (rows*side, columns*side, 3) uint8."""
    rows = -(-len(pictures) // columns)
    sheet = np.full((rows * side, columns * side, 3), 24, np.uint8)
    for index, picture in enumerate(pictures):
        height, width = picture.shape[:2]
        scale = side / max(height, width)
        fitted = (max(1, round(width * scale)), max(1, round(height * scale)))
        small = cv2.resize(picture, fitted, interpolation=cv2.INTER_AREA)
        top = (index // columns) * side + (side - small.shape[0]) // 2
        left = (index % columns) * side + (side - small.shape[1]) // 2
        sheet[top : top + small.shape[0], left : left + small.shape[1]] = small
    return sheet
