"""A network's part of a training run, and how long the run will still take."""

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
    """One network's part of a run.

    Attributes:
        name: of the network.
        spec: of the network.
        labels: what it answers.
        epochs: passes.
        steps: of an epoch.
        batch_size: pictures a step.
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
        """Pixels that the stage will push through its network: what its time goes with."""
        return float(self.epochs * self.steps * self.batch_size * self.spec.size**2)


class Clock:
    """Estimates the time left from the share of the work that is done."""

    def __init__(self, stages: list[Stage]) -> None:
        self._total = sum(stage.work for stage in stages)
        self._done = 0.0
        self._begun = time.perf_counter()

    def resume(self, past: Mapping[str, int], stages: list[Stage], seconds: float) -> None:
        """So many epochs of each stage are behind, and took so long in all."""
        self._done = sum(stage.work * min(past.get(stage.name, 0), stage.epochs) / stage.epochs for stage in stages)
        self._begun = time.perf_counter() - seconds

    def skip(self, stage: Stage, epochs: int) -> None:
        """The stage's last epochs will not be needed."""
        self._total -= stage.work * epochs / stage.epochs

    @property
    def elapsed(self) -> float:
        """Seconds that the run has taken, those before an interruption included."""
        return time.perf_counter() - self._begun

    def advance(self, stage: Stage) -> float:
        """One step of the stage is done; seconds left of the run."""
        self._done += stage.work / (stage.epochs * stage.steps)
        return self.left()

    def left(self) -> float:
        """Seconds left of the run; NaN before the first step."""
        if self._done == 0.0:
            return math.nan
        return self.elapsed * max(0.0, self._total - self._done) / self._done
