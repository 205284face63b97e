"""The description at the head of a checkpoint file, read and checked without torch."""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from unet_desktop import json_data
from unet_desktop.errors import CheckpointError, LabelError
from unet_desktop.labels import LabelSet
from unet_desktop.links import open_to_read

FORMAT = 1
SUFFIX = ".safetensors"
_KEY = "unet-desktop"
_LONGEST_HEADER = json_data.LARGEST
_USELESS_DICE = 0.005
"""Below it, Dice is written as 0.00."""
_CHOOSE = "Choose a .safetensors file from the models folder of a project."


@dataclass(frozen=True, slots=True)
class CheckpointHeader:
    """Everything in a checkpoint except its weights.

    Attributes:
        labels: the labels it segments, one region each, in order.
        networks: name ("locate", "segment") to `NetworkSpec` as plain data: kind, width, and preprocessing (input
            size, crop factor, normalisation); enough to build the network and to make its input.
        preset: name of the preset it was trained with.
        training: the whole training configuration, as plain data.
        metrics: measured on the validation cases, by name; what was not measured is absent, never NaN.
        data: what it was trained on: numbers of cases, their ids, fingerprint of pictures and masks.
        versions: of this program, torch and numpy.
        created: ISO 8601 time in UTC.
        weights_sha256: SHA-256 of weights and description, verified before they are used.
        parent: weights_sha256 of the checkpoint that training continued from, or None.
        trust: what tells how reliable a prediction is: calibration, features of the training pictures; may be empty.
        format: the number of this layout.
    """

    labels: LabelSet
    networks: dict[str, dict[str, Any]]
    preset: str
    training: dict[str, Any]
    metrics: dict[str, float]
    data: dict[str, Any]
    versions: dict[str, str]
    created: str
    weights_sha256: str
    parent: str | None = None
    trust: dict[str, Any] = field(default_factory=dict)
    format: int = field(default=FORMAT)

    def warnings(self) -> list[str]:
        """What must be known before the model is used, as sentences; none if validation found nothing wrong."""
        dice = {label.name: self.metrics.get(f"dice/{label.name}") for label in self.labels}
        if not self.data.get("validation") or not self.metrics:
            return []
        if not any(value is not None for value in dice.values()):
            return ["No validation picture shows any of its labels, so it is unknown how well it finds them."]
        failed = [name for name, value in dice.items() if value is not None and value < _USELESS_DICE]
        if not failed:
            return []
        every = len(failed) == len(self.labels)
        names = " and ".join(f'"{name}"' for name in failed)
        return [
            f"{'This model finds nothing' if every else f'This model does not find {names}'}: the Dice of "
            f"{'its labels' if every else names} on the validation pictures is zero. Check these masks, correct more "
            "cases, or train longer."
        ]

    @property
    def origin(self) -> str:
        """What it started from: the fingerprint of a model, or new weights and why."""
        return self.parent or str(self.data.get("origin") or "new weights")

    @property
    def adapted_to(self) -> str:
        """What it was adapted to without masks, for people: "17 pictures of clinic-b"; empty if it was not."""
        adapted = self.data.get("adapted")
        if not isinstance(adapted, dict):
            return ""
        return f"{adapted.get('pictures')} pictures of {adapted.get('folder')}, from {adapted.get('parent')}"

    def to_metadata(self) -> dict[str, str]:
        """The string-to-string metadata of a safetensors file."""
        data = asdict(self) | {"labels": self.labels.to_json()}
        if not self.trust:  # older models have none, and their digest covers this text
            del data["trust"]
        return {_KEY: json.dumps(data, allow_nan=False, sort_keys=True)}

    @classmethod
    def from_metadata(cls, metadata: dict[str, str] | None, path: Path) -> CheckpointHeader:
        """Read what `to_metadata` wrote.

        Raises:
            CheckpointError: the file is not of this program, or of a newer one, or damaged.
        """
        text = (metadata or {}).get(_KEY)
        if text is None:
            raise CheckpointError(
                f"{path} is not a U-Net Desktop model: it has weights but no description of them. {_CHOOSE}"
            )
        try:
            data = json_data.parse(text, dict[str, Any])
            number = json_data.check(data, _Format).format
            if number > FORMAT:
                raise CheckpointError(f"{path} was made by a newer U-Net Desktop (format {number}); update first.")
            json_data.check(data, _Stored)  # what is used are the data as they are, which the digest covers
            return cls(**(data | {"labels": LabelSet.from_json(data["labels"])}))
        except (ValueError, TypeError, LabelError) as error:  # TypeError: a field that this version does not know
            raise CheckpointError(
                f"{path} is damaged: its description cannot be read ({error}). Copy it again."
            ) from error


