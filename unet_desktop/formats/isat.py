"""ISAT: a picture's polygons in layers, as "ISAT with segment anything" writes them.

Its own conversion fills them with scikit-image's `draw.polygon`, for which (0, 0) is the first pixel's centre.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from unet_desktop.formats.annotations import Annotation, Drawn, Entry, Format, read_json
from unet_desktop.formats.shapes import Filling, Polygon, make_ring
from unet_desktop.json_data import Side


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
    found = read_json(path, _File)
    info = found.info
    size = None if info.height is None or info.width is None else (info.height, info.width)
    yield Entry(path, info.name, size, frozenset(one.category for one in found.objects))


def read_isat(entry: Entry) -> Annotation:
    """Read the polygons, the lowest layer first.

    Raises:
        MaskError: as a part of a sentence.
    """
    objects = sorted(read_json(entry.path, _File).objects, key=lambda one: one.layer or 0.0)
    return Annotation(
        tuple(
            Drawn(
                one.category,
                Polygon((make_ring(one.segmentation, f'a polygon of "{one.category}"'),), Filling.CENTRES),
            )
            for one in objects
        )
    )


ISAT_FORMAT = Format("ISAT annotations", look_at_isat, read_isat)
