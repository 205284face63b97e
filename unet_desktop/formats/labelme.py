"""labelme: a picture's pieces as shapes that labelme opens with the picture for editing."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path, PurePath

import numpy as np

from unet_desktop.images.box import Box
from unet_desktop.images.opencv import cv2
from unet_desktop.images.read import Image
from unet_desktop.labels import LabelSet
from unet_desktop.masks.file import encode_plane
from unet_desktop.masks.outlines import split_pieces, trace_border
from unet_desktop.masks.overlay import encode_jpeg
from unet_desktop.masks.regions import Mask, Region, region

_VERSION = "5.5.0"
"""Of labelme's file format."""
_OPENED_BY_LABELME = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"})


def encode_labelme(
    path: Path, image: Image, mask: Mask, box: Box, labels: LabelSet, *, target: Path, page: int = 0
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
    """
    height, width = mask.shape
    opened = page == 0 and not image.note and path.suffix.lower() in _OPENED_BY_LABELME
    data = {
        "version": _VERSION,
        "flags": {},
        "shapes": list(_shapes(mask, box, labels)),
        "imagePath": relative_path(path, target.parent),
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
