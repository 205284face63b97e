"""Making other pictures of one: turned, scaled, shifted, mirrored, bent, recoloured, blurred, as another camera might.

One warp a picture, from the cached view straight to the network's input; then one table for the colours.
All chance comes from the generator that is passed in.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.crop import Affine, Square
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import BACKGROUND, NOT_ANNOTATED

Picture = NDArray[np.uint8]
"""(h, w, 3) uint8."""


@dataclass(frozen=True, slots=True)
class AugmentationRange:
    """How far chance may go at strength 1.

    Attributes:
        rotation: degrees to either side.
        smaller: least scale of what is seen (0.6: a camera with a wider view).
        larger: greatest scale.
        shift: share of the square's side, to either side.
        flip_vertical: allow vertical flips too, not only horizontal ones.
        reflect: beyond the picture its mirror image is seen instead of black.
        bend: how far knots of a grid over the picture are displaced, standard deviation as a share of the square's
            side; what lies between follows smoothly.
    """

    rotation: float
    smaller: float
    larger: float
    shift: float
    flip_vertical: bool
    reflect: bool
    bend: float = 0.0


_KNOTS = 4
"""Of the grid, along a side: an outline of half the square's side changes its shape, not only its place."""
_BENT = 0.7
"""Share of looks that are bent."""


def warp(
    picture: Picture,
    mask: NDArray[np.uint8],
    square: Square,
    size: int,
    reach: AugmentationRange,
    strength: float,
    generator: np.random.Generator,
) -> tuple[Picture, NDArray[np.uint8]]:
    """A random look at the square: (size, size, 3) uint8 and its mask, (size, size) uint8, or with more planes.

    What lies beyond the picture is not annotated.

    Args:
        picture: (h, w, 3) uint8.
        mask: (h, w) uint8, or (h, w, P) with other planes behind the mask, which are 0 beyond the picture.
        square: in the picture's pixels.
        size: side of the answer.
        reach: how far chance may go.
        strength: of the geometry, 0 to 2; mirroring needs more than 0.
        generator: of chance.
    """
    matrix = _random_affine(square, size, reach, strength, generator)
    border = cv2.BORDER_REFLECT_101 if reach.reflect else cv2.BORDER_CONSTANT
    columns, rows = _sample_grid(matrix, size, reach.bend * strength, generator)
    seen = cv2.remap(picture, columns, rows, cv2.INTER_LINEAR, borderMode=border)
    labels = cv2.remap(
        mask, columns, rows, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=(NOT_ANNOTATED,)
    )
    return np.asarray(seen, dtype=np.uint8), np.asarray(labels, dtype=np.uint8)


