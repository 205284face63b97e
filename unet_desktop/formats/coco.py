"""COCO: annotations of a picture, one file for a whole run, and what others wrote; one picture in memory at a time.

Object detection format, cocodataset.org/#format-data. Polygons run along pixel edges, as pycocotools fills them.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import numpy as np
from msgspec import Meta, Raw, Struct
from numpy.typing import NDArray

from unet_desktop import __version__
from unet_desktop.errors import ImageError, MaskError, reason_of
from unet_desktop.formats.annotations import Annotation, Drawn, Entry, Format
from unet_desktop.formats.json_stream import Item, read_part, stream_items
from unet_desktop.formats.shapes import Polygon, Runs, Shape, make_ring
from unet_desktop.images.box import Box
from unet_desktop.json_data import Count, DataError, Side, check, parse, read
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.outlines import split_objects, trace_outlines
from unet_desktop.masks.regions import Mask, Region, region
from unet_desktop.plurals import quantity

COCO_PARTS = "contours/coco"
"""Folder of the per-picture files, below the output folder."""
COCO = "contours/coco.json"
"""File of the whole run."""

_COMPACT = (",", ":")
_NO_SHAPE = (b"", b"null", b"[]", b"[[]]", b"{}")
_Text = Annotated[str, Meta(max_length=4096)]
_Length = Annotated[float, Meta(ge=1, lt=1 << 31)]
"""Some programs write 640.0."""
_T = TypeVar("_T")


def encode_coco(relative: str, mask: Mask, box: Box, labels: LabelSet) -> bytes:
    """Encode one picture's annotations as COCO (object detection format, cocodataset.org/#format-data).

    A unique label gives one annotation, other labels one per piece. Polygons run along pixel edges; a piece with holes,
    which COCO polygons cannot have, is run-length encoded. Areas are in pixels.

    Args:
        relative: the picture, as tables name it.
        mask: (H, W) uint8.
        box: contains everything that is labelled.
        labels: the label set.
    """
    height, width = mask.shape
    annotations = [
        {"id": number, "image_id": 1} | annotation
        for number, annotation in enumerate(_annotations(mask, box, labels), 1)
    ]
    image = {"id": 1, "file_name": relative, "width": width, "height": height}
    return json.dumps(_head(labels) | {"images": [image], "annotations": annotations}, separators=_COMPACT).encode()


def merge_coco(parts: Callable[[], Iterable[Path]], labels: LabelSet) -> Iterator[bytes]:
    """Merge per-picture COCO files into one, chunk by chunk; only one picture is held in memory.

    Args:
        parts: returns the files made by `encode_coco`; called twice.
        labels: the label set of all of them.

    Raises:
        ImageError: a part is missing or damaged.
    """
    head = json.dumps(_head(labels), separators=_COMPACT)
    yield head[:-1].encode()
    yield b',"images":['
    for number, part in enumerate(parts(), 1):
        image = _read(part)["images"][0] | {"id": number}
        yield _item(image, first=number == 1)
    yield b'],"annotations":['
    identity = 0
    for number, part in enumerate(parts(), 1):
        for annotation in _read(part)["annotations"]:
            identity += 1
            yield _item(annotation | {"id": identity, "image_id": number}, first=identity == 1)
    yield b"]}\n"


def _head(labels: LabelSet) -> dict[str, object]:
    categories = [
        {"id": label.value, "name": label.name, "supercategory": label.inside or "", "color": label.colour}
        for label in labels
    ]
    info = {"description": "Regions segmented by U-Net Desktop", "version": __version__}
    return {"info": info, "licenses": [], "categories": categories}


def _annotations(mask: Mask, box: Box, labels: LabelSet) -> Iterator[dict[str, object]]:
    part = mask[box.slices]
    for label in labels:
        for place, piece in split_objects(region(part, labels, label), box, unique=label.unique):
            yield _annotation(label, piece, place, mask.shape)


def _annotation(label: Label, piece: Region, place: Box, shape: tuple[int, ...]) -> dict[str, object]:
    """The annotation of a piece that lies in the box `place` of a picture of this shape."""
    rows, columns = np.flatnonzero(piece.any(axis=1)), np.flatnonzero(piece.any(axis=0))
    left, top = place.left + int(columns[0]), place.top + int(rows[0])
    found = [outline.shift(place.top, place.left) for outline in trace_outlines(piece)]
    holes = any(outline.holes for outline in found)
    polygons = [outline.outer.ravel().tolist() for outline in found]
    return {
        "category_id": label.value,
        "segmentation": run_length_encode(piece, place, shape) if holes else polygons,
        "area": int(np.count_nonzero(piece)),
        "bbox": [left, top, int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1],
        "iscrowd": 0,
    }


def run_length_encode(piece: Region, place: Box, shape: tuple[int, ...]) -> dict[str, list[int]]:
    """COCO's uncompressed run lengths: outside and inside in turn, column by column of the whole picture.

    Args:
        piece: (h, w) bool.
        place: its box in the picture.
        shape: (height, width) of the picture.
    """
    height, width = shape
    upright = np.zeros((piece.shape[1], piece.shape[0] + 2), np.int8)
    upright[:, 1:-1] = piece.T
    steps = np.diff(upright, axis=1)
    starts, ends = (
        (column + place.left) * height + row + place.top for column, row in (np.nonzero(steps == by) for by in (1, -1))
    )
    joined = ends[:-1] == starts[1:]  # a run that goes on at the top of the next column
    starts, ends = starts[np.r_[True, ~joined]], ends[np.r_[~joined, True]]
    bends = np.concatenate([[0], np.column_stack([starts, ends]).ravel(), [height * width]])
    return {"counts": np.diff(bends).tolist(), "size": [height, width]}


def _item(data: dict[str, Any], *, first: bool) -> bytes:
    return ("" if first else ",").encode() + json.dumps(data, separators=_COMPACT).encode()


_LARGEST_PART = 64 << 20
"""Bytes; a picture's regions as polygons take a hundredth of it."""


