"""From a checkpoint and a picture to a mask; the same in the window, the terminal and the metrics of a training run."""

from __future__ import annotations

import copy
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unet_desktop.checkpoint_header import CheckpointHeader
from unet_desktop.engine.data.preprocess import downscale
from unet_desktop.engine.device.device import Device, choose, prepare
from unet_desktop.engine.files.checkpoint import Checkpoint, load
from unet_desktop.engine.inference.calibration import Calibration
from unet_desktop.engine.inference.crop_segmenter import CropResult, CropSegmenter
from unet_desktop.engine.inference.familiarity import SIDE, FamiliarityDetector, Features
from unet_desktop.engine.inference.known_appearances import KnownAppearances
from unet_desktop.engine.inference.locate import count_rivals
from unet_desktop.engine.inference.predictor import Predictor, Probabilities, run_to_end
from unet_desktop.engine.inference.prototype import CropPrototype
from unet_desktop.engine.inference.search import Search
from unet_desktop.engine.inference.uncertainty import THRESHOLD, entropy, expected_dices, ratio_spread
from unet_desktop.errors import CheckpointError
from unet_desktop.images.appearance import measure_appearance
from unet_desktop.images.box import Box
from unet_desktop.images.crop import BLACK, Square, extract, restore, surround_colour
from unet_desktop.images.fundus import is_dark_spot, looks_like_fundus
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import LabelSet, names_disc_or_cup
from unet_desktop.masks.anatomy import tidy
from unet_desktop.masks.measure import cup_to_disc
from unet_desktop.masks.regions import Mask, label_image
from unet_desktop.masks.trust import NO_TRUST, Trust, UncertaintyMap, Unfamiliar

CONVINCING = 0.85
"""Confidence from which a mask is kept, with a warning, in what has the colours or detail of no fundus photograph."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """A model's prediction for one picture.

    Attributes:
        mask: (H, W) uint8 label image, tidied: unique labels in one piece, children within parents.
        confidence: expected Dice, mean over the regions found, times the confidence in the location, 0..1; 0 if
            nothing was found. Cases are ordered by it.
        found: whether the mask has any label.
        square: the network's input, in picture pixels; the smallest square around the picture if it saw all of it;
            None if no label was located.
        box: the picture's pixels that `probabilities` cover.
        probabilities: (R, h, w) float32 over `square` (framing "crop" and "whole") or over the picture
            (framing "patches"), at the network's resolution; None if no label was located.
        tiled: whether `probabilities` are over the picture, not the square.
        trust: how far the mask can be trusted.
        spread: see `uncertainty.ratio_spread`.
        rivals: how many other places look much like the location label.
    """

    mask: Mask
    confidence: float
    found: bool
    square: Square | None
    box: Box
    probabilities: Probabilities | None
    tiled: bool = False
    trust: Trust = NO_TRUST
    spread: float | None = None
    rivals: int = 0

    def restore_probabilities(self, at: int) -> NDArray[np.float32]:
        """(H, W) float32: the probability of the region with this index, interpolated as the mask was; 0 elsewhere."""
        whole = np.zeros(self.mask.shape, np.float32)
        if self.probabilities is None or self.square is None:
            return whole
        plane, box = self.probabilities[at], self.box
        restored = _resize(plane, box.width, box.height) if self.tiled else restore(plane, self.square, box)
        whole[box.slices] = restored
        return whole


class Segmenter:
    """A loaded model. Several threads can use it at once, see `limit_threads`.

    Args:
        checkpoint: the model.
        device: where it runs.
        name: of the model, for tables.
    """

    def __init__(self, checkpoint: Checkpoint, device: Device, name: str = "") -> None:
        self.header: CheckpointHeader = checkpoint.header
        self.name = name
        self.device = device
        self._labels = checkpoint.header.labels
        self._calibration, self._familiarity, self._prototype = _read_trust(checkpoint.header)
        self._appearances = _read_appearances(checkpoint.header)
        predictors = {
            name: Predictor(network, checkpoint.specs[name], device, mirror=True, long_lived=True)
            for name, network in checkpoint.networks.items()
        }
        self._locate = predictors.get("locate")
        self._segment = predictors["segment"]
        self._cropper = CropSegmenter(self._segment, self._labels)
        self._feature_predictor = predictors.get("locate", self._segment)

    @classmethod
    def open(cls, path: Path, device: str = "auto") -> Segmenter:
        """Load a checkpoint.

        Raises:
            CheckpointError: it is damaged or not a model of this program.
            TrainingError: there is no such device.
        """
        place = choose(device)
        prepare(place)
        return cls(load(path), place, path.stem)

    def with_trust(self, trust: Mapping[str, Any]) -> Segmenter:
        """The same model, sharing its networks, with another `trust` in its header."""
        other = copy.copy(self)
        other.header = replace(self.header, trust=dict(trust))
        other._calibration, other._familiarity, other._prototype = _read_trust(other.header)
        other._appearances = _read_appearances(other.header)
        return other

    def limit_threads(self, workers: int) -> None:
        """Let the calling thread use one worker's share of the cores; predictions do not depend on it."""
        prepare(self.device, workers)

    def segment(self, pixels: NDArray[np.uint8]) -> Prediction:
        """Segment an (H, W, 3) uint8 RGB picture. The same picture gives the same prediction."""
        return run_to_end(self.segment_in_steps(pixels))

    def features(self, pixels: NDArray[np.uint8], square: Square) -> Features:
        """(C,) float64 features of a square of an (H, W, 3) uint8 picture, by the network that sees whole pictures."""
        predictor = self._feature_predictor
        surround = BLACK if self._locate is None else surround_colour(pixels)  # as `segment` pads the picture
        return predictor.features(downscale(extract(pixels, square, predictor.spec.size, surround), SIDE))

    def crop_features(self, pixels: NDArray[np.uint8], square: Square) -> Features:
        """As `features`, from the segmenting network, for its crop."""
        return self._cropper.features(pixels, square, surround_colour(pixels))

    def crop_probabilities(self, pixels: NDArray[np.uint8], square: Square) -> Probabilities:
        """(R, h, w) float32: the segmenting network's probabilities of one crop, for models that segment crops."""
        return self._cropper.probabilities(pixels, square, surround_colour(pixels))

    def segment_in_steps(self, pixels: NDArray[np.uint8]) -> Generator[None, None, Prediction]:
        """As `segment`, yielding where it can be stopped: the article's network takes many seconds for patches."""
        prediction = yield from self._segment_in_steps(pixels)
        if self._appearances is None:
            return prediction
        if self._appearances.fundus and not looks_like_fundus(pixels):
            if prediction.confidence < CONVINCING or not looks_like_fundus(pixels, in_any_colours=True):
                return _empty_prediction((pixels.shape[0], pixels.shape[1]), Unfamiliar.NOT_FUNDUS)
            return replace(prediction, trust=replace(prediction.trust, unfamiliar=Unfamiliar.NOT_FUNDUS))
        return self._compare(pixels, prediction, self._appearances)

    def _compare(self, pixels: NDArray[np.uint8], prediction: Prediction, appearances: KnownAppearances) -> Prediction:
        """The prediction, with how the picture differs from the training pictures."""
        square, disc = prediction.square, None
        if square is not None and self._segment.spec.framing == "crop":
            disc = square.x, square.y, square.side / self._segment.spec.crop_factor
        if disc is not None and appearances.fundus and is_dark_spot(pixels, *disc):
            prediction = _empty_prediction((pixels.shape[0], pixels.shape[1]), bool(prediction.trust.unfamiliar))
            disc = None
        differs = bool(prediction.trust.unfamiliar)
        unfamiliar = appearances.compare(measure_appearance(pixels, disc), network_differs=differs)
        return replace(prediction, trust=replace(prediction.trust, unfamiliar=unfamiliar))

    def _segment_in_steps(self, pixels: NDArray[np.uint8]) -> Generator[None, None, Prediction]:
        height, width = pixels.shape[:2]
        if self._segment.spec.framing == "patches":
            prediction = yield from self._patches(pixels)
            return prediction
        if self._locate is None:
            whole = Square.around(height, width)
            crop = extract(pixels, whole, self._segment.spec.size)
            unfamiliar = self._is_unfamiliar(crop)
            return self._make_prediction(self._cropper.segment(pixels, whole), (height, width), 1.0, unfamiliar)
        prediction = yield from self._segment_located(self._locate, pixels)
        return prediction

    def _segment_located(self, locator: Predictor, pixels: NDArray[np.uint8]) -> Generator[None, None, Prediction]:
        """Locate, then segment a crop."""
        shape = height, width = pixels.shape[0], pixels.shape[1]
        surround = surround_colour(pixels)
        whole = extract(pixels, Square.around(height, width), locator.spec.size, surround)
        plane, unfamiliar = self._locate_and_compare(locator, whole)
        search = Search(
            locator, self._cropper, self._prototype, pixels, surround, disc_in_fundus=self._finds_discs_in_fundus()
        )
        found = yield from search.run(plane)
        if found is None:
            return _empty_prediction(shape, unfamiliar)
        prediction = self._make_prediction(found.result, shape, found.location.confidence, unfamiliar)
        return replace(prediction, rivals=prediction.rivals + found.location.rivals)

    def _finds_discs_in_fundus(self) -> bool:
        """Whether the location label is the optic disc, and the training pictures were fundus photographs."""
        label = self._labels.location_label()
        fundus = self._appearances is not None and self._appearances.fundus
        return fundus and label is not None and names_disc_or_cup(label)

    def _locate_and_compare(self, locator: Predictor, whole: NDArray[np.uint8]) -> tuple[NDArray[np.float32], bool]:
        """The locating network's plane, and whether the picture is unfamiliar; in one pass if possible."""
        if self._familiarity is None or len(whole) > SIDE:
            return locator.square(whole)[0], self._is_unfamiliar(whole)
        planes, features = locator.square_and_features(whole)
        return planes[0], self._familiarity.distance(features) > self._familiarity.limit

    def _is_unfamiliar(self, whole: NDArray[np.uint8]) -> bool:
        if self._familiarity is None:
            return False
        features = self._feature_predictor.features(downscale(whole, SIDE))
        return self._familiarity.distance(features) > self._familiarity.limit

    def _patches(self, pixels: NDArray[np.uint8]) -> Generator[None, None, Prediction]:
        height, width = pixels.shape[:2]
        planes = yield from self._segment.whole_in_steps(pixels)
        box = Box(0, 0, height, width)
        result = CropResult(planes, planes, Square.around(height, width), box)
        whole = extract(pixels, Square.around(height, width), self._feature_predictor.spec.size)
        return self._make_prediction(result, (height, width), 1.0, self._is_unfamiliar(whole))

    def _make_prediction(
        self, result: CropResult, shape: tuple[int, int], location_confidence: float, unfamiliar: bool
    ) -> Prediction:
        tiled = self._segment.spec.framing == "patches"
        if tiled:
            inner, restored = result.box, np.stack([_resize(plane, shape[1], shape[0]) for plane in result.planes])
        else:
            inner, restored = result.restore()
        part = tidy(label_image(restored >= THRESHOLD, self._labels), self._labels)
        mask = np.zeros(shape, np.uint8)
        mask[inner.slices] = part
        found = bool(part.any())
        expected = zip((label.name for label in self._labels), expected_dices(result.answer), strict=True)
        dices = self._calibration.dice({name: float(dice) for name, dice in expected if not np.isnan(dice)})
        confidence = location_confidence * sum(dices.values()) / len(dices) if found and dices else 0.0
        ratios, spread = cup_to_disc(part, self._labels), ratio_spread(result.answer, self._labels)
        interval = None if ratios is None else self._calibration.interval(ratios.vertical, spread)
        trust = Trust(dices, interval, _how(unfamiliar), self._uncertainty(result, shape))
        rivals = _count_rival_pieces(result.answer, self._labels)
        return Prediction(
            mask, confidence, found, result.square, result.box, result.planes, tiled, trust, spread, rivals
        )

    def _uncertainty(self, result: CropResult, shape: tuple[int, int]) -> UncertaintyMap:
        plane = entropy(result.answer)
        if self._segment.spec.framing == "patches":
            return UncertaintyMap(plane, 0.0, 0.0, float(shape[1]), float(shape[0]))
        square = result.square
        return UncertaintyMap(plane, square.x - square.side / 2, square.y - square.side / 2, square.side, square.side)


