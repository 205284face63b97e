"""Inputs: from folders, files and lists to the pictures of a run, each with a name for what is written of it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from unet_desktop.errors import ImageError
from unet_desktop.images.listing import find_images
from unet_desktop.masks.pairs import masks_among


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of the input: a file, or a page of one.

    Attributes:
        path: the file.
        page: of it, from 0.
        relative: where it is below the input folder, with slashes; what tables and events show. Pages after the
            first have their number: "eyes/scan.tif#2".
        name: of what is written of it: where it is below the input folder without suffix, different for each picture.
    """

    path: Path
    page: int
    relative: str
    name: str


@dataclass(frozen=True, slots=True)
class Found:
    """What an input holds.

    Attributes:
        pictures: in order.
        masks: how many masks that lie beside their pictures were left out.
    """

    pictures: tuple[Picture, ...]
    masks: int = 0


def find_pictures(sources: Sequence[Path], *, recursive: bool = False) -> Found:
    """The pictures of these folders and files; masks that lie beside their pictures are left out.

    Raises:
        ImageError: a folder cannot be read, or there is no picture.
    """
    files = [path for source in sources for path in ([source] if source.is_file() else _of_folder(source, recursive))]
    masks = masks_among(files)
    taken = [path for path in dict.fromkeys(files) if path not in masks]
    base = common_folder(sources)
    places = [(path, 0, Path(os.path.abspath(path)).relative_to(base)) for path in taken]
    names = unique_names((where, page) for _, page, where in places)
    pictures = (
        Picture(path, page, where.as_posix() + (f"#{page + 1}" if page else ""), name)
        for (path, page, where), name in zip(places, names, strict=True)
    )
    return Found(tuple(pictures), len(masks))


def common_folder(sources: Sequence[Path]) -> Path:
    """The folder that pictures' names are relative to: the only source, or the one that all of them lie in."""
    folders = [os.path.abspath(source.parent if source.is_file() else source) for source in sources]
    return Path(os.path.commonpath(folders))


def refuse_inside(sources: Iterable[Path], output: Path) -> None:
    """Masks among the pictures would be taken for pictures the next time.

    Raises:
        ImageError: the output lies in a folder of pictures.
    """
    inside = output.resolve()
    for source in sources:
        outside = source.resolve()
        if source.is_dir() and (inside == outside or outside in inside.parents):
            raise ImageError(f"The output {output} lies inside {source}. Choose a folder outside the pictures' folder.")


def unique_names(places: Iterable[tuple[PurePath, int]]) -> list[str]:
    """A name for each (relative path, page): without suffix, or with it where the name alone would meet another's."""
    places = list(places)
    often = Counter(_name(where, page).casefold() for where, page in places)
    # Unambiguous names first: they are kept as they are, the others make way.
    taken = {name for name, count in often.items() if count == 1}
    names = []
    for where, page in places:
        name = _name(where, page)
        if often[name.casefold()] > 1:
            name = wanted = _name(where, page, f"_{where.suffix[1:]}")
            number = 2
            while name.casefold() in taken:
                name, number = f"{wanted}-{number}", number + 1
            taken.add(name.casefold())
        names.append(name)
    return names


def _name(where: PurePath, page: int, suffix: str = "") -> str:
    return where.with_suffix("").as_posix() + suffix + (f"_page{page + 1}" if page else "")


def _of_folder(folder: Path, recursive: bool) -> list[Path]:
    return find_images(folder, recursive=recursive)
