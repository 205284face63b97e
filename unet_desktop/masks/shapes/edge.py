"""Edge: a line between two points that follows an edge in the image, by OpenCV's intelligent scissors.

The scissors find the cheapest path through a cost map (Mortensen and Barrett, "Intelligent scissors for image
composition", SIGGRAPH 1995, p. 191-198). OpenCV's own map counts every edge, so in a fundus photograph the path follows
vessels, and around optic cups, whose edge is faint, it wanders. The map computed here differs in three ways, tuned with
`benchmarks/smart_edge.py`:

- Only edges that run along the path count, and only if their bright side is on the same side as for most of the
  stretch. A vessel crosses the edge of the disc, so it is ignored.
- Pixels cost more the further they are from the spline through the corners, relative to the length of the stretch.
  Without image evidence the path is a curve, not a zigzag.
- Red weighs more than green: it shows the disc's edge best and vessels least.
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
"""Longest distance between two corners, in image pixels, for which an edge is traced."""
_SIDE = 256
"""Largest side of the reduced window in pixels: finding the path then takes about 10 ms."""
_CHANNELS = (0.7, 0.3, 0.0)
"""Weights of red, green and blue."""
_SIGMA = 3.0
"""Smoothing before the gradient, in pixels of the reduced window."""
_STEP = 0.3
"""Cost of a pixel on the clearest edge; without an edge it is 1."""
_BEND = 1.0
"""Cost of being `_REACH` off the spline."""
_UNKNOWN_BEND = 0.2
"""The same for a stretch whose corners have no neighbours: its curvature is not known yet."""
_REACH = 0.12
"""Distance from the spline that costs `_BEND`, relative to the length of the stretch."""
_FARTHEST = 4.0
"""Upper limit of the squared distance from the spline, in units of `_REACH`."""
_FAINTEST = 0.15
"""Weakest gradient that counts as an edge, in grey levels per pixel; below it is noise."""
_SMOOTHINGS = 4
"""Number of smoothing passes over the path's points: together a standard deviation of two of its pixels."""
_SHARP = math.radians(100)
"""Turn from which a corner counts as sharp, not as part of a curve."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """A reduced part of the image, with coordinates relative to a stretch.

    Attributes:
        left, top: of the part, image pixels.
        reduced: reduction: image pixels per reduced pixel.
        along, off: (h, w) float32, position along the stretch (0 at its start, 1 at its end) and distance from it, both
            in units of its length.
        normal: unit vector towards positive `off`.
    """

    left: int
    top: int
    reduced: int
    along: Plane
    off: Plane
    normal: Corner


def trace_edge(pixels: Pixels, gap: Gap, unit: float) -> Points:
    """Trace the image's edge between two corners; a straight line if they are too close, too far or outside.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        gap: the corners and their neighbours; the edge is expected near the spline through all four.
        unit: size of negligible details in image pixels, such as one or two screen pixels.

    Returns:
        (N, 2) float64 from start to end, both included.
    """
    length = math.dist(gap.start, gap.end)
    if gap.straight or not 4.0 * unit < length <= LONGEST:
        return straight_line(gap)
    reduced = max(1, round(unit), math.ceil((length + 2 * _margin(length, 1)) / _SIDE))
    box = _window(pixels, gap, reduced)
    height, width = box.height // reduced, box.width // reduced
    if height < 4 or width < 4 or not (_contains(box, gap.start) and _contains(box, gap.end)):
        return straight_line(gap)
    grey = _to_grey(pixels[box.slices], (width, height), min(max(_SIGMA * unit / reduced, 1.0), _SIGMA))
    frame = _frame(gap, box, reduced, (height, width))
    cost = _step_cost(grey, frame) + _bend_cost(gap, frame)
    return _path(cost / np.float32(1.0 + _BEND * _FARTHEST), gap, frame)


def _margin(length: float, reduced: int) -> float:
    return 0.35 * length + 10.0 * reduced


def _window(pixels: Pixels, gap: Gap, reduced: int) -> Box:
    """Return the window around both corners, a whole number of reduced pixels each way."""
    margin = _margin(math.dist(gap.start, gap.end), reduced)
    (left, right), (top, bottom) = (sorted(pair) for pair in zip(gap.start, gap.end, strict=True))
    box = Box(
        *(math.floor((low - margin) / reduced) * reduced for low in (top, left)),
        *(math.ceil((high + margin) / reduced) * reduced for high in (bottom, right)),
    )
    height, width = (length // reduced * reduced for length in pixels.shape[:2])
    return box.clip(height, width)


def _contains(box: Box, at: Corner) -> bool:
    return box.left <= at[0] < box.right and box.top <= at[1] < box.bottom


def _to_grey(pixels: Pixels, size: tuple[int, int], sigma: float) -> Plane:
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
    """Return (h, w) float32, `_STEP` to 1: low where brightness rises towards the side where it mostly rises."""
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
    """Return (h, w) float32, 0 to `_BEND` * `_FARTHEST`: the squared distance from the spline through the corners."""
    first, last = _slope(gap.before, gap.start, gap.end), _slope(gap.start, gap.end, gap.after)
    bend = _BEND if gap.before is not None or gap.after is not None else _UNKNOWN_BEND
    if gap.after is None:
        last = first  # assume an arc
    elif gap.before is None:
        first = last
    share = np.clip(frame.along, 0.0, 1.0)
    # A cubic Hermite spline; on a circle it is within 1 % of the stretch's length of the arc.
    spline = first * share * (1 - share) ** 2 + last * share**2 * (1 - share)
    beyond = frame.along - share
    distance = ((frame.off - spline) ** 2 + beyond**2) / np.float32(_REACH**2)
    cost: Plane = (bend * np.minimum(distance, _FARTHEST)).astype(np.float32)
    return cost


def _slope(before: Corner | None, at: Corner, after: Corner | None) -> float:
    """Return the slope, relative to the stretch, of a curve through three corners at the middle one; 0 if it is sharp.

    The tangent halves the turn; the sign says on which side of the stretches the curve lies.
    """
    if before is None or after is None:
        return 0.0
    one = math.atan2(at[1] - before[1], at[0] - before[0])
    turn = math.remainder(math.atan2(after[1] - at[1], after[0] - at[0]) - one, math.tau)
    return 0.0 if abs(turn) > _SHARP else -math.tan(turn / 2)


def _path(cost: Plane, gap: Gap, frame: _Frame) -> Points:
    scissors = cv2.segmentation.IntelligentScissorsMB()
    scissors.setWeights(0.0, 0.0, 1.0)  # use our cost map only
    nothing = np.zeros(cost.shape, np.uint8), np.zeros((*cost.shape, 2), np.float32)
    scissors.applyImageFeatures(*nothing, np.ascontiguousarray(cost))
    scissors.buildMap(_pixel(gap.start, frame))
    path = np.asarray(scissors.getContour(_pixel(gap.end, frame)), np.float64).reshape(-1, 2)
    points = (path + 0.5) * frame.reduced + (frame.left, frame.top)
    points = np.concatenate([[gap.start], points[1:-1], [gap.end]])
    return _smooth(points)


def _pixel(at: Corner, frame: _Frame) -> tuple[int, int]:
    height, width = frame.along.shape
    column, row = int((at[0] - frame.left) // frame.reduced), int((at[1] - frame.top) // frame.reduced)
    return min(max(column, 0), width - 1), min(max(row, 0), height - 1)


def _smooth(points: Points) -> Points:
    """Smooth away the stairs of a pixel path; the ends stay."""
    if len(points) < 5:
        return points
    smooth, kernel = points, np.array([1, 4, 6, 4, 1]) / 16
    for _ in range(_SMOOTHINGS):
        mirrored = np.concatenate([2 * smooth[:1] - smooth[2:0:-1], smooth, 2 * smooth[-1:] - smooth[-2:-4:-1]])
        smooth = np.stack([np.convolve(mirrored[:, axis], kernel, "valid") for axis in (0, 1)], axis=1)
    smooth[0], smooth[-1] = points[0], points[-1]
    return smooth
