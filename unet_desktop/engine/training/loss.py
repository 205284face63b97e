"""Binary cross-entropy with logits plus soft Dice, one sigmoid a region, nothing where nobody has judged."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

_SMOOTH = 1.0
"""Pixels added to both sides of the Dice fraction: keeps tiny regions from steep gradients."""


def targets(
    masks: Tensor, table: Tensor, corrected: Tensor | None = None, weight_there: float = 1.0
) -> tuple[Tensor, Tensor]:
    """What the network should answer, and where that counts.

    Args:
        masks: (N, h, w) uint8 label images.
        table: (R, 256) float32, 1 where a pixel value belongs to the region; see `region_table`.
        corrected: (N, h, w) uint8, 1 where a human corrected the model, or None.
        weight_there: how much such a pixel counts: as if it were there so many times.

    Returns:
        (N, R, h, w) float32 targets 0 or 1, and (N, 1, h, w) float32 weights, 0 where not annotated.
    """
    values = masks.long()
    wanted = table[:, values].transpose(0, 1)
    weight = (values != 255).unsqueeze(1).to(table.dtype)
    if corrected is not None and weight_there != 1.0:
        weight = weight * (1.0 + (weight_there - 1.0) * corrected.unsqueeze(1))
    return wanted, weight


def _alone(value: Tensor) -> Tensor:
    return value


def segmentation_loss(
    logits: Tensor, wanted: Tensor, weight: Tensor, total: Callable[[Tensor], Tensor] = _alone
) -> Tensor:
    """The mean cross-entropy of annotated pixels plus one minus the mean soft Dice; a scalar.

    Dice is 2|A∩B| / (|A|+|B|) with probabilities for A, per picture and region, over those regions that the
    picture has: of an absent region the cross-entropy alone teaches that it is absent. Soft Dice: Milletari,
    Navab, Ahmadi 2016, "V-Net", arXiv:1606.04797, section 3, with plain sums instead of squares.

    Args:
        logits: (N, R, h, w).
        wanted: (N, R, h, w), 0..1.
        weight: (N, 1, h, w), 0 or more.
        total: adds a number up over all processes that have a share of the pictures; the sum of their answers is then
            the loss of all pictures, though the one has more annotated pixels or regions than the other.
    """
    logits = logits.float()
    pixels = total(weight.sum()) * logits.shape[1]
    crossed = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    entropy = (crossed * weight).sum() / pixels.clamp(min=1.0)
    probabilities = torch.sigmoid(logits)
    wanted = wanted * weight
    common = (probabilities * wanted).sum(dim=(2, 3))
    sizes = wanted.sum(dim=(2, 3))
    overlap = (2 * common + _SMOOTH) / ((probabilities * weight).sum(dim=(2, 3)) + sizes + _SMOOTH)
    present = (sizes > 0).to(overlap.dtype)
    missed = ((1 - overlap) * present).sum() / total(present.sum()).clamp(min=1.0)
    return entropy + missed
