"""labelme: a picture's pieces as shapes that labelme opens with the picture for editing."""

from __future__ import annotations

import base64
import binascii
import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw

from unet_desktop.errors import MaskError
from unet_desktop.formats.annotations import Annotation, Drawn, Entry, Format, read_json
from unet_desktop.formats.shapes import FAR, Cover, Filling, Plane, Polygon, Shape, Size, make_ring
from unet_desktop.images.box import Box
from unet_desktop.images.opencv import cv2
from unet_desktop.images.read import DECODER_ERRORS, MAX_PIXELS, Image
from unet_desktop.json_data import Side
from unet_desktop.labels import LabelSet
from unet_desktop.masks.file import encode_plane
from unet_desktop.masks.outlines import split_pieces, trace_border
from unet_desktop.masks.overlay import encode_jpeg
from unet_desktop.masks.regions import Mask, Region, region

_VERSION = "5.5.0"
"""Of labelme's file format."""
_OPENED_BY_LABELME = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"})


def encode_labelme(
    path: Path,
    image: Image,
    mask: Mask,
    box: Box,
    labels: LabelSet,
    *,
    target: Path,
    page: int = 0,
    embed: bool = False,
) -> bytes:
    """Encode one picture's pieces as a labelme file.

    A piece without holes is a polygon through its outermost pixels, which labelme counts as inside (it draws polygons
    with their border); a piece with holes, or too thin for a polygon, is a mask. A picture that labelme would decode
    differently (a later page, 16 bits) is embedded as JPEG.

    Args:
        path: of the picture.
        image: as decoded.
        mask: (H, W) uint8.
        box: contains everything that is labelled.
        labels: the label set.
        target: path of the file that is encoded, from whose folder labelme looks for the picture.
        page: in the file, from 0.
        embed: embed the picture in any case, and do not say where it is.
    """
    height, width = mask.shape
    opened = not embed and page == 0 and not image.note and path.suffix.lower() in _OPENED_BY_LABELME
    data = {
        "version": _VERSION,
        "flags": {},
        "shapes": list(_shapes(mask, box, labels)),
        "imagePath": path.name if embed else relative_path(path, target.parent),
        "imageData": None if opened else base64.b64encode(encode_jpeg(image.pixels)).decode("ascii"),
        "imageHeight": height,
        "imageWidth": width,
    }
    return json.dumps(data, indent=2).encode()


def relative_path(picture: Path, folder: Path) -> str:
    """The picture's path from a folder, with slashes; its absolute path if that is on another drive.

    Links to folders are resolved, because ".." after one leads to the parent of what it links to.
    """
    whole = os.path.join(os.path.realpath(picture.parent), picture.name)
    try:
        return PurePath(os.path.relpath(whole, os.path.realpath(folder))).as_posix()
    except ValueError:
        return PurePath(whole).as_posix()


def _shapes(mask: Mask, box: Box, labels: LabelSet) -> Iterator[dict[str, object]]:
    part = mask[box.slices]
    for label in labels:
        for within, piece in split_pieces(region(part, labels, label)):
            shape = _polygon(piece, within.shift(box.top, box.left)) or _mask(piece, within.shift(box.top, box.left))
            yield {"label": label.name, "group_id": None, "description": "", "flags": {}} | shape


def _polygon(piece: Region, place: Box) -> dict[str, object] | None:
    """None if a polygon would not cover exactly these pixels."""
    corners = trace_border(piece)
    if len(corners) < 3:
        return None
    filled = np.zeros(piece.shape, np.uint8)
    cv2.fillPoly(filled, [corners], 1)
    if not np.array_equal(filled.astype(bool), piece):
        return None
    points = (corners + np.array([place.left, place.top])).tolist()
    return {"points": points, "shape_type": "polygon", "mask": None}


def _mask(piece: Region, place: Box) -> dict[str, object]:
    encoded = base64.b64encode(encode_plane(piece.astype(np.uint8) * 255)).decode("ascii")
    points = [[place.left, place.top], [place.right - 1, place.bottom - 1]]
    return {"points": points, "shape_type": "mask", "mask": encoded}


@dataclass(frozen=True, slots=True)
class _Drawing:
    label: str
    points: list[tuple[float, float]] = field(default_factory=list)
    shape_type: str | None = "polygon"
    mask: str | None = None


