"""Label Studio's JSON export: brush strokes, polygons, ellipses and rectangles in percent of the picture's sides.

Brush strokes are run lengths of (height, width, 4) values, as its own converter decodes them; the last channel counts.
Coordinates are continuous, so polygons run along pixel edges.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Annotated, Any
from urllib.parse import parse_qs, unquote, urlparse

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from unet_desktop.errors import MaskError
from unet_desktop.formats.annotations import Annotation, Drawn, Entry, Format, check_json, read_json
from unet_desktop.formats.shapes import Ellipse, Plane, Polygon, Shape, Size, make_ring
from unet_desktop.images.read import MAX_PIXELS, SUFFIXES
from unet_desktop.json_data import Side

_UPLOAD = re.compile(r"[0-9a-f]{8}-(?=.)")
"""What Label Studio puts before an uploaded file's name."""
_REGIONS = frozenset({"brush", "polygon", "ellipse", "rectangle"})
_OTHERS = frozenset({"keypoint", "line", "vector", "cuboid", "bitmask", "magicwand", "videorectangle"})
"""What is drawn on a picture and is not read."""
_HALF = 128
_Byte = Annotated[int, Meta(ge=0, le=255)]


@dataclass(frozen=True, slots=True)
class _Value:
    """What is drawn, by fields of all kinds of shapes."""

    points: list[tuple[float, float]] = field(default_factory=list)
    rle: list[_Byte] = field(default_factory=list)
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0
    radiusX: float = 0.0  # noqa: N815  # named by Label Studio
    radiusY: float = 0.0  # noqa: N815
    rotation: float = 0.0


@dataclass(frozen=True, slots=True)
class _Result:
    id: str = ""
    type: str = ""
    value: dict[str, Any] = field(default_factory=dict)
    original_width: Side | None = None
    original_height: Side | None = None


@dataclass(frozen=True, slots=True)
class _Work:
    result: list[_Result] = field(default_factory=list)
    was_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class _Task:
    data: dict[str, Any]
    annotations: list[_Work] = field(default_factory=list)
    completions: list[_Work] = field(default_factory=list)
    file_upload: str | None = None

    @property
    def works(self) -> list[_Work]:
        """What people did, without what they gave up."""
        return [one for one in (*self.annotations, *self.completions) if not one.was_cancelled]


def look_at_label_studio(path: Path) -> Iterator[Entry]:
    """Yield the pictures of an export.

    Raises:
        MaskError: as a part of a sentence.
    """
    found = read_json(path, object)
    for task in check_json(found if isinstance(found, list) else [found], list[_Task]):
        results = [result for work in task.works for result in work.result]
        drawn = [result for result in results if _kind_of(result) in _REGIONS]
        sizes = {(one.original_height, one.original_width) for one in drawn}
        size: Size | None = None
        if len(sizes) == 1 and None not in (only := sizes.pop()):
            size = only  # type: ignore[assignment]
        labels = frozenset(_label_of(result, results) for result in drawn)
        yield Entry(path, _name_picture(task), size, labels, upright=True, key=task)


def read_label_studio(entry: Entry) -> Annotation:
    """Read what one person drew on a picture.

    Raises:
        MaskError: several people annotated it, or as a part of a sentence.
    """
    task: _Task = entry.key
    works = [work for work in task.works if work.result]
    if len(works) > 1:
        raise MaskError(f"{len(works)} annotations of it are in the export; leave one for each task")
    drawn, skipped = [], []
    for work in works:
        for result in work.result:
            kind = _kind_of(result)
            if kind in _REGIONS:
                drawn.append(Drawn(_label_of(result, work.result), _shape_of(kind, result)))
            elif kind in _OTHERS:
                skipped.append(kind)
    return Annotation(tuple(drawn), tuple(skipped))


def _kind_of(result: _Result) -> str:
    return result.type.lower().removesuffix("labels")


def _label_of(result: _Result, others: Sequence[_Result]) -> str:
    """The label of a shape: in it, or in a result of its own with the same id."""
    for one in (result, *(other for other in others if other.id and other.id == result.id)):
        for name in (f"{_kind_of(result)}labels", "labels"):
            chosen = one.value.get(name)
            if isinstance(chosen, list) and chosen and isinstance(chosen[0], str):
                return chosen[0]
    return "no label"


