"""Training cases: decoded once, kept small in bounded memory, augmented differently in each epoch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unet_desktop import files
from unet_desktop.engine.data.correction_weights import lacks_outline, locate_label
from unet_desktop.engine.data.missing_cup import labels_in_cup
from unet_desktop.engine.data.training_example import TrainingExample, make_example
from unet_desktop.engine.data.unknown_labels import find_unknown
from unet_desktop.engine.events import Message
from unet_desktop.engine.networks.specs import NetworkSpec
from unet_desktop.errors import MaskError, TrainingError
from unet_desktop.images.appearance import Appearance, measure_appearance
from unet_desktop.images.crop import extract, extract_labels
from unet_desktop.images.fundus import looks_like_fundus
from unet_desktop.images.read import read_image
from unet_desktop.labels import NOT_ANNOTATED, Label, LabelSet
from unet_desktop.masks.file import read_mask
from unet_desktop.masks.measure import cup_and_disc, lacks_cup
from unet_desktop.masks.regions import Mask, is_annotated
from unet_desktop.plurals import quantity

_CACHE_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Sample:
    """A case that has a mask.

    Attributes:
        case_id: its id in the project.
        image: its picture.
        mask: drawn or corrected by a human.
        prediction: the model's mask that the human corrected; the file need not exist.
        recent: it was corrected after the model that training continues from.
        unlike: its picture is unlike those that the predicting model was trained on, see `trust.Unfamiliar`.
        no_cup: someone said that there is no cup to draw, see `missing_cup`.
        not_annotated: values of labels that were added to the project later than its mask, see `unknown_labels`.
    """

    case_id: str
    image: Path
    mask: Path
    prediction: Path | None = None
    recent: bool = False
    unlike: bool = False
    no_cup: bool = False
    not_annotated: tuple[int, ...] = ()

    def unknown_labels(self, mask: Mask, labels: LabelSet) -> tuple[Label, ...]:
        """The labels of which its (H, W) uint8 mask says nothing, or not everything."""
        unknown = find_unknown(mask, labels, self.not_annotated)
        cup = labels_in_cup(labels) if self.lacks_cup(mask, labels) else ()
        return tuple(label for label in labels if label.value in unknown or label in cup)

    def lacks_cup(self, mask: Mask, labels: LabelSet) -> bool:
        """Whether its (H, W) uint8 mask has a disc whose cup nobody has drawn, nor said that there is none."""
        return not self.no_cup and lacks_cup(mask, labels)


def labels_for(name: str, labels: LabelSet) -> LabelSet:
    """The labels that the network of that name segments: all, or for "locate" the location label alone."""
    label = labels.location_label()
    return LabelSet((label,)) if name == "locate" and label is not None else labels


class Dataset:
    """The cases of a run, with an example for each network. Its length is the number of cases.

    Attributes:
        recent: ids of the cases that were corrected after the model that training continues from.
        unlike: ids of the cases whose picture is unlike those of before, see `Sample`.

    Args:
        samples: the cases.
        labels: of their masks.
        specs: network name to its spec.
        cache_bytes: memory that examples may take; what does not fit is decoded again when it is needed.
        weight_corrections: record where masks correct predictions.
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
        self.unlike = frozenset(sample.case_id for sample in samples if sample.unlike)
        self._labels = labels
        self._specs = dict(specs)
        self._free_bytes = cache_bytes
        self._weight_corrections = weight_corrections
        self._examples: dict[tuple[str, int], TrainingExample] = {}
        self._draws_per_epoch: dict[tuple[str, int], int] = {}
        self._usable: dict[str, list[int]] = {name: [] for name in specs}
        self._digest = hashlib.sha256()
        self._digests: dict[str, str] = {}
        self._values_present = np.zeros(256, bool)
        self._without_outline: list[str] = []
        self._lack_cup: list[str] = []
        self._unknown: dict[int, dict[str, None]] = {}
        self._appearances: dict[int, Appearance] = {}

    def __len__(self) -> int:
        return len(self._samples)

    def read(self) -> Iterator[int]:
        """Decode every case once; yields how many are done.

        Raises:
            ImageError, MaskError: a file cannot be read, or the mask does not have its picture's size.
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
                if example.nbytes <= self._free_bytes:
                    self._free_bytes -= example.nbytes
                    self._examples[name, index] = example
            yield index + 1

    @property
    def labels(self) -> LabelSet:
        """The labels of the masks."""
        return self._labels

    @property
    def fingerprint(self) -> str:
        """Hexadecimal SHA-256 over all pictures, masks and predictions used, in order, once read."""
        return self._digest.hexdigest()

    @property
    def digests(self) -> dict[str, str]:
        """Case id to hexadecimal SHA-256 over its picture, mask and prediction (if used), in order, once read."""
        return dict(self._digests)

    def absent_labels(self) -> list[Label]:
        """Labels whose region is empty in every mask, once read."""
        present = self._values_present
        return [label for label in self._labels if not present[list(self._labels.region_values(label))].any()]

    @property
    def cases_without_outline(self) -> list[str]:
        """Ids of cases with only strokes and no prediction, which do not show how large the location label is."""
        return list(self._without_outline)

    @property
    def cases_without_cup(self) -> list[str]:
        """Ids of the cases with a disc whose cup nobody has drawn, nor said that there is none, once read."""
        return list(self._lack_cup)

    @property
    def lack_cup(self) -> bool:
        """Whether such cases leave open where the cup is; if no mask has one, all of them say that there is none."""
        return bool(self._lack_cup) and not set(labels_in_cup(self._labels)) <= set(self.absent_labels())

    @property
    def cases_with_unknown(self) -> dict[int, list[str]]:
        """For each label of which some masks say nothing, by value, the ids of their cases, once read."""
        return {value: list(cases) for value, cases in self._unknown.items()}

    def unknown_of(self, name: str, index: int) -> frozenset[int]:
        """Values of the network's labels of which the case's mask says nothing.

        A label that no mask holds is none of them: all masks say that there is none, as the model will.
        """
        absent = {label.value for label in self.absent_labels()}
        case, labels = self._samples[index].case_id, labels_for(name, self._labels)
        return frozenset(
            label.value for label in labels if case in self._unknown.get(label.value, ()) and label.value not in absent
        )

    @property
    def appearances(self) -> list[Appearance]:
        """Of the pictures with a disc, once read; empty for labels that are not of an eye."""
        return list(self._appearances.values())

    def sampling_pool(self, name: str, recent_draws: int, unlike_draws: int) -> list[int]:
        """Indices of the usable cases to draw batches from.

        Args:
            name: of the network.
            recent_draws: how often a recent case is drawn; others are drawn once.
            unlike_draws: how often at least a recent case is drawn whose picture is unlike those of before.
        """
        pool = []
        for index in self._usable[name]:
            case = self._samples[index].case_id
            draws = max(recent_draws, unlike_draws if case in self.unlike else 1) if case in self.recent else 1
            pool += [index] * draws
        return pool

    def recent_fraction(self, name: str) -> float:
        """The fraction of the usable cases that are recent; 0 if none is usable."""
        usable = self._usable[name]
        recent = sum(self._samples[index].case_id in self.recent for index in usable)
        return recent / len(usable) if usable else 0.0

    def usable(self, name: str) -> list[int]:
        """Indices of the cases that have an example for that network."""
        return list(self._usable[name])

    def example(self, name: str, index: int) -> TrainingExample:
        """The case's example for that network.

        Raises:
            KeyError: it has none.
        """
        example = self._examples.get((name, index)) or self._decode(index)[0][name]
        if example is None:
            raise KeyError(f"case {index} has no example for {name}")
        return example

    def draws_per_epoch(self, name: str, index: int) -> int:
        """How often an epoch should draw the case: once, or once per patch that it holds."""
        return self._draws_per_epoch[name, index]

    def _decode(self, index: int) -> tuple[dict[str, TrainingExample | None], list[Path]]:
        """The case's examples, and the files they were made from."""
        sample = self._samples[index]
        pixels = read_image(sample.image).pixels
        height, width = pixels.shape[:2]
        mask = read_mask(sample.mask, self._labels, (height, width))
        self._values_present[mask] = True
        used = [sample.image, sample.mask]
        prediction = None
        crops = any(spec.framing == "crop" for spec in self._specs.values())
        only_strokes = crops and lacks_outline(mask, self._labels)
        if (self._weight_corrections or only_strokes) and sample.prediction is not None and sample.prediction.is_file():
            prediction = _read_prediction(sample.prediction, self._labels, (height, width))
            used.append(sample.prediction)
        if crops and self._labels.shows_eye() and index not in self._appearances:
            located = locate_label(mask, self._labels, prediction)
            if located is not None:
                centre, diameter = located
                seen = measure_appearance(pixels, (centre.x, centre.y, diameter))
                self._appearances[index] = replace(seen, fundus=looks_like_fundus(pixels))
        examples = {
            name: make_example(
                pixels, mask, self._labels, spec, name, prediction, weight_corrections=self._weight_corrections
            )
            for name, spec in self._specs.items()
        }
        if sample.lacks_cup(mask, self._labels):
            examples = {name: None if one is None else replace(one, lacks_cup=True) for name, one in examples.items()}
            if sample.case_id not in self._lack_cup:
                self._lack_cup.append(sample.case_id)
        unknown = find_unknown(mask, self._labels, sample.not_annotated)
        for value in unknown:
            self._unknown.setdefault(value, {})[sample.case_id] = None
        if unknown:
            examples = {name: None if one is None else replace(one, unknown=unknown) for name, one in examples.items()}
        unusable = only_strokes and examples["segment"] is None and bool(is_annotated(mask).any())
        if unusable and sample.case_id not in self._without_outline:
            self._without_outline.append(sample.case_id)
        return examples, used


