"""Augmentation: random variants of a picture, as another camera or another patient might give.

One geometric warp per picture, from the cached example straight to the network's input, then one table for the colours.
All randomness comes from the generator that is passed in.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.crop import Affine, Square
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import BACKGROUND, NOT_ANNOTATED


@dataclass(frozen=True, slots=True)
class AugmentationRange:
    """How far geometric augmentation goes at strength 1.

    Attributes:
        rotation: degrees to either side.
        smaller: least scale (0.6: as a camera with a wider field of view).
        larger: greatest scale.
        shift: fraction of the square's side, to either side.
        flip_vertical: allow vertical flips too, not only horizontal ones.
        reflect: pad with the picture's mirror image instead of black.
        bend: elastic deformation: standard deviation of the displacement of a coarse grid's knots, as a fraction of
            the square's side.
    """

    rotation: float
    smaller: float
    larger: float
    shift: float
    flip_vertical: bool
    reflect: bool
    bend: float = 0.0


_KNOTS = 4
"""Of the grid, per side: an outline of half the square's side changes its shape, not only its place."""
_BEND_PROBABILITY = 0.7


def warp(
    picture: NDArray[np.uint8],
    mask: NDArray[np.uint8],
    square: Square,
    size: int,
    reach: AugmentationRange,
    strength: float,
    generator: np.random.Generator,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A random variant of the square: (size, size, 3) uint8 picture and (size, size) or (size, size, P) uint8 mask.

    Pixels outside the picture are not annotated.

    Args:
        picture: (h, w, 3) uint8.
        mask: (h, w) uint8, or (h, w, P) with further planes behind the mask, which are 0 outside the picture.
        square: in the picture's pixels.
        size: side of the result.
        reach: how far augmentation goes at strength 1.
        strength: 0 to 2; flips need more than 0.
        generator: source of randomness.
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
    """Columns and rows in the picture of each pixel of the result, by pixel centres; (size, size) float32.

    Elastic deformation: Ronneberger, Fischer, Brox 2015, arXiv:1505.04597, section 3.1, random displacements of a
    coarse grid, upsampled bicubically. It gives outlines of new shapes, as the patients of another clinic have.
    """
    down, right = np.mgrid[:size, :size].astype(np.float32)
    if bend > 0.0 and generator.random() < _BEND_PROBABILITY:
        knots = generator.normal(0.0, bend * size, (2, _KNOTS, _KNOTS)).astype(np.float32)
        right += cv2.resize(knots[0], (size, size), interpolation=cv2.INTER_CUBIC)
        down += cv2.resize(knots[1], (size, size), interpolation=cv2.INTER_CUBIC)
    (a, b, x), (c, d, y) = matrix.astype(np.float32)
    return a * right + b * down + x, c * right + d * down + y


def recolour(picture: NDArray[np.uint8], strength: float, generator: np.random.Generator) -> NDArray[np.uint8]:
    """Change exposure, white balance, contrast, saturation, focus and noise; (h, w, 3) uint8 to the same."""
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


def add_distractors(
    picture: NDArray[np.uint8], mask: NDArray[np.uint8], generator: np.random.Generator
) -> NDArray[np.uint8]:
    """Paint bright blotches of random shape on the background, so that brightness alone does not mean the label.

    Large exudates are as bright and as large as an optic disc; without this, the network mistakes them for it.

    Args:
        picture: (h, w, 3) uint8.
        mask: (h, w) uint8; only its background is painted on.
        generator: source of randomness.
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
    """From the result's pixel centres to the picture's."""
    angle = math.radians(reach.rotation) * min(strength, 1.0) * generator.uniform(-1.0, 1.0)
    # A square twice as large shows everything half as large.
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
    toned = value**gamma * gain + lift * (value > 0.02)  # the black around the picture stays black
    return np.round(np.clip(toned, 0.0, 1.0) * 255.0).astype(np.uint8)[:, np.newaxis, :]


def _mix_channels(picture: NDArray[np.uint8], strength: float, generator: np.random.Generator) -> NDArray[np.uint8]:
    """Change the saturation and mix the channels slightly."""
    saturation = float(np.exp(strength * generator.uniform(-0.7, 0.4)))
    matrix = np.eye(3) * saturation + (1.0 - saturation) / 3.0 + generator.normal(0.0, 0.03 * strength, (3, 3))
    return np.asarray(cv2.transform(picture, matrix), dtype=np.uint8)
