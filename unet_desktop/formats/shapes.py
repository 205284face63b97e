"""Shapes that annotation programs draw, and the pixels that each covers.

Coordinates are (x, y) in pixels from the picture's upper left corner. Programs differ in where a pixel lies: see
`Filling`. A polygon that crosses itself is filled by the even-odd rule, as pycocotools, OpenCV and Pillow fill it: what
it encloses twice is outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw

from unet_desktop.errors import MaskError
from unet_desktop.images.box import Box
from unet_desktop.images.opencv import cv2
from unet_desktop.masks.regions import Region

Size = tuple[int, int]
"""(height, width) of a picture."""
Ring = NDArray[np.float64]
"""(N, 2) float64: corners (x, y) of a closed polygon; the first is not repeated at the end."""

_MOST_CROSSINGS = 50_000_000
"""Of edges and rows of pixels; a careful outline of a large picture has some thousands."""
FAR = 1 << 24
"""Corners farther away than this many pixels are drawn exactly, not by a library that counts in 32 bits."""
_TRACED_CORNERS = 12
"""A drawn polygon with fewer corners can be like a traced one by chance."""
_ROUNDING = 2e-3
"""Of whole coordinates that were written as shares of a picture with six digits, in pixels."""


class Filling(Enum):
    """Which pixels a polygon covers."""

    EDGES = auto()
    """Pixel (0, 0) lies between 0 and 1, and counts if its centre (0.5, 0.5) is inside."""
    CENTRES = auto()
    """Pixel (0, 0) is the point (0, 0), and counts if that is inside."""
    BORDER = auto()
    """As CENTRES, and pixels on the border count; corners are whole numbers, others are cut off."""


@dataclass(frozen=True, slots=True, eq=False)
class Cover:
    """The pixels that a shape covers.

    Attributes:
        box: in the picture.
        pixels: (h, w) bool in the box.
        cut: part of the shape lies outside the picture.
        crossed: its outline crosses itself, and encloses pixels twice, which are outside.
    """

    box: Box
    pixels: Region
    cut: bool = False
    crossed: bool = False


_NOTHING = Box(0, 0, 0, 0)


class Shape(Protocol):
    """Something that was drawn on a picture."""

    def cover(self, size: Size, filling: Filling | None = None) -> Cover:
        """Return the pixels in a picture of this size.

        Args:
            size: of the picture.
            filling: of polygons, instead of their own.

        Raises:
            MaskError: it does not fit the picture, or is damaged.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Polygon:
    """A polygon; further rings are its holes, or more of its parts, by the even-odd rule.

    Attributes:
        rings: at least one.
        filling: which pixels are in it.
        relative: coordinates are shares of the picture's width and height.
    """

    rings: tuple[Ring, ...]
    filling: Filling = Filling.EDGES
    relative: bool = False

    def rings_in(self, size: Size) -> tuple[Ring, ...]:
        """The rings in pixels of a picture of this size."""
        if not self.relative:
            return self.rings
        return tuple(ring * (size[1], size[0]) for ring in self.rings)

    def cover(self, size: Size, filling: Filling | None = None) -> Cover:
        """See `Shape.cover`."""
        how = filling or self.filling
        rings = self.rings_in(size)
        if self.relative and how is Filling.BORDER:
            rings = tuple(np.rint(ring) for ring in rings)
        if how is Filling.BORDER and max(float(np.abs(ring).max()) for ring in rings) < FAR:
            found = _fill_with_border(rings, size)
            drawn = self.filling is how and not self.relative  # what was traced does not cross itself
            return replace(found, crossed=drawn and fill_rings(rings, size, 0.0).crossed)
        return fill_rings(rings, size, 0.5 if how is Filling.EDGES else 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Ellipse:
    """An ellipse, by where pixels' centres lie.

    Attributes:
        x, y: its centre.
        across, down: its radii along the picture's axes before it is turned.
        degrees: by how much it is turned clockwise, as people see it.
    """

    x: float
    y: float
    across: float
    down: float
    degrees: float = 0.0

    def cover(self, size: Size, filling: Filling | None = None) -> Cover:
        """See `Shape.cover`."""
        if not self.across > 0 or not self.down > 0:
            return Cover(_NOTHING, np.zeros((0, 0), bool))
        turn = np.deg2rad(self.degrees)
        wide = float(np.hypot(self.across * np.cos(turn), self.down * np.sin(turn)))
        high = float(np.hypot(self.across * np.sin(turn), self.down * np.cos(turn)))
        box, cut = _box_of(self.x - wide, self.y - high, self.x + wide, self.y + high, size)
        rows, columns = np.ogrid[box.top : box.bottom, box.left : box.right]
        x, y = columns + 0.5 - self.x, rows + 0.5 - self.y
        along = (x * np.cos(turn) + y * np.sin(turn)) / self.across
        over = (y * np.cos(turn) - x * np.sin(turn)) / self.down
        return Cover(box, along**2 + over**2 <= 1.0, cut)


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Pixels that a file gives itself.

    Attributes:
        pixels: (h, w) bool.
        top, left: where they lie.
        whole: they are those of a picture of just this size.
    """

    pixels: Region
    top: int = 0
    left: int = 0
    whole: bool = False

    def cover(self, size: Size, filling: Filling | None = None) -> Cover:
        """See `Shape.cover`."""
        if self.whole and self.pixels.shape != size:
            height, width = self.pixels.shape
            raise MaskError(f"it is {width} x {height} pixels large, but its picture {size[1]} x {size[0]}")
        place = Box(self.top, self.left, self.top + self.pixels.shape[0], self.left + self.pixels.shape[1])
        inside = place.clip(*size)
        if inside.empty:
            return Cover(_NOTHING, np.zeros((0, 0), bool), cut=bool(self.pixels.any()))
        part = self.pixels[inside.shift(-self.top, -self.left).slices]
        return Cover(inside, part, cut=bool(np.count_nonzero(part) < np.count_nonzero(self.pixels)))


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Run lengths: outside and inside in turn.

    Attributes:
        counts: (N,) int64.
        box: in which they run.
        by_column: they run down the columns, as COCO's do; otherwise along the rows.
        whole: the box is that of the picture.
    """

    counts: NDArray[np.int64]
    box: Box
    by_column: bool = False
    whole: bool = False

    def cover(self, size: Size, filling: Filling | None = None) -> Cover:
        """See `Shape.cover`."""
        height, width = self.box.shape
        if self.whole and (height, width) != size:
            raise MaskError(
                f"its run lengths are of {width} x {height} pixels, but its picture has {size[1]} x {size[0]}"
            )
        if height * width > 4 * size[0] * size[1]:
            raise MaskError("its run lengths are of more pixels than its picture has")
        total = height * width
        if ((self.counts < 0) | (self.counts > total)).any() or int(self.counts.sum()) != total:
            raise MaskError(f"its run lengths do not add up to {width} x {height} pixels")
        values = np.zeros(len(self.counts), bool)
        values[1::2] = True
        flat = np.repeat(values, self.counts)
        pixels = flat.reshape(width, height).T if self.by_column else flat.reshape(height, width)
        return Plane(pixels, self.box.top, self.box.left).cover(size)


def make_ring(points: Sequence[Sequence[float]] | NDArray[np.float64], what: str) -> Ring:
    """Return corners as a ring; a last corner that repeats the first is dropped.

    Raises:
        MaskError: fewer than three corners, or a number is not finite.
    """
    try:
        ring = np.asarray(points, np.float64)
        ring = ring.reshape(-1, 2) if ring.ndim == 1 else ring[:, :2]  # GeoJSON may have a height behind x and y
    except (TypeError, ValueError, IndexError, OverflowError) as error:
        raise MaskError(f"{what} has a corner that is not two numbers") from error
    if ring.ndim != 2 or ring.shape[1] != 2:
        raise MaskError(f"{what} has a corner that is not two numbers")
    if not np.isfinite(ring).all():
        raise MaskError(f"{what} has a corner that is not a number")
    if len(ring) > 1 and (ring[0] == ring[-1]).all():
        ring = ring[:-1]
    if len(ring) < 3:
        raise MaskError(f"{what} has {len(ring)} corners, and at least 3 are needed")
    return ring


def make_rectangle(left: float, top: float, right: float, bottom: float, degrees: float = 0.0) -> Polygon:
    """A rectangle, turned clockwise round its centre."""
    ring = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)
    if degrees:
        middle, turn = ring.mean(axis=0), np.deg2rad(degrees)
        ring = (ring - middle) @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) + middle
    return Polygon((ring,))


