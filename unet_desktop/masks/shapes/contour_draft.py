"""ContourDraft: a contour while it is edited, and the pixels that this adds and removes.

Where the curve moved, it becomes the edge of the region. Elsewhere the region stays as it was, to the pixel, with holes
and notches that a curve with few knots could not follow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from unet_desktop.images.box import Box, bounding_box, embed_plane
from unet_desktop.images.opencv import cv2
from unet_desktop.masks.regions import Region
from unet_desktop.masks.shapes.contour import MIN_KNOTS, STEPS, Contour, contour_through
from unet_desktop.masks.shapes.contour_fit import fit_contour, greatest_deviation
from unet_desktop.masks.shapes.piece import Piece
from unet_desktop.masks.shapes.polygon import NO_PIXELS, Points, fill_polygons

Size = tuple[int, int]
"""(height, width) of the picture."""
_NO_PIECE = Piece(*NO_PIXELS)
_FRACTION = 4
"""Fractional bits of the coordinates passed to OpenCV."""


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """Pixels of a box that are added to and taken from the label's region, (h, w) bool each."""

    box: Box
    added: Region
    removed: Region


@dataclass(frozen=True, slots=True, eq=False)
class ContourDraft:
    """One state of the contour.

    Attributes:
        knots: (N, 2) float64 of a contour drawn from scratch; empty for one around an existing piece.
        contour: the curve; None while there are too few knots.
        base: the curve that belongs to `pixels`; None if there is none.
        pixels: the piece when the curve was `base`.
        origin: the piece when editing began.
        stray: greatest distance in pixels between the piece's edge and the base.
    """

    knots: Points = field(default_factory=lambda: np.zeros((0, 2)))
    contour: Contour | None = None
    base: Contour | None = None
    pixels: Piece = _NO_PIECE
    origin: Piece = _NO_PIECE
    stray: float = 0.0

    @property
    def drawing(self) -> bool:
        """Whether it is being drawn from scratch."""
        return len(self.knots) > 0

    def change(self, size: Size) -> Change | None:
        """Return how it changes the region in an image of this size; None if it does not."""
        after = self._after(size)
        if after is self.origin:
            return None
        box = after.box.union(self.origin.box)
        now, before = _embed(box, after), _embed(box, self.origin)
        inner = bounding_box(now ^ before)
        if inner.empty:
            return None
        now, before = now[inner.slices], before[inner.slices]
        return Change(inner.shift(box.top, box.left), now & ~before, before & ~now)

    def commit(self, size: Size) -> ContourDraft:
        """Return the same curve with its current pixels as the new starting point."""
        after = self._after(size)
        return replace(self, knots=np.zeros((0, 2)), base=self.contour, pixels=after, origin=after)

    def close(self) -> ContourDraft:
        """Finish drawing from scratch; until then the side from the last knot to the first is straight."""
        return replace(self, knots=np.zeros((0, 2))) if self.drawing else self

    def add_knot(self, x: float, y: float) -> ContourDraft:
        """Return the draft with another knot at the end of a contour drawn from scratch."""
        return _draft_through(np.append(self.knots, [[x, y]], axis=0))

    def move_knot(self, knot: int, x: float, y: float) -> ContourDraft:
        """Return the draft with a knot moved to (x, y)."""
        if self.drawing:
            knots = self.knots.copy()
            knots[knot] = x, y
            return _draft_through(knots)
        return self if self.contour is None else replace(self, contour=self.contour.move_knot(knot, x, y))

    def remove_knot(self, knot: int) -> ContourDraft:
        """Return the draft without a knot, if enough are left."""
        if self.drawing:
            return _draft_through(np.delete(self.knots, knot, axis=0))
        return self if self.contour is None else replace(self, contour=self.contour.remove_knot(knot))

    def shift(self, right: float, down: float) -> ContourDraft:
        """Return the draft with the whole curve moved by this many pixels."""
        return self if self.contour is None else replace(self, contour=self.contour.shift(right, down))

    def insert_knot(self, piece: int, share: float, size: Size) -> ContourDraft:
        """Return the draft with another knot on the curve; no pixel changes."""
        if self.contour is None:
            return self
        contour = self.contour.insert_knot(piece, share)
        return replace(self, contour=contour, base=contour, pixels=self._after(size))

    def _after(self, size: Size) -> Piece:
        """Return the piece that results from the curve."""
        if self.contour is self.base:
            return self.pixels
        reached = _pixels(self.contour, size) if not self.drawing else _open_pixels(self.contour, size)
        if self.base is None or self.contour is None:
            return reached
        left = _pixels(self.base, size)
        box = self.pixels.box.union(reached.box).union(left.box)
        inside = _embed(box, reached)
        moved = (inside ^ _embed(box, left)) | _band_along(self.base, self.contour, box, self.stray)
        return Piece(box, (_embed(box, self.pixels) & ~moved) | (inside & moved))


def follow_piece(piece: Piece) -> ContourDraft:
    """Return the draft of a contour around a piece, with no change yet."""
    contour = fit_contour(piece)
    return ContourDraft(
        contour=contour, base=contour, pixels=piece, origin=piece, stray=greatest_deviation(contour, piece)
    )


def _draft_through(knots: Points) -> ContourDraft:
    return ContourDraft(knots, contour_through(knots) if len(knots) >= MIN_KNOTS else None)


@lru_cache(maxsize=4)
def _pixels(contour: Contour | None, size: Size) -> Piece:
    """Return the curve's pixels; cached, because while a knot is dragged the base's are needed at each move."""
    return _NO_PIECE if contour is None else Piece(*fill_polygons([contour.outline()], size))


def _open_pixels(contour: Contour | None, size: Size) -> Piece:
    """Return the curve's pixels with a straight closing side: with few knots a curved one would cross the others."""
    return _NO_PIECE if contour is None else Piece(*fill_polygons([contour.open_outline()], size))


def _band_along(base: Contour, contour: Contour, box: Box, stray: float) -> Region:
    """Return (h, w) bool: a band of width `stray` to each side of those stretches of the base that moved.

    Without it a seam would remain where the curve ran slightly outside or inside the edge.
    """
    band = np.zeros(box.shape, np.uint8)
    wide = 2 * math.ceil(stray) + 3
    for stretch in _moved_stretches(base, contour):
        at = np.rint((stretch - (box.left + 0.5, box.top + 0.5)) * (1 << _FRACTION)).astype(np.int32)
        cv2.polylines(band, [at], isClosed=False, color=1, thickness=wide, shift=_FRACTION)
    return band.astype(bool)


def _moved_stretches(base: Contour, contour: Contour) -> list[Points]:
    """Return the parts of the base that differ from the other curve, ending slightly before the two meet again."""
    kept = {piece.tobytes() for piece in contour.controls()}
    moved = np.array([piece.tobytes() not in kept for piece in base.controls()])
    points = base.outline().reshape(len(moved), STEPS, 2)
    short = STEPS // 8
    stretches = []
    for index in np.flatnonzero(moved):
        after = (index + 1) % len(moved)
        start = 0 if moved[index - 1] else short
        stretch = points[index, start:] if moved[after] else points[index, start:-short]
        stretches.append(np.append(stretch, points[after, :1], axis=0) if moved[after] else stretch)
    return stretches


def _embed(work: Box, piece: Piece) -> Region:
    return embed_plane(piece.plane, piece.box, work)
