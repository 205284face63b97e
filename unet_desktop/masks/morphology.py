"""Morphology: grow, shrink, smooth or clean a label's whole region, each as one minimal patch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from unet_desktop.images.box import bounding_box
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.anatomy import largest_component
from unet_desktop.masks.paint_tables import erase_table, paint_table
from unet_desktop.masks.patch import Patch, patch_between
from unet_desktop.masks.regions import Mask, Region, region

_SOFTNESS = 0.02
"""Sigma of smoothing relative to the diameter of a circle with the region's area."""
_MIN_SIGMA = 1.5


def grow(
    mask: Mask, labels: LabelSet, label: Label, by: int, within: Label | None = None, *, free: bool = False
) -> Patch | None:
    """Return the patch that adds all pixels at most `by` pixels from the label's region.

    It stays within the region of `within`, by default the label's parent; if `free`, the regions around it grow too.
    """
    table = paint_table(labels, label, None if free else within or labels.parent(label))
    return _change_region(mask, labels, label, f"Grow {label.name}", by, lambda plane: dilate_region(plane, by), table)


def shrink(mask: Mask, labels: LabelSet, label: Label, by: int) -> Patch | None:
    """Return the patch that removes all pixels at most `by` pixels from the outside, not counting the image border."""
    return _change_region(mask, labels, label, f"Shrink {label.name}", 1, lambda plane: erode_region(plane, by))


def smooth(
    mask: Mask, labels: LabelSet, label: Label, within: Label | None = None, *, free: bool = False
) -> Patch | None:
    """Return the patch that rounds the corners and fills the notches of the label's region, limited as in `grow`."""
    area = int(region(mask, labels, label).sum())
    sigma = max(_MIN_SIGMA, _SOFTNESS * 2 * float(np.sqrt(area / np.pi)))
    reach = int(np.ceil(4 * sigma))
    table = paint_table(labels, label, None if free else within or labels.parent(label))
    name = f"Smooth {label.name}"
    return _change_region(mask, labels, label, name, reach, lambda plane: smooth_region(plane, sigma), table)


def keep_largest(mask: Mask, labels: LabelSet, label: Label) -> Patch | None:
    """Return the patch that removes all but the largest piece of the label's region."""
    return _change_region(mask, labels, label, f"Keep largest piece of {label.name}", 0, largest_component)


def dilate_region(plane: Region, by: int) -> Region:
    """Return (H, W) bool: pixels whose centre is at most `by` pixels from the centre of one of the plane's."""
    if not plane.any():
        return plane
    away = cv2.distanceTransform((~plane).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    found: Region = away <= by + 1e-3
    return found


def erode_region(plane: Region, by: int) -> Region:
    """Return (H, W) bool: pixels of the plane that are more than `by` pixels from every pixel outside it."""
    return ~dilate_region(~plane, by)


def smooth_region(plane: Region, sigma: float) -> Region:
    """Return (H, W) bool: where the Gaussian-weighted share of the plane exceeds one half."""
    weights = cv2.GaussianBlur(plane.astype(np.float32), (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    found: Region = weights > 0.5
    return found


def _change_region(
    mask: Mask,
    labels: LabelSet,
    label: Label,
    name: str,
    reach: int,
    how: Callable[[Region], Region],
    table: Mask | None = None,
) -> Patch | None:
    """Return the patch that applies a function to the label's region; None if it is empty or does not change.

    Args:
        mask: (H, W) uint8; not changed.
        labels: the label set.
        label: whose region.
        name: of the patch.
        reach: pixels by which the region may grow.
        how: maps the old (h, w) bool plane to the new one.
        table: (256,) uint8 from `paint_table`; None for a region that does not grow.
    """
    box = bounding_box(region(mask, labels, label)).expand(max(reach, 1)).clip(*mask.shape)
    before = mask[box.slices]
    was = region(before, labels, label)
    if not was.any():
        return None
    now = how(was)
    painted = before if table is None else table[before]
    after = np.where(now, painted, erase_table(labels, label)[before])
    found = patch_between(name, before, after)
    if found is None:
        return None
    return Patch(name, box.top + found.top, box.left + found.left, found.before, found.after)