def _read_trust(header: CheckpointHeader) -> tuple[Calibration, FamiliarityDetector | None, CropPrototype | None]:
    """Read a header's `trust`; older models have none.

    Raises:
        CheckpointError: it is damaged.
    """
    try:
        calibration = Calibration.from_json(header.trust.get("calibration", {}))
        familiar, typical = header.trust.get("familiar"), header.trust.get("typical")
        return (
            calibration,
            None if familiar is None else FamiliarityDetector.from_json(familiar),
            None if typical is None else CropPrototype.from_json(typical),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise CheckpointError(f"The model is damaged: its calibration cannot be read ({error}).") from error


def _read_appearances(header: CheckpointHeader) -> KnownAppearances | None:
    """Read the training pictures' appearances; older models have none.

    Raises:
        CheckpointError: they are damaged.
    """
    if "appearances" not in header.trust:
        return None
    try:
        return KnownAppearances.from_json(header.trust["appearances"])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise CheckpointError(f"The model is damaged: its known appearances cannot be read ({error}).") from error


def _how(unfamiliar: bool | Unfamiliar) -> Unfamiliar:
    """The kind; a network's features do not say it."""
    if isinstance(unfamiliar, Unfamiliar):
        return unfamiliar
    return Unfamiliar.UNSPECIFIED if unfamiliar else Unfamiliar.NO


def _empty_prediction(shape: tuple[int, int], unfamiliar: bool | Unfamiliar) -> Prediction:
    """The prediction if nothing was found."""
    trust = Trust(unfamiliar=_how(unfamiliar))
    return Prediction(np.zeros(shape, np.uint8), 0.0, False, None, Box(0, 0, 0, 0), None, trust=trust)


def _count_rival_pieces(planes: Probabilities, labels: LabelSet) -> int:
    """How many other large pieces the location label has before tidying."""
    located = labels.location_label()
    if located is None:
        return 0
    plane = planes[labels.labels.index(located)] >= THRESHOLD
    _, _, statistics, _ = cv2.connectedComponentsWithStats(plane.view(np.uint8), connectivity=8)
    return count_rivals(statistics[1:, cv2.CC_STAT_AREA])


def _resize(plane: NDArray[np.float32], width: int, height: int) -> NDArray[np.float32]:
    if plane.shape == (height, width):
        return plane
    return np.asarray(cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
