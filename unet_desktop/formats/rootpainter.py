"""RootPainter's projects: the model's segmentations, and people's red and green corrections of them.

A project has the folders `segmentations` and `annotations/train`, `annotations/val`. What is red in an annotation is
the structure, what is green is none, and elsewhere the segmentation counts, as RootPainter itself puts them together.
Without a segmentation, what nobody painted is not annotated. There is one structure, without a name.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from unet_desktop.errors import MaskError
from unet_desktop.formats.annotations import UNNAMED, Annotation, Drawn, Entry, Format
from unet_desktop.formats.shapes import Plane
from unet_desktop.images.read import DECODER_ERRORS, MAX_PIXELS, describe_decoder_error
from unet_desktop.links import open_to_read
from unet_desktop.masks.regions import Region

_PARTS = ("annotations/train", "annotations/val", "annotations")
_RED, _GREEN, _ALPHA = 0, 1, 3


def is_rootpainter(folder: Path) -> bool:
    """Whether a folder is laid out like a project."""
    return (folder / "annotations").is_dir() and ((folder / "segmentations").is_dir() or any(folder.glob("*.seg_proj")))


def find_rootpainter(folder: Path) -> list[Path]:
    """The projects in a folder: itself, or those in `projects` of RootPainter's shared folder."""
    if is_rootpainter(folder):
        return [folder]
    return [one for one in sorted(folder.glob("projects/*")) if is_rootpainter(one)]


def look_at_rootpainter(folder: Path) -> Iterator[Entry]:
    """Yield the pictures of a project, which have their masks' names."""
    found: dict[str, dict[str, Path]] = {}
    for path in sorted((folder / "segmentations").glob("*.png")):
        found.setdefault(path.stem, {})["segmentation"] = path
    for part in _PARTS:
        for path in sorted((folder / part).glob("*.png")):
            found.setdefault(path.stem, {})["annotation"] = path
    for name, paths in found.items():
        yield Entry(next(iter(paths.values())), name, labels=frozenset({UNNAMED}), key=paths)


def read_rootpainter(entry: Entry) -> Annotation:
    """Put a picture's segmentation and annotation together.

    Raises:
        MaskError: as a part of a sentence.
    """
    paths: dict[str, Path] = entry.key
    segmentation = _read(paths["segmentation"]) if "segmentation" in paths else None
    drawn = [] if segmentation is None else [Drawn(UNNAMED, Plane(_is_painted(segmentation), whole=True))]
    unknown = None
    if "annotation" in paths:
        colours = _read(paths["annotation"])
        is_red = _is_painted(colours) & (colours[:, :, _RED] > colours[:, :, _GREEN])
        is_green = _is_painted(colours) & ~is_red
        drawn += [Drawn(None, Plane(is_green, whole=True)), Drawn(UNNAMED, Plane(is_red, whole=True))]
        if segmentation is None:
            unknown = Plane(~_is_painted(colours), whole=True)
    return Annotation(tuple(drawn), unknown=unknown)


def _is_painted(colours: NDArray[np.uint8]) -> NDArray[np.bool_]:
    painted: NDArray[np.bool_] = (colours[:, :, _ALPHA] > 0) & (colours[:, :, :_ALPHA].max(axis=2) > 0)
    return painted


def _read(path: Path) -> NDArray[np.uint8]:
    try:
        with open_to_read(path) as file, Pillow.open(file, formats=("PNG",)) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise MaskError(f"it has more than {MAX_PIXELS // 1_000_000} million pixels")
            return np.array(opened.convert("RGBA"))
    except DECODER_ERRORS as error:
        raise MaskError(f"{path.name} cannot be read ({describe_decoder_error(error)})") from error


ROOTPAINTER_FORMAT = Format("a RootPainter project", look_at_rootpainter, read_rootpainter)


_FOREGROUND, _BACKGROUND = (255, 0, 0, 180), (0, 255, 0, 180)
"""Colours of RootPainter's brushes; what is transparent is not annotated."""
PROJECT_FOLDERS = ("annotations/train", "annotations/val", "segmentations", "models", "messages", "logs")
"""Of a project; RootPainter expects all of them."""
PROJECT_SUFFIX = ".seg_proj"


def encode_annotation(region: Region, annotated: Region) -> bytes:
    """Encode an annotation of one structure as an RGBA PNG.

    Args:
        region: (H, W) bool: the structure, painted red.
        annotated: (H, W) bool: what somebody has looked at; the rest of it is green, and all else transparent.
    """
    colours = np.zeros((*region.shape, 4), np.uint8)
    colours[annotated] = _BACKGROUND
    colours[region] = _FOREGROUND
    buffer = io.BytesIO()
    Pillow.fromarray(colours).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def project_file(name: str, dataset: str, file_names: Sequence[str]) -> bytes:
    """Encode a project's file, which lies in `projects/NAME` beside `datasets/DATASET`."""
    data = {
        "name": name,
        "dataset": dataset,
        "original_model_file": "random weights",
        "location": f"projects/{name}",
        "file_names": list(file_names),
    }
    return (json.dumps(data, indent=4) + "\n").encode()
