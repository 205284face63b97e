"""What a human mask tells beside itself when the prediction it came from is known: where the model was wrong.

And where the located structure lies in a picture of which only strokes were judged.
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

_ROUND = 1 / 64
"""How far round a corrected pixel counts as corrected, as a share of what the network sees."""


def square_and_diameter(mask: Mask, labels: LabelSet) -> tuple[Square, float] | None:
    """Bounding square and diameter of the located label's region; None where the mask has none.

    The diameter is that of a disc of equal area: one stray pixel does not change it, as it does a bounding box.
    """
    label = labels.location_label()
    if label is None:
        return None
    box = measure_extent(region(mask, labels, label))
    if box.area == 0:
        return None
    across = 2.0 * math.sqrt(box.area / math.pi)
    return Square(box.left + box.width / 2, box.top + box.height / 2, float(max(box.width, box.height))), across


def lacks_outline(mask: Mask, labels: LabelSet) -> bool:
    """Whether the mask leaves open where the located label's region ends, or whether there is one at all."""
    label = labels.location_label()
    if label is None:
        return False
    plane = region(mask, labels, label)
    return not (is_outline_complete(plane, mask) if plane.any() else bool(is_annotated(mask).all()))


def locate_label(mask: Mask, labels: LabelSet, prediction: Mask | None) -> tuple[Square, float] | None:
    """As `diameter`; where only strokes were judged, that of the prediction they were made over; None without one."""
    if not lacks_outline(mask, labels):
        return square_and_diameter(mask, labels)
    return None if prediction is None else square_and_diameter(prediction, labels)


def corrected_pixels(mask: Mask, prediction: Mask) -> NDArray[np.uint8]:
    """(H, W) uint8: 255 where both say something and differ, else 0."""
    differs = (mask != prediction) & is_annotated(mask) & is_annotated(prediction)
    return np.where(differs, np.uint8(255), np.uint8(0))


def corrected_in_crop(plane: NDArray[np.uint8], square: Square, size: int, network_size: int) -> NDArray[np.uint8]:
    """Corrected pixels and what is round them, in a view: (size, size) uint8, 0 or 1; no pixel gets lost by reducing.

    Args:
        plane: from `corrected`.
        square: that the view shows.
        size: of the view.
        network_size: side of what the network sees, in the view's pixels.
    """
    return _dilate(extract(plane[..., np.newaxis], square, size)[..., 0], network_size)


def corrected_at_size(plane: NDArray[np.uint8], height: int, width: int, network_size: int) -> NDArray[np.uint8]:
    """The same for a whole picture at another size: (height, width) uint8, 0 or 1."""
    small = cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA)
    return _dilate(np.asarray(small, np.uint8), network_size)


def _dilate(plane: NDArray[np.uint8], network_size: int) -> NDArray[np.uint8]:
    side = 2 * max(1, round(network_size * _ROUND)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.dilate((plane > 0).astype(np.uint8), kernel), np.uint8)
