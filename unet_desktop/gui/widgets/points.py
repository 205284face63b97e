"""Points: what a curve in a plot is drawn from; no widgets here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Points:
    """Heights over places on the horizontal axis (epochs, cases), in order."""

    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)

    def add(self, x: float, y: float) -> None:
        """Add a point, unless its height is not finite."""
        if math.isfinite(y):
            self.x.append(x)
            self.y.append(y)

    def thin(self) -> None:
        """Drop every other point: as many look the same."""
        del self.x[::2]
        del self.y[::2]


def moving_mean(values: Sequence[float], window: int) -> list[float]:
    """The mean of each value and up to `window` - 1 values before it."""
    return [sum(part) / len(part) for part in (values[max(0, at - window) : at] for at in range(1, len(values) + 1))]
