"""Augmentation: random variants of a picture, as another camera or another patient might give.

One geometric warp per picture, from the cached example straight to the network's input, then one table for the colours.
All randomness comes from the generator that is passed in.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.crop import BLACK, Affine, Colour, Square, median_colour
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
_DIRECTIONS = 180
_CUP_SCALES = (math.log(0.4), math.log(1.1))
_END_OF_RIM = 1.1
"""Of the disc's radius, up to which the rim and its surroundings are stretched: the disc's own edge stays smooth."""
_WIDEST_CUP = 0.85
"""Of the end of the rim: where less is left, stretching it would tear it."""
_MIN_CUP_PIXELS = 50
_OVAL, _TILTED = 0.07, 0.25
"""Natural logarithm of how far the aspect is changed: between eyes, and where a disc is tilted."""
_TILTED_SHARE = 0.2
_ATROPHY_SHARE = 0.25
"""Of the variants; half of all highly myopic eyes have it, but few of all eyes."""


def warp(
    picture: NDArray[np.uint8],
    mask: NDArray[np.uint8],
    square: Square,
    size: int,
    reach: AugmentationRange,
    strength: float,
    generator: np.random.Generator,
    outside: Colour = BLACK,
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
        outside: colour beyond the picture's border.
    """
    matrix = _random_affine(square, size, reach, strength, generator)
    border = cv2.BORDER_REFLECT_101 if reach.reflect else cv2.BORDER_CONSTANT
    columns, rows = _sample_grid(matrix, size, reach.bend * strength, generator)
    seen = cv2.remap(picture, columns, rows, cv2.INTER_LINEAR, borderMode=border, borderValue=outside)
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


def add_atrophy(
    picture: NDArray[np.uint8], mask: NDArray[np.uint8], generator: np.random.Generator
) -> NDArray[np.uint8]:
    """Paint a pale, mottled region around the label, as atrophy surrounds the disc of a myopic eye.

    Without this, the networks take all that is pale for disc. The label itself stays as it is; vessels and texture show
    through.

    Args:
        picture: (size, size, 3) uint8.
        mask: (size, size) uint8; only its background is painted on.
        generator: source of randomness.
    """
    labelled = (mask != BACKGROUND) & (mask != NOT_ANNOTATED)
    if generator.random() < 1.0 - _ATROPHY_SHARE or not labelled.any():
        return picture
    rows, columns = np.nonzero(labelled)
    radius = math.sqrt(len(rows) / math.pi)
    angles = np.linspace(0.0, 2.0 * math.pi, 24, endpoint=False)
    # Few harmonics make an outline that is ragged, but in one piece.
    ragged = sum(
        generator.normal(0.0, 0.15) * np.cos(order * angles + generator.uniform(0.0, 2.0 * math.pi))
        for order in range(1, 6)
    )
    reach = radius * generator.uniform(1.1, 2.8) * np.maximum(1.0 + ragged, 0.4)
    direction, offset = generator.uniform(0.0, 2.0 * math.pi), radius * generator.uniform(0.0, 1.0)
    centre = np.array([columns.mean() + offset * math.cos(direction), rows.mean() + offset * math.sin(direction)])
    outline = centre + np.stack([np.cos(angles), np.sin(angles)], axis=1) * reach[:, np.newaxis]
    size = picture.shape[0]
    veil = np.zeros((size, size), np.float32)
    cv2.fillPoly(veil, [np.round(outline).astype(np.int32)], float(generator.uniform(0.4, 1.0)))
    veil = np.asarray(cv2.GaussianBlur(veil, (0, 0), max(0.5, radius * generator.uniform(0.02, 0.15))), np.float32)
    knots = generator.uniform(0.5, 1.0, (int(generator.integers(3, 12)),) * 2).astype(np.float32)
    veil *= np.clip(cv2.resize(knots, (size, size), interpolation=cv2.INTER_CUBIC), 0.0, 1.0)
    veil *= (mask == BACKGROUND) & (picture.max(axis=2) > 0)
    pale = np.median(picture[labelled], axis=0) * generator.uniform(0.75, 1.1) + generator.normal(0.0, 12.0, 3)
    smooth = cv2.GaussianBlur(picture, (0, 0), max(1.0, 0.3 * radius)).astype(np.float32)
    painted = picture + veil[..., np.newaxis] * (pale - smooth)
    return np.asarray(np.clip(np.round(painted), 0.0, 255.0), dtype=np.uint8)


def resize_cup(
    picture: NDArray[np.uint8],
    planes: NDArray[np.uint8],
    disc: Sequence[int],
    cup: Sequence[int],
    generator: np.random.Generator,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Make the cup smaller or larger within the disc, which changes little, so that all sizes of cup are seen.

    Photographs of one clinic may show mostly large cups, as of glaucoma; a network that has seen only those expects
    them. Along each ray from the cup's centre, the cup is scaled and the rim stretched.

    Args:
        picture: (size, size, 3) uint8.
        planes: (size, size, P) uint8, the mask first; a mask with a cup in a disc.
        disc, cup: the values of their regions in the mask: the disc's include the cup's.
        generator: source of randomness.
    """
    mask = planes[..., 0]
    cups, discs = np.isin(mask, cup), np.isin(mask, disc)
    rows, columns = np.nonzero(cups)
    if len(rows) < _MIN_CUP_PIXELS:
        return picture, planes
    x, y, size = float(columns.mean()), float(rows.mean()), mask.shape[0]
    # One row per direction, one column per half pixel.
    reach = size // 2
    polar = np.stack(
        [
            cv2.warpPolar(plane.view(np.uint8), (2 * reach, _DIRECTIONS), (x, y), reach, cv2.WARP_FILL_OUTLIERS)
            for plane in (cups, discs)
        ]
    )
    of_cup, of_disc = (_smooth(line) for line in polar.sum(axis=2) / 2.0)
    end = _END_OF_RIM * np.maximum(of_disc, 2.0)
    of_cup = np.clip(of_cup, 1.0, _WIDEST_CUP * end)
    resized = np.clip(of_cup * math.exp(generator.uniform(*_CUP_SCALES)), 1.0, _WIDEST_CUP * end)
    down, right = np.mgrid[:size, :size].astype(np.float32)
    across, below = right - x, down - y
    distance = np.maximum(np.hypot(across, below), 1e-3)
    direction = ((np.arctan2(below, across) / (2.0 * math.pi)) % 1.0 * _DIRECTIONS).astype(np.int64) % _DIRECTIONS
    of_cup, end, resized = (line[direction] for line in (of_cup, end, resized))
    in_cup = distance * (of_cup / resized)
    in_rim = end - (end - distance) * ((end - of_cup) / (end - resized))
    source = np.where(distance < resized, in_cup, np.where(distance < end, in_rim, distance))
    columns_at = (x + across / distance * source).astype(np.float32)
    rows_at = (y + below / distance * source).astype(np.float32)
    seen = cv2.remap(picture, columns_at, rows_at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    labels = cv2.remap(planes, columns_at, rows_at, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.uint8), np.asarray(labels, np.uint8).reshape(planes.shape)


def _smooth(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean of neighbouring directions."""
    wrapped = np.pad(line, 1, mode="wrap")
    return np.convolve(wrapped, np.full(3, 1.0 / 3.0), mode="valid")


def add_border(
    picture: NDArray[np.uint8], mask: NDArray[np.uint8], generator: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Cut the picture off at a random rectangle, as where a photograph ends; beyond it nothing is annotated.

    What lies beyond is filled with the median colour or black. The middle always stays.

    Args:
        picture: (size, size, 3) uint8.
        mask: (size, size) uint8.
        generator: source of randomness.
    """
    size = picture.shape[0]
    left, top = np.maximum(generator.uniform(-0.3, 0.3, 2), 0.0) * size
    right, bottom = size - np.maximum(generator.uniform(-0.3, 0.3, 2), 0.0) * size
    inside = np.zeros((size, size), bool)
    inside[round(top) : round(bottom), round(left) : round(right)] = True
    outside = np.array(random_surround(picture[inside], generator), np.uint8)
    return np.where(inside[..., np.newaxis], picture, outside), np.where(inside, mask, np.uint8(NOT_ANNOTATED))


def random_surround(pixels: NDArray[np.uint8], generator: np.random.Generator) -> Colour:
    """Black or the pixels' median colour, (..., 3) uint8, as `surround_colour` gives for one or the other picture."""
    if generator.random() < 0.5:
        return BLACK
    return median_colour(pixels.reshape(-1, 3))


def _random_affine(
    square: Square, size: int, reach: AugmentationRange, strength: float, generator: np.random.Generator
) -> Affine:
    """From the result's pixel centres to the picture's."""
    angle = math.radians(reach.rotation) * min(strength, 1.0) * generator.uniform(-1.0, 1.0)
    # A square twice as large shows everything half as large.
    low, high = -math.log(reach.larger), -math.log(reach.smaller)
    zoom = math.exp(strength * generator.uniform(low, high))
    oval = _TILTED if generator.random() < _TILTED_SHARE else _OVAL
    aspect = math.exp(strength * generator.uniform(-oval, oval))
    across = -1.0 if strength > 0.0 and generator.random() < 0.5 else 1.0
    down = -1.0 if strength > 0.0 and reach.flip_vertical and generator.random() < 0.5 else 1.0
    shift_x, shift_y = generator.uniform(-1.0, 1.0, 2) * reach.shift * square.side * zoom * min(strength, 1.0)
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
