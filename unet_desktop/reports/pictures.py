"""Small pictures for reports: a photograph with outlines, close round what was found, as a small JPEG."""

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
"""Pixels of a small picture's side: sharp on a screen of high density, which shows it at some 170."""
_QUALITY = 82
_FINER = 2
"""Outlines are drawn that many times larger, so that reduction makes them smooth."""
_RIM = 2
_SHADE = 0.35
_AROUND = 1.9
"""Side of a close-up over the longer side of what was found."""

Outline = tuple[Region, str]
"""A (H, W) bool plane and the "#rrggbb" of the line round it."""


def label_outlines(mask: Mask, labels: LabelSet) -> tuple[Outline, ...]:
    """Each label's region with the label's colour, outer ones first."""
    return tuple((plane, label.colour) for plane, label in zip(regions(mask, labels), labels, strict=True))


def small_picture(pixels: Pixels, outlines: Sequence[Outline], *, close: bool) -> bytes:
    """A square JPEG of SIDE pixels, without metadata.

    Args:
        pixels: (H, W, 3) uint8, the picture.
        outlines: what to draw, later ones above; planes of the picture's size.
        close: show what is outlined and what lies round it, not the whole picture. With nothing to see there it is
            the whole picture all the same.
    """
    square = _square(pixels, outlines) if close else Square.around(*pixels.shape[:2])
    # A rim more than is kept: at its edge an extract fades into what lies outside.
    size = SIDE * _FINER + 2 * _RIM
    square = replace(square, side=square.side * size / (SIDE * _FINER))
    drawn = extract(pixels, square, size)
    for plane, colour in outlines:
        small = extract_labels(plane.view(np.uint8), square, size, 0)
        lines, _ = cv2.findContours(small, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        # Beside a dark shade, the colour is seen on whatever lies under it.
        shade = cv2.drawContours(drawn.copy(), lines, -1, (0, 0, 0), 2 * _FINER + 1, cv2.LINE_AA)
        drawn = np.asarray(cv2.addWeighted(drawn, 1 - _SHADE, shade, _SHADE, 0), np.uint8)
        cv2.drawContours(drawn, lines, -1, _rgb(colour), 2 * _FINER - 1, cv2.LINE_AA)
    kept = drawn[_RIM:-_RIM, _RIM:-_RIM]
    small = np.asarray(cv2.resize(kept, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)
    buffer = io.BytesIO()
    Pillow.fromarray(small).save(buffer, "JPEG", quality=_QUALITY, optimize=True)
    return buffer.getvalue()


def _square(pixels: Pixels, outlines: Sequence[Outline]) -> Square:
    box = bounding_box(np.zeros((0, 0), bool))
    for plane, _ in outlines:
        box = box.joined(bounding_box(plane))
    whole = Square.around(*pixels.shape[:2])
    if box.empty:
        return whole
    side = _AROUND * max(box.width, box.height)
    if side >= whole.side:
        return whole
    return Square((box.left + box.right) / 2, (box.top + box.bottom) / 2, side)


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue
