"""Inputs: find the pictures of a run in folders, files and lists, and name the files written for each."""

from __future__ import annotations

import contextlib
import fnmatch
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path, PurePath, PurePosixPath

from unet_desktop.errors import ImageError
from unet_desktop.file_names import fold, limit_name
from unet_desktop.images.listing import empty_folder, list_images
from unet_desktop.images.read import KINDS, count_pages, read_image, read_size
from unet_desktop.images.stereo import can_be_two, find_halves
from unet_desktop.masks.pairs import find_masks_among
from unet_desktop.project.layout import Layout
from unet_desktop.tasks.folders.outputs import OUTPUT_SUFFIXES

STANDARD_INPUT = Path("-")
"""As a list file: read the list from standard input."""
_LONGEST_LIST = 64 << 20
"""Bytes; more is no list of pictures."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of the input: a file, or a page of one.

    Attributes:
        path: the file.
        page: in the file, from 0.
        relative: path below the input folder, with slashes, as tables and events show it. Pages after the first carry
            their number: "eyes/scan.tif#2"; halves their name: "eyes/pair.jpg#left".
        name: of the files written for it: the path below the input folder without suffix, unique; see `unique_names`.
        half: of an image that shows two photographs: left, right, top or bottom; empty for all of it.
    """

    path: Path
    page: int
    relative: str
    name: str
    half: str = ""

    @property
    def name_note(self) -> str:
        """That the names of its files are shortened, where they are."""
        whole = PurePosixPath(self.relative.rpartition("#")[0] if self.page else self.relative)
        named = PurePosixPath(self.name)
        if named.parent == whole.parent and whole.stem in named.name:
            return ""
        return "Its name is too long for the files written for it, so theirs are shortened."


@dataclass(frozen=True, slots=True)
class InputSelection:
    """Which files to read.

    Attributes:
        sources: folders and single files.
        list_file: a text file with one path per line, relative to its own folder; see STANDARD_INPUT.
        recursive: search subfolders.
        include: patterns, one of which a file must match; without any, all files match.
        exclude: patterns that a file must not match. A pattern is matched against the file's name and against its path
            below the folder: "*_OD.jpg", "thumbnails/*".
    """

    sources: tuple[Path, ...] = ()
    list_file: Path | None = None
    recursive: bool = False
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundPictures:
    """The pictures of an input.

    Attributes:
        pictures: in order.
        masks: number of masks beside their pictures, which were left out.
    """

    pictures: tuple[Picture, ...]
    masks: int = 0


def find_pictures(selection: InputSelection, *, halves: bool = False) -> FoundPictures:
    """Find the selected pictures; masks beside their pictures are left out.

    A file of a list counts as a picture even if it is missing: reading it fails in its turn.

    Args:
        selection: of files.
        halves: see `list_pictures`.

    Raises:
        ImageError: a folder or the list cannot be read.
    """
    files = find_files(selection)
    masks = find_masks_among(files.values())
    kept = {where: path for where, path in files.items() if path not in masks}
    return FoundPictures(tuple(list_pictures(kept, halves=halves)), len(masks))


def find_files(selection: InputSelection) -> dict[Path, Path]:
    """Map each selected file's place below the input folder to its path.

    Raises:
        ImageError: a folder or the list cannot be read.
    """
    listed = [] if selection.list_file is None else read_list(selection.list_file)
    for source in selection.sources:
        if not os.path.exists(source):  # unlike Path.exists, never an error, however long the name is
            raise ImageError(f"{source} does not exist. Check the path.")
    base = common_folder([*selection.sources, *listed])
    found: dict[Path, Path] = {}
    named = [(source, True) for source in selection.sources] + [(path, False) for path in listed]
    for source, refuses in named:
        for path in _files_of(source, recursive=selection.recursive, refuses=refuses):
            where = Path(os.path.abspath(path)).relative_to(base)
            if path in selection.sources or _matches(where, selection):
                found.setdefault(where, path)
    return found


def list_pictures(files: Mapping[Path, Path], taken: Set[str] = frozenset(), *, halves: bool = False) -> list[Picture]:
    """List each page of each file, with a unique name.

    Args:
        files: see `find_files`.
        taken: names that are not free, as `fold` makes them.
        halves: list both halves of an image that shows two photographs, which takes reading all long enough images.
    """
    places = [(where, path, page) for where, path in files.items() for page in range(count_pages(path))]
    names = unique_names(((where, page) for where, _, page in places), taken)
    pictures = [
        Picture(path, page, where.as_posix() + (f"#{page + 1}" if page else ""), name)
        for (where, path, page), name in zip(places, names, strict=True)
    ]
    return list(_split_pairs(pictures, taken)) if halves else pictures


def _split_pairs(pictures: Sequence[Picture], taken: Set[str]) -> Iterator[Picture]:
    """The pictures, with two halves in place of each that shows two photographs."""
    used = {fold(picture.name) for picture in pictures} | taken
    for picture in pictures:
        names = _half_names(picture)
        if not names:
            yield picture
        for half in names:
            whole, number = PurePosixPath(picture.name), 2
            name = str(whole.with_name(limit_name(f"{whole.name}_{half}")))
            while fold(name) in used:
                name = str(whole.with_name(limit_name(f"{whole.name}_{half}-{number}")))
                number += 1
            used.add(fold(name))
            yield replace(picture, relative=f"{picture.relative}#{half}", name=name, half=half)


def _half_names(picture: Picture) -> tuple[str, ...]:
    """Of a picture that shows two photographs; empty for others and those that cannot be read."""
    try:
        if not picture.page and not can_be_two(*read_size(picture.path)):
            return ()
        found = find_halves(read_image(picture.path, picture.page).pixels)
    except ImageError:  # reported when its turn comes
        return ()
    return () if found is None else found.names


def refuse_empty(found: FoundPictures, selection: InputSelection) -> None:
    """Refuse an empty input, which is usually a mistake.

    Raises:
        ImageError: there is no picture.
    """
    if found.pictures:
        return
    where = " and ".join(str(place) for place in (*selection.sources, selection.list_file) if place is not None)
    if selection.include or selection.exclude:
        raise ImageError(f"{where} holds no pictures that match the patterns. Change the patterns.")
    if selection.list_file is None and len(selection.sources) == 1:
        raise empty_folder(selection.sources[0], recursive=selection.recursive)
    raise ImageError(f"{where} hold no pictures ({KINDS}). Choose folders with pictures.")


def read_list(path: Path) -> list[Path]:
    """Read the paths of a list file, one per line; empty lines are ignored.

    Raises:
        ImageError: it cannot be read, or is empty.
    """
    try:
        if path == STANDARD_INPUT:
            text = sys.stdin.read(_LONGEST_LIST)
        else:
            with path.open("rb") as file:  # also a pipe: --list <(find ...)
                text = file.read(_LONGEST_LIST).decode("utf-8-sig")
    except OSError as error:
        raise ImageError(f"The list {path} cannot be read ({error.strerror}). Check the path.") from error
    except UnicodeDecodeError as error:
        raise ImageError(f"The list {path} is not UTF-8 text. Give a text file with one picture per line.") from error
    if len(text) >= _LONGEST_LIST:
        raise ImageError(f"The list {path} is longer than {_LONGEST_LIST >> 20} MB. Give one picture per line.")
    if "\0" in text:  # no path can hold it
        raise ImageError(f"The list {path} is not text. Give a text file with one picture per line.")
    paths = [path.parent / line for line in text.splitlines() if line.strip()]
    if not paths:
        raise ImageError(f"The list {path} is empty. Give a text file with one picture per line.")
    return paths


def common_folder(sources: Sequence[Path]) -> Path:
    """The folder that names are relative to: the only source, or the folder that contains all sources.

    Raises:
        ImageError: there is none, because the sources are on several drives.
    """
    folders = dict.fromkeys(os.path.abspath(source if os.path.isdir(source) else source.parent) for source in sources)
    try:
        return Path(os.path.commonpath(folders))
    except ValueError as error:
        raise ImageError("The pictures are on several drives. Segment each drive in a separate run.") from error


