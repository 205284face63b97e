"""CVAT for images 1.1: polygons, masks, boxes and ellipses in one XML file (docs.cvat.ai, "XML annotation format").

CVAT turns pictures upright, and its polygons run along pixel edges: its own conversions fill them with pycocotools.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from unet_desktop.errors import MaskError
from unet_desktop.formats.annotations import Annotation, Drawn, Entry, Format
from unet_desktop.formats.shapes import Ellipse, Polygon, Runs, Shape, make_rectangle, make_ring
from unet_desktop.formats.xml_stream import Element, stream_elements
from unet_desktop.images.box import Box

_REGIONS = frozenset({"polygon", "mask", "box", "ellipse"})
_OTHERS = {"polyline": "line", "points": "set of points", "cuboid": "cuboid", "skeleton": "skeleton"}
_LARGEST_SIDE = 1 << 20


@dataclass(frozen=True, slots=True)
class _Drawing:
    """An element with its attributes, which are read when the picture is."""

    name: str
    fields: dict[str, str]


def look_at_cvat(path: Path) -> Iterator[Entry]:
    """Yield the pictures of a CVAT file; what is drawn on them is kept as text.

    Raises:
        MaskError: it is of a video or no CVAT file; as a part of a sentence.
    """
    image: Element | None = None
    drawings: list[_Drawing] = []
    for element in stream_elements(path):
        if not isinstance(element, Element):
            if image is not None and element.depth == image.depth:
                yield _make_entry(path, image, drawings)
                image, drawings = None, []
        elif element.depth == 0 and element.name != "annotations":
            raise MaskError(f'its outermost element is "{element.name}", not "annotations"')
        elif element.name == "track" and image is None:
            raise MaskError(
                "this is CVAT XML for video, which follows objects from frame to frame; export the task from CVAT as "
                '"CVAT for images 1.1"'
            )
        elif element.name == "image" and element.depth == 1:
            image = element
        elif image is not None and element.depth == image.depth + 1:
            drawings.append(_Drawing(element.name, element.fields))


def read_cvat(entry: Entry) -> Annotation:
    """Read what is drawn on a picture, the lowest `z_order` first.

    Raises:
        MaskError: as a part of a sentence.
    """
    drawings: list[_Drawing] = entry.key
    ordered = sorted((one for one in drawings if one.name in _REGIONS), key=lambda one: _number(one, "z_order", 0.0))
    skipped = tuple(_OTHERS[one.name] for one in drawings if one.name in _OTHERS)
    return Annotation(tuple(Drawn(one.fields.get("label", ""), _shape_of(one)) for one in ordered), skipped)


def _make_entry(path: Path, image: Element, drawings: list[_Drawing]) -> Entry:
    sides = [image.fields.get(name, "") for name in ("height", "width")]
    if not all(side.isdecimal() and len(side) < 8 and 0 < int(side) < _LARGEST_SIDE for side in sides):
        raise MaskError(f"the picture {image.fields.get('name', '')!a} has no size")
    labels = frozenset(one.fields.get("label", "") for one in drawings if one.name in _REGIONS)
    size = int(sides[0]), int(sides[1])
    return Entry(path, image.fields.get("name", ""), size, labels, upright=True, key=drawings)


def _shape_of(one: _Drawing) -> Shape:
    if one.name == "polygon":
        points = one.fields.get("points", "").split(";")
        try:
            corners = np.array([point.split(",") for point in points], np.float64)
        except ValueError as error:
            raise MaskError("a polygon has a corner that is not two numbers") from error
        return Polygon((make_ring(corners, f"a polygon of {one.fields.get('label', '')!a}"),))
    if one.name == "mask":
        at_left, at_top, width, height = (int(_number(one, name)) for name in ("left", "top", "width", "height"))
        if min(width, height) < 1 or max(width, height) > _LARGEST_SIDE:
            raise MaskError("a mask has no size")
        return Runs(_read_runs(one), Box(at_top, at_left, at_top + height, at_left + width))
    turn = _number(one, "rotation", 0.0)
    if one.name == "box":
        left, top, right, bottom = (_number(one, name) for name in ("xtl", "ytl", "xbr", "ybr"))
        return make_rectangle(left, top, right, bottom, turn)
    x, y, across, down = (_number(one, name) for name in ("cx", "cy", "rx", "ry"))
    return Ellipse(x, y, across, down, turn)


def _read_runs(one: _Drawing) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Run lengths along the rows of the mask's box, the first outside."""
    try:
        return np.array([int(count) for count in one.fields.get("rle", "").split(",")], np.int64)
    except (ValueError, OverflowError) as error:
        raise MaskError("the run lengths of a mask are not numbers") from error


def _number(one: _Drawing, name: str, default: float | None = None) -> float:
    text = one.fields.get(name)
    if text is None and default is not None:
        return default
    try:
        number = float(text or "")
    except ValueError as error:
        raise MaskError(f'"{name}" of a {one.name} is not a number') from error
    if not abs(number) < 1 << 53:
        raise MaskError(f'"{name}" of a {one.name} is not a number')
    return number


CVAT_FORMAT = Format("CVAT annotations", look_at_cvat, read_cvat)