def fill_rings(rings: Sequence[Ring], size: Size, centre: float) -> Cover:
    """Return the pixels whose centres lie inside rings, by the even-odd rule.

    Args:
        rings: closed polygons.
        size: of the picture.
        centre: coordinate of the first pixel's centre.

    Raises:
        MaskError: more corners than can be drawn.
    """
    starts = np.concatenate(rings) - centre
    ends = np.concatenate([np.roll(ring, -1, axis=0) for ring in rings]) - centre
    least, most = starts.min(axis=0), starts.max(axis=0)
    whole = Box(*(int(np.clip(np.ceil(end), -FAR, FAR)) for end in (least[1], least[0], most[1], most[0])))
    box = whole.clip(*size)
    cut = bool(least.min() < -centre - 0.5 or most[0] > size[1] - centre + 0.5 or most[1] > size[0] - centre + 0.5)
    if box.empty:
        return Cover(_NOTHING, np.zeros((0, 0), bool), cut)
    low, high = np.minimum(starts[:, 1], ends[:, 1]), np.maximum(starts[:, 1], ends[:, 1])
    first = np.clip(np.ceil(low), box.top, box.bottom).astype(np.int64)
    counts = np.clip(np.ceil(high), box.top, box.bottom).astype(np.int64) - first
    total = int(counts.sum())
    if total > _MOST_CROSSINGS:
        raise MaskError(f"a polygon has {len(starts):,} corners, more than can be drawn")
    edge = np.repeat(np.arange(len(starts)), counts)
    row = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    slope = (ends[:, 0] - starts[:, 0]) / np.where(counts > 0, ends[:, 1] - starts[:, 1], 1.0)
    at = starts[edge, 0] + (row - starts[edge, 1]) * slope[edge]
    column = np.clip(np.ceil(at), box.left, box.right).astype(np.int64) - box.left
    flips = np.bincount((row - box.top) * (box.width + 1) + column, minlength=box.height * (box.width + 1))
    turned = np.cumsum(flips.astype(np.uint8).reshape(box.height, box.width + 1), axis=1, dtype=np.uint8)
    inside = (turned[:, :-1] & 1).astype(bool)
    if len(rings) > 1:
        return Cover(box, inside, cut)
    signs = np.sign(ends[edge, 1] - starts[edge, 1])
    wound = np.bincount((row - box.top) * (box.width + 1) + column, signs, minlength=box.height * (box.width + 1))
    winds = np.cumsum(wound.reshape(box.height, box.width + 1), axis=1)[:, :-1]
    return Cover(box, inside, cut, bool((np.abs(winds) > 1.5).any()))


