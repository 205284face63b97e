"""What a backup is: a ZIP file of a project's files and of a list of them with their digests.

Any program can unpack it. The list is written last, so a file without it is not complete. An entry whose name begins
with `later/` replaces a file that changed while the backup was written.
"""

from __future__ import annotations

import os
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated

from msgspec import Meta

from unet_desktop import json_data
from unet_desktop.errors import UserError, reason_of
from unet_desktop.images.file_kinds import ZIP_ERRORS
from unet_desktop.json_data import Count
from unet_desktop.project.layout import DEVICES

LIST = "unet-desktop-backup.json"
SUFFIX = ".zip"
FORMAT = 1
_LARGEST_LIST = 1 << 28
"""Bytes; a project of 100,000 cases with ten files each takes about as much."""
_FOREIGN_LETTERS = '\\:*?"<>|\0'
"""Letters that Windows gives another meaning, or does not take in names."""
_KINDS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


def as_backup(path: Path) -> Path:
    """Return the path of a backup that people name so: with its suffix, also if they left it out."""
    return path if path.suffix.lower() == SUFFIX else path.with_name(f"{path.name}{SUFFIX}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the project.

    Attributes:
        path: in the project, with forward slashes.
        size: in bytes.
        sha256: of its content.
        modified: when, in nanoseconds since 1970.
        name: in the ZIP file; empty if it is the path.
    """

    path: str
    size: Count
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    modified: int = 0
    name: str = ""

    @property
    def stored_as(self) -> str:
        """Its name in the ZIP file."""
        return self.name or self.path


@dataclass(frozen=True, slots=True)
class FileList:
    """What a backup holds.

    Attributes:
        format: of the backup.
        program: that wrote it.
        project: the project's name.
        identity: of the project, see `Manifest`.
        made: ISO 8601, UTC.
        who: made it; empty if nobody gave a name.
        pictures: whether the pictures are in it.
        files: of the project.
    """

    format: Count
    program: str
    project: str
    identity: str
    made: str
    who: str
    pictures: bool
    files: tuple[Entry, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in self.files)


@dataclass(frozen=True, slots=True)
class _Format:
    format: Count


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open a backup for reading.

    Raises:
        UserError: it cannot be read, or is no ZIP file.
    """
    try:
        if not path.is_file():
            raise UserError(f"{path} is not a file. Choose a backup that this program wrote.")
        return zipfile.ZipFile(path)
    except OSError as error:
        raise UserError(
            f"{path} cannot be read ({error.strerror or error}). Check the path and permissions."
        ) from error
    except ZIP_ERRORS as error:
        raise UserError(
            f"{path} is not a backup, or only a part of one: it cannot be read as a ZIP file. Use another copy."
        ) from error


def read_list(archive: zipfile.ZipFile, path: Path) -> FileList:
    """Return what a backup holds, after making sure that nothing in it could be written outside its project.

    Raises:
        UserError: it is no backup, is of a newer program, or names files that no project has.
    """
    found = archive.infolist()
    sizes = [info.file_size for info in found if info.filename == LIST]
    if not sizes:
        raise UserError(f"{path} is not a backup of this program: it holds no {LIST}. Choose another file.")
    if max(sizes) > _LARGEST_LIST:
        raise UserError(f"{path} cannot be used: its list of files is larger than that of any project.")
    try:
        data = read_entry(archive, LIST)
        number = json_data.parse(data, _Format, file_names=True).format
        if number > FORMAT:
            raise UserError(f"{path} was written by a newer U-Net Desktop (format {number}); update first.")
        files = json_data.parse(data, FileList, file_names=True)
    except (json_data.DataError, *READ_ERRORS) as error:
        raise UserError(
            f"{path} is damaged: its list of files cannot be read ({reason_of(error)}). Use another copy."
        ) from error
    _verify_names(files, found, path)
    return files


READ_ERRORS = (OSError, zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError, ValueError, KeyError)
"""What reading an entry of a damaged ZIP file raises; zlib's own error is added in `read_entry`."""


def read_entry(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return a small entry.

    Raises:
        one of `READ_ERRORS`: it is damaged.
    """
    import zlib

    try:
        with archive.open(name) as file:
            return file.read(_LARGEST_LIST)
    except zlib.error as error:
        raise zipfile.BadZipFile(str(error)) from error


def _verify_names(files: FileList, found: list[zipfile.ZipInfo], path: Path) -> None:
    known: dict[str, zipfile.ZipInfo] = {}
    for info in found:
        if info.filename in known:
            raise UserError(f"{path} is not used: it holds {info.filename!r} twice.")
        known[info.filename] = info
    paths: set[str] = set()
    for entry in files.files:
        if not _is_safe(entry.path):
            raise UserError(f"{path} is not used: {entry.path[:200]!r} would be written outside the project's folder.")
        if entry.path in paths:
            raise UserError(f"{path} is not used: it lists {entry.path!r} twice.")
        paths.add(entry.path)
        held = known.get(entry.stored_as)
        if held is None:
            raise UserError(f"{path} is damaged: it lists {entry.path!r} and does not hold it. Use another copy.")
        kind = stat.S_IFMT(held.external_attr >> 16)
        if kind not in {0, stat.S_IFREG} or held.is_dir() or held.flag_bits & 1 or held.compress_type not in _KINDS:
            raise UserError(f"{path} is not used: {entry.path!r} is a link, or not stored as this program does.")
    if "project.json" not in paths:
        raise UserError(f"{path} is not a backup of a project: it holds no project.json.")
    for one in paths:
        if any(str(parent) in paths for parent in PurePosixPath(one).parents):
            raise UserError(f"{path} is not used: it holds a file and a folder of the same name, for {one!r}.")


def _is_safe(path: str) -> bool:
    """Whether this is a path below the project's folder, on this system."""
    parts = path.split("/")
    if not path or any(part in {"", ".", ".."} for part in parts) or "\0" in path:
        return False
    if os.name != "nt":
        return True
    return not set(path) & set(_FOREIGN_LETTERS) and not any(
        part.partition(".")[0].casefold() in DEVICES or part[-1] in " ." for part in parts
    )
