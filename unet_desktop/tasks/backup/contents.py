"""Which files of a project a backup holds, in which order, and where pictures from elsewhere go."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from unet_desktop import files, json_data
from unet_desktop.file_names import fold
from unet_desktop.images.dicom_header import is_dicom
from unet_desktop.images.file_kinds import is_picture
from unet_desktop.links import is_link
from unet_desktop.project.layout import Layout

_MADE_AGAIN = frozenset({".thumbnails"})
"""Folders of what is made again when it is wanted."""
_CHANGING = frozenset({"masks", "cases"})
"""Folders whose files change while somebody works; they are read last, so that they are of about the same moment."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that belongs into the backup.

    Attributes:
        path: in the project, with forward slashes.
        place: on the disk.
        image: for a record, where its picture is in the backup, if that is elsewhere than the record says.
    """

    path: str
    place: Path
    image: str = ""

    @property
    def changes(self) -> bool:
        """Whether it changes while somebody works."""
        parts = _in_project(self.path)
        return len(parts) == 1 or parts[0] in _CHANGING

    def read_changed_record(self) -> bytes:
        """Return the record with its picture's new place.

        Raises:
            OSError: it cannot be read.
        """
        try:
            data = json_data.read(self.place, dict[str, Any], file_names=True)
        except json_data.DataError:  # the check of the project names it
            return self.place.read_bytes()
        return files.encode_json(data | {"image": self.image})


@dataclass(slots=True)
class Contents:
    """The files of a project, those that change last, and sentences on what is left out."""

    sources: list[Source] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def list_contents(root: Path, *, pictures: bool) -> Contents:
    """List what a backup of the project holds.

    Args:
        root: the project's folder.
        pictures: with them; without, the bin is left out too, because it may hold some.
    """
    found = Contents()
    for place in _walk(root, root, found):
        path = place.relative_to(root).as_posix()
        folder = _in_project(path)[0] if len(_in_project(path)) > 1 else ""
        if pictures or folder not in {"images", "bin"}:
            found.sources.append(Source(path, place))
    if pictures:
        found.sources = _with_pictures_from_elsewhere(root, found)
    found.sources.sort(key=lambda source: source.changes)
    return found


def _in_project(path: str) -> tuple[str, ...]:
    """Return the parts of a path in the project, or in the reading inside it to which the file belongs."""
    parts = PurePosixPath(path).parts
    return parts[2:] if parts[0] == "readers" and len(parts) > 2 else parts


def _walk(root: Path, folder: Path, found: Contents) -> Iterator[Path]:
    try:
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        found.left_out.append(f"The folder {folder} cannot be read ({error.strerror}), so it is not in the backup.")
        return
    for entry in listed:
        path = Path(entry.path)
        if entry.name.startswith(".lock") or entry.name.endswith(files.TEMPORARY_SUFFIX):
            continue
        if is_link(path):
            if folder == Layout(root).images and path.is_file():
                yield path  # a picture may be a link; its content is packed
            else:
                found.left_out.append(f"{path} is a link, so it is not in the backup.")
        elif entry.is_dir(follow_symlinks=False):
            if entry.name not in _MADE_AGAIN:
                yield from _walk(root, path, found)
        elif stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode):
            yield path
        else:
            found.left_out.append(f"{path} is not an ordinary file, so it is not in the backup.")


def _with_pictures_from_elsewhere(root: Path, found: Contents) -> list[Source]:
    """Add the pictures that cases refer to and that are outside the project's folder.

    Records may be anybody's: what is no picture stays where it is.
    """
    taken, places, kept = {fold(source.path) for source in found.sources}, dict[str, str](), list[Source]()
    for source in found.sources:
        parts = _in_project(source.path)
        if len(parts) != 2 or parts[0] != "cases" or not source.path.endswith(".json"):
            kept.append(source)
            continue
        home = source.place.parent.parent
        place = _picture_outside(root, home, source.place)
        if place is None:
            kept.append(source)
            continue
        if place.is_file() and not (is_picture(place) or is_dicom(place)):
            found.left_out.append(f"{source.place.stem} refers to {place}, which is no picture and not in the backup.")
            kept.append(source)
            continue
        path = places.get(str(place))
        if path is None:
            path = places[str(place)] = _free_path(source.place.stem, place.suffix.lower(), taken)
            taken.add(fold(path))
            kept.append(Source(path, place))
        image = path if home == root else f"../../{path}"
        kept.append(Source(source.path, source.place, image))
    return kept


def _picture_outside(root: Path, home: Path, record: Path) -> Path | None:
    """Return the picture of a case if it is not in the project's folder."""
    try:
        image = json_data.read(record, dict[str, Any], file_names=True).get("image")
    except (OSError, json_data.DataError):
        return None
    if not isinstance(image, str) or not image or "\0" in image:
        return None
    place = Path(os.path.normpath(home / image))
    return None if place.is_relative_to(os.path.normpath(root)) else place


def _free_path(case_id: str, suffix: str, taken: set[str]) -> str:
    path, number = f"images/{case_id}{suffix}", 2
    while fold(path) in taken:
        path, number = f"images/{case_id}-{number}{suffix}", number + 1
    return path
