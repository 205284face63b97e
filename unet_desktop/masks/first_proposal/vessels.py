"""Vessels: which way the dark lines of a picture run, and where they converge.

The vessels of the retina leave through the optic disc, so around it they run along its radii. That holds for discs
that are pale, dark or surrounded by something brighter, and for no exudate, reflex or scar.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unet_desktop.images.opencv import cv2
from unet_desktop.masks.first_proposal.view import Flags, Plane, close_dark

_EVENNESS = 0.25  # exponent that makes a faint vessel count nearly as much as a strong one


@dataclass(frozen=True, slots=True, eq=False)
class Vessels:
    """Dark lines, each plane (h, w) float32.

    Attributes:
        depth: how much darker a pixel is than what surrounds the line, relative to it.
        along_x: strength times the cosine of twice the direction across the line.
        along_y: strength times the sine of it.
        strength: how clear the direction is.
    """

    depth: Plane
    along_x: Plane
    along_y: Plane
    strength: Plane


def find_vessels(green: Plane, field: Flags, width: int, *, evenness: float = _EVENNESS) -> Vessels:
    """Return the lines in the green channel that are dark and narrower than `width` pixels; none outside the field."""
    smooth = cv2.GaussianBlur(green, (0, 0), 1.0)
    filled = close_dark(np.asarray(smooth, np.float32), width)
    inside = cv2.erode(field, np.ones((5, 5), np.uint8)).astype(np.float32)
    depth = (filled - smooth) / (filled + 10) * inside
    fine = cv2.GaussianBlur(depth, (0, 0), 1.0)
    right, down = cv2.Sobel(fine, cv2.CV_32F, 1, 0), cv2.Sobel(fine, cv2.CV_32F, 0, 1)
    cosine = cv2.GaussianBlur(right * right - down * down, (0, 0), 2.0)
    sine = cv2.GaussianBlur(2 * right * down, (0, 0), 2.0)
    length = np.sqrt(cosine * cosine + sine * sine) + 1e-9
    weight = length ** (evenness - 1)
    planes = (depth, cosine * weight, sine * weight, length * weight)
    return Vessels(*(plane.astype(np.float32) for plane in planes))


def convergence_map(vessels: Vessels, field: Flags, nearest: float, farthest: float) -> Plane:
    """Return for each pixel how strongly the lines `nearest` to `farthest` pixels away run towards it; 0 at least."""
    reach = max(int(farthest), 1)
    down, right = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    squared = np.maximum(right * right + down * down, 1)
    distance = np.sqrt(squared)
    weight = ((distance > nearest) & (distance <= reach)) / distance
    cosine, sine = (right * right - down * down) / squared * weight, 2 * right * down / squared * weight
    towards = -(_correlate(vessels.along_x, cosine) + _correlate(vessels.along_y, sine))
    in_view = _correlate(field.astype(np.float32), weight) / weight.sum()
    found: Plane = np.maximum(towards / (in_view + 0.3), 0).astype(np.float32)
    return found


def convergence(vessels: Vessels, counted: Flags) -> float:
    """Return how far the lines in a square picture run towards its middle: 1 all along radii, -1 all across them.

    Args:
        vessels: of the picture.
        counted: (h, w) uint8: 1 where lines count.
    """
    height, width = counted.shape
    down = np.arange(height, dtype=np.float32)[:, np.newaxis] - (height - 1) / 2
    right = np.arange(width, dtype=np.float32) - (width - 1) / 2
    squared = np.maximum(right * right + down * down, 1)
    towards = vessels.along_x * (right * right - down * down) + vessels.along_y * (2 * right * down)
    total = float((vessels.strength * counted).sum())
    return 0.0 if total <= 0 else -float((towards / squared * counted).sum()) / total


def _correlate(plane: Plane, kernel: Plane) -> Plane:
    return np.asarray(cv2.filter2D(plane, -1, kernel, borderType=cv2.BORDER_CONSTANT), np.float32)
