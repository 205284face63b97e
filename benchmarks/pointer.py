"""A simulated pointer: its position, and the seconds it has taken.

The protocol is RootPainter's (root_painter, trainer/tests/sim_benchmark, method.md): the pointer is read 120 times a
second, paints at 400 and travels at 800 screen pixels a second, and the hand needs 200 ms to find each place and 200 ms
to check the result.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE = 120.0
"""Pointer events a second."""
PAINTING, TRAVEL = 400.0, 800.0
"""Screen pixels a second with the button down, and with the button up."""
SEARCH, CHECK = 0.2, 0.2
"""Seconds to find a place, and to check the result there."""

Place = tuple[float, float]


@dataclass
class Hand:
    """A hand, its clock and its actions.

    Attributes:
        scale: screen pixels a picture pixel.
        seconds: since it began.
        gestures: strokes and clicks.
        at: where the pointer is, picture pixels.
    """

    scale: float
    at: Place
    seconds: float = 0.0
    gestures: int = 0

    def go(self, to: Place) -> None:
        """Find a place and move the pointer there."""
        self.seconds += SEARCH + math.dist(self.at, to) * self.scale / TRAVEL
        self.at = to

    def drag(self, line: NDArray[np.float64]) -> NDArray[np.float64]:
        """Follow a line of (N, 2) points with the button down; return the places where the pointer is read."""
        steps = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
        each = PAINTING / RATE / self.scale
        wanted = np.append(np.arange(0.0, steps[-1], each), steps[-1])
        read = np.stack([np.interp(wanted, steps, line[:, axis]) for axis in (0, 1)], axis=1)
        self.seconds += steps[-1] * self.scale / PAINTING
        self.at = (float(read[-1, 0]), float(read[-1, 1]))
        return read

    def check(self) -> None:
        """Release the button and check the result."""
        self.seconds += CHECK
        self.gestures += 1
