"""The one figure of a mask that a case remembers: its vertical cup-to-disc ratio."""

from __future__ import annotations

import math

import numpy as np

from unet_desktop.labels import LabelSet
from unet_desktop.masks.measure import cup_to_disc
from unet_desktop.masks.regions import Mask


def vertical_ratio(mask: Mask, labels: LabelSet) -> float | None:
    """Vertical cup-to-disc ratio of a (H, W) uint8 mask; None without a disc, or for labels without cup and disc.

    For its definition see `masks.measure.CupToDisc`. Only the rows that hold something are looked at closely.
    """
    rows = np.flatnonzero(mask.any(axis=1))
    if rows.size == 0:
        return None
    ratios = cup_to_disc(mask[rows[0] : rows[-1] + 1], labels)
    return None if ratios is None or math.isnan(ratios.vertical) else round(ratios.vertical, 4)
