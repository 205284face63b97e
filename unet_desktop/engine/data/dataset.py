"""Training cases: decoded once, kept small in bounded memory, looked at anew each epoch."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unet_desktop import files
from unet_desktop.engine.config import TrainConfig
from unet_desktop.engine.data.augment import AugmentationRange, add_distractors, recolour, warp
from unet_desktop.engine.data.correction_weights import lacks_outline
from unet_desktop.engine.data.training_example import TrainingExample, make_example
from unet_desktop.engine.networks.specs import NetworkSpec
from unet_desktop.errors import MaskError
from unet_desktop.images.crop import Square, extract, extract_labels
from unet_desktop.images.read import read_image
from unet_desktop.labels import NOT_ANNOTATED, Label, LabelSet
from unet_desktop.masks.file import read_mask
from unet_desktop.masks.regions import Mask, is_annotated

_CACHE_BYTES = 1 << 30
_BEND = 1 / 64
"""Of crops, see `AugmentationRange`: 4 pixels of 256.

Effect on another camera: docs/experiments/2026-11-26-bent-crops.md.
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """A case that has a mask.

    Attributes:
        case_id: its id in the project.
        image: its picture.
        mask: what a human says of it.
        prediction: what a model said of it before; the file need not be there.
        recent: it was corrected since the model was trained that training goes on from.
    """

    case_id: str
    image: Path
    mask: Path
    prediction: Path | None = None
    recent: bool = False


def labels_for(name: str, labels: LabelSet) -> LabelSet:
    """What a network of that name answers: all labels, or for "locate" the located one alone."""
    label = labels.location_label()
    return LabelSet((label,)) if name == "locate" and label is not None else labels


class Dataset:
    """The cases of a run with a view for each network.

    Attributes:
        recent: ids of the cases that were corrected since the model was trained that training goes on from.

    Args:
        samples: the cases.
        labels: of their masks.
        specs: network name to its spec.
        cache_bytes: memory that views may take; what does not fit is decoded again when it is needed.
        weigh: note where masks correct predictions.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        labels: LabelSet,
        specs: Mapping[str, NetworkSpec],
        cache_bytes: int = _CACHE_BYTES,
        *,
        weight_corrections: bool = False,
    ) -> None:
        self._samples = list(samples)
        self.recent = frozenset(sample.case_id for sample in samples if sample.recent)
        self._labels = labels
        self._specs = dict(specs)
        self._room = cache_bytes
        self._weight_corrections = weight_corrections
        self._examples: dict[tuple[str, int], TrainingExample] = {}
        self._draws_per_epoch: dict[tuple[str, int], int] = {}
        self._usable: dict[str, list[int]] = {name: [] for name in specs}
        self._digest = hashlib.sha256()
        self._digests: dict[str, str] = {}
        self._present = np.zeros(256, bool)
        self._without_outline: list[str] = []

    def read(self) -> Iterator[int]:
        """Decode every case once; yields how many are done.

        Raises:
            ImageError, MaskError: a file cannot be read, or the mask is not its picture's.
        """
        for index, sample in enumerate(self._samples):
            examples, used = self._decode(index)
            content = "".join(files.sha256(path) for path in used).encode()
            self._digest.update(content)
            self._digests[sample.case_id] = hashlib.sha256(content).hexdigest()
            for name, example in examples.items():
                if example is None:
                    continue
                self._usable[name].append(index)
                spec = self._specs[name]
                patches = example.mask.size / spec.size**2 if spec.framing == "patches" else 1.0
                self._draws_per_epoch[name, index] = max(1, round(patches))
                cost = example.picture.nbytes + example.mask.nbytes
                if cost <= self._room:
                    self._room -= cost
                    self._examples[name, index] = example
            yield index + 1

    @property
    def fingerprint(self) -> str:
        """Hexadecimal SHA-256 over all that is learned from, pictures and masks, in order, once read."""
        return self._digest.hexdigest()

    @property
    def digests(self) -> dict[str, str]:
        """Case id to hexadecimal SHA-256 over its picture and mask, in order, once read; and its prediction if used."""
        return dict(self._digests)

    def absent_labels(self) -> list[Label]:
        """Labels of whose region no mask has a pixel, once read."""
        return [label for label in self._labels if not self._present[list(self._labels.region_values(label))].any()]

    @property
    def cases_without_outline(self) -> list[str]:
        """Ids of cases whose strokes do not show how large the located label is, and no prediction does; once read."""
        return list(self._without_outline)

    def sampling_pool(self, name: str, recent: int) -> list[int]:
        """Indices of the usable cases as they are drawn from: each once, recent ones so many times."""
        return [
            index
            for index in self._usable[name]
            for _ in range(recent if self._samples[index].case_id in self.recent else 1)
        ]

    def recent_fraction(self, name: str) -> float:
        """Which share of the usable cases is recent, 0..1; 0 where there is none."""
        usable = self._usable[name]
        recent = sum(self._samples[index].case_id in self.recent for index in usable)
        return recent / len(usable) if usable else 0.0

    def usable(self, name: str) -> list[int]:
        """Indices of the cases that have something for that network."""
        return list(self._usable[name])

    def example(self, name: str, index: int) -> TrainingExample:
        """The case's view for that network."""
        kept = self._examples.get((name, index)) or self._decode(index)[0][name]
        if kept is None:
            raise KeyError(f"case {index} has no view for {name}")
        return kept

    def draws_per_epoch(self, name: str, index: int) -> int:
        """How often an epoch should look at the case: once, or once a patch that it holds."""
        return self._draws_per_epoch[name, index]

    def _decode(self, index: int) -> tuple[dict[str, TrainingExample | None], list[Path]]:
        """The case's views, and the files that they come from."""
        sample = self._samples[index]
        pixels = read_image(sample.image).pixels
        height, width = pixels.shape[:2]
        mask = read_mask(sample.mask, self._labels, (height, width))
        self._present[mask] = True
        used = [sample.image, sample.mask]
        prediction = None
        opened = any(spec.framing == "crop" for spec in self._specs.values()) and lacks_outline(mask, self._labels)
        if (self._weight_corrections or opened) and sample.prediction is not None and sample.prediction.is_file():
            prediction = _read_prediction(sample.prediction, self._labels, (height, width))
            used.append(sample.prediction)
        examples = {
            name: make_example(
                pixels, mask, self._labels, spec, name, prediction, weight_corrections=self._weight_corrections
            )
            for name, spec in self._specs.items()
        }
        if (
            opened
            and examples["segment"] is None
            and is_annotated(mask).any()
            and sample.case_id not in self._without_outline
        ):
            self._without_outline.append(sample.case_id)
        return examples, used


