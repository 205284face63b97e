"""YOLO segmentation: a text file for each picture, a polygon in each line, coordinates as shares of its sides.

"CLASS X1 Y1 X2 Y2 ..." (docs.ultralytics.com/datasets/segment). Coordinates are continuous, so polygons run along
pixel edges. A line of a class and four numbers is a detection's box and no region. Names of classes are in a
data.yaml, or in a classes.txt, obj.names or labels.txt, in the file's folder or one of three above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np

from unet_desktop.errors import MaskError, reason_of
from unet_desktop.formats.annotations import Annotation, Drawn, Entry, Format
from unet_desktop.formats.shapes import Polygon, make_ring
from unet_desktop.json_data import DataError, read_bytes

_LARGEST = 64 << 20
_FOLDERS_UP = 3
_LISTS = ("classes.txt", "obj.names", "labels.txt")
_INLINE = re.compile(r"^names\s*:\s*(?P<open>[\[{])(?P<items>.*?)[\]}]", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^names\s*:[ \t]*(?:#.*)?\n(?P<items>(?:[ \t]+.*\n?|-.*\n?|[ \t]*\n)+)", re.MULTILINE)
_ITEM = re.compile(r"^\s*(?:-|(?P<number>\d+)\s*:)\s*(?P<name>.*?)\s*$")


def look_at_yolo(path: Path) -> Iterator[Entry]:
    """Yield the picture of a file, which has the file's name.

    Raises:
        MaskError: it holds boxes alone, or is no YOLO file; as a part of a sentence.
    """
    rows = _read_rows(path)
    polygons = [row for row in rows if len(row) > 5]
    if rows and not polygons:
        raise MaskError("it holds YOLO's boxes of detections, which are no regions; export YOLO segmentation")
    names = _find_names(path.parent)
    yield Entry(path, labels=frozenset(_name_class(int(row[0]), names) for row in polygons))


def read_yolo(entry: Entry) -> Annotation:
    """Read the polygons of a file.

    Raises:
        MaskError: as a part of a sentence.
    """
    names = _find_names(entry.path.parent)
    drawn, skipped = [], []
    for row in _read_rows(entry.path):
        if len(row) <= 5:
            skipped.append("box")
            continue
        name = _name_class(int(row[0]), names)
        if len(row) % 2 == 0:
            raise MaskError(f'a polygon of "{name}" has an odd count of numbers')
        ring = make_ring(np.array(row[1:]), f'a polygon of "{name}"')
        if np.abs(ring).max() > 2.0:
            raise MaskError(f'a polygon of "{name}" has coordinates that are no shares from 0 to 1')
        drawn.append(Drawn(name, Polygon((ring,), relative=True)))
    return Annotation(tuple(drawn), tuple(skipped))


def parse_names(text: str) -> dict[int, str]:
    """The names of classes in a data.yaml: a list, or numbers and names, in one line or several; empty without them."""
    inline = _INLINE.search(text)
    if inline is not None:
        parts = [part.strip() for part in inline["items"].split(",")]
        lines = parts if inline["open"] == "{" else [f"- {part}" for part in parts]
    else:
        block = _BLOCK.search(text)
        lines = [] if block is None else block["items"].splitlines()
    names: dict[int, str] = {}
    for line in lines:
        item = _ITEM.match(line)
        if item is not None:
            number = len(names) if item["number"] is None else int(item["number"])
            names[number] = item["name"].partition(" #")[0].strip().strip("'\"")
    return names


def _name_class(number: int, names: dict[int, str]) -> str:
    return names.get(number) or f"class {number}"


def _find_names(folder: Path) -> dict[int, str]:
    """The names of classes for the files of a folder; what was read is used until a file or a folder changes."""
    places = [folder, *folder.parents][: _FOLDERS_UP + 1]
    lists = _find_lists(folder, tuple(map(_state_of, places)))
    return _read_names(lists, tuple(map(_state_of, lists)))


@lru_cache(64)
def _find_lists(folder: Path, states: tuple[object, ...]) -> tuple[Path, ...]:
    """The files that may name classes, the likeliest first, of a folder and those above it that are in these states."""
    found: list[Path] = []
    for place, _ in zip((folder, *folder.parents), states, strict=False):
        found += sorted([*place.glob("*.yaml"), *place.glob("*.yml")])
        found += (place / name for name in _LISTS if (place / name).is_file())
    return tuple(found)


@lru_cache(64)
def _read_names(lists: tuple[Path, ...], states: tuple[object, ...]) -> dict[int, str]:
    """The names in the first of these files, in these states, that has any."""
    for path, _ in zip(lists, states, strict=True):
        if path.name not in _LISTS:
            if names := parse_names(_read_text(path)):
                return names
        elif lines := _read_text(path).splitlines():
            return {number: line.strip() for number, line in enumerate(lines) if line.strip()}
    return {}


def _state_of(path: Path) -> tuple[int, int, int]:
    try:
        status = path.stat()
    except OSError:
        return 0, 0, 0
    return status.st_mtime_ns, status.st_size, status.st_ino


def _read_text(path: Path) -> str:
    try:
        return read_bytes(path, _LARGEST).decode("utf-8-sig")
    except (DataError, OSError, UnicodeDecodeError):
        return ""


def _read_rows(path: Path) -> list[list[float]]:
    try:
        text = read_bytes(path, _LARGEST).decode("utf-8-sig")
        rows = [[float(number) for number in line.split()] for line in text.splitlines() if line.strip()]
    except (DataError, OSError) as error:
        raise MaskError(f"it cannot be read ({reason_of(error)})") from error
    except ValueError as error:
        raise MaskError("a line is not made of numbers") from error
    if any(len(row) < 5 or not row[0].is_integer() or row[0] < 0 for row in rows):
        raise MaskError("a line does not begin with a class and have a polygon or a box behind it")
    return rows


YOLO_FORMAT = Format("YOLO annotations", look_at_yolo, read_yolo)