def is_traced(rings: Sequence[Ring]) -> bool | None:
    """Whether a program traced the centres of border pixels: whole numbers, and steps along rows, columns or diagonals.

    OpenCV's `findContours` gives such outlines, and many converters write them into files whose polygons otherwise run
    along pixel edges. An outline along edges has no diagonal steps, a drawn one others. None: too simple to tell.
    """
    ring = max(rings, key=len)
    if len(ring) < _TRACED_CORNERS:
        return None
    whole = np.rint(ring)
    if np.abs(ring - whole).max() > _ROUNDING:
        return False
    across, down = np.abs(np.roll(whole, -1, axis=0) - whole).T
    straight = (across == 0) | (down == 0)
    return bool((straight | (across == down)).all() and not straight.all())


def _fill_with_border(rings: Sequence[Ring], size: Size) -> Cover:
    """The pixels as Pillow's ImageDraw and OpenCV's fillPoly draw polygons: corners are pixels."""
    corners = [np.trunc(ring).astype(np.int64) for ring in rings]
    least = np.min([ring.min(axis=0) for ring in corners], axis=0)
    most = np.max([ring.max(axis=0) for ring in corners], axis=0)
    whole = Box(int(least[1]), int(least[0]), int(most[1]) + 1, int(most[0]) + 1)
    box = whole.clip(*size)
    if box.empty:
        return Cover(_NOTHING, np.zeros((0, 0), bool), cut=True)
    if len(corners) > 1:
        filled = np.zeros(box.shape, np.uint8)
        cv2.fillPoly(filled, [(ring - (box.left, box.top)).astype(np.int32) for ring in corners], 1)
        return Cover(box, filled.view(bool), whole != box)
    canvas = Pillow.new("L", (box.width, box.height))
    moved = (corners[0] - (box.left, box.top)).astype(np.float64)
    ImageDraw.Draw(canvas).polygon([tuple(point) for point in moved], fill=1, outline=1)
    return Cover(box, np.array(canvas).astype(bool), whole != box)


def _box_of(left: float, top: float, right: float, bottom: float, size: Size) -> tuple[Box, bool]:
    """The whole pixels of a rectangle that lie in the picture, and whether it reaches out of it."""
    ends = [int(np.clip(end, -FAR, FAR)) for end in np.floor((top, left))]
    ends += [int(np.clip(end, -FAR, FAR)) for end in np.ceil((bottom, right))]
    whole = Box(*ends)
    box = whole.clip(*size)
    return (_NOTHING if box.empty else box), whole != box