def _name_picture(task: _Task) -> str:
    """The name of a task's picture, without what an upload puts before it."""
    texts = [text for text in task.data.values() if isinstance(text, str) and "." in text]
    paths = [_path_of(text) for text in (*texts, task.file_upload or "") if text]
    pictures = [path for path in paths if path.suffix.lower() in SUFFIXES]  # a note may have a point, too
    path = next(iter(pictures or paths), PurePath())
    bare = _UPLOAD.sub("", path.name, count=1)
    return str(path) if bare == path.name else bare


def _path_of(place: str) -> PurePath:
    try:
        url = urlparse(place)
    except ValueError:  # such as a text with a bracket
        return PurePath(place)
    local = parse_qs(url.query).get("d")  # files that are served from a folder
    return PurePath(local[0] if local else unquote(url.path or place))


def _shape_of(kind: str, result: _Result) -> Shape:
    value = check_json(result.value, _Value)
    if kind == "polygon":
        return Polygon((make_ring(np.array(value.points) / 100, "a polygon"),), relative=True)
    if result.original_height is None or result.original_width is None:
        raise MaskError(f"a {kind} does not say how large its picture is")
    height, width = result.original_height, result.original_width
    if kind == "brush":
        return Plane(decode_brush(value.rle, (height, width)) >= _HALF, whole=True)
    x, y = value.x / 100 * width, value.y / 100 * height
    if kind == "ellipse":
        return Ellipse(x, y, value.radiusX / 100 * width, value.radiusY / 100 * height, value.rotation)
    across, down = value.width / 100 * width, value.height / 100 * height
    turn = np.deg2rad(value.rotation)  # round its upper left corner
    along = np.array([np.cos(turn), np.sin(turn)])
    below = np.array([-np.sin(turn), np.cos(turn)])
    corner = np.array([x, y])
    ring = np.array([corner, corner + across * along, corner + across * along + down * below, corner + down * below])
    return Polygon((make_ring(ring, "a rectangle"),))


def decode_brush(data: Sequence[int], size: Size) -> NDArray[np.uint8]:
    """Decode a brush's run lengths (thi.ng/rle-pack): (H, W) uint8, its opacity.

    Raises:
        MaskError: it is cut short, or of another size.
    """
    count = size[0] * size[1] * 4
    if size[0] * size[1] > MAX_PIXELS:
        raise MaskError(f"a brush stroke has more than {MAX_PIXELS // 1_000_000} million pixels")
    bits = _Bits(bytes(data))
    if bits.read(32) != count:
        raise MaskError(f"a brush stroke is not of {size[1]} x {size[0]} pixels")
    word = bits.read(5) + 1
    if word > 8:
        raise MaskError("a brush stroke has values of more than 8 bits")
    lengths = [bits.read(4) + 1 for _ in range(4)]
    values = np.zeros(count, np.uint8)
    at = 0
    while at < count:
        is_run = bits.read(1)
        end = at + 1 + bits.read(lengths[bits.read(2)])
        if end > count:
            raise MaskError("a brush stroke is longer than its picture")
        if is_run:
            values[at:end] = bits.read(word)
        else:
            values[at:end] = bits.read_many(end - at, word)
        at = end
    return values.reshape(*size, 4)[:, :, 3]


class _Bits:
    """Reads numbers of some bits, the highest first."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0
        self._bits = np.unpackbits(np.frombuffer(data, np.uint8))

    def read_many(self, count: int, word: int) -> NDArray[np.uint8]:
        end = self._at + count * word
        if end > len(self._bits):
            raise MaskError("a brush stroke is not complete")
        part = self._bits[self._at : end].reshape(count, word)
        self._at = end
        return np.packbits(part, axis=1)[:, 0] >> np.uint8(8 - word)

    def read(self, count: int) -> int:
        end = self._at + count
        if end > len(self._data) * 8:
            raise MaskError("a brush stroke is not complete")
        part = int.from_bytes(self._data[self._at >> 3 : (end + 7) >> 3], "big")
        self._at = end
        return part >> (-end & 7) & ((1 << count) - 1)


LABEL_STUDIO_FORMAT = Format("a Label Studio export", look_at_label_studio, read_label_studio)
