"""Convert decoded images of any mode to RGB uint8, in strips so that large images need little extra memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from unet_desktop.images.value_range import show_values

WIDE_MODES = frozenset({"I;16", "I;16B", "I;16L", "I;16N", "I", "F"})
"""Pillow's modes of grey with more than 8 bits."""
_ON_BLACK = "Its transparent parts are shown on black."
_AT_ONCE = 8_000_000
"""Pixels converted at a time; most photographs have fewer and are converted at once."""


def to_rgb(picture: Pillow.Image, notes: list[str]) -> NDArray[np.uint8]:
    """Convert an image of any mode to (H, W, 3) uint8 RGB; sentences about decisions are added to the notes."""
    width, height = picture.size
    if picture.mode in WIDE_MODES:
        return np.repeat(show_values(np.asarray(picture), notes)[:, :, np.newaxis], 3, axis=2)
    strips = list(_strips(height, width))
    if len(strips) == 1:
        pixels, transparent = _convert(picture)
    else:
        pixels, transparent = np.empty((height, width, 3), np.uint8), False
        for rows in strips:
            pixels[rows], here = _convert(picture.crop((0, rows.start, width, rows.stop)))
            transparent = transparent or here
    if transparent:
        notes.append(_ON_BLACK)
    return pixels


def lay_on_black(
    pixels: NDArray[np.uint8], cover: NDArray[np.uint8], notes: list[str], *, covered: bool = False
) -> NDArray[np.uint8]:
    """Put a picture on black.

    Args:
        pixels: (H, W, channels) uint8.
        cover: (H, W) uint8, from 0 (transparent) to 255.
        notes: gets a sentence if anything is transparent.
        covered: the pixels already lie on black (associated alpha).
    """
    if cover.min(initial=255) == 255:
        return pixels
    notes.append(_ON_BLACK)
    if covered:
        return pixels
    return np.asarray((pixels.astype(np.uint16) * cover[:, :, np.newaxis] + 127) // 255, np.uint8)


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
