"""ContourDraft: a contour while it is being shaped, and which pixels its changes add and take.

The pixels follow the curve's changes, not the curve: what it runs over is added, what it leaves is taken, and where it
did not move the region stays as it was, to the pixel, with holes and notches that no curve of few knots would follow.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from unet_desktop.masks.box import Box, bounds
from unet_desktop.masks.regions import Region
from unet_desktop.masks.shapes.fill import Points, filled
from unet_desktop.masks.shapes.spline import FEWEST, Contour, round_through

Size = tuple[int, int]
"""(height, width) of the picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """Pixels of a box that are added to the label's region and those that are taken from it, (h, w) bool each."""

    box: Box
    added: Region
    taken: Region


NO_CHANGE = Change(Box(0, 0, 0, 0), np.zeros((0, 0), bool), np.zeros((0, 0), bool))


@dataclass(frozen=True, slots=True, eq=False)
class ContourDraft:
    """One state of it.

    Attributes:
        knots: (N, 2) of a contour that is drawn from nothing; empty for one that goes round a region.
        contour: the curve; None while there are too few knots.
        base: the curve round the region as `settled` leaves it; None where there was none.
        settled: what was changed before the curve got its present knots.
    """

    knots: Points = field(default_factory=lambda: np.zeros((0, 2)))
    contour: Contour | None = None
    base: Contour | None = None
    settled: Change = NO_CHANGE

    @property
    def drawing(self) -> bool:
        """Is it drawn from nothing?"""
        return len(self.knots) > 0

    def change(self, size: Size) -> Change:
        """What it makes of the region that was there."""
        if self.contour is self.base:
            return self.settled
        old, new = _pixels(self.base, size), _pixels(self.contour, size)
        box = old[0].joined(new[0]).joined(self.settled.box)
        if box.empty:
            return NO_CHANGE
        left, reached = _in(box, *old), _in(box, *new)
        same = left & reached
        left &= ~same
        reached &= ~same
        if self.settled.box.empty:
            return _trimmed(box, reached, left)
        added, taken = (_in(box, self.settled.box, plane) for plane in (self.settled.added, self.settled.taken))
        return _trimmed(box, (added & ~left) | reached, (taken & ~reached) | left)

    def with_knot(self, x: float, y: float) -> ContourDraft:
        """With another knot at the end of a contour drawn from nothing."""
        return _drawn(np.append(self.knots, [[x, y]], axis=0))

    def moved(self, knot: int, x: float, y: float) -> ContourDraft:
        """With a knot at another place."""
        if self.drawing:
            knots = self.knots.copy()
            knots[knot] = x, y
            return _drawn(knots)
        return self if self.contour is None else replace(self, contour=self.contour.moved(knot, x, y))

    def removed(self, knot: int) -> ContourDraft:
        """Without a knot, as far as enough are left."""
        if self.drawing:
            return _drawn(np.delete(self.knots, knot, axis=0))
        return self if self.contour is None else replace(self, contour=self.contour.removed(knot))

    def shifted(self, right: float, down: float) -> ContourDraft:
        """All of the curve moved."""
        return self if self.contour is None else replace(self, contour=self.contour.shifted(right, down))

    def inserted(self, piece: int, share: float, size: Size) -> ContourDraft:
        """With another knot on the curve; no pixel changes by that."""
        if self.contour is None:
            return self
        contour = self.contour.inserted(piece, share)
        return ContourDraft(contour=contour, base=contour, settled=self.change(size))


def _drawn(knots: Points) -> ContourDraft:
    return ContourDraft(knots, round_through(knots) if len(knots) >= FEWEST else None)


@lru_cache(maxsize=4)
def _pixels(contour: Contour | None, size: Size) -> tuple[Box, Region]:
    """The curve's pixels; while one is dragged, those of the curve before are asked for at each move."""
    return filled([] if contour is None else [contour.outline()], size)


def _in(work: Box, box: Box, plane: Region) -> Region:
    whole = np.zeros((work.bottom - work.top, work.right - work.left), bool)
    if not box.empty:
        whole[box.moved(-work.top, -work.left).slices] = plane
    return whole


def _trimmed(box: Box, added: Region, taken: Region) -> Change:
    inner = bounds(added | taken)
    if inner.empty:
        return NO_CHANGE
    return Change(inner.moved(box.top, box.left), added[inner.slices], taken[inner.slices])