@dataclass(frozen=True, slots=True)
class _File:
    shapes: list[_Drawing]
    imagePath: str | None = None  # noqa: N815  # named by labelme
    imageHeight: Side | None = None  # noqa: N815
    imageWidth: Side | None = None  # noqa: N815


_REGIONS = frozenset({"polygon", "rectangle", "circle", "mask"})


def look_at_labelme(path: Path) -> Iterator[Entry]:
    """Yield the picture of a labelme file.

    Raises:
        MaskError: as a part of a sentence.
    """
    found = read_json(path, _File)
    size = None if found.imageHeight is None or found.imageWidth is None else (found.imageHeight, found.imageWidth)
    labels = frozenset(shape.label for shape in found.shapes if shape.shape_type in _REGIONS)
    # labelme turns pictures upright before it shows them.
    yield Entry(path, (found.imagePath or "").replace("\\", "/"), size, labels, upright=True)


def read_labelme(entry: Entry) -> Annotation:
    """Read the shapes as labelme's own `shape_to_mask` draws them: with their borders, corners cut off to whole pixels.

    Raises:
        MaskError: as a part of a sentence.
    """
    found = read_json(entry.path, _File)
    drawn = tuple(Drawn(shape.label, _shape_of(shape)) for shape in found.shapes if shape.shape_type in _REGIONS)
    skipped = tuple(shape.shape_type or "shape" for shape in found.shapes if shape.shape_type not in _REGIONS)
    return Annotation(drawn, skipped)


def _shape_of(shape: _Drawing) -> Shape:
    if shape.shape_type == "polygon":
        return Polygon((make_ring(shape.points, f'a polygon of "{shape.label}"'),), Filling.BORDER)
    points = np.array(shape.points, np.float64)
    if points.shape != (2, 2) or not np.isfinite(points).all():
        raise MaskError(f'a {shape.shape_type} of "{shape.label}" does not have two points')
    if shape.shape_type == "rectangle":
        return _Upright(*points.min(axis=0).tolist(), *points.max(axis=0).tolist())
    if shape.shape_type == "circle":
        radius = float(np.hypot(*(points[1] - points[0])))
        x, y = points[0].tolist()
        return _Upright(x - radius, y - radius, x + radius, y + radius, is_round=True)
    left, top = np.rint(np.clip(points[0], -FAR, FAR)).astype(int).tolist()
    return Plane(_decode_mask(shape), top, left)


def _decode_mask(shape: _Drawing) -> Region:
    try:
        data = base64.b64decode(shape.mask or "", validate=True)
        with Pillow.open(io.BytesIO(data), formats=("PNG",)) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise MaskError(f'a mask of "{shape.label}" has more than {MAX_PIXELS // 1_000_000} million pixels')
            return np.array(opened.convert("L")) > 0
    except MaskError:
        raise
    except (binascii.Error, *DECODER_ERRORS) as error:
        raise MaskError(f'a mask of "{shape.label}" is damaged') from error


@dataclass(frozen=True, slots=True)
class _Upright:
    """A rectangle or a circle as Pillow draws it: corners are pixels, and belong to it."""

    left: float
    top: float
    right: float
    bottom: float
    is_round: bool = False

    def cover(self, size: Size, filling: Filling | None = None) -> Cover:
        """See `Shape.cover`."""
        left, top, right, bottom = (
            int(max(min(end, FAR), -FAR)) for end in (self.left, self.top, self.right, self.bottom)
        )
        whole = Box(top, left, bottom + 1, right + 1)
        box = whole.clip(*size)
        if box.empty:
            return Cover(Box(0, 0, 0, 0), np.zeros((0, 0), bool), cut=True)
        if not self.is_round:
            return Cover(box, np.ones(box.shape, bool), whole != box)
        canvas = Pillow.new("1", (box.width, box.height))
        ends = (left - box.left, top - box.top, right - box.left, bottom - box.top)
        ImageDraw.Draw(canvas).ellipse(ends, fill=1, outline=1)
        return Cover(box, np.array(canvas), whole != box)


LABELME_FORMAT = Format("labelme annotations", look_at_labelme, read_labelme)
