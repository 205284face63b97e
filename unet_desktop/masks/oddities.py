"""What is odd about a mask, though it can be read: empty, in pieces, a child without its parent, nearly everything."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from unet_desktop.images.opencv import cv2
from unet_desktop.labels import BACKGROUND, NOT_ANNOTATED, Label, LabelSet
from unet_desktop.masks.regions import Mask, Region, region

MOST_OF_ALL = 0.8
"""Share of the annotated pixels above which a label that an image has once covers nearly everything; the disc of
RIM-ONE DL, whose pictures are cut close around it, covers 0.4."""
NEARLY_ALL = 0.995
"""The same for labels that may occur many times."""
BARE = 0.25
"""Share of a child's border above which it lies at its parent's border, or outside it."""
_LEAST_PIXELS = 4
"""A child with fewer border pixels has no shape."""


def describe_oddities(mask: Mask, labels: LabelSet) -> tuple[str, ...]:
    """Return what is odd about an (H, W) uint8 mask, as parts of a sentence; none if nothing is."""
    unknown = int(np.count_nonzero(mask == NOT_ANNOTATED))
    drawn = _cut_out(mask)
    if np.count_nonzero(drawn) == unknown:
        return ("nothing in it is annotated" if unknown == mask.size else "it is empty",)
    return tuple(phrase for label in labels for phrase in _describe(label, drawn, labels, mask.size - unknown))


def _cut_out(mask: Mask) -> Mask:
    """Return the part of a mask that is not background, with a pixel around it: most of a mask is background."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return mask[:0, :0]
    top, left = max(rows[0] - 1, 0), max(columns[0] - 1, 0)
    return np.ascontiguousarray(mask[top : rows[-1] + 2, left : columns[-1] + 2])


def _describe(label: Label, mask: Mask, labels: LabelSet, annotated: int) -> Iterator[str]:
    plane = region(mask, labels, label)
    area = int(np.count_nonzero(plane))
    if not area:
        return
    share = area / annotated
    if label.inside is None and share > (MOST_OF_ALL if label.unique else NEARLY_ALL):
        yield f"the {label.name} covers {share:.0%} of it"
    if label.unique and (rest := _count_other_pieces(plane)) is not None:
        pieces, pixels = rest
        yield f"the {label.name} is in {pieces + 1} pieces ({pixels:,} pixels are not in the largest)"
    parent = labels.parent(label)
    if parent is not None and (bare := _share_at_background(plane, mask)) >= BARE:
        yield f"{bare:.0%} of the border of the {label.name} is not inside the {parent.name}"


def _count_other_pieces(plane: Region) -> tuple[int, int] | None:
    """Return how many pieces there are besides the largest, and their pixels; None if there is one."""
    count, _, statistics, _ = cv2.connectedComponentsWithStats(plane.view(np.uint8), connectivity=8)
    if count <= 2:
        return None
    areas = statistics[1:, cv2.CC_STAT_AREA]
    return count - 2, int(areas.sum() - areas.max())


def _share_at_background(plane: Region, mask: Mask) -> float:
    """Return the share of the pixels just outside a region that are background."""
    around = cv2.dilate(plane.view(np.uint8), np.ones((3, 3), np.uint8)).astype(bool) & ~plane
    count = int(np.count_nonzero(around))
    return np.count_nonzero(mask[around] == BACKGROUND) / count if count >= _LEAST_PIXELS else 0.0
