"""What training measures beside the figures of `masks.compare`: the cross-entropy of the probabilities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unet_desktop.labels import LabelSet
from unet_desktop.masks.regions import Mask, is_annotated, regions

_LEAST_PROBABILITY = 1e-7


def cross_entropy(probabilities: NDArray[np.float32], truth: Mask, labels: LabelSet) -> float | None:
    """Mean binary cross-entropy over regions and annotated pixels, in nats; None when nothing is annotated.

    Args:
        probabilities: (R, H, W) float32.
        truth: (H, W) uint8.
        labels: whose regions they are.
    """
    judged = is_annotated(truth)
    if not judged.any():
        return None
    wanted = regions(truth, labels)[:, judged]
    right = np.where(wanted, probabilities[:, judged], 1.0 - probabilities[:, judged])
    return float(-np.log(np.maximum(right, _LEAST_PROBABILITY)).mean())