@dataclass(frozen=True, slots=True)
class _Part:
    images: Annotated[list[dict[str, Any]], Meta(min_length=1, max_length=1)]
    annotations: list[dict[str, Any]]


def _read(part: Path) -> dict[str, Any]:
    try:
        data = read(part, dict[str, Any], file_names=True, limit=_LARGEST_PART)
        check(data, _Part)
    except (OSError, DataError) as error:
        raise ImageError(
            f"{part} cannot be read ({reason_of(error)}), so the COCO file of the run cannot be made. "
            "Start the run again; it segments that picture once more."
        ) from error
    return data


@dataclass(frozen=True, slots=True)
class _Image:
    id: int | str
    file_name: _Text
    width: _Length | None = None
    height: _Length | None = None


@dataclass(frozen=True, slots=True)
class _Category:
    id: _Number
    name: _Text


_Number = Annotated[int, Meta(ge=-(1 << 53), lt=1 << 53)]


class _Place(Struct, frozen=True):
    """What is looked at first of an annotation; msgspec leaves JSON undecoded only in classes of its own."""

    image_id: int | str
    category_id: _Number = -1
    segmentation: Raw = Raw(b"")


@dataclass(frozen=True, slots=True)
class _RunLengths:
    size: tuple[Side, Side]
    counts: list[Count] | str


@dataclass(frozen=True, slots=True)
class _Shape:
    category_id: int
    segmentation: _RunLengths | list[float | list[float]]


@dataclass(frozen=True, slots=True)
class _Key:
    """Where an image's annotations lie: (offset, length) in the file, and what the categories are called."""

    places: NDArray[np.int64]
    names: dict[int, str]
    boxes: int


def look_at_coco(path: Path) -> Iterator[Entry]:
    """Yield the images of a COCO file. The file is read in pieces, and annotations only where their image is read.

    Raises:
        MaskError: as a part of a sentence.
    """
    images, names, index = _read_index(path)
    if not images:
        raise MaskError("it lists no images, so its annotations belong to none; choose the file that lists them")
    keys, offsets, lengths, categories, drawn = (np.array(column, np.int64) for column in index.columns)
    order = np.argsort(keys, kind="stable")
    keys, offsets, lengths, categories, drawn = (
        column[order] for column in (keys, offsets, lengths, categories, drawn)
    )
    unknown = sorted(set(categories.tolist()) - names.keys())
    names |= {category: f"category {category}" for category in unknown}
    for image in images:
        number = index.numbers.get(image.id, -1)
        first, last = np.searchsorted(keys, [number, number + 1])
        part = slice(int(first), int(last))
        is_drawn = drawn[part].astype(bool)
        places = np.column_stack([offsets[part], lengths[part]])[is_drawn]
        size = None if image.width is None or image.height is None else (round(image.height), round(image.width))
        labels = frozenset(names[category] for category in np.unique(categories[part][is_drawn]).tolist())
        yield Entry(path, image.file_name, size, labels, key=_Key(places, names, int((~is_drawn).sum())))


