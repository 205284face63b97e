"""Annotations of other programs: what every format gives, whatever its files look like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any, TypeVar

from unet_desktop.errors import MaskError
from unet_desktop.formats.shapes import Shape, Size
from unet_desktop.json_data import DataError, check, read

LARGEST = 256 << 20
"""Bytes of a file that is read as a whole."""
UNNAMED = ""
"""The label of formats that have one label and no name for it."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A shape of a label.

    Attributes:
        label: its name in the file; None where the shape takes away from what is below it.
        shape: the pixels.
    """

    label: str | None
    shape: Shape


@dataclass(frozen=True, slots=True, eq=False)
class Annotation:
    """What was drawn on one picture.

    Attributes:
        drawn: in the order in which it lies on one another, the lowest first.
        skipped: kinds of shapes that are no regions, such as "point", each as often as it occurs.
        unknown: the pixels that nobody annotated.
    """

    drawn: tuple[Drawn, ...]
    skipped: tuple[str, ...] = ()
    unknown: Shape | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """The annotation of one picture in a file, before it is read.

    Attributes:
        path: the file.
        picture: the picture's name or path as the file states it; empty if the file's own name says it.
        size: of the picture, as the file states it.
        labels: names of the labels that are drawn, UNNAMED for one that has none.
        upright: coordinates are those of the upright picture, whatever its EXIF orientation.
        paired_as: the name by which it is paired with a picture if `picture` is empty and the file's own does not do.
        reach: the largest of the first and of the second coordinates, if it is not known which is x; then `key` is
            set to "xy" or "yx" before it is read.
        refers_to: SOPInstanceUID of the picture, where it is DICOM.
        key: what the format needs to find it.
    """

    path: Path
    picture: str = ""
    size: Size | None = None
    labels: frozenset[str] = frozenset()
    upright: bool = False
    paired_as: PurePath | None = None
    reach: tuple[float, float] | None = None
    refers_to: str = ""
    key: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Format:
    """How the files of one format are read.

    Attributes:
        kind: what people call such a file: "COCO annotations".
        look: the entries of a file; it raises MaskError, with a part of a sentence, if the file cannot be used.
        read: what was drawn; it raises MaskError likewise.
        remark: how it is understood where that could be doubted, as a sentence; empty if it could not.
    """

    kind: str
    look: Callable[[Path], Iterator[Entry]]
    read: Callable[[Entry], Annotation]
    remark: str = ""


def require(library: str, kind: str) -> MaskError:
    """The error of a format whose library is missing."""
    return MaskError(f'{kind} needs the library {library}; install it with: pip install "unet-desktop[formats]"')


def read_json(path: Path, kind: type[_T]) -> _T:
    """Read a whole JSON file as this type.

    Raises:
        MaskError: it cannot be read or is something else; as a part of a sentence.
    """
    try:
        return read(path, kind, limit=LARGEST)
    except DataError as error:
        raise MaskError(str(error)) from error
    except OSError as error:
        raise MaskError(f"it cannot be read ({error.strerror})") from error


def check_json(value: object, kind: type[_T]) -> _T:
    """Return plain data as this type.

    Raises:
        MaskError: it is something else; as a part of a sentence.
    """
    try:
        return check(value, kind)
    except DataError as error:
        raise MaskError(str(error)) from error
