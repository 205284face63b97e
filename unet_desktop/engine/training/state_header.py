"""What an interrupted training says of itself: the head of its state file, read without torch and without weights."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from unet_desktop.checkpoint_header import read_metadata
from unet_desktop.engine.config import TrainConfig
from unet_desktop.engine.events import EpochDone
from unet_desktop.errors import TrainingError, UserError
from unet_desktop.labels import LabelSet

FORMAT = 1
_KEY = "unet-desktop-training"


@dataclass(frozen=True, slots=True)
class TrainingHeader:
    """All that a training state says, beside its tensors.

    Attributes:
        labels: of the masks.
        config: how it trains; of a training that goes on from a model, already shortened.
        train, validation: case id to the SHA-256 of its picture and mask, in the order they are used.
        parent: weights_sha256 of the checkpoint that training went on from, or None.
        past: the epochs that are done, of all stages, in order; at least one.
        place: where it ran and with what, by name: device, threads, versions.
        created: when this state was written, ISO 8601 in UTC.
        recent: ids of the cases that were corrected since the model was trained that training went on from.
        internals: what is no tensor of optimiser, schedule, chance and progress; see `training_state`.
        format: number of this layout.
    """

    labels: LabelSet
    config: TrainConfig
    train: dict[str, str]
    validation: dict[str, str]
    parent: str | None
    past: tuple[EpochDone, ...]
    place: dict[str, str]
    created: str
    internals: dict[str, Any]
    recent: tuple[str, ...] = ()
    format: int = field(default=FORMAT)

    @property
    def stage(self) -> Literal["locate", "segment"]:
        """The network that was learning."""
        return "locate" if self.past[-1].stage == "locate" else "segment"

    @property
    def seconds(self) -> float:
        """That the epochs took until now."""
        return sum(epoch.seconds for epoch in self.past)

    def check_settings(self, labels: LabelSet, config: TrainConfig) -> None:
        """A training goes on as it began or not at all.

        Raises:
            TrainingError: the labels or a setting is another now.
        """
        if labels != self.labels:
            raise TrainingError(
                "The interrupted training cannot go on: the project has other labels now. Start a new training."
            )
        ours, theirs = config.to_json(), self.config.to_json()
        changed = [f"{name} was {theirs[name]} and is {ours[name]}" for name in ours if ours[name] != theirs[name]]
        if changed:
            raise TrainingError(
                f"The interrupted training cannot go on with other settings: {', '.join(changed)}. Resume it with the "
                "settings that it had, or start a new training."
            )

    def check_cases(self, train: Iterable[str], validation: Iterable[str]) -> None:
        """The same, of the cases, by their ids.

        Raises:
            TrainingError: they are others now, or take another part.
        """
        if list(train) != list(self.train) or list(validation) != list(self.validation):
            raise TrainingError(
                "The interrupted training cannot go on: its cases are others now. Start a new training."
            )

    def changes(self, place: Mapping[str, str], digests: Mapping[str, str]) -> tuple[str, ...]:
        """A sentence for each thing that is not as it was, so that figures differ from an uninterrupted training's.

        Args:
            place: where it goes on, see `place`.
            digests: case to that of its picture and mask, as they are now.
        """
        before = self.train | self.validation
        changed = [case for case in before if digests.get(case) != before[case]]
        named = ", ".join(changed[:3]) + (f" and {len(changed) - 3} more" if len(changed) > 3 else "")
        said = [f"Changed since this training began, and used as it is now: {named}."] if changed else []
        return (*said, *self._elsewhere(place))

    def validation_changed(self, validation: Mapping[str, str]) -> bool:
        """Whether validation cases, by their digests, are not what the epochs until now were judged by."""
        return dict(validation) != self.validation

    def _elsewhere(self, place: Mapping[str, str]) -> Iterator[str]:
        for name, was in self.place.items():
            if place.get(name, was) != was:
                now = place[name]
                yield f"This training began with {name} {was} and goes on with {now}: figures may differ slightly."

    def to_metadata(self) -> dict[str, str]:
        """The string-to-string metadata of a safetensors file."""
        data = {name: getattr(self, name) for name in ("train", "validation", "parent", "place", "created", "format")}
        data["recent"] = list(self.recent)
        data |= {"labels": self.labels.to_json(), "config": self.config.to_json(), "internals": self.internals}
        data["past"] = [asdict(epoch) | {"metrics": dict(epoch.metrics)} for epoch in self.past]
        return {_KEY: json.dumps(data)}


def read(path: Path) -> TrainingHeader:
    """The head of a state file alone: milliseconds. What it says is not checked against the file's digest.

    Raises:
        TrainingError: missing, of a newer program, or damaged.
    """
    try:
        data = json.loads(read_metadata(path)[_KEY])
        if not isinstance(data["format"], int) or data["format"] > FORMAT:
            raise TrainingError(
                f"{path} was made by a newer U-Net Desktop (format {data['format']}); update, or start a new training."
            )
        labels, config = LabelSet.from_json(data.pop("labels")), TrainConfig.from_json(data.pop("config"))
        past = tuple(EpochDone(**epoch) for epoch in data.pop("past"))
        recent = tuple(data.pop("recent", ()))
        header = TrainingHeader(labels=labels, config=config, past=past, recent=recent, **data)
        _check(header)
        return header
    except OSError as error:
        raise TrainingError(f"{path} cannot be opened ({error.strerror}). Start a new training.") from error
    except (struct.error, ValueError, KeyError, TypeError, AttributeError, RecursionError, UserError) as error:
        if isinstance(error, TrainingError) and "newer" in str(error):
            raise
        raise damage_error(path, error) from error


def damage_error(path: Path, why: object) -> TrainingError:
    """What to say of a state that cannot be gone on from."""
    return TrainingError(
        f"The interrupted training cannot go on: {path} is damaged ({why}). Start a new training; the models are not "
        "touched by that."
    )


def _check(header: TrainingHeader) -> None:
    """Refuse fields of another kind than the class says."""
    objects = (header.train, header.validation, header.place, header.internals, *(e.metrics for e in header.past))
    if not header.past or not all(isinstance(value, dict) for value in objects):
        raise TypeError("an object is not an object")
    texts = (
        *header.train.values(),
        *header.validation.values(),
        *header.place.values(),
        *header.recent,
        header.created,
    )
    if not all(isinstance(text, str) for text in texts) or not isinstance(header.parent, str | None):
        raise TypeError("a text is not a text")
    numbers = (value for epoch in header.past for value in (epoch.epoch, epoch.epochs, epoch.seconds, epoch.train_loss))
    if not all(isinstance(number, int | float) for number in numbers):
        raise TypeError("a figure is not a number")
