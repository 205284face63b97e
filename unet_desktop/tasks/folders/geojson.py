"""GeoJSON: a picture's regions as polygons in pixel coordinates, as QuPath and statistics programs read them."""

from __future__ import annotations

import json

import numpy as np

from unet_desktop.images.box import Box
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.measure import measure_extent
from unet_desktop.masks.outlines import Outline, Ring, trace_outlines
from unet_desktop.masks.regions import Mask, region


def encode_geojson(relative: str, mask: Mask, box: Box, labels: LabelSet) -> bytes:
    """Encode a FeatureCollection with a feature for each label whose region is not empty (RFC 7946).

    Coordinates are pixels from the picture's upper left corner, x to the right and y down; the lower right corner of
    the first pixel is (1, 1). They are not longitude and latitude.

    Args:
        relative: the picture, as tables name it.
        mask: (H, W) uint8.
        box: contains everything that is labelled.
        labels: the label set.
    """
    features = [feature for label in labels if (feature := _feature(label, mask, box, labels)) is not None]
    height, width = mask.shape
    picture = {"file": relative, "width_px": width, "height_px": height}
    return json.dumps(
        {"type": "FeatureCollection", "image": picture, "features": features}, separators=(",", ":")
    ).encode()


def _feature(label: Label, mask: Mask, box: Box, labels: LabelSet) -> dict[str, object] | None:
    plane = region(mask[box.slices], labels, label)
    size = measure_extent(plane)
    if size.area == 0:
        return None
    polygons = [_polygon(outline.shift(box.top, box.left)) for outline in trace_outlines(plane)]
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
