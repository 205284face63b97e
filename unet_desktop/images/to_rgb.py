"""Convert decoded images of any mode to RGB uint8, in strips so that large images need little extra memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags
from PIL import Image as Pillow

from unet_desktop.images.opencv import cv2

WIDE_MODES = frozenset({"I;16", "I;16B", "I;16L", "I;16N", "I", "F"})
"""Pillow's grey modes with more than 8 bits."""
_AT_ONCE = 8_000_000
"""Pixels converted at a time; most photographs have fewer and are converted at once."""


def to_rgb(picture: Pillow.Image, notes: list[str]) -> NDArray[np.uint8]:
    """Convert an image of any mode to (H, W, 3) uint8 RGB; sentences about decisions are added to the notes."""
    width, height = picture.size
    if picture.mode in WIDE_MODES:
        return np.repeat(scale_to_8_bits(np.asarray(picture), notes)[:, :, np.newaxis], 3, axis=2)
    strips = list(_strips(height, width))
    if len(strips) == 1:
        pixels, transparent = _convert(picture)
    else:
        pixels, transparent = np.empty((height, width, 3), np.uint8), False
        for rows in strips:
            pixels[rows], here = _convert(picture.crop((0, rows.start, width, rows.stop)))
            transparent = transparent or here
    if transparent:
        notes.append("Its transparent parts are shown on black.")
    return pixels


def scale_to_8_bits(values: NDArray[np.generic], notes: list[str]) -> NDArray[np.uint8]:
    """Scale values of any shape linearly from their range to uint8; NaN and infinity count as 0."""
    strips = list(_strips(*values.shape[:2]))
    ends = [(float(part.min()), float(part.max())) for part in (_replace_nonfinite(values[rows]) for rows in strips)]
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    notes.append(f"Its values from {low:g} to {high:g} are shown as black to white.")
    scaled = np.zeros(values.shape, np.uint8)
    if high > low:
        for rows in strips:
            scaled[rows] = np.round((_replace_nonfinite(values[rows]) - low) * (255.0 / (high - low)))
    return scaled


def _replace_nonfinite(values: NDArray[np.generic]) -> NDArray[np.float32]:
    return np.asarray(np.nan_to_num(values.astype(np.float32), posinf=0.0, neginf=0.0), np.float32)


def _strips(height: int, width: int) -> Iterator[slice]:
    rows = max(1, _AT_ONCE // max(1, width))
    return (slice(top, min(top + rows, height)) for top in range(0, height, rows))


def _convert(picture: Pillow.Image) -> tuple[NDArray[np.uint8], bool]:
    """Return (h, w, 3) uint8 RGB, and whether any pixel was transparent."""
    transparent = False
    if "transparency" in picture.info or picture.mode in {"RGBA", "LA", "PA", "RGBa", "La"}:
        picture = picture.convert("RGBA")
        transparent = picture.getchannel("A").getextrema() != (255, 255)
        if transparent:
            ground = Pillow.new("RGBA", picture.size, (0, 0, 0, 255))
            picture = Pillow.alpha_composite(ground, picture)
    return np.asarray(picture if picture.mode == "RGB" else picture.convert("RGB")), transparent


def is_wide_colour(opened: Pillow.Image) -> bool:
    """Return whether the opened, not yet loaded file holds colour with 16 bits per channel."""
    return opened.mode in {"RGB", "RGBA"} and ";16" in repr(getattr(opened, "tile", ""))


def read_wide_colour(path: Path, opened: Pillow.Image, page: int = 0) -> NDArray[np.uint16] | None:
    """Read (H, W, 3) uint16 RGB from a file; None if it is rotated or OpenCV cannot read it.

    Pillow only decodes such files to their upper 8 bits, but it must have loaded the file before: unlike OpenCV, it
    detects truncated files.
    """
    if opened.getexif().get(ExifTags.Base.Orientation, 1) != 1:
        return None
    data = np.fromfile(path, np.uint8)
    _, pages = cv2.imdecodemulti(data, cv2.IMREAD_UNCHANGED, range=(page, page + 1))
    values = pages[0] if pages else None
    if values is None or values.dtype != np.uint16 or values.ndim != 3 or values.shape[:2] != opened.size[::-1]:
        return None
    return np.asarray(values[:, :, 2::-1], np.uint16)  # OpenCV's order is blue, green, red, alpha
