"""GeoJSON: a picture's regions as polygons in pixel coordinates, as QuPath and statistics programs read them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from unet_desktop.errors import MaskError
from unet_desktop.formats.annotations import Annotation, Drawn, Entry, Format, check_json, read_json
from unet_desktop.formats.shapes import Polygon, make_ring
from unet_desktop.images.box import Box
from unet_desktop.json_data import Side
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.measure import measure_extent
from unet_desktop.masks.outlines import Outline, Ring, split_objects, trace_outlines
from unet_desktop.masks.regions import Mask, Region, region


def encode_geojson(relative: str, mask: Mask, box: Box, labels: LabelSet) -> bytes:
    """Encode a FeatureCollection (RFC 7946): a feature for each unique label, and one for each piece of other labels.

    Coordinates are pixels from the picture's upper left corner, x to the right and y down; the lower right corner of
    the first pixel is (1, 1). They are not longitude and latitude.

    Args:
        relative: the picture, as tables name it.
        mask: (H, W) uint8.
        box: contains everything that is labelled.
        labels: the label set.
    """
    features = [
        _feature(label, piece, place)
        for label in labels
        for place, piece in split_objects(region(mask[box.slices], labels, label), box, unique=label.unique)
    ]
    height, width = mask.shape
    picture = {"file": relative, "width_px": width, "height_px": height}
    return json.dumps(
        {"type": "FeatureCollection", "image": picture, "features": features}, separators=(",", ":")
    ).encode()


def _feature(label: Label, piece: Region, place: Box) -> dict[str, object]:
    """The feature of an object that lies in the box `place`."""
    size = measure_extent(piece)
    polygons = [_polygon(outline.shift(place.top, place.left)) for outline in trace_outlines(piece)]
    several = len(polygons) > 1
    measures = {"area_px": size.area, "height_px": size.height, "width_px": size.width}
    colour = [int(label.colour[at : at + 2], 16) for at in (1, 3, 5)]
    return {
        "type": "Feature",
        "geometry": {
            "type": "MultiPolygon" if several else "Polygon",
            "coordinates": polygons if several else polygons[0],
        },
        "properties": {
            "label": label.name,
            "value": label.value,
            "objectType": "annotation",  # this, classification and measurements are what QuPath looks for
            "classification": {"name": label.name, "color": colour},
            "measurements": measures,
            **measures,
        },
    }


def _polygon(outline: Outline) -> list[list[list[int]]]:
    return [_close_ring(ring) for ring in (outline.outer, *outline.holes)]


def _close_ring(ring: Ring) -> list[list[int]]:
    """GeoJSON repeats the first corner at the end."""
    closed: list[list[int]] = np.vstack([ring, ring[:1]]).tolist()
    return closed


@dataclass(frozen=True, slots=True)
class _Geometry:
    type: str
    coordinates: Any = None
    geometries: list[_Geometry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Feature:
    geometry: _Geometry | None = None
    properties: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class _Picture:
    file: str = ""
    width_px: Side | None = None
    height_px: Side | None = None


@dataclass(frozen=True, slots=True)
class _Collection:
    type: str
    features: list[_Feature] = field(default_factory=list)
    geometry: _Geometry | None = None
    properties: dict[str, Any] | None = None
    image: _Picture | None = None


_LARGEST_NESTING = 8


def look_at_geojson(path: Path) -> Iterator[Entry]:
    """Yield the picture of a GeoJSON file, which is named like its picture unless this program wrote it.

    Raises:
        MaskError: as a part of a sentence.
    """
    features, picture = _read_features(path)
    labels = frozenset(_label_of(one) for one in features if one.geometry is not None and _has_region(one.geometry))
    size = None if picture.height_px is None or picture.width_px is None else (picture.height_px, picture.width_px)
    yield Entry(path, picture.file, size, labels)


def read_geojson(entry: Entry) -> Annotation:
    """Read polygons with their holes; coordinates are pixels along pixel edges, as QuPath has them.

    Raises:
        MaskError: as a part of a sentence.
    """
    drawn: list[Drawn] = []
    skipped: list[str] = []
    for feature in _read_features(entry.path)[0]:
        for geometry in [] if feature.geometry is None else _flatten(feature.geometry):
            if geometry.type not in _POLYGONS:
                skipped.append(_OTHERS.get(geometry.type, geometry.type))
                continue
            polygons = geometry.coordinates if geometry.type == "MultiPolygon" else [geometry.coordinates]
            drawn += [Drawn(_label_of(feature), _read_polygon(rings)) for rings in _as_list(polygons)]
    return Annotation(tuple(drawn), tuple(skipped))


_POLYGONS = frozenset({"Polygon", "MultiPolygon"})
_OTHERS = {"Point": "point", "MultiPoint": "set of points", "LineString": "line", "MultiLineString": "set of lines"}


def _read_features(path: Path) -> tuple[list[_Feature], _Picture]:
    found = read_json(path, object)
    if isinstance(found, list):  # as QuPath wrote them before version 0.3
        return check_json(found, list[_Feature]), _Picture()
    whole = check_json(found, _Collection)
    features = whole.features if whole.type == "FeatureCollection" else [_Feature(whole.geometry, whole.properties)]
    return features, whole.image or _Picture()


def _label_of(feature: _Feature) -> str:
    """What QuPath classified it as; or the name that this or another program gave it."""
    properties = feature.properties or {}
    kind = properties.get("classification")
    names = [_name_class(kind) if isinstance(kind, dict) else kind]
    names += [properties.get(field) for field in ("label", "class", "name")]
    return next((name for name in names if isinstance(name, str) and name), "unclassified")


def _name_class(kind: dict[str, Any]) -> object:
    """The name of a QuPath class, which has several parts where it is derived: "Disc: certain"."""
    parts = kind.get("names")
    whole = ": ".join(map(str, parts)) if isinstance(parts, list) else ""
    return kind.get("name") or whole


def _flatten(geometry: _Geometry, depth: int = 0) -> Iterator[_Geometry]:
    if geometry.type != "GeometryCollection":
        yield geometry
    else:
        if depth >= _LARGEST_NESTING:
            raise MaskError(f"its collections of geometries are more than {_LARGEST_NESTING} levels deep")
        for part in geometry.geometries:
            yield from _flatten(part, depth + 1)


def _has_region(geometry: _Geometry) -> bool:
    return any(part.type in _POLYGONS and part.coordinates for part in _flatten(geometry))


def _read_polygon(rings: object) -> Polygon:
    return Polygon(tuple(make_ring(_as_list(ring), "a polygon") for ring in _as_list(rings)))


def _as_list(value: object) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise MaskError("a polygon has no list of corners")
    return value


GEOJSON_FORMAT = Format("GeoJSON", look_at_geojson, read_geojson)
