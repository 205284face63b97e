"""Summary of a run for its report, gathered picture by picture; its size does not grow with their number."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Generic, TypeVar

import numpy as np

from unet_desktop.masks.trust import UNFAMILIAR, Unfamiliar
from unet_desktop.tasks.folders.ledger import Entry

SHOWN = 24
"""Close-ups in a gallery."""
MAX_LISTED = 10_000
"""Rows of the table of all pictures."""
MAX_FLAGGED = 500
MAX_FAILURES = 500
MAX_POINTS = 1_500
"""Points of a scatter plot; more would cover each other, so a density is shown instead."""
_RATIO = "vertical_cup_to_disc_ratio"

FLAGS: Mapping[str, str] = {
    "flag_not_found": "nothing found",
    "flag_several": "several candidates",
    "flag_cut": "cut by the border",
    "flag_stereo": "two photographs",
    "flag_unfamiliar": "unfamiliar",
    "flag_poor_quality": "poor quality",
}
"""Columns of the table, and their names in a report."""
KINDS: Mapping[Unfamiliar, tuple[str, ...]] = {
    Unfamiliar.FRAMING: ("another framing",),
    Unfamiliar.CAMERA: ("another camera",),
    Unfamiliar.BOTH: ("another camera", "another framing"),
    Unfamiliar.NOT_FUNDUS: ("not a fundus photograph",),
}
"""Names in a report for how a picture is unfamiliar, in place of "unfamiliar"."""

T = TypeVar("T")


class TopN(Generic[T]):
    """Keeps the items with the highest keys out of any number; of equal keys, those added first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._heap: list[tuple[float, int, T]] = []
        self.seen = 0

    def add(self, key: float, item: T) -> None:
        """Add an item."""
        self.seen += 1
        ranked = (key, -self.seen, item)
        if len(self._heap) < self._most:
            heapq.heappush(self._heap, ranked)
        elif ranked[:2] > self._heap[0][:2]:
            heapq.heapreplace(self._heap, ranked)

    def highest_first(self) -> list[T]:
        """The items, by key."""
        return [item for _, _, item in sorted(self._heap, key=lambda ranked: ranked[:2], reverse=True)]

    def in_order_added(self) -> list[T]:
        """The items, in the order in which they were added."""
        return [item for _, _, item in sorted(self._heap, key=lambda ranked: -ranked[1])]


class Distribution:
    """Counts values from 0 to 1 in thousandths, for quantiles and histograms of any number of them."""

    _PARTS = 1000

    def __init__(self) -> None:
        self._counts = np.zeros(self._PARTS, np.int64)

    def add(self, value: float) -> None:
        """Count a value; ignore NaN."""
        if math.isfinite(value):
            self._counts[min(max(int(value * self._PARTS + 1e-9), 0), self._PARTS - 1)] += 1

    def __len__(self) -> int:
        """Number of values."""
        return int(self._counts.sum())

    def quantile(self, share: float) -> float:
        """The value below which this fraction of all values lies, to a thousandth; NaN without values."""
        reached = np.cumsum(self._counts)
        if reached[-1] == 0:
            return math.nan
        place = int(np.searchsorted(reached, share * reached[-1], side="left"))
        return (place + 0.5) / self._PARTS

    def histogram(self, bars: int) -> list[int]:
        """Count the values in each of `bars` equal parts of 0 to 1; `bars` divides 1000."""
        return [int(count) for count in self._counts.reshape(bars, -1).sum(axis=1)]


@dataclass(frozen=True, slots=True)
class PictureSummary:
    """What a report needs to know about a segmented picture.

    Attributes:
        image: see `Picture.relative`.
        path: the file.
        page: page of the file, from 0.
        mask: the mask's path below the output folder; empty when none was written.
        found: whether the mask holds anything.
        ratio: vertical cup-to-disc ratio; NaN where there is none.
        low, high: ends of its likely interval; NaN where unknown.
        confidence: 0..1.
        flags: values of FLAGS and KINDS.
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
    def from_entry(cls, entry: Entry) -> PictureSummary:
        """Read them from the ledger's entry."""
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
    """All that a report says about the pictures of a run."""

    def __init__(self) -> None:
        self.done = self.failed = self.flagged = 0
        self.flags: Counter[str] = Counter()
        self.ratios, self.confidences = Distribution(), Distribution()
        self.density = np.zeros((100, 100), np.int64)  # rows: confidence, columns: ratio
        self.points = TopN[PictureSummary](MAX_POINTS)
        self.uncertain, self.largest = TopN[PictureSummary](SHOWN), TopN[PictureSummary](SHOWN)
        self.listed = TopN[PictureSummary](MAX_LISTED)
        self.flagged_pictures = TopN[PictureSummary](MAX_FLAGGED)
        self.failures = TopN[tuple[str, str]](MAX_FAILURES)

    def add(self, entry: Entry) -> None:
        """Add a picture."""
        if entry.problem:
            self.failed += 1
            # Readers of a report need not know where the picture is on this computer.
            self.failures.add(0.0, (entry.image, entry.problem.replace(entry.path, PurePath(entry.path).name)))
            return
        picture = PictureSummary.from_entry(entry)
        self.done += 1
        self.flags.update(picture.flags)
        self.listed.add(-picture.confidence, picture)
        if picture.flags:
            self.flagged += 1
            self.flagged_pictures.add(0.0, picture)
        if picture.found:
            self._measure(picture)

    def _measure(self, picture: PictureSummary) -> None:
        self.confidences.add(picture.confidence)
        # A network can be sure of the wrong place: flagged pictures come before merely uncertain ones.
        self.uncertain.add(bool(picture.flags) - picture.confidence, picture)
        if math.isfinite(picture.ratio):
            self.ratios.add(picture.ratio)
            self.largest.add(picture.ratio, picture)
            self.points.add(0.0, picture)
            row, column = (min(max(int(value * 100), 0), 99) for value in (picture.confidence, picture.ratio))
            self.density[row, column] += 1


def _flags(row: Mapping[str, object], found: bool) -> Iterator[str]:
    """Yield the flags that are set; older tables lack columns for some and say it elsewhere."""
    fallback = {"flag_not_found": not found, "flag_unfamiliar": UNFAMILIAR in str(row.get("note", ""))}
    for column, name in FLAGS.items():
        if row.get(column, fallback.get(column, False)) is True:
            kinds = KINDS.get(Unfamiliar.read(True, row.get("unfamiliar_kind")), (name,))
            yield from kinds if column == "flag_unfamiliar" else (name,)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
