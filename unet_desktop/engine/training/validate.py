"""What a network is worth on cases that it did not learn from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from unet_desktop.engine.data.dataset import Dataset, Sample, crop_example
from unet_desktop.engine.data.training_example import TrainingExample
from unet_desktop.engine.device import distributed
from unet_desktop.engine.device.device import Device
from unet_desktop.engine.events import Stage as StageName
from unet_desktop.engine.events import Working
from unet_desktop.engine.inference.calibration import Outcome
from unet_desktop.engine.inference.familiarity import FamiliarityDetector, Features
from unet_desktop.engine.inference.predictor import Predictor, Probabilities, Result
from unet_desktop.engine.inference.prototype import CropPrototype
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.engine.training.metrics import cross_entropy
from unet_desktop.engine.training.schedule import Stage
from unet_desktop.images.box import bounding_box
from unet_desktop.images.crop import Square
from unet_desktop.images.read import read_image
from unet_desktop.labels import Label
from unet_desktop.masks.anatomy import tidy
from unet_desktop.masks.compare import Figures, compare_masks, drop_labels, mean_figures
from unet_desktop.masks.file import read_mask
from unet_desktop.masks.regions import Mask, is_annotated, label_image

_MOST_LOOKED_AT = 100
"""Training pictures; more show nothing new of their camera."""


def validate_on_crops(
    network: nn.Module, examples: Iterable[TrainingExample], stage: Stage, device: Device
) -> Generator[Working, None, Figures]:
    """Mean figures at the network's own resolution, crops where the truth has them; quick, for every epoch.

    Of the views of all processes that train together: each gives its share, and gets the same figures.
    """
    spec, labels = stage.spec, stage.labels
    predictor = Predictor(network, spec, device, mirror=False)
    pictures: list[Figures] = []
    for example in examples:
        if spec.framing == "patches":
            truth, planes = (
                example.mask,
                (yield from _with_events(predictor.whole_in_steps(example.picture), stage.name)),
            )
        else:
            picture, truth = crop_example(example, spec)
            planes = _zero_outside_annotated(predictor.square(picture), truth)
        figures = compare_masks(tidy(label_image(planes >= np.float32(0.5), labels), labels), truth, labels)
        entropy = cross_entropy(planes, truth, labels)
        if entropy is not None:
            figures["bce"] = entropy
        pictures.append(figures)
        yield Working(stage.name)
    return mean_figures(distributed.gather_json(pictures))


def _zero_outside_annotated(planes: Probabilities, truth: Mask) -> Probabilities:
    """The planes, 0 outside the box of what was judged.

    What pads a picture to a square is not taught: an answer there is no region, and must not be taken for the largest
    piece of one.
    """
    box = bounding_box(is_annotated(truth))
    kept = np.zeros_like(planes)
    kept[:, *box.slices] = planes[:, *box.slices]
    return kept


def evaluate_end_to_end(
    segmenter: Segmenter, samples: Sequence[Sample], undrawn: Collection[Label] = ()
) -> Iterator[tuple[str, Figures, Outcome] | Working]:
    """(case id, figures, what was expected) of each case at its picture's own resolution, from the picture alone.

    There are no figures of the labels that are `undrawn`, see `compare.without`.

    Raises:
        ImageError, MaskError: a file cannot be read.
    """
    labels = segmenter.header.labels
    for sample in samples:
        pixels = read_image(sample.image).pixels
        truth = read_mask(sample.mask, labels, (pixels.shape[0], pixels.shape[1]))
        prediction = yield from _with_events(segmenter.segment_in_steps(pixels), "measure")
        figures = drop_labels(compare_masks(prediction.mask, truth, labels), undrawn, labels)
        true = {label.name: figures[f"dice/{label.name}"] for label in labels if f"dice/{label.name}" in figures}
        outcome = Outcome(prediction.trust.expected_dice, true, prediction.spread, figures.get("vcdr_error"))
        yield sample.case_id, figures, outcome


def fit_feature_statistics(segmenter: Segmenter, train: Dataset) -> Generator[Working, None, dict[str, Any]]:
    """What the training pictures, and the crops that the network saw of them, look like to it: a header's `trust`."""
    networks = segmenter.header.networks
    pictures = yield from _collect_features(train, "locate" if "locate" in networks else "segment", segmenter.features)
    learned: dict[str, FamiliarityDetector | CropPrototype | None] = {
        "familiar": FamiliarityDetector.fit(pictures) if len(pictures) else None
    }
    if "locate" in networks:
        crops = yield from _collect_features(train, "segment", segmenter.crop_features)
        learned["typical"] = CropPrototype.fit(crops) if len(crops) else None
    return {name: value.to_json() for name, value in learned.items() if value is not None}


def _collect_features(
    train: Dataset, name: str, look: Callable[[NDArray[np.uint8], Square], Features]
) -> Generator[Working, None, NDArray[np.float64]]:
    usable = train.usable(name)
    found = []
    for index in usable[:: max(1, -(-len(usable) // _MOST_LOOKED_AT))]:
        example = train.example(name, index)
        found.append(look(example.picture, example.square))
        yield Working("measure")
    return np.stack(found) if found else np.empty((0, 0))


def _with_events(steps: Generator[None, None, Result], stage: StageName) -> Generator[Working, None, Result]:
    """The answer of work done in steps, with an event after each."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result
        yield Working(stage)