def check_data(train: Dataset, validation: Dataset, labels: LabelSet) -> Iterator[Message]:
    """Warn about what the masks do not show, see `check_training_data` and `check_validation_data`.

    Raises:
        TrainingError: there is nothing to learn from.
    """
    yield from check_training_data(train, labels)
    yield from check_validation_data(train, validation)


def check_training_data(train: Dataset, labels: LabelSet) -> Iterator[Message]:
    """Warn about labels that nobody drew and about cases that contain only strokes.

    Raises:
        TrainingError: no mask holds any label, or none shows how large the location label is.
    """
    absent = train.absent_labels()
    names = " and ".join(f'"{label.name}"' for label in absent)
    if len(absent) == len(labels):
        raise TrainingError(
            f"There is nothing to learn from: none of the training masks holds {names}. Draw and save some first."
        )
    if absent:
        yield Message(f"None of the training masks holds {names}, so the model will not find it.")
    elif train.cases_without_cup:
        yield Message(_describe_missing_cups(train.cases_without_cup, labels))
    for value, silent in train.cases_with_unknown.items():
        added = labels.by_value(value)
        if added is not None and added not in absent:
            count = quantity(len(silent), "case says", "cases say")
            teach = "it teaches" if len(silent) == 1 else "they teach"
            yield Message(
                f'{count} nothing of "{added.name}", which was added later; {teach} the other labels. Draw it there, '
                f"or say that there is none. ({_list(silent)})"
            )
    label, cases = labels.location_label(), train.cases_without_outline
    if label is None or not cases:
        return
    advice = f'Draw the whole outline of "{label.name}", or let a model predict them first. ({_list(cases)})'
    if not train.usable("segment"):
        raise TrainingError(f"There is no outline to learn from: the masks contain only strokes. {advice}")
    count = quantity(len(cases), "case contains", "cases contain")
    teach = "it teaches" if len(cases) == 1 else "they teach"
    yield Message(f'{count} only strokes and no prediction; {teach} where "{label.name}" is, not its outline. {advice}')


