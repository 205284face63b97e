"""The files of a folder, found once, by names that do not distinguish upper and lower case."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from unet_desktop.errors import ProjectError
from unet_desktop.images.listing import natural_key
from unet_desktop.plurals import quantity

MOST_FILES = 200_000
"""Files that are looked through; the largest set has some 40,000."""
_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"})
_OF_SYSTEMS = frozenset({"__macosx", ".git"})
_OTHER_CUTS = ("cropped", "square", "nerveremoved", "illustration")


@dataclass(frozen=True, slots=True)
class File:
    """A file of the folder.

    Attributes:
        path: the file.
        folders: names of the folders that it is in, from the given folder on, folded.
        stem, suffix: of its name, folded.
    """

    path: Path
    folders: tuple[str, ...]
    stem: str
    suffix: str

    @property
    def is_picture(self) -> bool:
        """Whether it is named like a picture or a mask."""
        return self.suffix in _PICTURES

    @property
    def is_whole(self) -> bool:
        """Whether it is none of the crops that repackaged sets add."""
        return not any(part in folder for folder in self.folders[1:] for part in _OTHER_CUTS)

    def is_in(self, *names: str) -> bool:
        """Whether one of its folders has one of these names."""
        return any(folder in names for folder in self.folders)

    def is_below(self, *parts: str) -> bool:
        """Whether one of these parts occurs in the name of one of its folders."""
        return any(part in folder for folder in self.folders for part in parts)


@dataclass(frozen=True, slots=True)
class Tree:
    """All files of a folder and its subfolders, in natural order of their paths.

    Attributes:
        root: the folder.
        files: without hidden ones.
    """

    root: Path
    files: tuple[File, ...]

    @classmethod
    def read(cls, root: Path, is_stopped: Callable[[], bool] = lambda: False) -> Tree:
        """List the folder; links to folders are not followed.

        Args:
            root: the folder.
            is_stopped: asked for each subfolder.

        Raises:
            ProjectError: it cannot be read, has too many files, or was stopped.
        """
        if not root.is_dir():
            if root.exists():
                raise ProjectError(
                    f"{root} is a file. Choose the folder of the set; an archive must be unpacked first."
                )
            raise ProjectError(f"{root} does not exist. Choose the folder of the set.")
        files: list[File] = []
        for folder, names, found in os.walk(root, onerror=_refuse):
            names[:] = sorted(name for name in names if not name.startswith(".") and name.casefold() not in _OF_SYSTEMS)
            parts = tuple(part.casefold() for part in (root.resolve().name, *Path(folder).relative_to(root).parts))
            files += [_file(Path(folder, name), parts) for name in found if not name.startswith(".")]
            if is_stopped():
                raise ProjectError(f"Looking through {root} was stopped.")
            if len(files) > MOST_FILES:
                raise ProjectError(f"{root} holds more than {MOST_FILES:,} files. Choose the folder of the set alone.")
        return cls(root, tuple(sorted(files, key=lambda file: natural_key(str(file.path)))))

    def pictures(self) -> Iterator[File]:
        """Yield pictures and masks, but not those of the crops that repackaged sets add."""
        return (file for file in self.files if file.is_picture and file.is_whole)

    def tables(self, *names: str) -> list[Path]:
        """Return the CSV and Excel files whose names contain one of these parts."""
        return [
            file.path
            for file in self.files
            if file.suffix in {".csv", ".xlsx"} and any(name in file.stem for name in names)
        ]

    def describe(self) -> str:
        """Say what is in the folder, as part of a sentence."""
        if not self.files:
            return "no files"
        shown = [
            file.path.relative_to(self.root).as_posix() for file in (self.files[0], self.files[len(self.files) // 2])
        ]
        top = sorted({path.relative_to(self.root).parts[0] for path in (file.path for file in self.files)})
        listed = ", ".join(top[:5]) + (", ..." if len(top) > 5 else "")
        return (
            f"{quantity(len(self.files), 'file')} such as {' and '.join(dict.fromkeys(shown))} (at the top: {listed})"
        )


def pair(
    pictures: Iterable[File], masks: Iterable[File], key_of: Callable[[File], str | None], rank: Callable[[File], int]
) -> tuple[list[tuple[File, File]], list[File]]:
    """Pair pictures and masks by a key, each key once; also return the pictures without a mask.

    Args:
        pictures, masks: the files; the first picture of a key is taken.
        key_of: None for files that do not belong to the set.
        rank: of masks, the lowest of a key is taken.
    """
    of_masks: dict[str, File] = {}
    for mask in masks:
        if (key := key_of(mask)) is not None and (key not in of_masks or rank(mask) < rank(of_masks[key])):
            of_masks[key] = mask
    of_pictures: dict[str, File] = {}
    for picture in pictures:
        if (key := key_of(picture)) is not None:
            of_pictures.setdefault(key, picture)
    paired = [(picture, of_masks[key]) for key, picture in of_pictures.items() if key in of_masks]
    return paired, [picture for key, picture in of_pictures.items() if key not in of_masks]


def part_of(file: File) -> str | None:
    """Return "train", "validation" or "test" by the folders that a file is in, the innermost first; None if unknown."""
    for folder in reversed(file.folders):
        words = set(re.split(r"[^a-z]+", re.sub(r"\d+", " ", folder)))
        if words & {"train", "training", "trainset"}:
            return "train"
        if words & {"validation", "val", "valid"}:
            return "validation"
        if words & {"test", "testing", "testset"}:
            return "test"
    return None


def _file(path: Path, folders: Sequence[str]) -> File:
    return File(path, tuple(folders), path.stem.casefold(), path.suffix.casefold())


def _refuse(error: OSError) -> None:
    raise ProjectError(f"The folder {error.filename} cannot be read ({error.strerror}). Check its permissions.")
