"""Binary cross-entropy with logits plus soft Dice, one sigmoid per region, only where pixels are annotated."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from unet_desktop.engine.data.missing_cup import labels_in_cup, unused_value
from unet_desktop.labels import NOT_ANNOTATED, LabelSet
from unet_desktop.masks.measure import cup_and_disc

_SMOOTH = 1.0
"""Pixels added to both sides of the Dice fraction: keeps tiny regions from steep gradients."""


def make_region_table(labels: LabelSet) -> Tensor:
    """(R, 256) float32: 1 where a pixel value belongs to the region; `unused_value` belongs to the disc."""
    table = torch.zeros(len(labels), 256)
    pair, value = cup_and_disc(labels), unused_value(labels)
    for row, label in enumerate(labels):
        values = labels.region_values(label)
        table[row, list(values)] = 1.0
        if pair is not None and value is not None and pair[1].value in values:
            table[row, value] = 1.0
    return table


def make_annotation_table(labels: LabelSet) -> Tensor:
    """(R, 256) float32: 0 where a pixel value says nothing about the region: 255, and for the cup `unused_value`."""
    table = torch.ones(len(labels), 256)
    table[:, NOT_ANNOTATED] = 0.0
    value = unused_value(labels)
    for row, label in enumerate(labels):
        if value is not None and label in labels_in_cup(labels):
            table[row, value] = 0.0
    return table


def targets(
    masks: Tensor,
    region_table: Tensor,
    corrected: Tensor | None = None,
    correction_weight: float = 1.0,
    annotation_table: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """What the network should answer, and how much each pixel counts.

    Args:
        masks: (N, h, w) uint8 label images.
        region_table: (R, 256) float32, 1 where a pixel value belongs to the region.
        corrected: (N, h, w) uint8, 1 where a human corrected the model, or None.
        correction_weight: a corrected pixel counts as this many.
        annotation_table: (R, 256) float32, 0 where a pixel value says nothing about the region; None if 255 alone says
            nothing, and about no region.

    Returns:
        (N, R, h, w) float32 targets 0 or 1, and float32 weights, 0 where not annotated: (N, 1, h, w), or (N, R, h, w)
        with an annotation table.
    """
    values = masks.long()
    wanted = region_table[:, values].transpose(0, 1)
    if annotation_table is None:
        weight = (values != 255).unsqueeze(1).to(region_table.dtype)
    else:
        weight = annotation_table[:, values].transpose(0, 1)
    if corrected is not None and correction_weight != 1.0:
        weight = weight * (1.0 + (correction_weight - 1.0) * corrected.unsqueeze(1))
    return wanted, weight


def segmentation_loss(
    logits: Tensor, wanted: Tensor, weight: Tensor, reduce_sum: Callable[[Tensor], Tensor] = lambda value: value
) -> Tensor:
    """The mean cross-entropy of annotated pixels plus one minus the mean soft Dice; a scalar.

    Dice is 2|A∩B| / (|A|+|B|) with probabilities for A, per picture and region, over the regions that the picture has;
    that a region is absent is learned from the cross-entropy alone. Soft Dice: Milletari, Navab, Ahmadi 2016, "V-Net",
    arXiv:1606.04797, section 3, with plain sums instead of squares.

    Args:
        logits: (N, R, h, w).
        wanted: (N, R, h, w), 0..1.
        weight: (N, 1, h, w), or (N, R, h, w) where regions differ; 0 or more.
        reduce_sum: sums a number over all processes that have a share of the pictures. The processes' losses then add
            up to the loss of all pictures, even if their annotated pixels or regions differ in number.
    """
    logits = logits.float()
    pixels = reduce_sum(weight.sum()) * (logits.shape[1] / weight.shape[1])
    per_pixel = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    entropy = (per_pixel * weight).sum() / pixels.clamp(min=1.0)
    probabilities = torch.sigmoid(logits)
    wanted = wanted * weight
    intersections = (probabilities * wanted).sum(dim=(2, 3))
    sizes = wanted.sum(dim=(2, 3))
    dice = (2 * intersections + _SMOOTH) / ((probabilities * weight).sum(dim=(2, 3)) + sizes + _SMOOTH)
    present = (sizes > 0).to(dice.dtype)
    dice_loss = ((1 - dice) * present).sum() / reduce_sum(present.sum()).clamp(min=1.0)
    return entropy + dice_loss
