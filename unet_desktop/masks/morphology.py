"""Morphology: what is done to a label's whole region at once, each as one patch no larger than it must be."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from unet_desktop.images.box import bounding_box
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.anatomy import largest_component
from unet_desktop.masks.patch import Patch, patch_between
from unet_desktop.masks.regions import Mask, Region, region
from unet_desktop.masks.stroke import erase_table, paint_table

_SOFTNESS = 0.02
"""Sigma of smoothing, as a share of the diameter of a disc with the region's area."""
_LEAST_SIGMA = 1.5


def grow(mask: Mask, labels: LabelSet, label: Label, by: int) -> Patch | None:
    """The label's region with everything that is at most `by` pixels from it; it stays within its parent's."""
    return _changed(mask, labels, label, f"Grow {label.name}", by, lambda plane: dilate_region(plane, by))


def shrink(mask: Mask, labels: LabelSet, label: Label, by: int) -> Patch | None:
    """The label's region without what is at most `by` pixels from its border; a picture's edge is no border."""
    return _changed(mask, labels, label, f"Shrink {label.name}", 1, lambda plane: erode_region(plane, by))


def smooth(mask: Mask, labels: LabelSet, label: Label) -> Patch | None:
    """The label's region with its corners rounded and its notches filled; it stays within its parent's."""
    area = int(region(mask, labels, label).sum())
    sigma = max(_LEAST_SIGMA, _SOFTNESS * 2 * float(np.sqrt(area / np.pi)))
    reach = int(np.ceil(4 * sigma))
    return _changed(mask, labels, label, f"Smooth {label.name}", reach, lambda plane: smooth_region(plane, sigma))


def keep_largest(mask: Mask, labels: LabelSet, label: Label) -> Patch | None:
    """The label's region without all but its largest piece."""
    return _changed(mask, labels, label, f"Keep largest {label.name}", 0, largest_component)


def dilate_region(plane: Region, by: int) -> Region:
    """(H, W) bool: pixels whose centre is at most `by` pixels from one of the plane's."""
    if not plane.any():
        return plane
    away = cv2.distanceTransform((~plane).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    found: Region = away <= by + 1e-3
    return found


def erode_region(plane: Region, by: int) -> Region:
    """(H, W) bool: pixels of the plane that are more than `by` pixels from every pixel outside it."""
    return ~dilate_region(~plane, by)


def smooth_region(plane: Region, sigma: float) -> Region:
    """(H, W) bool: where more than half of what lies around, weighed by a Gaussian, is the plane's."""
    weights = cv2.GaussianBlur(plane.astype(np.float32), (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    found: Region = weights > 0.5
    return found


def _changed(
    mask: Mask, labels: LabelSet, label: Label, name: str, reach: int, how: Callable[[Region], Region]
) -> Patch | None:
    """The patch that makes another plane of the label's region; None when there is none or nothing changes.

    Args:
        mask: (H, W) uint8; it is left as it is.
        labels: the label set.
        label: whose region.
        name: of the patch.
        reach: pixels that the region may grow by.
        how: gives the new plane of an old one.
    """
    box = bounding_box(region(mask, labels, label)).expand(max(reach, 1)).clip(*mask.shape)
    before = mask[box.slices]
    was = region(before, labels, label)
    if not was.any():
        return None
    parent = labels.parent(label)
    now = how(was)
    if parent is not None:  # whoever makes the cup larger does not mean the disc
        now = now & (was | region(before, labels, parent))
    after = np.where(now, paint_table(labels, label)[before], erase_table(labels, label)[before])
    found = patch_between(name, before, after)
    if found is None:
        return None
    return Patch(name, box.top + found.top, box.left + found.left, found.before, found.after)
