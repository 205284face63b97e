"""NRRD of one plane: label numbers, or 3D Slicer's segmentation (seg.nrrd) with names of segments.

The first axis runs along the rows of pixels (x), the second down the columns (y), as ITK stores a picture; the
orientation in the header is left out, as for NIfTI.
"""

from __future__ import annotations

import importlib
import math
import re
import zlib
from bz2 import BZ2File
from collections.abc import Iterator
from contextlib import suppress
from gzip import GzipFile
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from unet_desktop.errors import MaskError
from unet_desktop.formats.annotations import Annotation, Drawn, Entry, Format, require
from unet_desktop.formats.numpy_arrays import flatten_array, refuse_large
from unet_desktop.formats.shapes import Plane
from unet_desktop.images.read import MAX_PIXELS
from unet_desktop.links import open_to_read

_HEADER = 1 << 20
_LARGEST = 8 * MAX_PIXELS
_NAME = re.compile(r"^Segment(\d+)_Name:?=\s*(.*?)\s*$", re.MULTILINE)


def read_nrrd(path: Path) -> NDArray[np.generic]:
    """(H, W): the plane of a file.

    Raises:
        MaskError: pynrrd is missing, or as a part of a sentence.
    """
    return np.ascontiguousarray(flatten_array(_read(path)[0]).T)


def has_segments(path: Path) -> bool:
    """Whether a file names segments."""
    return bool(_NAME.search(_read_start(path)))


def look_at_segments(path: Path) -> Iterator[Entry]:
    """Yield the picture of a segmentation, which has the file's name.

    Raises:
        MaskError: as a part of a sentence.
    """
    yield Entry(path, labels=frozenset(name for _, name in _NAME.findall(_read_start(path))))


def read_segments(entry: Entry) -> Annotation:
    """Read segments by their layers and label values.

    Raises:
        MaskError: as a part of a sentence.
    """
    array, header = _read(entry.path)
    drawn = []
    for number, name in _NAME.findall(_read_start(entry.path)):
        try:
            layer, value = (int(header.get(f"Segment{number}_{field}", default)) for field, default in _FIELDS)
        except ValueError as error:
            raise MaskError(f'layer or value of the segment "{name}" is no number') from error
        plane = array[layer] if array.ndim == 4 and layer < len(array) else array
        drawn.append(Drawn(name, Plane(np.asarray(np.equal(flatten_array(plane).T, value), bool), whole=True)))
    return Annotation(tuple(drawn))


_FIELDS = (("Layer", 0), ("LabelValue", 1))


def _read_start(path: Path) -> str:
    """The header's text, up to the empty line."""
    try:
        with open_to_read(path) as file:
            return file.read(_HEADER).partition(b"\n\n")[0].decode("utf-8", "replace").replace("\r", "")
    except OSError:
        return ""


def _read(path: Path) -> tuple[NDArray[np.generic], dict[str, Any]]:
    try:
        nrrd: Any = importlib.import_module("nrrd")
    except ModuleNotFoundError as error:
        raise require("pynrrd", "NRRD") from error
    if re.search(r"^data ?file\s*:", _read_start(path), re.MULTILINE | re.IGNORECASE):
        raise MaskError("its numbers are in another file; save it as one file (.nrrd)")
    try:
        with open_to_read(path) as file:
            header = nrrd.read_header(file)
            refuse_large(tuple(header["sizes"].tolist()))
            start = file.tell()
            if path.stat().st_size > _LARGEST or _unpacks_to_more(file, header):
                raise MaskError("it is larger than its header says, or than a picture may be")
            file.seek(start)
            array = nrrd.read_data(header, file, str(path))
    except MaskError:
        raise
    except Exception as error:  # pynrrd raises what its parts raise
        raise MaskError("it is damaged or not complete") from error
    return array, dict(header)


def _unpacks_to_more(file: BinaryIO, header: dict[str, Any]) -> bool:
    """Whether packed numbers are more than the header says; pynrrd would hold all of them in memory."""
    encoding = str(header.get("encoding", ""))
    if encoding not in {"gzip", "gz", "bzip2", "bz2"}:
        return False
    left = 8 * math.prod(header["sizes"].tolist()) + _HEADER
    with suppress(OSError, EOFError, zlib.error):  # damage is for pynrrd to find
        unpacker: GzipFile | BZ2File = GzipFile(fileobj=file) if encoding.startswith("g") else BZ2File(file)
        while piece := unpacker.read(_HEADER):
            left -= len(piece)
            if left < 0:
                return True
    return False


NRRD_FORMAT = Format("NRRD with named segments", look_at_segments, read_segments)
