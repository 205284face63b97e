"""Close-ups for reports: a photograph with outlines, cropped to what was found, as a small JPEG."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PIL import Image as Pillow

from unet_desktop.images.box import bounding_box
from unet_desktop.images.crop import Square, extract, extract_labels
from unet_desktop.images.opencv import cv2
from unet_desktop.images.read import Pixels
from unet_desktop.labels import LabelSet
from unet_desktop.masks.regions import Mask, Region, regions

SIDE = 232
"""Side of a close-up, pixels: sharp even on a high-density screen, which shows it at some 170."""
_QUALITY = 82
_FINER = 2
"""Outlines are drawn this many times larger, so that reducing them makes them smooth."""
_RIM = 2
_SHADE = 0.35
_SIDE_FACTOR = 1.9
"""Side of a close-up over the longer side of what was found."""

Outline = tuple[Region, str]
"""A (H, W) bool plane and the "#rrggbb" of its outline."""


def label_outlines(mask: Mask, labels: LabelSet) -> tuple[Outline, ...]:
    """Pair each label's region with the label's colour, outer regions first."""
    return tuple((plane, label.colour) for plane, label in zip(regions(mask, labels), labels, strict=True))


def draw_close_up(pixels: Pixels, outlines: Sequence[Outline], *, close: bool, side: int = SIDE) -> bytes:
    """Draw a close-up as a square JPEG without metadata.

    Args:
        pixels: (H, W, 3) uint8, the picture.
        outlines: what to draw, later ones on top; planes of the picture's size.
        close: crop to the outlined regions and their surroundings; without any, show the whole picture.
        side: of the JPEG, pixels.
    """
    square = _square(pixels, outlines) if close else Square.around(*pixels.shape[:2])
    # With a rim that is cut off again: at its edge an extract fades into what lies outside.
    size = side * _FINER + 2 * _RIM
    square = replace(square, side=square.side * size / (side * _FINER))
    drawn = extract(pixels, square, size)
    for plane, colour in outlines:
        small = extract_labels(plane.view(np.uint8), square, size, 0)
        lines, _ = cv2.findContours(small, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        # A dark shade beside the colour makes it visible on any background.
        shade = cv2.drawContours(drawn.copy(), lines, -1, (0, 0, 0), 2 * _FINER + 1, cv2.LINE_AA)
        drawn = np.asarray(cv2.addWeighted(drawn, 1 - _SHADE, shade, _SHADE, 0), np.uint8)
        cv2.drawContours(drawn, lines, -1, _rgb(colour), 2 * _FINER - 1, cv2.LINE_AA)
    inside = drawn[_RIM:-_RIM, _RIM:-_RIM]
    small = np.asarray(cv2.resize(inside, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
    buffer = io.BytesIO()
    Pillow.fromarray(small).save(buffer, "JPEG", quality=_QUALITY, optimize=True)
    return buffer.getvalue()


def _square(pixels: Pixels, outlines: Sequence[Outline]) -> Square:
    box = bounding_box(np.zeros((0, 0), bool))
    for plane, _ in outlines:
        box = box.union(bounding_box(plane))
    whole = Square.around(*pixels.shape[:2])
    if box.empty:
        return whole
    side = _SIDE_FACTOR * max(box.width, box.height)
    if side >= whole.side:
        return whole
    return Square((box.left + box.right) / 2, (box.top + box.bottom) / 2, side)


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue
