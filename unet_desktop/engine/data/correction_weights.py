"""What a human mask and the prediction it was corrected from tell together.

Where the model was wrong, and, if the mask contains only strokes, where the location label lies.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.crop import Square, extract
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import LabelSet
from unet_desktop.masks.measure import is_outline_complete, measure_extent
from unet_desktop.masks.regions import Mask, is_annotated, region

_NEIGHBOURHOOD = 1 / 64
"""How far around a corrected pixel others count as corrected too, as a fraction of the network's input side."""


def square_and_diameter(mask: Mask, labels: LabelSet) -> tuple[Square, float] | None:
    """Bounding square and diameter of the location label's region; None if it is empty.

    The diameter is that of a disc of equal area: unlike a bounding box, it is not changed by one stray pixel.
    """
    label = labels.location_label()
    if label is None:
        return None
    box = measure_extent(region(mask, labels, label))
    if box.area == 0:
        return None
    diameter = 2.0 * math.sqrt(box.area / math.pi)
    return Square(box.left + box.width / 2, box.top + box.height / 2, float(max(box.width, box.height))), diameter


def lacks_outline(mask: Mask, labels: LabelSet) -> bool:
    """Whether the mask does not show where the location label's region ends, or whether there is one."""
    label = labels.location_label()
    if label is None:
        return False
    plane = region(mask, labels, label)
    return not (is_outline_complete(plane, mask) if plane.any() else bool(is_annotated(mask).all()))


def locate_label(mask: Mask, labels: LabelSet, prediction: Mask | None) -> tuple[Square, float] | None:
    """`square_and_diameter` of the mask; if it contains only strokes, of the prediction, or None without one."""
    if not lacks_outline(mask, labels):
        return square_and_diameter(mask, labels)
    return None if prediction is None else square_and_diameter(prediction, labels)


def corrected_pixels(mask: Mask, prediction: Mask) -> NDArray[np.uint8]:
    """(H, W) uint8: 255 where both are annotated and differ, else 0."""
    differs = (mask != prediction) & is_annotated(mask) & is_annotated(prediction)
    return np.where(differs, np.uint8(255), np.uint8(0))


def corrected_in_crop(corrected: NDArray[np.uint8], square: Square, size: int, network_size: int) -> NDArray[np.uint8]:
    """Corrected pixels and their neighbourhood in a crop: (size, size) uint8, 0 or 1; no single pixel gets lost.

    Args:
        corrected: from `corrected_pixels`.
        square: to crop.
        size: side of the result, pixels.
        network_size: side of the network's input, in pixels of the result.
    """
    return _dilate(extract(corrected[..., np.newaxis], square, size)[..., 0], network_size)


def corrected_at_size(corrected: NDArray[np.uint8], height: int, width: int, network_size: int) -> NDArray[np.uint8]:
    """As `corrected_in_crop`, for a whole picture at another size: (height, width) uint8, 0 or 1."""
    small = cv2.resize(corrected, (width, height), interpolation=cv2.INTER_AREA)
    return _dilate(np.asarray(small, np.uint8), network_size)


def _dilate(plane: NDArray[np.uint8], network_size: int) -> NDArray[np.uint8]:
    side = 2 * max(1, round(network_size * _NEIGHBOURHOOD)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.dilate((plane > 0).astype(np.uint8), kernel), np.uint8)
