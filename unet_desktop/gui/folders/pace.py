"""Pace: how many pictures a second are done, of late, and how long the rest will take."""

from __future__ import annotations

from collections import deque

_SPAN = 30.0
"""Seconds that count: long enough to be steady, short enough to follow when another program takes the cores."""
_LEAST = 3
"""Pictures before anything is said; the first ones wait for the model."""


class Pace:
    """Follows a count that grows; seconds are any clock's that only goes forward."""

    def __init__(self) -> None:
        """Nothing is known."""
        self._seen: deque[tuple[float, int]] = deque()

    def restart(self) -> None:
        """Forget what was seen, as after a rest."""
        self._seen.clear()

    def add(self, done: int, at: float) -> None:
        """So many are done at that second."""
        self._seen.append((at, done))
        while len(self._seen) > 2 and at - self._seen[0][0] > _SPAN:
            self._seen.popleft()

    @property
    def rate(self) -> float | None:
        """Pictures a second; None while too few were seen."""
        if len(self._seen) < 2:
            return None
        (began, first), (ended, last) = self._seen[0], self._seen[-1]
        if last - first < _LEAST or ended <= began:
            return None
        return (last - first) / (ended - began)

    def seconds_left(self, total: int) -> float | None:
        """Seconds until so many are done; None while nobody knows."""
        rate = self.rate
        return None if rate is None else max(0, total - self._seen[-1][1]) / rate
