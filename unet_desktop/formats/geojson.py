"""GeoJSON: a picture's regions as polygons in pixel coordinates, as QuPath and statistics programs read them."""

from __future__ import annotations

import json

import numpy as np

from unet_desktop.images.box import Box
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
