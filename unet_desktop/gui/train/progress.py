"""TrainingProgress: how the running training goes, or how the last one went; no widgets here."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from unet_desktop.engine.config import TrainConfig
from unet_desktop.engine.events import BatchDone, EpochDone, Finished, Message, Resumed, Stage
from unet_desktop.gui.widgets.durations import duration
from unet_desktop.gui.widgets.points import Points
from unet_desktop.tasks.events import FailedBefore, FileWritten, FinishedBefore, ItemDone, ModelSaved, TaskEvent

_MAX_BATCHES = 2000
_MAX_MESSAGES = 4


@dataclass(slots=True)
class CurvePoints:
    """The curves of one stage of a training run.

    Attributes:
        stage: "locate", "segment", or None when there are no curves.
        epochs: of the stage.
        batches: loss over fractions of epochs.
        train, validation: mean loss over epochs.
        dice, iou: of each label on the validation cases, over epochs.
        rate: learning rate over epochs.
    """

    stage: Stage | None = None
    epochs: int = 1
    batches: Points = field(default_factory=Points)
    train: Points = field(default_factory=Points)
    validation: Points = field(default_factory=Points)
    dice: dict[str, Points] = field(default_factory=dict)
    iou: dict[str, Points] = field(default_factory=dict)
    rate: Points = field(default_factory=Points)

    @classmethod
    def of(cls, epochs: Sequence[EpochDone]) -> CurvePoints:
        """The curves of the last stage of these epochs."""
        if not epochs:
            return cls()
        points = cls(epochs[-1].stage, epochs[-1].epochs)
        for epoch in epochs:
            if epoch.stage == points.stage:
                points.add_epoch(epoch)
        return points

    def add_batch(self, event: BatchDone) -> None:
        """Add the loss of a batch of this stage."""
        self.batches.add(event.epoch - 1 + event.step / max(event.steps, 1), event.loss)
        if len(self.batches.x) > _MAX_BATCHES:
            self.batches.thin()  # drawing stays quick

    def add_epoch(self, event: EpochDone) -> None:
        """Add losses, metrics and learning rate of an epoch of this stage."""
        self.train.add(event.epoch, event.train_loss)
        self.rate.add(event.epoch, event.learning_rate)
        self.validation.add(event.epoch, event.metrics.get("bce", math.nan))
        for name, value in event.metrics.items():
            kind, _, label = name.partition("/")
            if label and kind in ("dice", "iou"):
                curves = self.dice if kind == "dice" else self.iou
                curves.setdefault(label, Points()).add(event.epoch, value)


@dataclass(slots=True)
class TrainingProgress:
    """What the events of a training run have said so far.

    Attributes:
        config: the settings of the training; None before the first one.
        from_scratch: it started from new weights.
        latest: the last event that says how far the running job is; an item if the job is not a training run.
        curves: of the running stage.
        measured: the last event with metrics.
        messages: the last few sentences, also those of other jobs.
        ending: how the last job ended, as a sentence; empty while one runs.
    """

    config: TrainConfig | None = None
    from_scratch: bool = True
    latest: BatchDone | EpochDone | ItemDone | None = None
    curves: CurvePoints = field(default_factory=CurvePoints)
    measured: EpochDone | Finished | None = None
    messages: deque[str] = field(default_factory=lambda: deque(maxlen=_MAX_MESSAGES))
    ending: str = ""

    @property
    def is_training(self) -> bool:
        """Whether the running job has said that it trains."""
        return isinstance(self.latest, BatchDone | EpochDone)

    @property
    def share(self) -> float:
        """How much of the running stage, or of the items, is done: 0 to 1."""
        match self.latest:
            case BatchDone(epoch=epoch, epochs=epochs, step=step, steps=steps):
                share = (max(epoch, 1) - 1 + step / max(steps, 1)) / max(epochs, 1)
            case EpochDone(epoch=epoch, epochs=epochs):
                share = epoch / max(epochs, 1)
            case ItemDone(done=done, total=total):
                share = done / max(total, 1)
            case None:
                share = 0.0
        return min(max(share, 0.0), 1.0)

    @property
    def seconds_left(self) -> float:
        """Of the whole training; NaN while unknown."""
        match self.latest:
            case BatchDone(seconds_left=seconds) | EpochDone(seconds_left=seconds):
                return seconds
        return math.nan

    @property
    def metrics(self) -> Mapping[str, float]:
        """The last metrics on the validation cases."""
        return {} if self.measured is None else self.measured.metrics

    def start_job(self) -> None:
        """A job starts, of whatever kind; what the last training came to stays."""
        self.latest, self.ending = None, ""

    def stop(self) -> None:
        """The user stops the job."""
        self.ending = "Stopped."

    def update(self, event: TaskEvent) -> None:
        """Follow an event; those that say nothing about a job's progress are ignored."""
        match event:
            case BatchDone():
                self.latest = event
                if math.isfinite(event.loss):  # there is none while pictures are read
                    self._curves_of(event).add_batch(event)
            case EpochDone():
                self.latest = event
                self._curves_of(event).add_epoch(event)
                if event.metrics:
                    self.measured = event
            case ItemDone():
                self.latest = event
            case Resumed():
                self.curves = CurvePoints.of(event.past)
                self.messages.extend(event.changes)
            case Finished():
                self.measured = event
                self.ending = f"Training finished in {duration(event.seconds)}."
            case Message():
                self.messages.append(event.text)
            case FinishedBefore() | FailedBefore():
                self.messages.append(event.sentence)
            case ModelSaved():
                self.messages.append(f"Saved as {event.name}.")
            case FileWritten():
                self.messages.append(f"{event.path.name}: {event.what}.")

    def _curves_of(self, event: BatchDone | EpochDone) -> CurvePoints:
        """The curves of the event's stage; a new stage starts with empty ones."""
        if event.stage != self.curves.stage:
            self.curves = CurvePoints(event.stage, event.epochs)
        return self.curves
