"""What is kept of a case to train one network: picture and mask, only as large and as fine as needed."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
from unet_desktop.images.crop import BLACK, Colour, Square, extract, extract_labels, surround_colour
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import NOT_ANNOTATED, LabelSet
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.masks.regions import Mask, is_annotated, region

_OVERSAMPLING = 1.25
"""Examples are this much finer than the network's input, so that rotating them blurs little."""
_MARGIN = 1.8
"""Examples for crops are this much wider than the crop, so that rotated and shifted crops are filled."""
_CLOSE_UP_FACTOR = 2.0
"""Side of the square in the middle of a close-up's range over the location label's diameter."""
_CLOSE_UP_MARGIN = 2.0


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """What is kept of a case for one network.

    Attributes:
        picture: (h, w, 3) uint8.
        mask: (h, w) uint8.
        square: what the network should see, in pixels of `picture`; for patches, all of it.
        corrected: (h, w) uint8, 1 where the human corrected the model, and near there; None if not recorded.
        lacks_cup: the mask has a disc whose cup nobody has drawn, nor said that there is none.
        unknown: values of the labels of which the mask says nothing, see `unknown_labels`.
        nested: the mask's values in the regions of disc and cup, for the segmenting network; None for other labels.
        surround: colour with which the picture goes on beyond its border, see `surround_colour`;
            black without a locating network.
        close_up: for the locating network, the surroundings of the location label at a finer scale, as a photograph
            of the disc alone shows them; None if the case does not show where the label is.
    """

    picture: NDArray[np.uint8]
    mask: Mask
    square: Square
    corrected: NDArray[np.uint8] | None = None
    lacks_cup: bool = False
    unknown: frozenset[int] = frozenset()
    nested: tuple[tuple[int, ...], tuple[int, ...]] | None = None
    surround: Colour = BLACK
    close_up: TrainingExample | None = None

    @property
    def nbytes(self) -> int:
        """Memory that its arrays take, in bytes."""
        arrays = (self.picture, self.mask, self.corrected)
        own = sum(array.nbytes for array in arrays if array is not None)
        return own + (0 if self.close_up is None else self.close_up.nbytes)


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
    square, margin, located = Square.around(*mask.shape), 1.0, locate_label(mask, labels, prediction)
    if spec.framing == "crop":
        if located is None:
            return None
        square, margin = _square_around(located, spec.crop_factor), _MARGIN
    if name == "locate":
        mask = _only_location_label(mask, labels)
        prediction = None if prediction is None else _only_location_label(prediction, labels)
    corrected_in_picture = None
    if weight_corrections and prediction is not None:
        corrected_in_picture = corrected_pixels(mask, prediction)
    surround = surround_colour(pixels) if name == "locate" or spec.framing == "crop" else BLACK
    example = _extract_example(pixels, mask, corrected_in_picture, square, margin, spec.size, surround)
    if example is None or located is None:
        return example
    if name != "locate":
        pair = cup_and_disc(labels)
        if pair is None:
            return example
        return replace(example, nested=(labels.region_values(pair[1]), labels.region_values(pair[0])))
    around = _square_around(located, _CLOSE_UP_FACTOR)
    close_up = _extract_example(pixels, mask, corrected_in_picture, around, _CLOSE_UP_MARGIN, spec.size, surround)
    return replace(example, close_up=close_up)


def _extract_example(
    pixels: NDArray[np.uint8],
    mask: Mask,
    corrected: NDArray[np.uint8] | None,
    square: Square,
    margin: float,
    network_side: int,
    surround: Colour,
) -> TrainingExample | None:
    """The square and a margin around it (1: none), as fine as the network needs; None if nothing is annotated there."""
    wide = Square(square.x, square.y, square.side * margin)
    network_size = round(network_side * _OVERSAMPLING)
    size = round(network_size * margin)
    labelled = extract_labels(mask, wide, size, NOT_ANNOTATED)
    if not is_annotated(labelled).any():
        return None
    reduced = None if corrected is None else corrected_in_crop(corrected, wide, size, network_size)
    inner = Square(size / 2, size / 2, size / margin)
    return TrainingExample(extract(pixels, wide, size, surround), labelled, inner, reduced, surround=surround)


def _square_around(located: tuple[Square, float], factor: float) -> Square:
    centre, diameter = located
    return Square(centre.x, centre.y, diameter * factor)


def _only_location_label(mask: Mask, labels: LabelSet) -> Mask:
    label = labels.location_label()
    if label is None:
        return mask
    return np.where(is_annotated(mask), region(mask, labels, label) * np.uint8(label.value), mask)
