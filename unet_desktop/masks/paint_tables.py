"""What each pixel value becomes when a label is painted or erased, as look-up tables."""

from __future__ import annotations

import numpy as np

from unet_desktop.labels import BACKGROUND, NOT_ANNOTATED, Label, LabelSet
from unet_desktop.masks.regions import Mask


def paint_table(labels: LabelSet, label: Label, within: Label | None = None) -> Mask:
    """Return (256,) uint8: the value that each pixel value becomes when a label is painted.

    Values already in the label's region stay, so painting disc over cup leaves the cup.

    Args:
        labels: the label set.
        label: the one that is painted.
        within: the label whose region must not grow, see `nesting.find_limit`: pixels outside it stay.
            None paints everywhere, and the regions around the label grow with it.
    """
    table = np.arange(256, dtype=np.uint8)
    reached = range(256) if within is None else labels.region_values(within)
    kept = labels.region_values(label)
    for value in reached:
        if value not in kept:
            table[value] = label.value
    return table


def outside_table(labels: LabelSet, within: Label | None) -> Mask:
    """Return (256,) uint8: 1 for each value that painting within a label's region leaves as it is; 0 for the others."""
    table = np.zeros(256, np.uint8)
    if within is not None:
        table[...] = 1
        table[list(labels.region_values(within))] = 0
    return table


def erase_table(labels: LabelSet, label: Label) -> Mask:
    """Return (256,) uint8: the value that each pixel value becomes when a label is erased.

    The label's region reverts to its parent: erasing disc erases its cup, erasing cup leaves disc.
    """
    table = np.arange(256, dtype=np.uint8)
    parent = labels.parent(label)
    for value in labels.region_values(label):
        table[value] = BACKGROUND if parent is None else parent.value
    return table


def erase_and_annotate_table(labels: LabelSet, label: Label) -> Mask:
    """Return (256,) uint8 for the eraser tool: like `erase_table`, but it also annotates pixels as background.

    On a not annotated pixel, erasing an outermost label means background, as painting it means the label. For a nested
    label it says too little (what is not cup need not be disc), so the pixel stays not annotated.
    """
    table = erase_table(labels, label)
    if labels.parent(label) is None:
        table[NOT_ANNOTATED] = BACKGROUND
    return table


def unannotate_table() -> Mask:
    """Return (256,) uint8 for the "not annotated" brush: every value becomes not annotated."""
    return np.full(256, NOT_ANNOTATED, np.uint8)


def annotate_as_background_table() -> Mask:
    """Return (256,) uint8 for erasing "not annotated": it becomes background, other values stay."""
    table = np.arange(256, dtype=np.uint8)
    table[NOT_ANNOTATED] = BACKGROUND
    return table
