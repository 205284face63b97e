"""Drawn fundus photographs: a round field with vessels that leave through a pale disc with a paler cup."""

from __future__ import annotations

import math

import numpy as np

from unet_desktop.images.opencv import cv2
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.regions import Mask, label_image
from unet_desktop.masks.shapes.ellipse import Ellipse

_TURNS = (-1.9, -1.45, -1.2, 1.2, 1.5, 1.95, 0.4, 2.7)
"""Directions in which vessels leave the disc, radians: most go up and down."""


def fundus(
    disc: Ellipse | None, *, size: tuple[int, int] = (480, 512), vessels_to: tuple[float, float] | None = None
) -> np.ndarray:
    """Return (H, W, 3) uint8: a field of that size with the disc, or without one and its vessels running elsewhere.

    Args:
        disc: in image pixels.
        size: (height, width).
        vessels_to: where the vessels converge; in the disc, if None.
    """
    height, width = size
    rows, columns = np.mgrid[:height, :width] + 0.5
    light = 1 - 0.35 * np.hypot(rows / height - 0.5, columns / width - 0.45)
    picture = light[..., np.newaxis] * np.array([150.0, 75.0, 35.0])
    radius = 40.0 if disc is None else math.sqrt(disc.a * disc.b)
    if disc is not None:
        for shape, colour in ((disc, (215, 125, 65)), (cup_of(disc), (240, 190, 120))):
            box, inside = shape.pixels(size)
            picture[box.top : box.bottom, box.left : box.right][inside] = colour
    picture = cv2.GaussianBlur(picture, (0, 0), max(radius / 25, 0.5))
    x, y = vessels_to or ((disc.x, disc.y) if disc is not None else (-0.2 * width, height / 2))
    vessels = np.zeros(size, np.uint8)
    for turn in _TURNS:
        along = np.linspace(0.1 * radius, 3 * max(size), 60)
        bent = turn + 0.12 * np.sign(math.cos(turn)) * np.log1p(along / radius)
        line = np.stack([x + along * np.cos(bent), y + along * np.sin(bent)], axis=1)
        cv2.polylines(vessels, [line.round().astype(np.int32)], False, 255, max(round(0.13 * radius), 1), cv2.LINE_AA)
    dark = cv2.GaussianBlur(vessels, (0, 0), max(radius / 40, 0.4)).astype(np.float64)[..., np.newaxis] / 255
    picture *= 1 - dark * np.array([0.3, 0.45, 0.3])
    picture += np.random.default_rng(0).normal(0, 2, picture.shape)
    if disc is None or radius < 0.2 * height:  # a close-up has no border
        picture[np.hypot(rows - height / 2, columns - width / 2) > 0.52 * width] = 0
    return np.clip(picture, 0, 255).astype(np.uint8)


def cup_of(disc: Ellipse) -> Ellipse:
    """The cup that is drawn in a disc, in its middle and 0.6 times as large."""
    return Ellipse(disc.x, disc.y, 0.6 * disc.a, 0.6 * disc.b, disc.angle)


def fundus_mask(disc: Ellipse, size: tuple[int, int] = (480, 512)) -> Mask:
    """The (H, W) uint8 mask of a drawn photograph."""
    planes = np.zeros((2, *size), bool)
    for plane, shape in zip(planes, (disc, cup_of(disc)), strict=True):
        box, inside = shape.pixels(size)
        plane[box.top : box.bottom, box.left : box.right] = inside
    return label_image(planes, DISC_AND_CUP)
