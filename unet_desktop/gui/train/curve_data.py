"""What the training curves are made of, gathered from the events of one run; no widgets here."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from unet_desktop.engine.events import BatchDone, EpochDone
from unet_desktop.gui.widgets.plot import Points

_MOST_BATCHES = 2000


@dataclass
class CurveData:
    """Points of the stage that runs now; a new stage starts from nothing.

    Attributes:
        stage: "locate", "segment" or empty.
        batches, train, validation: (epochs, losses); batches lie between whole epochs.
        dice, iou: label name to (epochs, that figure on the validation cases).
        rate: (epochs, learning rates).
        best: epoch that the checkpoint holds, 0 before the first.
    """

    stage: str = ""
    batches: Points = field(default_factory=lambda: ([], []))
    train: Points = field(default_factory=lambda: ([], []))
    validation: Points = field(default_factory=lambda: ([], []))
    dice: dict[str, Points] = field(default_factory=dict)
    iou: dict[str, Points] = field(default_factory=dict)
    rate: Points = field(default_factory=lambda: ([], []))
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
            _append(self.rate, event.epoch, event.learning_rate)
            _append(self.validation, event.epoch, event.metrics.get("bce", math.nan))
            for name, value in event.metrics.items():
                kind, _, label = name.partition("/")
                if label and kind in ("dice", "iou"):
                    curves = self.dice if kind == "dice" else self.iou
                    _append(curves.setdefault(label, ([], [])), event.epoch, value)
            if event.saved:
                self.best = event.epoch
            return True
        return False

    def _enter(self, stage: str) -> None:
        if stage != self.stage:
            self.stage, self.best, self.dice, self.iou = stage, 0, {}, {}
            self.batches, self.train, self.validation, self.rate = ([], []), ([], []), ([], []), ([], [])


def _append(points: Points, epoch: float, value: float) -> None:
    if math.isfinite(value):
        points[0].append(epoch)
        points[1].append(value)


def moving_mean(values: list[float], window: int) -> list[float]:
    """The mean of each value and the `window` - 1 before it, as far as there are so many."""
    return [sum(part) / len(part) for part in (values[max(0, at - window) : at] for at in range(1, len(values) + 1))]
