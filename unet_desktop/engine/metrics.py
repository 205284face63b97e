"""Figures of a picture and of many: cross-entropy, Dice and IoU of the foreground, and the vCDR's error."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from unet_desktop.labels import LabelSet
from unet_desktop.masks.agreement import dice, iou
from unet_desktop.masks.measure import cup_to_disc
from unet_desktop.masks.regions import Mask, annotated, regions

Figures = dict[str, float]
"""Name to value; what could not be measured is absent, never NaN."""

_LEAST_PROBABILITY = 1e-7


def compare(predicted: Mask, truth: Mask, labels: LabelSet) -> Figures:
    """Dice and IoU of each region and their means, and the vCDR's error, of one picture.

    Pixels that are not annotated in the truth count in nothing; the vCDR needs a fully annotated picture. A
    disc that was not found has vCDR 0.

    Args:
        predicted: (H, W) uint8.
        truth: (H, W) uint8.
        labels: whose regions are compared.
    """
    judged = annotated(truth)
    figures: Figures = {}
    if not judged.any():
        return figures
    pairs = zip(regions(predicted, labels), regions(truth, labels), labels, strict=True)
    for ours, theirs, label in pairs:
        figures[f"dice/{label.name}"] = dice(ours & judged, theirs)
        figures[f"iou/{label.name}"] = iou(ours & judged, theirs)
    for kind in ("dice", "iou"):
        figures[kind] = sum(figures[f"{kind}/{label.name}"] for label in labels) / len(labels)
    real = cup_to_disc(truth, labels) if judged.all() else None
    found = cup_to_disc(predicted, labels)
    if real is not None and found is not None and not math.isnan(real.vertical):
        figures["vcdr_error"] = abs((0.0 if math.isnan(found.vertical) else found.vertical) - real.vertical)
    return figures


def cross_entropy(probabilities: NDArray[np.float32], truth: Mask, labels: LabelSet) -> float | None:
    """Mean binary cross-entropy over regions and annotated pixels, in nats; None when nothing is annotated.

    Args:
        probabilities: (R, H, W) float32.
        truth: (H, W) uint8.
        labels: whose regions they are.
    """
    judged = annotated(truth)
    if not judged.any():
        return None
    wanted = regions(truth, labels)[:, judged]
    right = np.where(wanted, probabilities[:, judged], 1.0 - probabilities[:, judged])
    return float(-np.log(np.maximum(right, _LEAST_PROBABILITY)).mean())


def mean(pictures: Iterable[Mapping[str, float]]) -> Figures:
    """The mean over pictures of each figure, over those that have it."""
    collected: dict[str, list[float]] = {}
    for figures in pictures:
        for name, value in figures.items():
            collected.setdefault(name, []).append(value)
    return {name: sum(values) / len(values) for name, values in collected.items()}