def read_coco(entry: Entry) -> Annotation:
    """Read the annotations of one image: polygons along pixel edges, and run lengths.

    A crowd counts as a region of its category, as other annotations do. An annotation with only a box is no region.

    Raises:
        MaskError: as a part of a sentence.
    """
    key: _Key = entry.key
    drawn: list[Drawn] = []
    for offset, length in key.places.tolist():
        shape = _check(read_part(entry.path, offset, length), _Shape)
        name = key.names[shape.category_id]
        drawn += [Drawn(name, one) for one in _shapes_of(shape.segmentation)]
    return Annotation(tuple(drawn), ("box",) * key.boxes)


class _Index:
    """Where annotations are; image ids are numbered, since they may be texts."""

    def __init__(self) -> None:
        self.numbers: dict[int | str, int] = {}
        self.columns = tuple(array("q") for _ in range(5))

    def add(self, place: _Place, item: Item) -> None:
        number = self.numbers.setdefault(place.image_id, len(self.numbers))
        is_drawn = bytes(place.segmentation).strip() not in _NO_SHAPE
        row = (number, item.offset, len(item.data), place.category_id, int(is_drawn))
        for column, value in zip(self.columns, row, strict=True):
            column.append(value)


def _read_index(path: Path) -> tuple[list[_Image], dict[int, str], _Index]:
    images: list[_Image] = []
    names: dict[int, str] = {}
    index = _Index()
    for item in stream_items(path):
        if item.field == "images":
            images.append(_check(item.data, _Image))
        elif item.field == "categories":
            category = _check(item.data, _Category)
            names[category.id] = category.name
        elif item.field == "annotations":
            index.add(_check(item.data, _Place), item)
    known = {image.id for image in images}
    strangers = index.numbers.keys() - known
    if images and strangers:
        raise MaskError(
            f"its annotations name {quantity(len(strangers), 'image')} that its list of images lacks, such as "
            f"{next(iter(strangers))!r}"
        )
    return images, names, index


def _check(data: bytes, kind: type[_T]) -> _T:
    try:
        return parse(data, kind)
    except DataError as error:
        raise MaskError(str(error)) from error


def _shapes_of(segmentation: _RunLengths | list[float | list[float]]) -> Iterator[Shape]:
    if isinstance(segmentation, _RunLengths):
        height, width = segmentation.size
        counts = segmentation.counts
        runs = decode_counts(counts) if isinstance(counts, str) else np.array(counts, np.int64)
        yield Runs(runs, Box(0, 0, height, width), by_column=True, whole=True)
        return
    nested = [part for part in segmentation if isinstance(part, list)]
    flat = [number for number in segmentation if not isinstance(number, list)]
    for polygon in nested or [flat]:
        if len(polygon) % 2 or (nested and flat):
            raise MaskError("a polygon is not a list of pairs of numbers")
        yield Polygon((make_ring(np.array(polygon, np.float64), "a polygon"),))


def decode_counts(text: str) -> NDArray[np.int64]:
    """Decode COCO's compressed run lengths: six bits a letter, each number but the first two less the one before last.

    Raises:
        MaskError: it is not such a text.
    """
    letters = np.frombuffer(text.encode("latin-1", "replace"), np.uint8).astype(np.int64) - 48
    if not len(letters) or letters.min() < 0 or letters.max() > 63 or letters[-1] & 32:
        raise MaskError("its run lengths are not as COCO writes them")
    last = np.flatnonzero(letters & 32 == 0)
    first = np.r_[0, last[:-1] + 1]
    place = np.arange(len(letters)) - np.repeat(first, last - first + 1)
    if place.max() > 10:
        raise MaskError("its run lengths are not as COCO writes them")
    values = np.add.reduceat((letters & 31) << 5 * place, first)
    values -= np.where(letters[last] & 16, np.int64(1) << 5 * (place[last] + 1), 0)
    for start in (1, 2):
        values[start::2] = np.cumsum(values[start::2])
    return values


COCO_FORMAT = Format("COCO annotations", look_at_coco, read_coco)
