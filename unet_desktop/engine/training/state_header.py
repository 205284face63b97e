"""The description at the head of a training state file, read without torch and without the weights."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta

from unet_desktop.checkpoint_header import read_metadata
from unet_desktop.engine.config import TrainConfig
from unet_desktop.engine.events import EpochDone
from unet_desktop.errors import TrainingError, UserError
from unet_desktop.json_data import Count, check, parse
from unet_desktop.labels import LabelSet
from unet_desktop.plurals import name_some

FORMAT = 1
_KEY = "unet-desktop-training"


@dataclass(frozen=True, slots=True)
class TrainingHeader:
    """Everything in a training state except its tensors. The names are also the keys in the file.

    Attributes:
        labels: of the masks.
        config: of the training; if it continues from a model, already shortened.
        train, validation: case id to the SHA-256 of its picture and mask, in order of use.
        parent: weights_sha256 of the checkpoint that training continues from, or None.
        past: the finished epochs of all stages, in order; at least one.
        place: device, threads and versions, see `describe_environment`.
        created: when this state was written, ISO 8601 in UTC.
        recent: ids of the cases that were corrected after the model that training continues from.
        unlike: ids of the cases whose picture is unlike those of before, see `Sample`.
        internals: see `collect_internals`.
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
    unlike: tuple[str, ...] = ()
    format: int = field(default=FORMAT)

    @property
    def stage(self) -> Literal["locate", "segment"]:
        """The network that was being trained."""
        return "locate" if self.past[-1].stage == "locate" else "segment"

    @property
    def seconds(self) -> float:
        """Seconds that the epochs have taken so far."""
        return sum(epoch.seconds for epoch in self.past)

    def check_settings(self, labels: LabelSet, config: TrainConfig) -> None:
        """Refuse to resume with different labels or settings.

        Raises:
            TrainingError: the labels or a setting differ.
        """
        if not labels.same_structures(self.labels):
            raise TrainingError(
                "The interrupted training cannot be resumed: the project's labels have changed "
                f"({'; '.join(self.labels.differences(labels))}). Start a new training run."
            )
        ours, theirs = config.to_json(), self.config.to_json()
        changed = [f"{name} was {theirs[name]} and is {ours[name]}" for name in ours if ours[name] != theirs[name]]
        if changed:
            raise TrainingError(
                f"The interrupted training cannot be resumed with different settings: {', '.join(changed)}. Use "
                "its original settings, or start a new training run."
            )

    def check_cases(self, train: Iterable[str], validation: Iterable[str]) -> None:
        """Refuse to resume with other cases, by their ids.

        Raises:
            TrainingError: the cases differ, or one has moved between training and validation.
        """
        if list(train) != list(self.train) or list(validation) != list(self.validation):
            raise TrainingError(
                "The interrupted training cannot be resumed: its cases have changed. Start a new training."
            )

    def changes(self, place: Mapping[str, str], digests: Mapping[str, str]) -> tuple[str, ...]:
        """A sentence for each change since the training began that makes its results differ.

        Args:
            place: where training is resumed, see `describe_environment`.
            digests: case id to the SHA-256 of its picture and mask as they are now.
        """
        before = self.train | self.validation
        changed = [case for case in before if digests.get(case) != before[case]]
        listed = name_some(changed, 3)
        sentences = [f"Changed since this training began, and used as it is now: {listed}."] if changed else []
        return (*sentences, *self._environment_changes(place))

    def validation_changed(self, validation: Mapping[str, str]) -> bool:
        """Whether the validation cases, given by their digests, differ from those of the epochs so far."""
        return dict(validation) != self.validation

    def _environment_changes(self, place: Mapping[str, str]) -> Iterator[str]:
        for name, before in self.place.items():
            if place.get(name, before) != before:
                yield (
                    f"This training began with {name} {before} and is resumed with {place[name]}: results may differ "
                    "slightly."
                )

    def to_metadata(self) -> dict[str, str]:
        """The string-to-string metadata of a safetensors file."""
        data = {name: getattr(self, name) for name in ("train", "validation", "parent", "place", "created", "format")}
        data |= {"recent": list(self.recent), "unlike": list(self.unlike)}
        data |= {"labels": self.labels.to_json(), "config": self.config.to_json(), "internals": self.internals}
        data["past"] = [asdict(epoch) | {"metrics": dict(epoch.metrics)} for epoch in self.past]
        return {_KEY: json.dumps(data)}


@dataclass(frozen=True, slots=True)
class _Stored:
    """The types of the fields, apart from labels and settings, which check themselves."""

    train: dict[str, str]
    validation: dict[str, str]
    parent: str | None
    past: Annotated[tuple[EpochDone, ...], Meta(min_length=1)]
    place: dict[str, str]
    created: str
    internals: dict[str, Any]
    recent: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    format: int = field(default=FORMAT)


class _NewerFormatError(TrainingError):
    """The file was made by a newer program; it is not damaged."""


def read(path: Path) -> TrainingHeader:
    """Read the description alone, in milliseconds. The file's checksum is not verified.

    Raises:
        TrainingError: missing, of a newer program, or damaged.
    """
    try:
        data = parse(read_metadata(path)[_KEY], dict[str, Any], file_names=True, nan=True)
        if check(data.get("format"), Count) > FORMAT:
            raise _NewerFormatError(
                f"{path} was made by a newer U-Net Desktop (format {data['format']}); update, or start a new training."
            )
        labels, config = LabelSet.from_json(data.pop("labels")), TrainConfig.from_json(data.pop("config"))
        stored = check(data, _Stored)
        return TrainingHeader(labels, config, **{entry.name: getattr(stored, entry.name) for entry in fields(_Stored)})
    except _NewerFormatError:
        raise
    except OSError as error:
        raise TrainingError(f"{path} cannot be opened ({error.strerror}). Start a new training.") from error
    except (struct.error, ValueError, KeyError, TypeError, UserError) as error:
        raise damage_error(path, error) from error


def damage_error(path: Path, reason: object) -> TrainingError:
    """The error to raise for a state that training cannot be resumed from."""
    return TrainingError(
        f"The interrupted training cannot be resumed: {path} is damaged ({reason}). Start a new training; this does "
        "not affect the models."
    )
