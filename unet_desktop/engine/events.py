"""The events of a training run: small frozen values, no torch."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

Result = TypeVar("Result")

Stage = Literal["read", "locate", "segment", "measure"]
"""read: pictures are decoded. locate, segment: that network learns. measure: the finished model is measured."""


class Transient:
    """Base of the events that only say how far the work is: a receiver that cannot keep up may drop them."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence that the user should read, e.g. a warning."""

    text: str


@dataclass(frozen=True, slots=True)
class BatchDone(Transient):
    """One step is done.

    Attributes:
        stage: which part of the run.
        epoch: from 1 (0 while reading).
        epochs: of this stage.
        step: from 1, within the epoch.
        steps: of the epoch.
        loss: of this batch, NaN while reading.
        seconds_left: of the whole run, NaN while unknown.
    """

    stage: Stage
    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    seconds_left: float


@dataclass(frozen=True, slots=True)
class EpochDone:
    """One pass over the training cases and the validation after it.

    Attributes:
        stage: "locate" or "segment".
        epoch: from 1.
        epochs: of this stage.
        train_loss: mean over the epoch's batches.
        metrics: on the validation cases as the network sees them: "bce", "dice", "iou" (means over regions),
            "dice/<label>", "iou/<label>" over the cases that show the label, "true_absent/<label>" over the others (the
            share in which nothing was found), and "vcdr_error" where there is a cup in a disc. Empty without validation
            cases; what could not be measured is absent.
        learning_rate: at the epoch's first step, of the encoder.
        seconds: that the epoch took, validation included.
        seconds_left: of the whole run.
        saved: the checkpoint now holds this epoch's weights.
    """

    stage: Stage
    epoch: int
    epochs: int
    train_loss: float
    metrics: Mapping[str, float]
    learning_rate: float
    seconds: float
    seconds_left: float
    saved: bool


@dataclass(frozen=True, slots=True)
class Finished:
    """Training is over and the checkpoint complete.

    Attributes:
        checkpoint: the file.
        metrics: of the kept epoch's model, measured end to end at the validation pictures' own resolution; names as in
            `EpochDone`, "bce" as the network saw it.
        cases: case id to the same metrics of that picture alone, worst first (see `picture_score`).
        seconds: of the whole run.
    """

    checkpoint: Path
    metrics: Mapping[str, float]
    cases: Mapping[str, Mapping[str, float]]
    seconds: float


@dataclass(frozen=True, slots=True)
class StopPoint(Transient):
    """A place within a step, or between two validation pictures, where the run can be stopped."""

    stage: Stage


@dataclass(frozen=True, slots=True)
class Resumed:
    """An interrupted training is resumed; the first event after the pictures were read.

    Attributes:
        past: the epochs that were done before, in order; at least one.
        changes: sentences on what has changed since (torch, threads), so that metrics may differ in the last digits.
    """

    past: tuple[EpochDone, ...]
    changes: tuple[str, ...] = ()


TrainEvent = Message | StopPoint | BatchDone | EpochDone | Resumed | Finished
"""What training yields."""


def report_working(steps: Generator[None, None, Result], stage: Stage) -> Generator[StopPoint, None, Result]:
    """Return the result of work done in steps, yielding an event after each; close the steps with it."""
    with closing(steps):
        while True:
            try:
                next(steps)
            except StopIteration as end:
                result: Result = end.value
                return result
            yield StopPoint(stage)
