"""Read: decode any image to upright RGB uint8, or say in one sentence why not."""

from __future__ import annotations

import errno
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, ImageOps, UnidentifiedImageError
from PIL import Image as Pillow

from unet_desktop.errors import ImageError
from unet_desktop.images.dicom import count_frames, read_frame, read_frame_size
from unet_desktop.images.dicom_header import is_dicom
from unet_desktop.images.file_kinds import name_kind
from unet_desktop.images.orientation import turn_upright
from unet_desktop.images.tiff import read_page, read_page_size
from unet_desktop.images.tiff_header import is_tiff, read_pages, read_stack_length
from unet_desktop.images.to_rgb import lay_on_black, to_rgb
from unet_desktop.images.value_range import show_values
from unet_desktop.images.wide_png import is_wide_png, read_wide_png
from unet_desktop.links import SpecialFileError, open_to_read

Pixels = NDArray[np.uint8]
"""(H, W, 3) uint8, RGB, contiguous."""

FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "WEBP", "GIF", "PPM", "JPEG2000", "AVIF")
"""The only decoders in use; most of Pillow's past vulnerabilities were in the others."""
SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".mpo", ".png", ".tif", ".tiff", ".bmp", ".dib", ".webp", ".gif"}
    | {".ppm", ".pgm", ".pbm", ".pnm", ".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx", ".avif"}
)
KINDS = "JPEG, PNG, TIFF, BMP, WebP, GIF, PPM, JPEG 2000, AVIF, DICOM"
"""The supported formats, for sentences."""
MAX_PIXELS = 100_000_000
"""Larger images are refused before decoding; the limit is lower for many bits per pixel. So samples take at most 400 MB
and decoding 1.6 GB."""

_JPEG_START = b"\xff\xd8"

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
    """Decode a file of any of KINDS, or a page of it, from 0.

    Images of more than 8 bits are scaled from the range that they use, transparent pixels are put on black, and one of
    several pages is taken; each is mentioned in the note.

    Raises:
        ImageError: missing, damaged, truncated, of an unsupported kind, without this page, or over MAX_PIXELS.
    """
    with _explain_errors(path):
        if is_dicom(path):
            pixels, notes = read_frame(path, page, MAX_PIXELS)
            return Image(pixels, " ".join(notes))
        with open_to_read(path) as file:
            if is_tiff(file.read(4)):
                pixels, notes = read_page(file, path, page, MAX_PIXELS)
            else:
                pixels, notes = _read_by_pillow(file, path, page)
    return Image(np.ascontiguousarray(pixels), " ".join(note for note in notes if note))


def count_pages(path: Path) -> int:
    """Return the number of pages of a TIFF or DICOM file without decoding; 1 for other or unreadable files.

    Frames of animations do not count as pages.
    """
    try:
        if is_dicom(path):
            return count_frames(path)
        with open_to_read(path) as file:
            return len(read_pages(file)) if is_tiff(file.read(4)) else 1
    except (*DECODER_ERRORS, ImageError):
        return 1


def count_frames_of_animation(path: Path) -> int:
    """Return how many frames an animation or an ImageJ stack has, of which only the first is read; 1 for other files.

    Further frames of a JPEG file are previews or depth maps and do not count; pages of a TIFF file are read.
    """
    try:
        if is_dicom(path):
            return 1
        with open_to_read(path) as file:
            start = file.read(4)
            if start[:2] == _JPEG_START:
                return 1
            if is_tiff(start):
                return read_stack_length(file, read_pages(file))
            file.seek(0)
            with Pillow.open(file, formats=FORMATS) as opened:
                return max(1, int(getattr(opened, "n_frames", 1)))
    except DECODER_ERRORS:
        return 1


def read_size(path: Path) -> tuple[int, int]:
    """Return (height, width) of the upright image, from its header alone.

    Raises:
        ImageError: as `read_image`, as far as the header shows.
    """
    with _explain_errors(path):
        if is_dicom(path):
            return read_frame_size(path, MAX_PIXELS)
        with open_to_read(path) as file:
            if is_tiff(file.read(4)):
                return read_page_size(file, path, MAX_PIXELS)
            with Pillow.open(file, formats=FORMATS) as opened:
                _check_size(opened, path)
                width, height = opened.size
                turned = _orientation(opened, []) in {5, 6, 7, 8}
    return (width, height) if turned else (height, width)


def read_reduced(path: Path, longest: int) -> Pixels:
    """Read a reduced image, (h, w, 3) uint8 RGB, at most `longest` pixels a side; JPEG is decoded at a reduced size.

    Raises:
        ImageError: as `read_image`.
    """
    with _explain_errors(path), open_to_read(path) as file:
        if file.read(2) != _JPEG_START:
            return _shrink(read_image(path).pixels, longest)
        with Pillow.open(file, formats=FORMATS) as opened:
            _check_size(opened, path)
            opened.draft("RGB", (longest, longest))
            opened.load()
            pixels = to_rgb(_rotate_upright(opened, []), [])
    return _shrink(pixels, longest)


