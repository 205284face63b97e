"""Segment one crop of a picture, and judge how well what was found fits the crop."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from unet_desktop.engine.data.preprocess import downscale
from unet_desktop.engine.inference.familiarity import SIDE, Features
from unet_desktop.engine.inference.locate import Location, candidate_locations
from unet_desktop.engine.inference.predictor import Predictor, Probabilities
from unet_desktop.engine.inference.star_outline import outline_disc_and_cup
from unet_desktop.engine.inference.uncertainty import THRESHOLD, expected_dices
from unet_desktop.images.box import Box, bounding_box
from unet_desktop.images.crop import BLACK, Colour, Square, extract, restore
from unet_desktop.labels import LabelSet

SIZE_TOLERANCE = 0.25
"""Natural logarithm of how much larger or smaller than expected the label may be within its crop."""


@dataclass(frozen=True, slots=True)
class CropResult:
    """Probabilities and their position in the picture.

    Attributes:
        answer: (R, h, w) float32, the network's, by which trust is judged.
        planes: the same with smooth outlines, from which the mask is made.
        square: the crop, in picture pixels.
        box: the picture's pixels in it.
    """

    answer: Probabilities
    planes: Probabilities
    square: Square
    box: Box

    def restore(self) -> tuple[Box, Probabilities]:
        """The picture's pixels that may belong to a region, and `planes` there, (R, height, width) float32.

        In a huge picture this takes as much memory as the picture, so only the result that counts is restored.
        """
        inner = _box_of_regions(self.planes, self.square, self.box)
        return inner, np.stack([restore(plane, self.square, inner) for plane in self.planes])


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was found at one place.

    Attributes:
        location: the place.
        result: the probabilities of its crop.
        score: 0..1, higher for a mask that is sure and as large as the crop lets expect.
        located: the place as the segmenting network shows it; None if it found nothing.
    """

    location: Location
    result: CropResult
    score: float
    located: Location | None


class CropSegmenter:
    """The segmenting network, for squares of a picture.

    Args:
        predictor: the network.
        labels: one per plane.
    """

    def __init__(self, predictor: Predictor, labels: LabelSet) -> None:
        self.spec = predictor.spec
        self._predictor = predictor
        self._labels = labels

    def features(self, pixels: NDArray[np.uint8], square: Square, surround: Colour = BLACK) -> Features:
        """(C,) float64 features of a square of an (H, W, 3) uint8 picture."""
        return self._predictor.features(downscale(extract(pixels, square, self.spec.size, surround), SIDE))

    def probabilities(self, pixels: NDArray[np.uint8], square: Square, surround: Colour = BLACK) -> Probabilities:
        """(R, h, w) float32: the network's answer for a square of an (H, W, 3) uint8 picture, with its own outlines."""
        return self._predictor.square(extract(pixels, square, self.spec.size, surround))

    def segment(self, pixels: NDArray[np.uint8], square: Square, surround: Colour = BLACK) -> CropResult:
        """Segment a square of an (H, W, 3) uint8 picture, which goes on beyond its border in the given colour."""
        answer = self.probabilities(pixels, square, surround)
        box = square.box(*pixels.shape[:2])
        planes = outline_disc_and_cup(answer, self._labels, _box_in_crop(box, square, self.spec.size))
        return CropResult(answer, planes, square, box)

    def attempt(self, pixels: NDArray[np.uint8], location: Location, surround: Colour) -> Attempt:
        """Segment the crop at that place, and score how well the location label fits it."""
        result = self.segment(pixels, location.square, surround)
        label = self._labels.location_label()
        plane = result.answer[0 if label is None else self._labels.labels.index(label)]
        found = candidate_locations(plane, location.square, self.spec.crop_factor)
        if not found:
            return Attempt(location, result, 0.0, None)
        expected = float(expected_dices(plane[np.newaxis])[0]) if (plane >= THRESHOLD).any() else 0.0
        size_ratio = found[0].diameter * self.spec.crop_factor / location.square.side
        fit = max(0.0, 1.0 - max(abs(math.log(size_ratio)) - SIZE_TOLERANCE, 0.0))
        located = replace(found[0], confidence=location.confidence, rivals=location.rivals)
        return Attempt(location, result, expected * fit * (0.5 + 0.5 * location.confidence), located)


def _box_in_crop(box: Box, square: Square, size: int) -> Box:
    """The pixels of the crop that show the picture's box."""
    left, top = square.crop_point(box.left, box.top, size)
    right, bottom = square.crop_point(box.right, box.bottom, size)
    return Box(round(top), round(left), round(bottom), round(right)).clip(size, size)


def _box_of_regions(planes: Probabilities, square: Square, box: Box) -> Box:
    """The part of the box in which regions can be: interpolation never exceeds the surrounding values."""
    size = planes.shape[1]
    inner = bounding_box(planes.max(axis=0) >= THRESHOLD)
    if inner.empty:
        return Box(box.top, box.left, box.top, box.left)
    left, top = square.picture_point(inner.left - 1, inner.top - 1, size)
    right, bottom = square.picture_point(inner.right + 1, inner.bottom + 1, size)
    within = Box(math.floor(top), math.floor(left), math.ceil(bottom), math.ceil(right)).intersection(box)
    return Box(box.top, box.left, box.top, box.left) if within.empty else within
