"""The one figure of a mask that a case remembers: its vertical cup-to-disc ratio."""

from __future__ import annotations

import math

import numpy as np

from unet_desktop.labels import LabelSet
from unet_desktop.masks.anatomy import tidy
from unet_desktop.masks.judged import outline_judged
from unet_desktop.masks.measure import cup_and_disc, cup_to_disc
from unet_desktop.masks.regions import Mask, region


def vertical_ratio(mask: Mask, labels: LabelSet) -> float | None:
    """Vertical cup-to-disc ratio of a (H, W) uint8 mask; None without a disc, or for labels without cup and disc.

    For its definition see `masks.measure.CupToDisc`. Strokes that do not show how large cup and disc are have none.
    Only the rows that hold something are looked at closely.
    """
    rows = np.flatnonzero(mask.any(axis=1))
    if rows.size == 0:
        return None
    drawn = mask[max(0, rows[0] - 1) : rows[-1] + 2]
    pair = cup_and_disc(labels)
    if pair is None or not all(outline_judged(region(drawn, labels, label), drawn) for label in pair):
        return None
    ratios = cup_to_disc(tidy(drawn, labels, fill=False), labels)  # of the largest piece alone
    return None if ratios is None or math.isnan(ratios.vertical) else round(ratios.vertical, 4)