def _read_by_pillow(file: BinaryIO, path: Path, page: int) -> tuple[Pixels, list[str]]:
    file.seek(0)
    with Pillow.open(file, formats=FORMATS) as opened:
        if page:
            opened.seek(page)
        _check_size(opened, path)
        notes = [_page_note(opened)]
        wide = is_wide_png(opened)
        opened.load()
        values = read_wide_png(path, opened) if wide else None
        if values is None:
            if wide:
                notes.append("The upper 8 of its 16 bits are shown.")
            return to_rgb(_rotate_upright(opened, notes), notes), notes
        alpha = values.shape[2] in {2, 4}
        pixels = show_values(values[:, :, :-1] if alpha else values, notes)
        if alpha:
            pixels = lay_on_black(pixels, (values[:, :, -1] >> 8).astype(np.uint8), notes)
        if pixels.shape[2] == 1:
            pixels = np.repeat(pixels, 3, axis=2)
        return turn_upright(pixels, _orientation(opened, notes)), notes


def _shrink(pixels: Pixels, longest: int) -> Pixels:
    small = Pillow.fromarray(pixels)
    small.thumbnail((longest, longest), Pillow.Resampling.BILINEAR)
    return np.array(small)


def _check_size(opened: Pillow.Image, path: Path) -> None:
    width, height = opened.size
    wide = is_wide_png(opened)
    most = MAX_PIXELS // 2 if wide else MAX_PIXELS
    if width * height > most:
        raise ImageError(
            f"{path} has {width} x {height} pixels; at most {most // 1_000_000} million are allowed"
            f"{' with 16 bits per channel' if wide else ''}. Reduce it first."
        )


def _page_note(opened: Pillow.Image) -> str:
    count = 1 if opened.format in {"JPEG", "MPO"} else getattr(opened, "n_frames", 1)
    return f"Frame {opened.tell() + 1} of {count} is shown; the others are left out." if count > 1 else ""


def _rotate_upright(opened: Pillow.Image, notes: list[str]) -> Pillow.Image:
    if _orientation(opened, notes) == 1:  # `exif_transpose` would copy it
        return opened
    turned = ImageOps.exif_transpose(opened)
    return opened if turned is None else turned


def _orientation(opened: Pillow.Image, notes: list[str]) -> int:
    """Return the EXIF orientation, 1 to 8."""
    try:
        orientation = opened.getexif().get(ExifTags.Base.Orientation, 1)
    except DECODER_ERRORS:
        notes.append("Its EXIF orientation cannot be read, so it is shown as stored.")
        return 1
    return orientation if orientation in range(1, 9) else 1


@contextmanager
def _explain_errors(path: Path) -> Iterator[None]:
    """Turn any error of a decoder into an ImageError."""
    try:
        yield
    except ImageError:
        raise
    except DECODER_ERRORS as error:
        raise ImageError(_reason(path, error)) from error


def _reason(path: Path, error: BaseException) -> str:
    if isinstance(error, FileNotFoundError) and path.is_symlink():
        return f"{path} is a link to something that does not exist (any more)."
    if isinstance(error, FileNotFoundError):
        return f"{path} does not exist (any more)."
    if isinstance(error, SpecialFileError):
        return f"{path} is a pipe, a device or a socket, not an image."
    if isinstance(error, OSError) and error.errno == errno.ELOOP:
        return f"{path} is a link that leads in a circle. Replace it by the image."
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        return f"{path} cannot be read: its name or path is longer than the file system allows. Shorten it."
    if isinstance(error, OSError) and error.errno in {errno.EINVAL, errno.EILSEQ} and not os.path.exists(path):
        return f"{path} cannot be read: the file system refuses its name. Rename it."
    if isinstance(error, IsADirectoryError):
        return f"{path} is a folder, not an image."
    if isinstance(error, PermissionError):
        return f"{path} cannot be read; check its permissions."
    if isinstance(error, UnidentifiedImageError) and (kind := name_kind(path)) is not None:
        return f"{path} is {kind}, not an image that this program can read ({KINDS})."
    if isinstance(error, UnidentifiedImageError):
        return f"{path} is not an image that this program can read ({KINDS}), or it is damaged."
    if isinstance(error, MemoryError):
        return f"{path} needs more memory than is available."
    return f"{path} is damaged or incomplete ({describe_decoder_error(error)}). Copy it again from its source."


def describe_decoder_error(error: BaseException) -> str:
    """Say in words why a file cannot be decoded, as part of a sentence, where the error only names Python's types."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, UnidentifiedImageError):  # it would name the open file
        return "it is no image, or its beginning is damaged"
    if isinstance(error, MemoryError):
        return "it needs more memory than is available"
    if isinstance(error, TypeError | LookupError | OverflowError | ZeroDivisionError | struct.error):
        return "its parts contradict each other"
    return str(error).strip() or "its data end too early"
