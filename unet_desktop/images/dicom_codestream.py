"""The compressed image in a DICOM file: check it against the header, and decode rare kinds of JPEG."""

from __future__ import annotations

import importlib
import io
import re
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from unet_desktop.errors import ImageError
from unet_desktop.images.dicom_header import INSTALL, Header, quiet_pydicom

_RLE = "1.2.840.10008.1.2.5"
_LOSSLESS = frozenset({"1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"})
_EXTENDED = "1.2.840.10008.1.2.4.51"
_USUAL = frozenset({"1.2.840.10008.1.2.4.50", _EXTENDED})
_MORE = 1 << 20  # bytes that a compressed frame may have beyond twice its uncompressed size
_END = b"\xff\xd9"
_FROM_THE_END = 64  # bytes of padding that are tolerated after the end of a codestream
_FRAME = re.compile(rb"\xff[\xc0-\xc3\xc5-\xc7\xc9-\xcb\xcd-\xcf\xf7]")
"""Markers of the frame header of each kind of JPEG, and of JPEG-LS."""


def check_codestream(data: bytes, path: Path, header: Header) -> None:
    """Check that a codestream is complete and matches the header, because decoders only read the codestream.

    Raises:
        ImageError: it differs from the header, is incomplete, or is too long.
    """
    dataset = header.dataset
    samples = int(dataset.get("SamplesPerPixel", 1))
    raw = header.height * header.width * samples * int(dataset.BitsAllocated) // 8
    if len(data) > 2 * raw + _MORE:
        raise ImageError(f"{path} is damaged: its image data is too long. Copy it again from its source.")
    if header.syntax == _RLE:
        return
    if _END not in data[-_FROM_THE_END:]:
        raise ImageError(f"{path} is incomplete: its image data has no end. Copy it again from its source.")
    if codestream_size(data) != (header.height, header.width, samples):
        raise ImageError(
            f"{path} is damaged: the header says {header.width} x {header.height} pixels, but the image data "
            "is of a different size. Copy it again from its source."
        )


def codestream_size(data: bytes) -> tuple[int, int, int] | None:
    """Return (height, width, channels) stated by a JPEG, JPEG-LS or JPEG 2000 codestream; None if it states none.

    ITU-T T.81 B.2.2 (frame header), T.87 C.2.2 (the same for JPEG-LS), T.800 A.5.1 (SIZ).
    """
    if data[:2] == b"\xff\xd8":
        return _read_jpeg_size(data)
    start = data.find(b"\xff\x4f\xff\x51")  # in a JP2 file it comes after the boxes
    if start < 0 or len(data) < start + 42:
        return None
    right, bottom, left, top = struct.unpack_from(">4I", data, start + 8)
    return bottom - top, right - left, struct.unpack_from(">H", data, start + 40)[0]


def decode_colour_jpeg(data: bytes, header: Header) -> NDArray[np.uint8] | None:
    """Decode a usual colour JPEG, whose markers say how colours are stored, to (H, W, 3) uint8 RGB; else None.

    Nearly all cameras write these, and libjpeg converts colours ten times as fast as numpy.
    """
    if header.syntax not in _USUAL or header.dataset.get("SamplesPerPixel", 1) != 3:
        return None
    with Pillow.open(io.BytesIO(data), formats=("JPEG",)) as opened:
        silent = not {"jfif", "adobe"} & opened.info.keys()
        if opened.mode != "RGB" or (silent and header.dataset.PhotometricInterpretation == "RGB"):
            return None
        return np.asarray(opened)


def is_rare_jpeg(header: Header) -> bool:
    """Return whether it is a kind of JPEG that no pydicom decoder supports: lossless, or of more than 8 bits."""
    wide = int(header.dataset.get("BitsStored", header.dataset.BitsAllocated)) > 8
    return header.syntax in _LOSSLESS or (header.syntax == _EXTENDED and wide)


def decode_rare_jpeg(data: bytes, path: Path, header: Header) -> NDArray[Any]:
    """Decode to (H, W) or (H, W, samples) as stored, with YBR converted to RGB.

    Raises:
        ImageError: the decoder is not installed. Other errors come from the decoder.
    """
    try:
        imagecodecs = importlib.import_module("imagecodecs")
    except ModuleNotFoundError as error:
        raise ImageError(f"{path} is compressed by {header.syntax.name}. {INSTALL}") from error
    dataset = header.dataset
    if dataset.get("SamplesPerPixel", 1) == 1:
        values = np.asarray(imagecodecs.jpeg8_decode(data))
        return _sign_extend(values, int(dataset.BitsStored)) if dataset.get("PixelRepresentation") else values
    # equal colour spaces keep the decoder from converting colours: the file knows more about them than the codestream
    values = np.asarray(imagecodecs.jpeg8_decode(data, colorspace="RGB", outcolorspace="RGB"))
    if dataset.PhotometricInterpretation == "RGB":
        return values
    return np.asarray(quiet_pydicom().pixels.convert_color_space(values, "YBR_FULL", "RGB"))


def _sign_extend(values: NDArray[Any], bits: int) -> NDArray[Any]:
    """Sign-extend numbers of `bits` bits to the width of the array's type."""
    unused = values.dtype.itemsize * 8 - bits
    return np.asarray((values << unused).view(f"i{values.dtype.itemsize}") >> unused)


def _read_jpeg_size(data: bytes) -> tuple[int, int, int] | None:
    at = 2
    while at + 10 <= len(data):
        if data[at : at + 2] == b"\xff\xff":  # fill bytes
            at += 1
        elif _FRAME.match(data, at):
            height, width, channels = struct.unpack_from(">HHB", data, at + 5)
            return height, width, channels
        elif data[at] != 0xFF:
            return None
        else:
            at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    return None
