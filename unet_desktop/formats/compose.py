"""What was drawn on a picture as one mask: nested labels, shapes on one another, shapes that take away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from unet_desktop.errors import MaskError
from unet_desktop.formats.annotations import Annotation
from unet_desktop.formats.shapes import Cover, Filling, Polygon, Size
from unet_desktop.labels import BACKGROUND, NOT_ANNOTATED, LabelSet
from unet_desktop.masks.regions import Mask, Region

CUT = "Part of what was drawn lies outside the picture; it was cut off."
CROSSED = "A polygon crosses itself; what it encloses twice is outside."
OVERLAP = "Regions of labels that do not contain one another overlap; the one drawn last is on top."
OUTSIDE_PARENT = "A label reaches out of the one that it lies in, which was enlarged by that."


@dataclass(frozen=True, slots=True, eq=False)
class Composed:
    """A mask, and what had to be decided for it.

    Attributes:
        mask: (H, W) uint8.
        notes: sentences.
        drawn: number of shapes that cover a pixel.
    """

    mask: Mask
    notes: tuple[str, ...]
    drawn: int


def compose_mask(
    annotations: Iterable[Annotation],
    values: Mapping[str, int | None],
    labels: LabelSet,
    size: Size,
    filling: Filling | None = None,
) -> Composed:
    """Put what was drawn on a picture together.

    Of labels that contain one another the innermost counts, so a disc may be given whole or as a ring round its cup. Of
    others, the one that was drawn last.

    Args:
        annotations: of the picture.
        values: what each label's name means in masks; None leaves it out.
        labels: of the mask.
        size: (height, width).
        filling: of polygons, instead of their own.

    Raises:
        MaskError: a shape does not fit the picture or is damaged; as a part of a sentence.
    """
    planes: dict[int, Region] = {label.value: np.zeros(size, bool) for label in labels}
    unknown = np.zeros(size, bool)
    related = _find_relatives(labels)
    notes: dict[str, None] = {}
    drawn = 0
    for annotation in annotations:
        if annotation.unknown is not None:
            cover = annotation.unknown.cover(size, filling)
            unknown[cover.box.slices] |= cover.pixels
        for one in annotation.drawn:
            value = BACKGROUND if one.label is None else values.get(one.label)
            if value is None:
                continue
            cover = one.shape.cover(size, filling if isinstance(one.shape, Polygon) else None)
            notes |= dict.fromkeys(_describe(cover))
            drawn += bool(cover.pixels.any())
            place = cover.box.slices
            if value == NOT_ANNOTATED:
                unknown[place] |= cover.pixels
                continue
            for other, plane in planes.items():
                if other not in related.get(value, ()) and (plane[place] & cover.pixels).any():
                    if value != BACKGROUND:
                        notes[OVERLAP] = None
                    plane[place] &= ~cover.pixels
            if value != BACKGROUND:
                planes[value][place] |= cover.pixels
    mask = np.full(size, BACKGROUND, np.uint8)
    for label in labels:
        plane = planes[label.value]
        parent = labels.parent(label)
        if parent is not None and planes[parent.value].any() and (plane & (mask == BACKGROUND)).any():
            notes[OUTSIDE_PARENT] = None
        mask[plane] = label.value
    mask[unknown & (mask == BACKGROUND)] = NOT_ANNOTATED
    return Composed(mask, tuple(notes), drawn)


def _describe(cover: Cover) -> Iterator[str]:
    if cover.cut:
        yield CUT
    if cover.crossed:
        yield CROSSED


def _find_relatives(labels: LabelSet) -> dict[int, frozenset[int]]:
    """Each label's value to those of the labels that contain it or that it contains, and its own."""
    inside = {label.value: set(labels.region_values(label)) for label in labels}
    return {
        value: frozenset(values | {outer for outer, within in inside.items() if value in within})
        for value, values in inside.items()
    }


def refuse_other_size(stated: Size, picture: Size) -> None:
    """Refuse an annotation of another size than its picture.

    Raises:
        MaskError: as a part of a sentence.
    """
    if stated != picture:
        raise MaskError(
            f"it was drawn on {stated[1]} x {stated[0]} pixels, but the picture has {picture[1]} x {picture[0]}; "
            "import the pictures that it was drawn on"
        )
