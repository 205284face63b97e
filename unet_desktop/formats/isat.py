"""ISAT: a picture's polygons in layers, as "ISAT with segment anything" writes them.

Its own conversion fills them with scikit-image's `draw.polygon`, for which (0, 0) is the first pixel's centre.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from unet_desktop.errors import MaskError
from unet_desktop.formats.annotations import LARGEST, Annotation, Drawn, Entry, Format
from unet_desktop.formats.shapes import Filling, Polygon, make_ring
from unet_desktop.json_data import DataError, Side, read


@dataclass(frozen=True, slots=True)
class _Info:
    name: str = ""
    width: Side | None = None
    height: Side | None = None


@dataclass(frozen=True, slots=True)
class _Object:
    category: str
    segmentation: list[tuple[float, float]]
    layer: float | None = None


@dataclass(frozen=True, slots=True)
class _File:
    info: _Info
    objects: list[_Object]


def look_at_isat(path: Path) -> Iterator[Entry]:
    """Yield the picture of an ISAT file.

    Raises:
        MaskError: as a part of a sentence.
    """
    found = _read_file(path)
    info = found.info
    size = None if info.height is None or info.width is None else (info.height, info.width)
    yield Entry(path, info.name, size, frozenset(one.category for one in found.objects))


def read_isat(entry: Entry) -> Annotation:
    """Read the polygons, the lowest layer first.

    Raises:
        MaskError: as a part of a sentence.
    """
    objects = sorted(_read_file(entry.path).objects, key=lambda one: one.layer or 0.0)
    return Annotation(
        tuple(
            Drawn(
                one.category,
                Polygon((make_ring(one.segmentation, f'a polygon of "{one.category}"'),), Filling.CENTRES),
            )
            for one in objects
        )
    )


def _read_file(path: Path) -> _File:
    try:
        return read(path, _File, limit=LARGEST)
    except DataError as error:
        raise MaskError(str(error)) from error
    except OSError as error:
        raise MaskError(f"it cannot be read ({error.strerror})") from error


ISAT_FORMAT = Format("ISAT annotations", look_at_isat, read_isat)
