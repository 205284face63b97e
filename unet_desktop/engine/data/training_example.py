"""View: what is kept of a case for one network: picture and mask as far and as fine as it needs them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unet_desktop.engine.data.correction_weights import (
    corrected_at_size,
    corrected_in_crop,
    corrected_pixels,
    locate_label,
)
from unet_desktop.engine.data.preprocess import downscale
from unet_desktop.engine.networks.specs import NetworkSpec
from unet_desktop.images.crop import Square, extract, extract_labels
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import NOT_ANNOTATED, LabelSet
from unet_desktop.masks.regions import Mask, is_annotated, region

FINER = 1.25
"""Views are kept this much finer than the network sees them, so that turning them blurs little."""
_MARGIN = 1.8
"""Views of crops are this much wider than the crop, so that turning and shifting finds picture there."""


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """What is kept of a case for one network.

    Attributes:
        picture: (h, w, 3) uint8.
        mask: (h, w) uint8.
        square: what the network should see, in the view's pixels; for patches the whole of it.
        corrected: (h, w) uint8, 1 where the human corrected the model, and round it; None where that is not asked.
    """

    picture: NDArray[np.uint8]
    mask: Mask
    square: Square
    corrected: NDArray[np.uint8] | None = None


def make_example(
    pixels: NDArray[np.uint8],
    mask: Mask,
    labels: LabelSet,
    spec: NetworkSpec,
    name: str,
    prediction: Mask | None = None,
    *,
    weight_corrections: bool = False,
) -> TrainingExample | None:
    """The case as that network needs it; None when there is nothing in it for the network.

    Args:
        pixels: (H, W, 3) uint8.
        mask: (H, W) uint8.
        labels: of the mask.
        spec: of the network.
        name: of the network; for "locate" the mask is reduced to the located label.
        prediction: (H, W) uint8, what a model said of the picture, or None.
        weigh: note where the mask corrects the prediction.
    """
    if not is_annotated(mask).any():
        return None
    reach = round(spec.size * FINER)
    if spec.framing == "patches":
        small = downscale(pixels, spec.working_side)
        height, width = small.shape[:2]
        labelled = cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)
        wrong = None
        if weight_corrections and prediction is not None:
            wrong = corrected_at_size(corrected_pixels(mask, prediction), height, width, spec.size)
        return TrainingExample(
            np.ascontiguousarray(small), np.asarray(labelled, np.uint8), Square.around(height, width), wrong
        )
    square, margin = Square.around(*mask.shape), 1.0
    if spec.framing == "crop":
        found = locate_label(mask, labels, prediction)
        if found is None:
            return None
        square, margin = Square(found[0].x, found[0].y, found[1] * spec.crop_factor), _MARGIN
    if name == "locate":
        mask = _only_located(mask, labels)
        prediction = None if prediction is None else _only_located(prediction, labels)
    wide = Square(square.x, square.y, square.side * margin)
    size = round(reach * margin)
    centre = Square(size / 2, size / 2, size / margin)
    labelled = extract_labels(mask, wide, size, NOT_ANNOTATED)
    if not is_annotated(labelled).any():
        return None
    wrong = (
        corrected_in_crop(corrected_pixels(mask, prediction), wide, size, reach)
        if weight_corrections and prediction is not None
        else None
    )
    return TrainingExample(extract(pixels, wide, size), labelled, centre, wrong)


def _only_located(mask: Mask, labels: LabelSet) -> Mask:
    label = labels.location_label()
    if label is None:
        return mask
    return np.where(is_annotated(mask), region(mask, labels, label) * np.uint8(label.value), mask)
