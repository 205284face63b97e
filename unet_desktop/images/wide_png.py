"""16-bit PNG, of which Pillow decodes only the upper 8 bits: OpenCV's values, checked against Pillow's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from unet_desktop.images.opencv import cv2

_CHANNELS = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}
_PLACES = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}
"""Where Pillow's channels are among OpenCV's blue, green, red and alpha."""


def is_wide_png(opened: Pillow.Image) -> bool:
    """Return whether an opened, not yet loaded file holds 16-bit colour or grey with alpha."""
    return opened.format == "PNG" and opened.mode in _CHANNELS and ";16" in repr(getattr(opened, "tile", ""))


def read_wide_png(path: Path, loaded: Pillow.Image) -> NDArray[np.uint16] | None:
    """Read (H, W, channels) uint16, in the order of Pillow's channels.

    Pillow must have loaded the file before: unlike OpenCV, it detects truncated files.

    Args:
        path: of the file.
        loaded: the same file, loaded by Pillow and not rotated.

    Returns:
        None if the two decoders disagree.
    """
    values = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION)
    if values is None or values.dtype != np.uint16 or values.shape[:2] != loaded.size[::-1]:
        return None
    channels = _CHANNELS[loaded.mode]
    values = values[:, :, np.newaxis] if values.ndim == 2 else values
    found: NDArray[np.uint16] = np.asarray(values[:, :, _PLACES.get(values.shape[2], [])], np.uint16)
    if channels == 2 and found.shape[2] == 4:
        found = found[:, :, [0, 3]]
    if found.shape[2] < channels:
        return None
    found = found[:, :, :channels]
    upper = np.asarray(loaded).reshape(*found.shape[:2], channels)
    return found if np.array_equal(found >> 8, upper) else None
