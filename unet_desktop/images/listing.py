"""Which files of a folder are pictures, in the order in which people expect them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from unet_desktop.errors import ImageError
from unet_desktop.images.dicom import is_dicom
from unet_desktop.images.read import KINDS, SUFFIXES

_DIRECTORY = "DICOMDIR"
"""A DICOM file that lists others (PS3.10, 8.6)."""


def find_images(folder: Path, *, recursive: bool = False) -> list[Path]:
    """Picture files of the folder, in natural order; hidden files and links to folders are passed over.

    They are known by their suffix; a file without one, or with a number for one, is looked into for DICOM.

    Raises:
        ImageError: the folder is missing, cannot be read, or holds no picture.
    """
    found = images_in(folder, recursive=recursive)
    if not found:
        raise ImageError(f"{folder} holds no pictures ({KINDS}). Choose the folder with the images.")
    return found


def images_in(folder: Path, *, recursive: bool = False) -> list[Path]:
    """As `find_images`, but a folder may hold none.

    Raises:
        ImageError: the folder is missing or cannot be read.
    """
    try:
        return sorted(_walk(folder, recursive), key=lambda path: natural_key(path.relative_to(folder).as_posix()))
    except OSError as error:
        raise ImageError(f"The folder {folder} cannot be read ({error.strerror}). Check the path.") from error


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Sort key that puts "photo 9" before "photo 10"."""
    parts = re.split(r"([0-9]+)", name.casefold())
    return [(0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part) for part in parts]


def _walk(folder: Path, recursive: bool) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if recursive:
                    yield from _walk(Path(entry.path), recursive)
            elif entry.is_file() and _is_picture(Path(entry.path)):
                yield Path(entry.path)


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES or (path.name.upper() != _DIRECTORY and is_dicom(path))