def refuse_overlap(selection: InputSelection, output: Path) -> None:
    """Refuse an output folder that would mix with the input or with a project.

    Masks among the pictures would be taken for pictures by the next run, and pictures among masks could be
    overwritten. A project's folder "masks" holds masks that people drew.

    Raises:
        ImageError: the output is in a folder of pictures, or the other way round, or is a project.
    """
    if Layout(output).manifest.is_file():
        raise ImageError(f"The output {output} is a project, whose masks would be overwritten. Choose another folder.")
    inside = output.resolve()
    for source in selection.sources:
        outside = source.resolve()
        if source.is_dir() and inside.is_relative_to(outside):
            raise ImageError(f"The output {output} is inside {source}. Choose a folder outside the pictures' folder.")
        if outside.is_relative_to(inside):
            raise ImageError(f"{source} is inside the output {output}. Choose another output folder.")


def refuse_results(found: FoundPictures, output: Path) -> None:
    """Refuse pictures of a list that are in the output folder; see `refuse_overlap`.

    Raises:
        ImageError: a picture is in the output.
    """
    inside = os.path.join(os.path.abspath(output), "")
    for picture in found.pictures:
        if os.path.abspath(picture.path).startswith(inside):
            raise ImageError(
                f"{picture.path} is in the output {output}. Remove it from the list, or choose another output folder."
            )


def unique_names(places: Iterable[tuple[PurePath, int]], taken: Set[str] = frozenset()) -> list[str]:
    """Name each (relative path, page): without suffix, or with it if the bare name is not unique.

    No two names are equal on file systems that ignore case or Unicode forms, none with the suffix of an output is also
    a folder of another, and each fits file systems with its suffix; see `limit_name`.

    Args:
        places: paths below the input folder, and pages from 0.
        taken: names that are not free, as `fold` makes them.
    """
    places = list(places)
    folders = {key for where, page in places for key in _folder_keys(_name(where, page))}
    often = Counter(fold(_name(where, page)) for where, page in places)
    # Unambiguous names take precedence; the others are changed.
    used = {name for name, count in often.items() if count == 1 and not _is_folder(name, folders)} - taken
    free, used = set(used), used | taken
    names = []
    for where, page in places:
        name = _name(where, page)
        if fold(name) not in free:
            suffix, number = f"_{where.suffix[1:]}" if where.suffix else "", 2
            name = _name(where, page, suffix)
            while fold(name) in used or _is_folder(fold(name), folders):
                name, number = _name(where, page, suffix, f"-{number}"), number + 1
            used.add(fold(name))
        names.append(name)
    return names


def _folder_keys(name: str) -> Iterator[str]:
    return (fold(folder.as_posix()) for folder in PurePosixPath(name).parents)


def _is_folder(key: str, folders: Set[str]) -> bool:
    return any(key + suffix in folders for suffix in OUTPUT_SUFFIXES)


def _files_of(source: Path, *, recursive: bool, refuses: bool) -> list[Path]:
    """The files of a folder, or the file; with `refuses`, what cannot be one is refused, else it fails in its turn."""
    if os.path.isdir(source):
        # Files that cannot be read are included too: they become rows of the table of errors.
        with contextlib.nullcontext() if refuses else contextlib.suppress(ImageError):
            return list_images(source, recursive=recursive, others=True)
    if refuses and os.path.exists(source) and not os.path.isfile(source):
        raise ImageError(f"{source} is neither a folder nor a file. Give folders or pictures.")
    return [source]


def _name(where: PurePath, page: int, suffix: str = "", number: str = "") -> str:
    last = where.stem + suffix + (f"_page{page + 1}" if page else "") + number
    return "/".join([*(limit_name(folder, spare=0) for folder in where.parts[:-1]), limit_name(last)])


def _matches(where: PurePath, selection: InputSelection) -> bool:
    def match_any(patterns: Iterable[str]) -> bool:
        place, name = where.as_posix().casefold(), where.name.casefold()
        return any(
            fnmatch.fnmatchcase(place, pattern.casefold()) or fnmatch.fnmatchcase(name, pattern.casefold())
            for pattern in patterns
        )

    return (not selection.include or match_any(selection.include)) and not match_any(selection.exclude)
