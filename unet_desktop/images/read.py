"""Read: decode any image to upright RGB uint8, or say in one sentence why not."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, ImageOps, UnidentifiedImageError
from PIL import Image as Pillow

from unet_desktop.errors import ImageError
from unet_desktop.images.dicom import count_frames, read_frame, read_frame_size
from unet_desktop.images.dicom_header import is_dicom
from unet_desktop.images.to_rgb import is_wide_colour, read_wide_colour, scale_to_8_bits, to_rgb

Pixels = NDArray[np.uint8]
"""(H, W, 3) uint8, RGB, contiguous."""

FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "WEBP")
"""The only decoders in use; most of Pillow's past vulnerabilities were in the others."""
SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".png", ".tif", ".tiff", ".bmp", ".webp"})
KINDS = "JPEG, PNG, TIFF, BMP, WebP, DICOM"
"""The supported formats, for sentences."""
MOST_PIXELS = 100_000_000
"""Larger images are refused before decoding; the limit is half as much for 16-bit colour. So pixels take at most 300 MB
and decoding 1.2 GB."""

# Our own limit is checked before decoding and its message names the file; Pillow's would warn at another size.
Pillow.MAX_IMAGE_PIXELS = None

DECODER_ERRORS = (
    OSError,
    ValueError,
    SyntaxError,
    NotImplementedError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    EOFError,
    MemoryError,
    ZeroDivisionError,
    struct.error,
    zlib.error,
    Warning,
)
"""Everything that Pillow's decoders are known to raise on damaged files."""


@dataclass(frozen=True, slots=True)
class Image:
    """A decoded image.

    Attributes:
        pixels: (H, W, 3) uint8 RGB, contiguous, EXIF orientation applied.
        note: sentences for the status line about decisions made while decoding; empty for ordinary images.
    """

    pixels: Pixels
    note: str = ""


def read_image(path: Path, page: int = 0) -> Image:
    """Decode a JPEG, PNG, TIFF, BMP, WebP or DICOM file, or a page of it, from 0.

    16-bit and floating-point images are scaled from their actual range, transparent pixels are put on black, and one of
    several pages is taken; each is mentioned in the note.

    Raises:
        ImageError: missing, damaged, truncated, of another format, without this page, or over MOST_PIXELS.
    """
    try:
        if is_dicom(path):
            pixels, notes = read_frame(path, page, MOST_PIXELS)
            return Image(pixels, " ".join(notes))
        with Pillow.open(path, formats=FORMATS) as opened:
            if page:
                opened.seek(page)
            _check_size(opened, path)
            notes = [_page_note(opened)]
            wide = is_wide_colour(opened)
            opened.load()
            values = read_wide_colour(path, opened, page) if wide else None
            if wide and values is None:
                notes.append("The upper 8 of its 16 bits are shown.")
            pixels = to_rgb(_rotate_upright(opened, notes), notes) if values is None else scale_to_8_bits(values, notes)
    except ImageError:
        raise
    except DECODER_ERRORS as error:
        raise ImageError(_reason(path, error)) from error
    return Image(np.ascontiguousarray(pixels), " ".join(note for note in notes if note))


def count_pages(path: Path) -> int:
    """Return the number of pages of a TIFF or DICOM file without decoding; 1 for other or unreadable files.

    Frames of animations do not count as pages.
    """
    try:
        if is_dicom(path):
            return count_frames(path)
        if path.suffix.lower() not in {".tif", ".tiff"}:
            return 1
        with Pillow.open(path, formats=("TIFF",)) as opened:
            return max(1, int(getattr(opened, "n_frames", 1)))
    except (*DECODER_ERRORS, ImageError):
        return 1


def read_size(path: Path) -> tuple[int, int]:
    """Return (height, width) of the upright image, from its header alone.

    Raises:
        ImageError: as `read_image`, as far as the header shows.
    """
    try:
        if is_dicom(path):
            return read_frame_size(path, MOST_PIXELS)
        with Pillow.open(path, formats=FORMATS) as opened:
            _check_size(opened, path)
            width, height = opened.size
            turned = _swaps_sides(opened)
    except ImageError:
        raise
    except DECODER_ERRORS as error:
        raise ImageError(_reason(path, error)) from error
    return (width, height) if turned else (height, width)


def read_reduced(path: Path, longest: int) -> Pixels:
    """Read a reduced image, (h, w, 3) uint8 RGB, at most `longest` pixels a side; JPEG is decoded at a reduced size.

    Raises:
        ImageError: as `read_image`.
    """
    try:
        if is_dicom(path):
            return _shrink(read_image(path).pixels, longest)
        with Pillow.open(path, formats=FORMATS) as opened:
            _check_size(opened, path)
            if is_wide_colour(opened):
                return _shrink(read_image(path).pixels, longest)
            if opened.format == "JPEG":
                opened.draft("RGB", (longest, longest))
            opened.load()
            pixels = to_rgb(_rotate_upright(opened, []), [])
    except ImageError:
        raise
    except DECODER_ERRORS as error:
        raise ImageError(_reason(path, error)) from error
    return _shrink(pixels, longest)


def _shrink(pixels: Pixels, longest: int) -> Pixels:
    small = Pillow.fromarray(pixels)
    small.thumbnail((longest, longest), Pillow.Resampling.BILINEAR)
    return np.array(small)


def _check_size(opened: Pillow.Image, path: Path) -> None:
    width, height = opened.size
    wide = is_wide_colour(opened)
    most = MOST_PIXELS // 2 if wide else MOST_PIXELS
    if width * height > most:
        raise ImageError(
            f"{path} has {width} x {height} pixels; at most {most // 1_000_000} million are allowed"
            f"{' with 16 bits per channel' if wide else ''}. Reduce it first."
        )


def _page_note(opened: Pillow.Image) -> str:
    count = getattr(opened, "n_frames", 1)
    return f"Page {opened.tell() + 1} of {count} is shown." if count > 1 else ""


def _rotate_upright(opened: Pillow.Image, notes: list[str]) -> Pillow.Image:
    try:
        if opened.getexif().get(ExifTags.Base.Orientation, 1) == 1:  # `exif_transpose` would copy it
            return opened
        turned = ImageOps.exif_transpose(opened)
    except DECODER_ERRORS:
        notes.append("Its EXIF orientation cannot be read, so it is shown as stored.")
        return opened
    return opened if turned is None else turned


def _swaps_sides(opened: Pillow.Image) -> bool:
    """Return whether `_rotate_upright` swaps the stated width and height."""
    if opened.format == "TIFF":  # Pillow already states the size after rotation
        return False
    try:
        return opened.getexif().get(ExifTags.Base.Orientation, 1) in (5, 6, 7, 8)
    except DECODER_ERRORS:
        return False


def _reason(path: Path, error: BaseException) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{path} does not exist (any more)."
    if isinstance(error, IsADirectoryError):
        return f"{path} is a folder, not an image."
    if isinstance(error, PermissionError):
        return f"{path} cannot be read; check its permissions."
    if isinstance(error, UnidentifiedImageError):
        return f"{path} is not an image that this program can read ({KINDS}), or it is damaged."
    if isinstance(error, MemoryError):
        return f"{path} needs more memory than is available."
    detail = str(error).strip() or type(error).__name__
    return f"{path} is damaged or incomplete ({detail}). Copy it again from its source."
