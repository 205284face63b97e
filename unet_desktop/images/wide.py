"""Colour pictures of 16 bits a channel, which Pillow decodes to their upper 8 bits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags
from PIL import Image as Pillow

from unet_desktop.images.opencv import cv2


def is_wide_colour(opened: Pillow.Image) -> bool:
    """Does the opened, not yet loaded file hold colour of 16 bits a channel?"""
    return opened.mode in {"RGB", "RGBA"} and ";16" in repr(getattr(opened, "tile", ""))


def read_wide_colour(path: Path, opened: Pillow.Image, page: int = 0) -> NDArray[np.uint16] | None:
    """(H, W, 3) uint16 RGB of a file that Pillow has found whole; None where it is turned or cannot be had.

    Pillow judges whether the file is whole, because OpenCV accepts some that are not.
    """
    if opened.getexif().get(ExifTags.Base.Orientation, 1) != 1:
        return None
    data = np.fromfile(path, np.uint8)
    _, pages = cv2.imdecodemulti(data, cv2.IMREAD_UNCHANGED, range=(page, page + 1))
    values = pages[0] if pages else None
    if values is None or values.dtype != np.uint16 or values.ndim != 3 or values.shape[:2] != opened.size[::-1]:
        return None
    return np.asarray(values[:, :, 2::-1], np.uint16)  # OpenCV's order is blue, green, red, alpha