def describe_data(data: tuple[Dataset, Dataset]) -> dict[str, Any]:
    """What a checkpoint says of the training and validation cases, once read."""
    train, validation = (list(dataset.digests) for dataset in data)
    return {
        "train": len(train),
        "validation": len(validation),
        "train_cases": train,
        "validation_cases": validation,
        "undrawn": [label.name for label in data[0].absent_labels()],
        "fingerprint": data[0].fingerprint,
    }


def _read_prediction(path: Path, labels: LabelSet, size: tuple[int, int]) -> Mask | None:
    """A prediction, which is only looked at: one that is damaged does not hinder training."""
    try:
        return read_mask(path, labels, size)
    except MaskError:
        return None


def augmentation_range(spec: NetworkSpec, config: TrainConfig) -> AugmentationRange:
    """How far augmentation goes for that network."""
    if spec.framing == "patches":
        return AugmentationRange(rotation=180.0, smaller=0.8, larger=1.25, shift=0.0, mirrored=True, reflect=True)
    if spec.framing == "crop":
        jitter = config.crop_jitter
        return AugmentationRange(
            30.0, math.exp(-2 * jitter), math.exp(2 * jitter), jitter, mirrored=True, reflect=False, bend=_BEND
        )
    return AugmentationRange(30.0, smaller=0.5, larger=1.3, shift=0.3, mirrored=True, reflect=False)


def augment_example(
    example: TrainingExample, spec: NetworkSpec, config: TrainConfig, generator: np.random.Generator
) -> tuple[NDArray[np.uint8], Mask, NDArray[np.uint8]]:
    """A random look at a case: (size, size, 3) uint8, its mask, and where it was corrected; (size, size) uint8."""
    square = example.square
    if spec.framing == "patches":
        square = _random_patch(example, spec.size, generator)
    wrong = np.zeros_like(example.mask) if example.corrected is None else example.corrected
    picture, planes = warp(
        example.picture,
        np.dstack([example.mask, wrong]),
        square,
        spec.size,
        augmentation_range(spec, config),
        config.augmentation,
        generator,
    )
    mask, wrong = planes[..., 0], planes[..., 1]
    if spec.framing == "whole" and config.augmentation > 0.0:
        picture = add_distractors(picture, mask, generator)
    return recolour(picture, config.augmentation, generator), mask, wrong


def crop_example(example: TrainingExample, spec: NetworkSpec) -> tuple[NDArray[np.uint8], Mask]:
    """The case as it is, for "crop" and "whole": (size, size, 3) uint8 and (size, size) uint8."""
    return (
        extract(example.picture, example.square, spec.size),
        extract_labels(example.mask, example.square, spec.size, NOT_ANNOTATED),
    )


def _random_patch(example: TrainingExample, size: int, generator: np.random.Generator) -> Square:
    """A square of `size` pixels within the view, or over it where the view is smaller."""
    height, width = example.mask.shape
    x, y = (
        length / 2 if length <= size else float(generator.uniform(size / 2, length - size / 2))
        for length in (width, height)
    )
    return Square(x, y, float(size))