def _sample_grid(
    matrix: Affine, size: int, bend: float, generator: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Where each of the answer's pixels lies in the picture, pixel centres: columns and rows, (size, size) float32.

    Bending: Ronneberger, Fischer, Brox 2015, arXiv:1505.04597, section 3.1, random displacements of a coarse grid,
    enlarged bicubically. Outlines of other shapes than those seen so far are what another camera's patients bring.
    """
    down, right = np.mgrid[:size, :size].astype(np.float32)
    if bend > 0.0 and generator.random() < _BENT:
        knots = generator.normal(0.0, bend * size, (2, _KNOTS, _KNOTS)).astype(np.float32)
        right += cv2.resize(knots[0], (size, size), interpolation=cv2.INTER_CUBIC)
        down += cv2.resize(knots[1], (size, size), interpolation=cv2.INTER_CUBIC)
    (a, b, x), (c, d, y) = matrix.astype(np.float32)
    return a * right + b * down + x, c * right + d * down + y


def recolour(picture: Picture, strength: float, generator: np.random.Generator) -> Picture:
    """Another exposure, white balance, contrast, saturation, focus and noise; (h, w, 3) uint8 to the same."""
    if strength <= 0.0:
        return picture
    if generator.random() < 0.5:
        picture = _mix_channels(picture, strength, generator)
    picture = np.asarray(cv2.LUT(picture, _tone_table(strength, generator)), dtype=np.uint8)
    if generator.random() < 0.4:
        sigma = float(generator.uniform(0.3, 0.3 + 1.5 * strength))
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), dtype=np.uint8)
    if generator.random() < 0.3:
        noise = generator.normal(0.0, float(generator.uniform(1.0, 1.0 + 7.0 * strength)), picture.shape)
        picture = np.clip(picture + noise, 0.0, 255.0).astype(np.uint8)
    return picture


def add_distractors(picture: Picture, mask: NDArray[np.uint8], generator: np.random.Generator) -> Picture:
    """Bright blotches of random outline on the background: bright alone is not the label.

    Large exudates are as bright and as large as an optic disc; without this they are taken for it.

    Args:
        picture: (h, w, 3) uint8.
        mask: (h, w) uint8; only its background is painted on.
        generator: of chance.
    """
    size = picture.shape[0]
    lit = picture[picture.max(axis=2) > 0]
    if lit.size == 0 or generator.random() < 0.5:
        return picture
    brightest = np.percentile(lit, generator.uniform(95.0, 99.9), axis=0)
    veil = np.zeros(picture.shape[:2], np.float32)
    for _ in range(int(generator.integers(1, 5))):
        centre = generator.uniform(0.1, 0.9, 2) * size
        angles = np.sort(generator.uniform(0.0, 2.0 * math.pi, int(generator.integers(5, 12))))
        reach = generator.uniform(0.02, 0.1) * size * generator.uniform(0.5, 1.4, angles.size)
        outline = centre + np.stack([np.cos(angles), np.sin(angles)], axis=1) * reach[:, np.newaxis]
        cv2.fillPoly(veil, [np.round(outline).astype(np.int32)], (float(generator.uniform(0.5, 1.0)),))
    veil = np.asarray(cv2.GaussianBlur(veil, (0, 0), float(generator.uniform(0.5, 2.0))), np.float32)
    veil *= (mask == BACKGROUND) & (picture.max(axis=2) > 0)
    colour = np.clip(brightest * generator.uniform(0.8, 1.2, 3), 0.0, 255.0)
    painted = picture + veil[..., np.newaxis] * (colour - picture)
    return np.asarray(np.round(painted), dtype=np.uint8)


def _random_affine(
    square: Square, size: int, reach: AugmentationRange, strength: float, generator: np.random.Generator
) -> Affine:
    """From the answer's pixel centres to the picture's."""
    angle = math.radians(reach.rotation) * min(strength, 1.0) * generator.uniform(-1.0, 1.0)
    # The scale of what is seen: a square twice as large shows everything half as large.
    low, high = -math.log(reach.larger), -math.log(reach.smaller)
    zoom = math.exp(strength * generator.uniform(low, high))
    aspect = math.exp(strength * generator.uniform(-0.07, 0.07))
    across = -1.0 if strength > 0.0 and generator.random() < 0.5 else 1.0
    down = -1.0 if strength > 0.0 and reach.flip_vertical and generator.random() < 0.5 else 1.0
    shift_x, shift_y = generator.uniform(-1.0, 1.0, 2) * reach.shift * square.side * min(strength, 1.0)
    step = square.side * zoom / size
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    linear = turn @ np.diag([step * aspect * across, step / aspect * down])
    centre = np.array([square.x + shift_x, square.y + shift_y])
    # centre + linear (v + 0.5 - size / 2) - 0.5 of pixel centre v
    offset = centre - 0.5 + linear @ np.full(2, 0.5 - size / 2)
    return np.hstack([linear, offset[:, np.newaxis]])


def _tone_table(strength: float, generator: np.random.Generator) -> NDArray[np.uint8]:
    """(256, 1, 3) uint8: gain and gamma of each channel, common contrast and brightness."""
    value = np.linspace(0.0, 1.0, 256)[:, np.newaxis]
    gamma = np.exp(strength * (generator.uniform(-0.35, 0.35) + generator.uniform(-0.12, 0.12, 3)))
    gain = np.exp(strength * (generator.uniform(-0.25, 0.25) + generator.uniform(-0.15, 0.15, 3)))
    lift = strength * generator.uniform(-0.06, 0.06)
    toned = value**gamma * gain + lift * (value > 0.02)  # what is black round the picture stays black
    return np.round(np.clip(toned, 0.0, 1.0) * 255.0).astype(np.uint8)[:, np.newaxis, :]


def _mix_channels(picture: Picture, strength: float, generator: np.random.Generator) -> Picture:
    """Saturation and a small turn between the channels."""
    saturation = float(np.exp(strength * generator.uniform(-0.7, 0.4)))
    matrix = np.eye(3) * saturation + (1.0 - saturation) / 3.0 + generator.normal(0.0, 0.03 * strength, (3, 3))
    return np.asarray(cv2.transform(picture, matrix), dtype=np.uint8)
