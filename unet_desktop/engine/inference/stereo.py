"""Segment an image that shows two photographs: one half at a time, in the coordinates of the whole image."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from unet_desktop.engine.inference.segmenter import Prediction, Segmenter
from unet_desktop.images.box import Box
from unet_desktop.images.stereo import Halves


@dataclass(frozen=True, slots=True)
class HalfPrediction:
    """A prediction for one half of an image.

    Attributes:
        prediction: in the coordinates of the whole image.
        halves: of the image.
        index: of the half.
        found: whether each half has something.
    """

    prediction: Prediction
    halves: Halves
    index: int
    found: tuple[bool, bool]

    @property
    def name(self) -> str:
        """Of the half: left, right, top or bottom."""
        return self.halves.names[self.index]

    def describe(self, label: str) -> str:
        """What the image shows, in words.

        Args:
            label: name of what is looked for.
        """
        if self.halves.same:
            return f"{self.halves.what}, the same {label} twice"
        return f"{self.halves.what}, two different {label}s" if all(self.found) else self.halves.what


def segment_clearer(segmenter: Segmenter, pixels: NDArray[np.uint8], halves: Halves) -> HalfPrediction:
    """Segment both halves and return the one of higher confidence."""
    both = [segment_box(segmenter, pixels, box) for box in halves.boxes]
    index = int(both[1].confidence > both[0].confidence)
    return HalfPrediction(both[index], halves, index, (both[0].found, both[1].found))


def segment_box(segmenter: Segmenter, pixels: NDArray[np.uint8], box: Box) -> Prediction:
    """Segment a box of an image as an image of its own; the result is in the coordinates of the whole image."""
    part = segmenter.segment(np.ascontiguousarray(pixels[box.slices]))
    mask = np.zeros(pixels.shape[:2], np.uint8)
    mask[box.slices] = part.mask
    square, inner, seen = part.square, part.box, part.trust.uncertainty
    if square is not None:
        square = replace(square, x=square.x + box.left, y=square.y + box.top)
    if not inner.empty:
        inner = inner.shift(box.top, box.left)
    if seen is not None:
        seen = replace(seen, left=seen.left + box.left, top=seen.top + box.top)
    return replace(part, mask=mask, square=square, box=inner, trust=replace(part.trust, uncertainty=seen))
