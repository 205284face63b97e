"""Listing: find the image files of folders, in natural order."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from unet_desktop.errors import ImageError, Remedy
from unet_desktop.images.dicom_header import SUFFIXES as DICOM_SUFFIXES
from unet_desktop.images.dicom_header import is_dicom
from unet_desktop.images.file_kinds import is_picture
from unet_desktop.images.read import KINDS, SUFFIXES
from unet_desktop.plurals import name_some

_DIRECTORY = "DICOMDIR"
"""A DICOM file that lists others (PS3.10, 8.6)."""
_TEXTS = (
    "txt csv tsv json jsonl geojson xml md rst html htm yaml yml toml ini cfg log pdf doc docx odt rtf xls xlsx ods "
    "ppt pptx py ipynb r m sh bat db sqlite sqlite3 parquet safetensors pt pth onnx"
)
_UNFINISHED = "part partial filepart crdownload download tmp temp bak swp lnk url"
NO_PICTURES = frozenset(f".{kind}" for kind in f"{_TEXTS} {_UNFINISHED}".split())
"""Suffixes of texts, tables, models and unfinished downloads, which are not mistaken for pictures."""
_NAMED = 3
"""Subfolders that a message names."""
_MOST_FILES = 20_000
"""Files that are looked at to say where pictures are."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where pictures are taken from: folders and single files.

    Attributes:
        paths: at least one; each once.
        root: the folder in which all of them are.
    """

    paths: tuple[Path, ...]
    root: Path

    @classmethod
    def of(cls, given: Path | Sequence[Path]) -> Sources:
        """Return the sources that a path or several are.

        Raises:
            ImageError: one of several is missing, or they are on different drives.
        """
        if isinstance(given, Path) or len(given) == 1:
            (path,) = [given] if isinstance(given, Path) else given
            return cls((path,), path.parent if path.is_file() else path)
        paths = {os.path.realpath(path): Path(os.path.abspath(path)) for path in reversed(given)}
        for path in given:
            if not os.path.lexists(path):
                raise ImageError(f"There is no {path}. Check the path.")
        ordered = tuple(reversed(paths.values()))
        folders = [path.parent if path.is_file() else path for path in ordered]
        try:
            return cls(ordered, Path(os.path.commonpath(folders)))
        except ValueError as error:
            raise ImageError(
                f"{folders[0]} and {folders[-1]} are on different drives. Import them one after the other."
            ) from error

    def find(self, *, recursive: bool) -> list[Path]:
        """Return each single file, whatever it is, and the pictures of each folder.

        Raises:
            ImageError: a folder cannot be read, or there is no picture.
        """
        if len(self.paths) == 1:
            (path,) = self.paths
            return [path] if path.is_file() else find_images(path, recursive=recursive)
        found = [
            file
            for path in self.paths
            for file in ([path] if path.is_file() else list_images(path, recursive=recursive))
        ]
        if not found:
            names = " and ".join(path.name for path in self.paths[:3]) + (" ..." if len(self.paths) > 3 else "")
            raise ImageError(f"{names} hold no pictures ({KINDS}). Choose folders with images.")
        return list({os.path.realpath(path): path for path in reversed(found)}.values())[::-1]

    def list_others(self, *, recursive: bool) -> tuple[list[Path], list[Path]]:
        """Return the files of the folders that are no pictures, see `list_others`.

        Raises:
            ImageError: a folder cannot be read.
        """
        others: list[Path] = []
        texts: list[Path] = []
        for path in self.paths:
            if not path.is_file():
                more, more_texts = list_others(path, recursive=recursive)
                others, texts = others + more, texts + more_texts
        single = {os.path.realpath(path) for path in self.paths}  # which are reported by whoever reads them
        others = [path for path in others if os.path.realpath(path) not in single]
        return others, [path for path in texts if os.path.realpath(path) not in single]


def find_images(folder: Path, *, recursive: bool = False) -> list[Path]:
    """Return the image files of a folder in natural order; hidden files and links to folders are skipped.

    They are recognised by suffix, or else by their first bytes; DICOM without its suffix only where the name has none
    or a numeric one.

    Raises:
        ImageError: the folder is missing, cannot be read, or contains no image.
    """
    found = list_images(folder, recursive=recursive)
    if not found:
        raise empty_folder(folder, recursive=recursive)
    return found


def empty_folder(folder: Path, *, recursive: bool) -> ImageError:
    """Return the error for a folder without pictures; it names the subfolders that hold some.

    Args:
        folder: holds no pictures.
        recursive: its subfolders were searched, too.
    """
    below = [] if recursive else _subfolders_with_pictures(folder)
    if not below:
        return ImageError(f"{folder} holds no pictures ({KINDS}). Choose the folder with the images.")
    where = "its subfolder" if len(below) == 1 else "one of its subfolders"
    return ImageError(
        f"{folder} itself holds no pictures, but its subfolders do: {name_some(below, _NAMED)}. Choose {where}, or "
        "search subfolders, too.",
        Remedy.SUBFOLDERS,
    )


def _subfolders_with_pictures(folder: Path) -> list[str]:
    """Return the paths, below a folder, of folders that hold pictures; of a huge tree only those near its start."""
    found: dict[str, None] = {}
    with contextlib.suppress(OSError):
        for path in itertools.islice(_walk(folder, recursive=True), _MOST_FILES):
            name = path.parent.relative_to(folder).as_posix()
            if name not in found and _is_picture(path):
                found[name] = None
    return sorted(found, key=natural_key)


def list_images(folder: Path, *, recursive: bool = False, others: bool = False) -> list[Path]:
    """Return the image files as `find_images` does, but possibly none.

    Args:
        folder: to search.
        recursive: also search its subfolders.
        others: include files that may be images of unsupported kinds, see `list_others`.

    Raises:
        ImageError: the folder is missing or cannot be read.
    """
    files = _list_files(folder, recursive=recursive)
    return [path for path in files if _is_picture(path) or (others and not _is_no_picture(path))]


def list_others(folder: Path, *, recursive: bool = False) -> tuple[list[Path], list[Path]]:
    """Return the files that `list_images` omits: those that may be unsupported images, then texts and the like.

    The first have another suffix or none; they must be reported, not silently ignored.

    Raises:
        ImageError: the folder is missing or cannot be read.
    """
    files = [path for path in _list_files(folder, recursive=recursive) if not _is_picture(path)]
    return [path for path in files if not _is_no_picture(path)], [path for path in files if _is_no_picture(path)]


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Return a sort key that puts "photo 9" before "photo 10"."""
    parts = re.split(r"([0-9]+)", name.casefold())
    return [(0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part) for part in parts]


def _list_files(folder: Path, *, recursive: bool) -> list[Path]:
    try:
        return sorted(_walk(folder, recursive), key=lambda path: natural_key(path.relative_to(folder).as_posix()))
    except OSError as error:
        raise ImageError(f"The folder {folder} cannot be read ({error.strerror}). Check the path.") from error


def _walk(folder: Path, recursive: bool) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                if recursive:
                    yield from _walk_below(path)
            elif _is_file(entry) or (_is_named_picture(path) and not path.is_dir()):
                yield path  # pipes, broken links and the like only where the name says that it is a picture


def _walk_below(folder: Path) -> Iterator[Path]:
    try:
        yield from _walk(folder, recursive=True)
    except OSError:  # one folder that cannot be read does not hide the others; reading it as a picture says why
        yield folder


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link that leads in a circle
        return False


def _is_named_picture(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES | DICOM_SUFFIXES


def _is_picture(path: Path) -> bool:
    if path.suffix.lower() in SUFFIXES:
        return True
    return not _is_no_picture(path) and (is_dicom(path) or is_picture(path))


def _is_no_picture(path: Path) -> bool:
    return path.suffix.lower() in NO_PICTURES or path.name.upper() == _DIRECTORY
