"""How good a network is on cases that it was not trained on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from unet_desktop.engine.data.dataset import Dataset, Sample, crop_example
from unet_desktop.engine.data.missing_cup import labels_in_cup
from unet_desktop.engine.data.training_example import TrainingExample
from unet_desktop.engine.device import distributed
from unet_desktop.engine.device.device import Device, prepare
from unet_desktop.engine.events import StopPoint, report_working
from unet_desktop.engine.inference.calibration import CalibrationCase
from unet_desktop.engine.inference.familiarity import FamiliarityDetector, Features
from unet_desktop.engine.inference.known_appearances import KnownAppearances
from unet_desktop.engine.inference.predictor import Predictor, Probabilities
from unet_desktop.engine.inference.prototype import CropPrototype
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.engine.training.prefetch import prefetch
from unet_desktop.engine.training.schedule import Stage
from unet_desktop.images.box import bounding_box
from unet_desktop.images.crop import Square
from unet_desktop.images.read import read_image
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.anatomy import tidy
from unet_desktop.masks.compare import (
    Metrics,
    compare_masks,
    drop_labels,
    overlap_or_absence,
    without_ratio_of_absent,
)
from unet_desktop.masks.file import read_mask
from unet_desktop.masks.regions import Mask, is_annotated, label_image, regions

_MAX_PICTURES = 100
"""Training pictures that feature statistics are fitted to; more show nothing new of their camera."""
_MIN_PROBABILITY = 1e-7


def validate_on_crops(
    network: nn.Module, examples: Iterable[TrainingExample], stage: Stage, device: Device
) -> Generator[StopPoint, None, list[Metrics]]:
    """Return each example's metrics at the network's own resolution, on crops placed by the true mask; fast.

    With several processes, each passes its share of the examples, and all get the metrics of all examples.
    """
    spec, labels = stage.spec, stage.labels
    predictor = Predictor(network, spec, device, mirror=False)
    metrics: list[Metrics] = []
    if spec.framing == "patches":
        for example in examples:
            planes = yield from report_working(predictor.whole_in_steps(example.picture), stage.name)
            metrics.append(_compare(planes, example.mask, example, labels))
            yield StopPoint(stage.name)
    else:
        jobs = (partial(_validate_crop, predictor, example, labels) for example in examples)
        threads = device.threads if device.kind == "cpu" and device.threads > 1 else 0
        start = partial(prepare, device, threads)  # as with `Replicas`: a picture for each core
        with closing(prefetch(jobs, threads, threads, start)) as results:
            for one in results:
                metrics.append(one)
                yield StopPoint(stage.name)
    return list(distributed.gather_json(metrics))


def _validate_crop(predictor: Predictor, example: TrainingExample, labels: LabelSet) -> Metrics:
    picture, truth = crop_example(example, predictor.spec)
    return _compare(_zero_outside_annotated(predictor.square(picture), truth), truth, example, labels)


def _compare(planes: Probabilities, truth: Mask, example: TrainingExample, labels: LabelSet) -> Metrics:
    cup = labels_in_cup(labels) if example.lacks_cup else ()
    unknown = tuple(label for label in labels if label in cup or label.value in example.unknown)
    found = tidy(label_image(planes >= np.float32(0.5), labels), labels)
    metrics = drop_labels(compare_masks(found, truth, labels), unknown, labels)
    entropy = cross_entropy(planes, truth, labels, unknown)
    return metrics if entropy is None else metrics | {"bce": entropy}


def cross_entropy(
    probabilities: Probabilities, truth: Mask, labels: LabelSet, unknown: Collection[Label] = ()
) -> float | None:
    """Mean binary cross-entropy over regions and annotated pixels, in nats; None if no pixel is annotated.

    Args:
        probabilities: (R, H, W) float32.
        truth: (H, W) uint8.
        labels: of the truth, one per region.
        unknown: labels whose regions are left out, because the truth does not show them.
    """
    annotated = is_annotated(truth)
    if not annotated.any():
        return None
    shown = np.array([label not in unknown for label in labels])
    wanted, given = regions(truth, labels)[shown][:, annotated], probabilities[shown][:, annotated]
    correct = np.where(wanted, given, 1.0 - given)
    return float(-np.log(np.maximum(correct, _MIN_PROBABILITY)).mean())


def _zero_outside_annotated(planes: Probabilities, truth: Mask) -> Probabilities:
    """Set the planes to 0 outside the bounding box of what is annotated.

    The network is not trained on the padding that makes a picture square, so what it predicts there must not be taken
    for a region's largest piece.
    """
    box = bounding_box(is_annotated(truth))
    inside = np.zeros_like(planes)
    inside[:, *box.slices] = planes[:, *box.slices]
    return inside


def evaluate_end_to_end(
    segmenter: Segmenter, samples: Sequence[Sample], absent: Collection[Label] = ()
) -> Iterator[tuple[str, Metrics, CalibrationCase] | StopPoint]:
    """Yield (case id, metrics, expected and true Dice) of each case, from its picture alone, at its own resolution.

    `absent` labels are in none of the masks: there is no vCDR error of them, and calibration leaves them out. The cup
    of a case that lacks it gets no metrics, see `drop_labels`.

    Raises:
        ImageError, MaskError: a file cannot be read.
    """
    labels, names = segmenter.header.labels, {label.name for label in absent}
    for sample in samples:
        pixels = read_image(sample.image).pixels
        truth = read_mask(sample.mask, labels, (pixels.shape[0], pixels.shape[1]))
        prediction = yield from report_working(segmenter.segment_in_steps(pixels), "measure")
        unknown = sample.unknown_labels(truth, labels)
        metrics = drop_labels(compare_masks(prediction.mask, truth, labels), unknown, labels)
        metrics = without_ratio_of_absent(metrics, absent, labels)
        # What was found where there is nothing has Dice 0, which calibration must know.
        dice = {name: value for name, value in overlap_or_absence(metrics).items() if name not in names}
        outcome = CalibrationCase(prediction.trust.expected_dice, dice, prediction.spread, metrics.get("vcdr_error"))
        yield sample.case_id, metrics, outcome


def fit_feature_statistics(segmenter: Segmenter, train: Dataset) -> Generator[StopPoint, None, dict[str, Any]]:
    """Return statistics of the network's features on training pictures and crops, for the header's `trust`."""
    names = segmenter.header.networks
    pictures = yield from _collect_features(train, "locate" if "locate" in names else "segment", segmenter.features)
    fitted: dict[str, FamiliarityDetector | CropPrototype | KnownAppearances | None] = {
        "familiar": FamiliarityDetector.fit(pictures) if len(pictures) else None,
        "appearances": KnownAppearances.fit(train.appearances),
    }
    if "locate" in names:
        crops = yield from _collect_features(train, "segment", segmenter.crop_features)
        fitted["typical"] = CropPrototype.fit(crops) if len(crops) else None
    return {name: value.to_json() for name, value in fitted.items() if value is not None}


def _collect_features(
    train: Dataset, name: str, extract: Callable[[NDArray[np.uint8], Square], Features]
) -> Generator[StopPoint, None, NDArray[np.float64]]:
    usable = train.usable(name)
    features = []
    for index in usable[:: max(1, -(-len(usable) // _MAX_PICTURES))]:
        example = train.example(name, index)
        features.append(extract(example.picture, example.square))
        yield StopPoint("measure")
    return np.stack(features) if features else np.empty((0, 0))
