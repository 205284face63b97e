"""From a checkpoint and a picture to a mask; the same in the window, the terminal and the figures of a training run."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unet_desktop.checkpoint_header import CheckpointHeader
from unet_desktop.engine.checkpoint import Checkpoint, load
from unet_desktop.engine.device import Device, choose, prepare
from unet_desktop.engine.inference import Predictor, Probabilities, result_of
from unet_desktop.engine.locate import Found, locate
from unet_desktop.images.box import Box
from unet_desktop.images.crop import Square, extract, restore
from unet_desktop.images.opencv import cv2
from unet_desktop.masks.anatomy import tidy
from unet_desktop.masks.regions import Mask, label_image

_THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Prediction:
    """A network's answer to one picture.

    Attributes:
        mask: (H, W) uint8 label image, tidied: unique labels in one piece, children within parents.
        confidence: the Dice that the network itself expects, mean over the regions it found, 0..1; 0 when it
            found nothing.
        found: whether there is anything in the mask.
        square: what the network saw, in picture pixels; the smallest square round the picture when it saw
            everything; None when no crop was found.
        box: the picture's pixels that `probabilities` cover.
        probabilities: (R, h, w) float16 over `square` (framing "crop" and "whole") or over the picture
            (framing "patches"), at the network's resolution; None when no crop was found.
    """

    mask: Mask
    confidence: float
    found: bool
    square: Square | None
    box: Box
    probabilities: NDArray[np.float16] | None


class Segmenter:
    """A loaded model. Build it with `open`; use it from one thread at a time.

    Args:
        loaded: the model.
        place: where it runs.
    """

    def __init__(self, loaded: Checkpoint, place: Device) -> None:
        self.header: CheckpointHeader = loaded.header
        self.device = place
        self._labels = loaded.header.labels
        predictors = {
            name: Predictor(network, loaded.specs[name], place, mirrored=True)
            for name, network in loaded.networks.items()
        }
        self._locate = predictors.get("locate")
        self._segment = predictors["segment"]

    @classmethod
    def open(cls, path: Path, device: str = "auto") -> Segmenter:
        """Load a checkpoint.

        Raises:
            CheckpointError: it is not ours or damaged.
            TrainingError: there is no such device here.
        """
        place = choose(device)
        prepare(place)
        return cls(load(path), place)

    def segment(self, pixels: NDArray[np.uint8]) -> Prediction:
        """The mask of an (H, W, 3) uint8 RGB picture. The same picture gives the same answer."""
        return result_of(self.segment_in_steps(pixels))

    def segment_in_steps(self, pixels: NDArray[np.uint8]) -> Generator[None, None, Prediction]:
        """As `segment`, yielding where it can be stopped: the article's network takes many seconds for patches."""
        height, width = pixels.shape[:2]
        if self._segment.spec.framing == "patches":
            prediction = yield from self._patches(pixels)
            return prediction
        square = Square.around(height, width)
        if self._locate is not None:
            found = self._crop(pixels)
            if found is None:
                return _nothing((height, width))
            square = found.square
            yield
        planes = self._segment.square(extract(pixels, square, self._segment.spec.size))
        box = square.box(height, width)
        if box.width == 0 or box.height == 0:
            return _nothing((height, width))
        restored = np.stack([restore(plane, square, box) for plane in planes])
        return self._answer(restored, planes, square, box, (height, width))

    def _crop(self, pixels: NDArray[np.uint8]) -> Found | None:
        return None if self._locate is None else locate(self._locate, pixels)

    def _patches(self, pixels: NDArray[np.uint8]) -> Generator[None, None, Prediction]:
        height, width = pixels.shape[:2]
        planes = yield from self._segment.whole_in_steps(pixels)
        box = Box(0, 0, height, width)
        restored = np.stack([_enlarged(plane, width, height) for plane in planes])
        return self._answer(restored, planes, Square.around(height, width), box, (height, width))

    def _answer(
        self, restored: Probabilities, planes: Probabilities, square: Square, box: Box, shape: tuple[int, int]
    ) -> Prediction:
        part = label_image(restored >= _THRESHOLD, self._labels)
        mask = np.zeros(shape, np.uint8)
        mask[box.slices] = tidy(part, self._labels)
        found = bool(mask.any())
        confidence = expected_dice(planes) if found else 0.0
        return Prediction(mask, confidence, found, square, box, planes.astype(np.float16))


def _nothing(shape: tuple[int, int]) -> Prediction:
    """The answer where the label was not found."""
    return Prediction(np.zeros(shape, np.uint8), 0.0, False, None, Box(0, 0, 0, 0), None)


def expected_dice(planes: Probabilities) -> float:
    """The Dice of the thresholded planes against a truth drawn from the probabilities, mean over non-empty regions.

    2 Σ p·m / (Σ p + Σ m) with m the thresholded plane: both sums in expectation.
    """
    chosen = planes >= _THRESHOLD
    sizes = chosen.sum(axis=(1, 2))
    if not sizes.any():
        return 0.0
    common = (planes * chosen).sum(axis=(1, 2), dtype=np.float64)
    totals = planes.sum(axis=(1, 2), dtype=np.float64) + sizes
    present = sizes > 0
    return float((2.0 * common[present] / totals[present]).mean())


def _enlarged(plane: NDArray[np.float32], width: int, height: int) -> NDArray[np.float32]:
    if plane.shape == (height, width):
        return plane
    return np.asarray(cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
