"""What is kept of a case to train one network: picture and mask, only as large and as fine as needed."""

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

_OVERSAMPLING = 1.25
"""Examples are this much finer than the network's input, so that rotating them blurs little."""
_MARGIN = 1.8
"""Examples for crops are this much wider than the crop, so that rotated and shifted crops are filled."""


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """What is kept of a case for one network.

    Attributes:
        picture: (h, w, 3) uint8.
        mask: (h, w) uint8.
        square: what the network should see, in pixels of `picture`; for patches, all of it.
        corrected: (h, w) uint8, 1 where the human corrected the model, and near there; None if not recorded.
        lacks_cup: the mask has a disc whose cup nobody has drawn, nor said that there is none.
    """

    picture: NDArray[np.uint8]
    mask: Mask
    square: Square
    corrected: NDArray[np.uint8] | None = None
    lacks_cup: bool = False


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
    """The case as that network needs it; None if the network can learn nothing from it.

    Args:
        pixels: (H, W, 3) uint8.
        mask: (H, W) uint8.
        labels: of the mask.
        spec: of the network.
        name: of the network; for "locate" the mask is reduced to the location label.
        prediction: (H, W) uint8, a model's mask of the picture, or None.
        weight_corrections: record where the mask corrects the prediction.
    """
    if not is_annotated(mask).any():
        return None
    corrected = None
    if spec.framing == "patches":
        small = np.ascontiguousarray(downscale(pixels, spec.working_side))
        height, width = small.shape[:2]
        labelled = np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST_EXACT), np.uint8)
        if weight_corrections and prediction is not None:
            corrected = corrected_at_size(corrected_pixels(mask, prediction), height, width, spec.size)
        return TrainingExample(small, labelled, Square.around(height, width), corrected)
    square, margin = Square.around(*mask.shape), 1.0
    if spec.framing == "crop":
        located = locate_label(mask, labels, prediction)
        if located is None:
            return None
        centre, diameter = located
        square, margin = Square(centre.x, centre.y, diameter * spec.crop_factor), _MARGIN
    if name == "locate":
        mask = _only_location_label(mask, labels)
        prediction = None if prediction is None else _only_location_label(prediction, labels)
    wide = Square(square.x, square.y, square.side * margin)
    network_size = round(spec.size * _OVERSAMPLING)
    size = round(network_size * margin)
    labelled = extract_labels(mask, wide, size, NOT_ANNOTATED)
    if not is_annotated(labelled).any():
        return None
    if weight_corrections and prediction is not None:
        corrected = corrected_in_crop(corrected_pixels(mask, prediction), wide, size, network_size)
    inner = Square(size / 2, size / 2, size / margin)
    return TrainingExample(extract(pixels, wide, size), labelled, inner, corrected)


def _only_location_label(mask: Mask, labels: LabelSet) -> Mask:
    label = labels.location_label()
    if label is None:
        return mask
    return np.where(is_annotated(mask), region(mask, labels, label) * np.uint8(label.value), mask)
