"""Trainings that were stopped or killed and can be resumed; found without loading torch."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from unet_desktop import files
from unet_desktop.checkpoint_header import read_header
from unet_desktop.engine.training.state_header import TrainingHeader, read
from unet_desktop.errors import CheckpointError, TrainingError
from unet_desktop.project.layout import Layout
from unet_desktop.project.models import number_of

log = logging.getLogger("unet.tasks")

_STAGES = {"locate": "learning to locate", "segment": "learning to segment"}


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A training run that can be resumed.

    Attributes:
        name: of the model that it trains.
        path: its state file.
        header: labels, settings, cases and finished epochs.
    """

    name: str
    path: Path
    header: TrainingHeader

    @property
    def metrics(self) -> Mapping[str, float]:
        """Metrics of the last epoch on the validation cases, named as in `EpochDone`."""
        return self.header.past[-1].metrics

    @property
    def saved(self) -> datetime:
        """When its last epoch ended, in local time."""
        return datetime.fromisoformat(self.header.created).astimezone()

    def describe(self) -> str:
        """Name, preset, epoch, Dice and date, as part of a sentence."""
        last = self.header.past[-1]
        dice = f", Dice {last.metrics['dice']:.3f}" if "dice" in last.metrics else ""
        return (
            f"{self.name} ({self.header.config.title}), {_STAGES[self.header.stage]}, "
            f"epoch {last.epoch} of {last.epochs} done{dice}, {self.saved:%Y-%m-%d %H:%M}"
        )


def find_interrupted(root: Path) -> Interrupted | None:
    """Find the newest training of the project that can be resumed, within milliseconds.

    Call it while holding the project and not training in it: a running training looks the same. Damaged states are
    logged and skipped.
    """
    found = []
    for path in Layout(root).training_states():
        try:
            state = Interrupted(path.name.removesuffix(path.suffix), path, read(path))
            found.append(((number_of(state.name), state.saved), state))  # the clock may have jumped
        except (TrainingError, ValueError) as error:
            log.warning("%s", error)
    return max(found, key=lambda entry: entry[0])[1] if found else None


def describe_kept(layout: Layout, name: str) -> str:
    """Say in two sentences what is on disk of a training that could not be written any more."""
    try:
        dice = read_header(layout.model(name)).metrics.get("dice")
        model = f"The model {name} is kept as it was last saved"
        model += "." if dice is None else f", with Dice {dice:.3f}."
    except CheckpointError:
        model = "No model of it has been saved yet."
    try:
        last = (header := read(layout.training_state(name))).past[-1]
        return f"{model} It can be resumed after epoch {last.epoch} of {last.epochs} of {_STAGES[header.stage]}."
    except TrainingError:
        return f"{model} It cannot be resumed; start it again when there is room."


def discard(root: Path) -> None:
    """Discard interrupted training runs; the models that they saved are kept.

    Raises:
        WriteError: a file cannot be deleted.
    """
    for path in Layout(root).training_states():
        files.delete_file(path)
