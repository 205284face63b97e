"""COCO: annotations of a picture, and one file for a whole run, merged with one picture in memory at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from msgspec import Meta

from unet_desktop import __version__
from unet_desktop.errors import ImageError
from unet_desktop.images.box import Box
from unet_desktop.json_data import DataError, check, read
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.outlines import split_objects, trace_outlines
from unet_desktop.masks.regions import Mask, Region, region

COCO_PARTS = "contours/coco"
"""Folder of the per-picture files, below the output folder."""
COCO = "contours/coco.json"
"""File of the whole run."""

_COMPACT = (",", ":")


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
            f"{part} cannot be read ({error}), so the COCO file of the run cannot be made. "
            "Start the run again; it segments that picture once more."
        ) from error
    return data
