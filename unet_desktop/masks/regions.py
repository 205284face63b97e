"""Regions: a label and everything inside it, as one boolean plane per label."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.opencv import cv2
from unet_desktop.labels import BACKGROUND, NOT_ANNOTATED, Label, LabelSet

Mask = NDArray[np.uint8]
"""(H, W) uint8 label image."""
Region = NDArray[np.bool_]
"""(H, W) bool."""


def region(mask: Mask, labels: LabelSet, label: Label) -> Region:
    """Return (H, W) bool: where the (H, W) uint8 mask is the label or one inside it."""
    if not mask.size:  # OpenCV refuses it
        return np.zeros(mask.shape, bool)
    found: Region = np.asarray(cv2.LUT(mask, region_table(labels, label)), np.uint8).view(bool)
    return found


def region_table(labels: LabelSet, label: Label) -> Mask:
    """Return (256,) uint8: 1 for each pixel value in the label's region, 0 for the others."""
    table = np.zeros(256, np.uint8)
    table[list(labels.region_values(label))] = 1
    return table


def regions(mask: Mask, labels: LabelSet) -> NDArray[np.bool_]:
    """Return (R, H, W) bool: the region of each label of an (H, W) uint8 mask, in the set's order."""
    return np.stack([region(mask, labels, label) for label in labels])


def is_annotated(mask: Mask) -> Region:
    """Return (H, W) bool: where the (H, W) uint8 mask is annotated."""
    plane: Region = mask != NOT_ANNOTATED
    return plane


def label_image(planes: NDArray[np.bool_], labels: LabelSet) -> Mask:
    """Return the (H, W) uint8 mask with these regions, each clipped to its parent's.

    Args:
        planes: (R, H, W) bool in the set's order.
        labels: the label set.
    """
    mask = np.full(planes.shape[1:], BACKGROUND, np.uint8)
    kept: dict[str, Region] = {}
    for plane, label in zip(planes, labels, strict=True):
        plane = plane if label.inside is None else plane & kept[label.inside]
        kept[label.name] = plane
        mask[plane] = label.value
    return mask
