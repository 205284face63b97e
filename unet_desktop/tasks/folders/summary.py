"""Summary: what a report says of a run, gathered picture by picture; its size does not grow with their number."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Generic, TypeVar

import numpy as np

from unet_desktop.masks.trust import UNFAMILIAR
from unet_desktop.tasks.folders.ledger import Entry

SHOWN = 24
"""Small pictures a gallery."""
MOST_LISTED = 10_000
"""Rows of the list of all pictures."""
MOST_FLAGGED = 500
MOST_FAILURES = 500
MOST_POINTS = 1_500
"""More points would cover each other; a plot then shows how many lie where."""
_RATIO = "vertical_cup_to_disc_ratio"

FLAGS: Mapping[str, str] = {
    "flag_not_found": "nothing found",
    "flag_several": "several candidates",
    "flag_cut": "cut by the border",
    "flag_unfamiliar": "unfamiliar",
    "flag_poor_quality": "poor quality",
}
"""Columns of the table, and what a report calls them."""

T = TypeVar("T")


class Foremost(Generic[T]):
    """Of any number of things, those with the highest keys; of equal keys those that came first."""

    def __init__(self, most: int) -> None:
        """Keep at most so many."""
        self._most = most
        self._heap: list[tuple[float, int, T]] = []
        self.seen = 0

    def add(self, key: float, thing: T) -> None:
        """One more thing."""
        self.seen += 1
        ranked = (key, -self.seen, thing)
        if len(self._heap) < self._most:
            heapq.heappush(self._heap, ranked)
        elif ranked[:2] > self._heap[0][:2]:
            heapq.heapreplace(self._heap, ranked)

    def highest_first(self) -> list[T]:
        """What is kept, by key."""
        return [thing for _, _, thing in sorted(self._heap, key=lambda ranked: ranked[:2], reverse=True)]

    def as_they_came(self) -> list[T]:
        """What is kept, in the order in which it was added."""
        return [thing for _, _, thing in sorted(self._heap, key=lambda ranked: -ranked[1])]


class Spread:
    """Values from 0 to 1, counted in thousandths: quantiles and histograms of any number of them."""

    _PARTS = 1000

    def __init__(self) -> None:
        """Nothing yet."""
        self._counts = np.zeros(self._PARTS, np.int64)

    def add(self, value: float) -> None:
        """One more value; what is none is left out."""
        if math.isfinite(value):
            self._counts[min(max(int(value * self._PARTS + 1e-9), 0), self._PARTS - 1)] += 1

    def __len__(self) -> int:
        """How many values there are."""
        return int(self._counts.sum())

    def quantile(self, share: float) -> float:
        """The value that this share of all lies below, to a thousandth; NaN without any."""
        reached = np.cumsum(self._counts)
        if reached[-1] == 0:
            return math.nan
        place = int(np.searchsorted(reached, share * reached[-1], side="left"))
        return (place + 0.5) / self._PARTS

    def histogram(self, bars: int) -> list[int]:
        """How many lie in each of so many equal parts of 0 to 1; a divisor of 1000."""
        return [int(count) for count in self._counts.reshape(bars, -1).sum(axis=1)]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a report keeps of a picture that was segmented.

    Attributes:
        image: see `Picture.relative`.
        path: of the file.
        page: of it, from 0.
        mask: of it below the output folder; empty when none was written.
        found: is there anything in the mask?
        ratio: vertical cup-to-disc ratio; NaN where there is none.
        low, high: ends of its likely interval; NaN where they are not known.
        confidence: 0..1.
        flags: of FLAGS' values.
    """

    image: str
    path: str
    page: int
    mask: str
    found: bool
    ratio: float
    low: float
    high: float
    confidence: float
    flags: tuple[str, ...]

    @classmethod
    def of(cls, entry: Entry) -> Seen:
        """What a report keeps of this entry."""
        row = entry.row
        found = bool(row.get("found", True))
        confidence = _number(row.get("confidence"))
        return cls(
            image=entry.image,
            path=entry.path,
            page=entry.page,
            mask=str(row.get("mask", "")),
            found=found,
            ratio=_number(row.get(_RATIO)),
            low=_number(row.get(f"{_RATIO}_low")),
            high=_number(row.get(f"{_RATIO}_high")),
            confidence=confidence if math.isfinite(confidence) else 0.0,
            flags=tuple(_flags(row, found)),
        )


class Summary:
    """All that a report says of the pictures of a run."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.done = self.failed = self.flagged = 0
        self.flags: Counter[str] = Counter()
        self.ratios, self.confidences = Spread(), Spread()
        self.plane = np.zeros((100, 100), np.int64)  # rows: confidence, columns: ratio
        self.points = Foremost[Seen](MOST_POINTS)
        self.uncertain, self.largest = Foremost[Seen](SHOWN), Foremost[Seen](SHOWN)
        self.listed = Foremost[Seen](MOST_LISTED)
        self.doubtful = Foremost[Seen](MOST_FLAGGED)
        self.failures = Foremost[tuple[str, str]](MOST_FAILURES)

    def add(self, entry: Entry) -> None:
        """One more picture."""
        if entry.problem:
            self.failed += 1
            # Where the picture lies on this computer is nobody's business who is handed a report.
            self.failures.add(0.0, (entry.image, entry.problem.replace(entry.path, PurePath(entry.path).name)))
            return
        seen = Seen.of(entry)
        self.done += 1
        self.flags.update(seen.flags)
        self.listed.add(-seen.confidence, seen)
        if seen.flags:
            self.flagged += 1
            self.doubtful.add(0.0, seen)
        if seen.found:
            self._measure(seen)

    def _measure(self, seen: Seen) -> None:
        self.confidences.add(seen.confidence)
        # A network can be sure of the wrong place: what is flagged comes before what is merely uncertain.
        self.uncertain.add(bool(seen.flags) - seen.confidence, seen)
        if math.isfinite(seen.ratio):
            self.ratios.add(seen.ratio)
            self.largest.add(seen.ratio, seen)
            self.points.add(0.0, seen)
            row, column = (min(max(int(value * 100), 0), 99) for value in (seen.confidence, seen.ratio))
            self.plane[row, column] += 1


def _flags(row: Mapping[str, object], found: bool) -> Iterator[str]:
    """The flags that are set; a table without a column for one says it elsewhere."""
    otherwise = {"flag_not_found": not found, "flag_unfamiliar": UNFAMILIAR in str(row.get("note", ""))}
    for column, name in FLAGS.items():
        if row.get(column, otherwise.get(column, False)) is True:
            yield name


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
