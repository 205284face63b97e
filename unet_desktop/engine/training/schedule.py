"""The stages of a training run, and an estimate of the time left."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from unet_desktop.engine.networks.specs import NetworkSpec
from unet_desktop.labels import LabelSet


@dataclass(frozen=True, slots=True)
class Stage:
    """The training of one network.

    Attributes:
        name: the network's name.
        spec: the network's specification.
        labels: the labels that the network segments.
        epochs: passes over the training cases.
        steps: per epoch.
        batch_size: pictures per step.
        learning_rate: peak or start of the schedule.
    """

    name: Literal["locate", "segment"]
    spec: NetworkSpec
    labels: LabelSet
    epochs: int
    steps: int
    batch_size: int
    learning_rate: float

    @property
    def work(self) -> float:
        """Pixels that the stage pushes through its network; its time is proportional to them."""
        return float(self.epochs * self.steps * self.batch_size * self.spec.size**2)


class Clock:
    """Estimates the time left from the share of the work that is done."""

    def __init__(self, stages: list[Stage]) -> None:
        self._total = sum(stage.work for stage in stages)
        self._done = 0.0
        self._started = time.perf_counter()

    def resume(self, past: Mapping[str, int], stages: list[Stage], seconds: float) -> None:
        """Continue after that many epochs of each stage, which took that many seconds in total."""
        self._done = sum(stage.work * min(past.get(stage.name, 0), stage.epochs) / stage.epochs for stage in stages)
        self._started = time.perf_counter() - seconds

    def skip(self, stage: Stage, epochs: int) -> None:
        """Leave out the stage's last epochs."""
        self._total -= stage.work * epochs / stage.epochs

    @property
    def elapsed(self) -> float:
        """Seconds that the run has taken, including those before an interruption."""
        return time.perf_counter() - self._started

    def advance(self, stage: Stage) -> float:
        """Count one step of the stage as done; return the seconds left of the run."""
        self._done += stage.work / (stage.epochs * stage.steps)
        return self.seconds_left()

    def seconds_left(self) -> float:
        """Seconds left of the run; NaN before the first step."""
        if self._done == 0.0:
            return math.nan
        return self.elapsed * max(0.0, self._total - self._done) / self._done
