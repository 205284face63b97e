"""Synthetic fundus photographs with known masks, for the demo, the tests and the documentation.

They are drawings: metrics measured on them say nothing about real eyes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.opencv import cv2
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.regions import Mask, label_image

Layer = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticFundus:
    """A drawn photograph, (H, W, 3) uint8 RGB, and its mask in the labels of `DISC_AND_CUP`, (H, W) uint8."""

    pixels: NDArray[np.uint8]
    mask: Mask


@dataclass(frozen=True, slots=True)
class _Eye:
    """Where things are, in pixels; angles in degrees."""

    size: int
    disc: tuple[float, float]
    disc_axes: tuple[float, float]
    cup: tuple[float, float]
    cup_axes: tuple[float, float]
    tilt: float
    side: int


def synthetic_fundus(seed: int, size: int = 640) -> SyntheticFundus:
    """Draw a synthetic photograph; the same seed and size give the same pixels on one machine.

    Args:
        seed: for everything that varies: eye side, disc, cup, vessels, colour, light.
        size: height and width in pixels.
    """
    random = np.random.default_rng(seed)
    eye = _anatomy(random, size)
    disc = _ellipse(eye.size, eye.disc, eye.disc_axes, eye.tilt)
    cup = _ellipse(eye.size, eye.cup, eye.cup_axes, eye.tilt)
    mask = label_image(np.stack([disc > 0.5, cup > 0.5]), DISC_AND_CUP)

    colour = _retina(random, eye)
    rim_colour = np.array([236, 176, 108], np.float32) * random.uniform(0.9, 1.05)
    cup_colour = np.array([252, 226, 168], np.float32) * random.uniform(0.92, 1.02)
    soft = size / 180
    colour = _blend(colour, rim_colour, _blur(disc, soft) * 0.85)
    colour = _blend(colour, cup_colour, _blur(cup, soft * 1.3) * 0.8)
    colour = _vessels(random, eye, colour)
    colour = _light(random, eye, colour)
    return SyntheticFundus(np.clip(colour, 0, 255).astype(np.uint8), mask)


def _anatomy(random: np.random.Generator, size: int) -> _Eye:
    side = 1 if random.random() < 0.5 else -1  # 1: the disc lies right of the centre, as in a right eye
    disc = (
        size * (0.5 + side * random.uniform(0.08, 0.2)),
        size * (0.5 + random.uniform(-0.07, 0.07)),
    )
    height = size * random.uniform(0.085, 0.115)
    axes = (height * random.uniform(0.84, 0.98), height)
    ratio = random.uniform(0.35, 0.8)
    room = 1 - ratio
    cup = (
        disc[0] - side * axes[0] * room * random.uniform(0.0, 0.25),
        disc[1] + axes[1] * room * random.uniform(-0.2, 0.2),
    )
    cup_axes = (axes[0] * ratio * random.uniform(0.9, 1.0), axes[1] * ratio)
    return _Eye(size, disc, axes, cup, cup_axes, float(random.uniform(-12, 12)), side)


def _retina(random: np.random.Generator, eye: _Eye) -> Layer:
    base = np.array([186, 84, 38], np.float32) * random.uniform(0.75, 1.1)
    base[1] *= random.uniform(0.85, 1.2)
    mottled = cv2.resize(random.standard_normal((24, 24)).astype(np.float32), (eye.size, eye.size), interpolation=2)
    fine = cv2.resize(random.standard_normal((90, 90)).astype(np.float32), (eye.size, eye.size), interpolation=2)
    colour = base * (1 + 0.035 * mottled + 0.02 * fine)[:, :, np.newaxis]
    macula = (eye.disc[0] - eye.side * eye.size * 0.26, eye.disc[1] + eye.size * 0.03)
    dark = np.array([120, 40, 18], np.float32)
    return _blend(colour, dark, 0.55 * _glow(eye.size, macula, eye.size * 0.055))


def _vessels(random: np.random.Generator, eye: _Eye, colour: Layer) -> Layer:
    layer = np.zeros((eye.size, eye.size), np.float32)
    for upward in (-1, 1):
        for sideward, width in ((-eye.side, 1.0), (eye.side, 0.7), (-eye.side, 0.8)):
            heading = np.arctan2(upward * random.uniform(0.7, 1.2), sideward * random.uniform(0.3, 1.0))
            start = (eye.disc[0] + random.uniform(-0.2, 0.2) * eye.disc_axes[0], eye.disc[1])
            bend = -upward * sideward * random.uniform(0.004, 0.011)
            _grow(random, layer, start, float(heading), bend, eye.size * 0.0085 * width, 0)
    layer = _blur(layer, eye.size / 900)
    return _blend(colour, np.array([104, 22, 16], np.float32), 0.72 * layer)


def _grow(
    random: np.random.Generator,
    layer: Layer,
    start: tuple[float, float],
    heading: float,
    bend: float,
    width: float,
    generation: int,
) -> None:
    """Draw one vessel, thinning along its way, with branches."""
    x, y = start
    step = layer.shape[0] / 90
    for index in range(60):
        if width < layer.shape[0] * 0.0012 or not (0 <= x < layer.shape[1] and 0 <= y < layer.shape[0]):
            return
        heading += bend + random.normal(0, 0.07)
        following = (x + step * np.cos(heading), y + step * np.sin(heading))
        ends = [(int(px * 16), int(py * 16)) for px, py in ((x, y), following)]
        cv2.line(layer, ends[0], ends[1], 1.0, max(1, round(width)), cv2.LINE_AA, shift=4)
        x, y = following
        width *= 0.985
        if generation < 2 and index > 4 and random.random() < 0.07:
            turn = random.choice([-1.0, 1.0]) * random.uniform(0.4, 0.9)
            _grow(random, layer, (x, y), heading + turn, -bend * 0.5, width * 0.68, generation + 1)


def _light(random: np.random.Generator, eye: _Eye, colour: Layer) -> Layer:
    """Add uneven light, sensor noise, blur, and the black surround of a fundus camera."""
    middle = (eye.size * random.uniform(0.42, 0.58), eye.size * random.uniform(0.42, 0.58))
    falloff = 0.5 + 0.55 * _glow(eye.size, middle, eye.size * 0.42)
    shaded = colour * falloff[:, :, np.newaxis] * np.float32(random.uniform(0.85, 1.15))
    shaded = _blur(shaded, eye.size / 640 * random.uniform(0.5, 1.1))
    noise = random.standard_normal(colour.shape).astype(np.float32) * np.float32(random.uniform(1.5, 4.0))
    aperture = _ellipse(eye.size, (eye.size / 2, eye.size / 2), (eye.size * 0.485, eye.size * 0.485), 0)
    lit: Layer = (shaded + noise) * _blur(aperture, eye.size / 400)[:, :, np.newaxis]
    return lit


def _ellipse(size: int, centre: tuple[float, float], axes: tuple[float, float], tilt: float) -> Layer:
    plane = np.zeros((size, size), np.float32)
    fixed = [tuple(int(value * 16) for value in pair) for pair in (centre, axes)]
    cv2.ellipse(plane, fixed[0], fixed[1], tilt, 0, 360, 1.0, cv2.FILLED, shift=4)
    return plane


def _glow(size: int, centre: tuple[float, float], spread: float) -> Layer:
    at = np.arange(size, dtype=np.float32)
    squared = (at[np.newaxis, :] - centre[0]) ** 2 + (at[:, np.newaxis] - centre[1]) ** 2
    glow: Layer = np.exp(-squared / (2 * spread**2)).astype(np.float32)
    return glow


def _blur(plane: Layer, sigma: float) -> Layer:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32)


def _blend(colour: Layer, towards: Layer, amount: Layer) -> Layer:
    share = np.clip(amount, 0, 1)[:, :, np.newaxis]
    blended: Layer = (colour * (1 - share) + towards * share).astype(np.float32)
    return blended
