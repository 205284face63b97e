"""DICOM photographs: decode a frame to RGB uint8, or say in one sentence why not.

pydicom and its decoders are an optional extra, imported with the first DICOM file. Only attributes of the image are
read; the patient's identity stays in the file (see `dicom_facts`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from unet_desktop.errors import ImageError
from unet_desktop.images.dicom_codestream import check_codestream, decode_colour_jpeg, decode_rare_jpeg, is_rare_jpeg
from unet_desktop.images.dicom_display import render_frame
from unet_desktop.images.dicom_header import INSTALL, Header, explain_errors, quiet_pydicom, read_header
from unet_desktop.links import open_to_read
from unet_desktop.plurals import quantity

_COLOURS = frozenset(
    {"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT"}
)
_CHANNELS = (1, 3)
_DECODERS = ("pylibjpeg", "pillow", "pyjpegls", "pydicom")
"""pydicom's names of the decoders that tolerate damaged files, in order of preference; gdcm does not."""


def count_frames(path: Path) -> int:
    """Return the number of frames in the file, from its header alone.

    Raises:
        ImageError: there are none, or it cannot be read. OSError: from the file system.
    """
    with explain_errors(path), open_to_read(path) as file:
        return read_header(file, path).frames


def read_frame_size(path: Path, most_pixels: int) -> tuple[int, int]:
    """Return (height, width) of each of the file's frames, from its header alone.

    Raises:
        ImageError: as `read_frame`, as far as the header shows. OSError: from the file system.
    """
    with explain_errors(path), open_to_read(path) as file:
        header = read_header(file, path)
        _refuse_size(header, path, most_pixels)
    return header.height, header.width


def read_frame(path: Path, frame: int, most_pixels: int) -> tuple[NDArray[np.uint8], list[str]]:
    """Decode one frame without decoding the others.

    Args:
        path: a DICOM file.
        frame: index, from 0.
        most_pixels: a larger image is refused before decoding.

    Returns:
        (H, W, 3) uint8 RGB, and sentences about decisions made while decoding.

    Raises:
        ImageError: no such frame, damaged, too large, or no decoder for it. OSError: from the file system.
    """
    notes: list[str] = []
    with explain_errors(path), open_to_read(path) as file:
        header = read_header(file, path)
        _refuse_size(header, path, most_pixels)
        if frame >= header.frames:
            raise ImageError(f"{path} has {quantity(header.frames, 'frame')}; there is no frame {frame + 1}.")
        if header.frames > 1:
            notes.append(f"Frame {frame + 1} of {header.frames} is shown.")
        pixels = render_frame(_decode(file, path, header, frame), header, frame, notes)
    return np.ascontiguousarray(pixels), notes


def _refuse_size(header: Header, path: Path, most_pixels: int) -> None:
    if header.width * header.height > most_pixels:
        raise ImageError(
            f"{path} has {header.width} x {header.height} pixels; at most {most_pixels // 1_000_000} million are "
            "allowed. Reduce it first."
        )
    if int(header.dataset.get("SamplesPerPixel", 1)) not in _CHANNELS:
        raise ImageError(
            f"{path} has {quantity(header.dataset.SamplesPerPixel, 'channel')}, which cannot be shown. "
            "Export it as RGB."
        )
    if not header.width * header.height:
        raise ImageError(f"{path} has no pixels ({header.width} x {header.height}). Copy it again from its source.")


def _decode(file: BinaryIO, path: Path, header: Header, frame: int) -> NDArray[Any]:
    """Decode to (H, W) or (H, W, samples) as stored, with YBR converted to RGB."""
    pixels = quiet_pydicom().pixels
    colours = header.dataset.PhotometricInterpretation
    if colours not in _COLOURS:
        raise ImageError(f"{path} stores its colours as {colours}, which this program does not read. Export it as RGB.")
    options: dict[str, Any] = {"index": frame, "transfer_syntax_uid": header.syntax}
    if header.syntax.is_encapsulated:
        data = _read_compressed(file, header, frame)
        check_codestream(data, path, header)
        if is_rare_jpeg(header):
            return decode_rare_jpeg(data, path, header)
        if (usual := decode_colour_jpeg(data, header)) is not None:
            return usual
        options["decoding_plugin"] = _choose_plugin(path, header)
    file.seek(0)
    values = np.asarray(pixels.pixel_array(file, **options))
    if values.shape[:2] != (header.height, header.width):
        raise ValueError(f"its image has the shape {values.shape}")
    return values


def _choose_plugin(path: Path, header: Header) -> str:
    """Return the pydicom decoder to use; the choice must not depend on the kind of damage."""
    available = quiet_pydicom().pixels.get_decoder(header.syntax).available_plugins
    for name in _DECODERS:
        if name in available:
            return name
    raise ImageError(f"{path} is compressed by {header.syntax.name}. {INSTALL}")


def _read_compressed(file: BinaryIO, header: Header, frame: int) -> bytes:
    """Return the bytes of one compressed frame."""
    file.seek(header.start + 12)  # past tag, VR and length
    tables = tuple(header.dataset.get(name) for name in ("ExtendedOffsetTable", "ExtendedOffsetTableLengths"))
    offsets = tables if all(tables) else None
    get_frame = quiet_pydicom().encaps.get_frame
    return bytes(get_frame(file, frame, number_of_frames=header.frames, extended_offsets=offsets))
