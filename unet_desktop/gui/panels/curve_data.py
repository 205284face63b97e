"""What the training curves are made of, gathered from the events of one run; no widgets here."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from unet_desktop.engine.events import BatchDone, EpochDone

_MOST_BATCHES = 2000

Points = tuple[list[float], list[float]]


@dataclass
class CurveData:
    """Points of the stage that runs now; a new stage starts from nothing.

    Attributes:
        stage: "locate", "segment" or empty.
        batches, train, validation: (epochs, losses); batches lie between whole epochs.
        dice: label name to (epochs, validation Dice).
        best: epoch that the checkpoint holds, 0 before the first.
    """

    stage: str = ""
    batches: Points = field(default_factory=lambda: ([], []))
    train: Points = field(default_factory=lambda: ([], []))
    validation: Points = field(default_factory=lambda: ([], []))
    dice: dict[str, Points] = field(default_factory=dict)
    best: int = 0

    def add(self, event: object) -> bool:
        """Take in an event; False when it holds nothing to draw."""
        if isinstance(event, BatchDone) and event.stage != "read" and math.isfinite(event.loss):
            self._enter(event.stage)
            _append(self.batches, event.epoch - 1 + event.step / max(event.steps, 1), event.loss)
            if len(self.batches[0]) > _MOST_BATCHES:  # half as dense looks the same and drawing stays quick
                for numbers in self.batches:
                    del numbers[::2]
            return True
        if isinstance(event, EpochDone):
            self._enter(event.stage)
            _append(self.train, event.epoch, event.train_loss)
            for name, value in event.metrics.items():
                if name == "bce":
                    _append(self.validation, event.epoch, value)
                elif name.startswith("dice/"):
                    _append(self.dice.setdefault(name.removeprefix("dice/"), ([], [])), event.epoch, value)
            if event.saved:
                self.best = event.epoch
            return True
        return False

    def _enter(self, stage: str) -> None:
        if stage != self.stage:
            self.stage, self.best, self.dice = stage, 0, {}
            self.batches, self.train, self.validation = ([], []), ([], []), ([], [])


def _append(points: Points, epoch: float, value: float) -> None:
    if math.isfinite(value):
        points[0].append(epoch)
        points[1].append(value)