@dataclass(frozen=True, slots=True)
class _Format:
    format: json_data.Count


@dataclass(frozen=True, slots=True)
class _Data:
    """The known fields of `CheckpointHeader.data`."""

    train_cases: list[str] = field(default_factory=list)
    validation_cases: list[str] = field(default_factory=list)
    undrawn: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Trust:
    """The known fields of `CheckpointHeader.trust`; the segmenter reads what is in them."""

    calibration: dict[str, Any] = field(default_factory=dict)
    familiar: dict[str, Any] = field(default_factory=dict)
    typical: dict[str, Any] = field(default_factory=dict)
    appearances: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Stored:
    """The types of a header's fields."""

    labels: list[Any]
    networks: dict[str, dict[str, Any]]
    preset: str
    training: dict[str, Any]
    metrics: dict[str, float]
    data: _Data
    versions: dict[str, str]
    created: str
    weights_sha256: str
    parent: str | None = None
    trust: _Trust = field(default_factory=_Trust)


@dataclass(frozen=True, slots=True)
class _Tensor:
    """An entry in the table of weights."""

    data_offsets: tuple[json_data.Count, json_data.Count]


def read_header(path: Path) -> CheckpointHeader:
    """Read the description alone, in milliseconds, without weights or torch.

    Raises:
        CheckpointError: missing, not a safetensors file, not of this program, or damaged.
    """
    try:
        metadata = read_metadata(path)
    except OSError as error:
        raise CheckpointError(f"The model {path} cannot be opened ({error.strerror}). Check the path.") from error
    except (struct.error, ValueError) as error:
        raise CheckpointError(f"{path} is not a U-Net Desktop model file. {_CHOOSE}") from error
    return CheckpointHeader.from_metadata(metadata, path)


def check_length(path: Path) -> None:
    """Check that a file has the length that its head states, without reading the weights.

    Raises:
        CheckpointError: it is longer or shorter.
    """
    start, head = _read_head(path)
    tensors = {name: entry for name, entry in head.items() if name != "__metadata__"}
    try:
        table = json_data.check(tensors, dict[str, _Tensor])
        end = start + max((entry.data_offsets[1] for entry in table.values()), default=0)
    except json_data.DataError as error:
        raise CheckpointError(f"{path} is damaged: its table of weights cannot be read. Copy it again.") from error
    if path.stat().st_size != end:
        raise CheckpointError(
            f"{path} is damaged: it should have {end} bytes and has {path.stat().st_size}. Copy it again."
        )


def read_metadata(path: Path) -> dict[str, str]:
    """The metadata of any safetensors file, empty if it has none; without weights or torch.

    Raises:
        OSError: it cannot be read.
        struct.error, ValueError: it is not a safetensors file.
    """
    metadata = _read_head(path)[1].get("__metadata__")
    return {} if metadata is None else json_data.check(metadata, dict[str, str])


def _read_head(path: Path) -> tuple[int, dict[str, Any]]:
    """The position of the first weight, and the JSON before it; raises what `read_metadata` does."""
    with open_to_read(path) as file:
        (length,) = struct.unpack("<Q", file.read(8))
        if length > _LONGEST_HEADER:
            raise ValueError("its head is too long")
        return 8 + length, json_data.parse(file.read(length), dict[str, Any])
