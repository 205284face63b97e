"""Planes of 256 levels on disk: grey PNGs, such as maps of uncertainty."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from unet_desktop import files
from unet_desktop.errors import MaskError
from unet_desktop.images.read import DECODER_ERRORS


def write_plane(path: Path, plane: NDArray[np.uint8]) -> None:
    """Replace the file by this (h, w) plane.

    Raises:
        WriteError: it cannot be written; what stood there still stands.
    """
    files.write_bytes(path, encode_plane(plane))


def encode_plane(plane: NDArray[np.uint8] | NDArray[np.uint16]) -> bytes:
    """An (h, w) plane as a grey PNG of 8 or 16 bits."""
    buffer = io.BytesIO()
    Pillow.fromarray(plane).save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()


def read_plane(path: Path) -> NDArray[np.uint8]:
    """(h, w) uint8.

    Raises:
        MaskError: missing, damaged, or not grey.
    """
    try:
        with Pillow.open(path, formats=("PNG",)) as opened:
            if opened.mode != "L":
                raise ValueError("it is not grey")
            return np.array(opened, np.uint8)
    except DECODER_ERRORS as error:
        raise MaskError(f"{path} cannot be read ({error}).") from error
