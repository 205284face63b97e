"""Listing: find the image files of a folder, in natural order."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Set
from pathlib import Path

from unet_desktop.errors import ImageError
from unet_desktop.images.dicom_header import is_dicom
from unet_desktop.images.read import KINDS, SUFFIXES

_DIRECTORY = "DICOMDIR"
"""A DICOM file that lists others (PS3.10, 8.6)."""
_OTHER = (
    "gif jp2 j2k jpf jpx jxl mpo heic heif avif psd tga pcx ico ppm pgm pbm pnm exr hdr dng nef cr2 cr3 arw orf raf "
    "e2e fda fds"
)
OTHER_KINDS = frozenset(f".{kind}" for kind in _OTHER.split())
"""Suffixes of images that this program does not read; they are reported, not silently ignored."""


def find_images(folder: Path, *, recursive: bool = False) -> list[Path]:
    """Return the image files of a folder in natural order; hidden files and links to folders are skipped.

    They are recognised by suffix; files without a suffix or with a numeric one are checked for DICOM.

    Raises:
        ImageError: the folder is missing, cannot be read, or contains no image.
    """
    found = list_images(folder, recursive=recursive)
    if not found:
        raise ImageError(f"{folder} holds no pictures ({KINDS}). Choose the folder with the images.")
    return found


def list_images(folder: Path, *, recursive: bool = False, other_kinds: bool = False) -> list[Path]:
    """Return the image files as `find_images` does, but possibly none.

    Args:
        folder: to search.
        recursive: also search its sub-folders.
        other_kinds: include files of OTHER_KINDS.

    Raises:
        ImageError: the folder is missing or cannot be read.
    """
    suffixes = SUFFIXES | OTHER_KINDS if other_kinds else SUFFIXES
    try:
        found = _walk(folder, recursive, suffixes)
        return sorted(found, key=lambda path: natural_key(path.relative_to(folder).as_posix()))
    except OSError as error:
        raise ImageError(f"The folder {folder} cannot be read ({error.strerror}). Check the path.") from error


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Return a sort key that puts "photo 9" before "photo 10"."""
    parts = re.split(r"([0-9]+)", name.casefold())
    return [(0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part) for part in parts]


def _walk(folder: Path, recursive: bool, suffixes: Set[str]) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if recursive:
                    yield from _walk(Path(entry.path), recursive, suffixes)
            elif entry.is_file() and _is_picture(Path(entry.path), suffixes):
                yield Path(entry.path)


def _is_picture(path: Path, suffixes: Set[str]) -> bool:
    return path.suffix.lower() in suffixes or (path.name.upper() != _DIRECTORY and is_dicom(path))