def _describe_missing_cups(cases: Sequence[str], labels: LabelSet) -> str:
    pair = cup_and_disc(labels)
    if pair is None:
        return ""
    cup, disc = pair
    count = quantity(len(cases), "case is", "cases are")
    teach = "It teaches" if len(cases) == 1 else "They teach"
    return (
        f"{count} incomplete: the {disc.name} is drawn, but no {cup.name}. {teach} the {disc.name} alone; draw the "
        f"{cup.name}, or say that there is none. ({_list(cases)})"
    )


def _list(cases: Sequence[str]) -> str:
    return "; ".join(cases[:3]) + (" and others" if len(cases) > 3 else "")


def check_validation_data(train: Dataset, validation: Dataset) -> Iterator[Message]:
    """Warn about labels to learn that no validation mask shows: how well they are found will not be known."""
    if not len(validation):
        return
    absent = [label for label in validation.absent_labels() if label not in train.absent_labels()]
    if len(absent) == len(train.labels) - len(train.absent_labels()):
        count = f"None of the {len(validation)} validation masks" if len(validation) > 1 else "The only validation mask"
        yield Message(
            f"{count} shows {'no' if len(validation) == 1 else 'any'} label, so Dice cannot be measured and the last "
            "epoch is kept. Correct more cases that show the labels, or delete split.json in the project's folder to "
            "split the cases again."
        )
    elif absent:
        names = " and ".join(f'"{label.name}"' for label in absent)
        yield Message(f"None of the validation masks shows {names}, so it will not be known how well it is found.")


def describe_data(train: Dataset, validation: Dataset) -> dict[str, Any]:
    """What a checkpoint's header records about the training and validation cases, once read."""
    return {
        "train": len(train.digests),
        "validation": len(validation.digests),
        "train_cases": list(train.digests),
        "validation_cases": list(validation.digests),
        "undrawn": [label.name for label in train.absent_labels()],
        "fingerprint": train.fingerprint,
    }


def _read_prediction(path: Path, labels: LabelSet, size: tuple[int, int]) -> Mask | None:
    """Read a prediction; None if it is damaged, since training can do without it."""
    try:
        return read_mask(path, labels, size)
    except MaskError:
        return None


def crop_example(example: TrainingExample, spec: NetworkSpec) -> tuple[NDArray[np.uint8], Mask]:
    """The example without augmentation, for "crop" and "whole": (size, size, 3) uint8 and (size, size) uint8."""
    return (
        extract(example.picture, example.square, spec.size),
        extract_labels(example.mask, example.square, spec.size, NOT_ANNOTATED),
    )
