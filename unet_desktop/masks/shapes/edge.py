"""Edge: the line between two points that follows an edge of the picture, by OpenCV's intelligent scissors.

The scissors find the cheapest path through a map of costs (Mortensen and Barrett, "Intelligent scissors for image
composition", SIGGRAPH 1995, p. 191-198). Their own map counts every edge, so on a fundus photograph the path runs
along vessels, and one round optic cups, whose edge is faint, goes anywhere. The map made here differs in three ways,
tuned with `benchmarks/smart_edge.py`:

- Only edges count that run the way the path goes and have their bright side where most of the stretch has it. A vessel
  crosses the edge of the disc, so it falls away.
- Pixels cost more the further they lie from the spline through the corners, in parts of the stretch's length. Where the
  picture says nothing the path is a curve, not a zigzag.
- Red counts for more than green: the disc's edge is clearest there and vessels are palest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.box import Box
from unet_desktop.images.opencv import cv2
from unet_desktop.images.read import Pixels
from unet_desktop.masks.shapes.corners import Corner, Gap, straight_line
from unet_desktop.masks.shapes.polygon import Points

Plane = NDArray[np.float32]
"""(h, w) float32."""

LONGEST = 2048.0
"""Image pixels between two corners up to which an edge is looked for."""
_SIDE = 256
"""Pixels of the reduced window at most: finding the path takes about 10 ms then."""
_CHANNELS = (0.7, 0.3, 0.0)
"""Weights of red, green and blue."""
_SIGMA = 3.0
"""Smoothing before the gradient, in pixels of the reduced window."""
_STEP = 0.3
"""Cost of a pixel on the clearest edge; one without any costs 1."""
_BEND = 1.0
"""Cost of lying `_REACH` off the spline."""
_UNKNOWN_BEND = 0.2
"""The same for a stretch between two corners alone: whether it is curved is not known yet."""
_REACH = 0.12
"""Distance from the spline that costs `_BEND`, in lengths of the stretch."""
_FARTHEST = 4.0
"""Cost of lying off the spline at most."""
_FAINTEST = 0.15
"""Grey levels a pixel that still are an edge; weaker ones are noise, also where there is nothing stronger."""
_SMOOTHINGS = 4
"""Times that the path's points are averaged with their neighbours: a standard deviation of two of its pixels."""
_SHARP = math.radians(100)
"""A turn from which on a corner is one, not part of a curve."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """A part of the picture, reduced, and a stretch in its coordinates.

    Attributes:
        left, top: image pixels; `reduced`: image pixels of one of its pixels, across and down.
        along, off: (h, w) float32, place along the stretch (0 at its start, 1 at its end) and beside it, both in
            lengths of the stretch.
        normal: unit vector towards positive `off`.
    """

    left: int
    top: int
    reduced: int
    along: Plane
    off: Plane
    normal: Corner


def trace_edge(pixels: Pixels, gap: Gap, unit: float) -> Points:
    """The line between two corners along the picture's edge; a straight one where none can be looked for.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        gap: the corners, and their neighbours: the spline through all four is where the edge is expected.
        unit: image pixels within which details do not matter, such as one or two pixels of the screen.

    Returns:
        (N, 2) float64 from start to end, both included.
    """
    length = math.dist(gap.start, gap.end)
    if gap.straight or not 4.0 * unit < length <= LONGEST:
        return straight_line(gap)
    reduced = max(1, round(unit), math.ceil((length + 2 * _margin(length, 1)) / _SIDE))
    box = _window(pixels, gap, reduced)
    height, width = box.height // reduced, box.width // reduced
    if height < 4 or width < 4 or not (_holds(box, gap.start) and _holds(box, gap.end)):
        return straight_line(gap)
    grey = _grey(pixels[box.slices], (width, height), min(max(_SIGMA * unit / reduced, 1.0), _SIGMA))
    frame = _frame(gap, box, reduced, (height, width))
    cost = _step_cost(grey, frame) + _bend_cost(gap, frame)
    return _path(cost / np.float32(1.0 + _BEND * _FARTHEST), gap, frame)


def _margin(length: float, reduced: int) -> float:
    return 0.35 * length + 10.0 * reduced


def _window(pixels: Pixels, gap: Gap, reduced: int) -> Box:
    """Round both corners; a whole number of reduced pixels each way."""
    margin = _margin(math.dist(gap.start, gap.end), reduced)
    (left, right), (top, bottom) = (sorted(pair) for pair in zip(gap.start, gap.end, strict=True))
    box = Box(
        *(math.floor((low - margin) / reduced) * reduced for low in (top, left)),
        *(math.ceil((high + margin) / reduced) * reduced for high in (bottom, right)),
    )
    height, width = (length // reduced * reduced for length in pixels.shape[:2])
    return box.clip(height, width)


def _holds(box: Box, at: Corner) -> bool:
    return box.left <= at[0] < box.right and box.top <= at[1] < box.bottom


def _grey(pixels: Pixels, size: tuple[int, int], sigma: float) -> Plane:
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    grey = cv2.transform(small.astype(np.float32), np.array([_CHANNELS], np.float32))
    smooth: Plane = cv2.GaussianBlur(grey, (0, 0), sigma).astype(np.float32, copy=False)
    return smooth


def _frame(gap: Gap, box: Box, reduced: int, shape: tuple[int, int]) -> _Frame:
    length = math.dist(gap.start, gap.end)
    ahead = ((gap.end[0] - gap.start[0]) / length, (gap.end[1] - gap.start[1]) / length)
    x = (box.left + reduced * (np.arange(shape[1], dtype=np.float32) + 0.5) - gap.start[0]) / length
    y = (box.top + reduced * (np.arange(shape[0], dtype=np.float32) + 0.5) - gap.start[1]) / length
    along = x[np.newaxis, :] * ahead[0] + y[:, np.newaxis] * ahead[1]
    off = y[:, np.newaxis] * ahead[0] - x[np.newaxis, :] * ahead[1]
    return _Frame(box.left, box.top, reduced, along.astype(np.float32), off.astype(np.float32), (-ahead[1], ahead[0]))


def _step_cost(grey: Plane, frame: _Frame) -> Plane:
    """(h, w) float32, `_STEP` to 1: little where the picture brightens towards the side where it mostly does."""
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=1 / 8)
    rise = across * np.float32(frame.normal[0]) + down * np.float32(frame.normal[1])
    near = rise[(frame.along > 0) & (frame.along < 1) & (np.abs(frame.off) < 0.2)]
    if not near.size:
        return np.ones_like(grey)
    if near.sum() < 0:
        rise, near = -rise, -near
    clearest = max(float(np.quantile(np.maximum(near, 0), 0.98)), _FAINTEST)
    cost: Plane = (1 - (1 - _STEP) * np.clip(rise / clearest, 0, 1)).astype(np.float32)
    return cost


def _bend_cost(gap: Gap, frame: _Frame) -> Plane:
    """(h, w) float32, 0 to `_BEND` * `_FARTHEST`: the square of the distance from the spline through the corners."""
    first, last = _slope(gap.before, gap.start, gap.end), _slope(gap.start, gap.end, gap.after)
    bend = _BEND if gap.before is not None or gap.after is not None else _UNKNOWN_BEND
    if gap.after is None:
        last = first  # an arc, until more is known
    elif gap.before is None:
        first = last
    share = np.clip(frame.along, 0.0, 1.0)
    # Hermite's cubic over the stretch; on a circle it comes within 1 % of the stretch's length of the arc.
    spline = first * share * (1 - share) ** 2 + last * share**2 * (1 - share)
    beyond = frame.along - share
    distance = ((frame.off - spline) ** 2 + beyond**2) / np.float32(_REACH**2)
    cost: Plane = (bend * np.minimum(distance, _FARTHEST)).astype(np.float32)
    return cost


def _slope(before: Corner | None, at: Corner, after: Corner | None) -> float:
    """How much a curve through three corners rises off the straight stretch at the middle one; 0 where it is sharp.

    Its tangent halves the turn; the sign is that of the side on which the curve lies, beside either stretch.
    """
    if before is None or after is None:
        return 0.0
    one = math.atan2(at[1] - before[1], at[0] - before[0])
    turn = math.remainder(math.atan2(after[1] - at[1], after[0] - at[0]) - one, math.tau)
    return 0.0 if abs(turn) > _SHARP else -math.tan(turn / 2)


def _path(cost: Plane, gap: Gap, frame: _Frame) -> Points:
    scissors = cv2.segmentation.IntelligentScissorsMB()
    scissors.setWeights(0.0, 0.0, 1.0)  # all is in the one map
    nothing = np.zeros(cost.shape, np.uint8), np.zeros((*cost.shape, 2), np.float32)
    scissors.applyImageFeatures(*nothing, np.ascontiguousarray(cost))
    scissors.buildMap(_pixel(gap.start, frame))
    path = np.asarray(scissors.getContour(_pixel(gap.end, frame)), np.float64).reshape(-1, 2)
    points = (path + 0.5) * frame.reduced + (frame.left, frame.top)
    points = np.concatenate([[gap.start], points[1:-1], [gap.end]])
    return _smoothed(points)


def _pixel(at: Corner, frame: _Frame) -> tuple[int, int]:
    height, width = frame.along.shape
    column, row = int((at[0] - frame.left) // frame.reduced), int((at[1] - frame.top) // frame.reduced)
    return min(max(column, 0), width - 1), min(max(row, 0), height - 1)


def _smoothed(points: Points) -> Points:
    """Without the stairs of a path from pixel to pixel; the ends stay."""
    if len(points) < 5:
        return points
    smooth, kernel = points, np.array([1, 4, 6, 4, 1]) / 16
    for _ in range(_SMOOTHINGS):
        mirrored = np.concatenate([2 * smooth[:1] - smooth[2:0:-1], smooth, 2 * smooth[-1:] - smooth[-2:-4:-1]])
        smooth = np.stack([np.convolve(mirrored[:, axis], kernel, "valid") for axis in (0, 1)], axis=1)
    smooth[0], smooth[-1] = points[0], points[-1]
    return smooth
