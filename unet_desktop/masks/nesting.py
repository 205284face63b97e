"""Nesting: which region a label must stay inside when it is painted."""

from __future__ import annotations

import numpy as np

from unet_desktop.images.opencv import cv2
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.history import History
from unet_desktop.masks.regions import Mask, region_table


def find_limit(mask: Mask, labels: LabelSet, label: Label, history: History, *, began_blank: bool) -> Label | None:
    """Return the innermost label around this one that has been drawn; None if none has, so that it may grow anywhere.

    A cup may be drawn before its disc. Until then the disc is nothing but the cup and grows with it. A disc that was
    drawn, and that the cup covers by now, does not.

    Args:
        mask: (H, W) uint8.
        labels: the label set.
        label: the one that is painted.
        history: the steps that led to the mask.
        began_blank: the mask was empty before the first of them.
    """
    outer = labels.parent(label)
    while outer is not None:
        if _is_drawn(mask, labels, outer, history, began_blank=began_blank):
            return outer
        outer = labels.parent(outer)
    return None


def _is_drawn(mask: Mask, labels: LabelSet, label: Label, history: History, *, began_blank: bool) -> bool:
    values = np.zeros(256, np.uint8)
    values[label.value] = 1
    if _has(mask, values):
        return True
    inner = region_table(labels, label)
    if not _has(mask, inner):
        return False
    for patch in reversed(history.patches[: len(history.names)]):
        before, after = patch.before == label.value, patch.after == label.value
        if before.any() or after.any():  # after it, there was none left: was it covered, or erased?
            return bool(inner[patch.after[before]].any())
    return not began_blank


def _has(mask: Mask, table: Mask) -> bool:
    return bool(cv2.hasNonZero(cv2.LUT(mask, table)))
