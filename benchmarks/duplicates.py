"""How well copies of photographs are told from photographs of other eyes and from other photographs of the same eye.

Usage: python benchmarks/duplicates.py FOLDER [FOLDER ...]

Each photograph gets copies of ten kinds and a simulated second visit: turned by 1 to 5 degrees, shifted by up to 5 % of
its size, scaled by up to 3 %, lit differently, blurred a little, with noise. States for each kind how many of all are
called copies of their photograph, and how many pairs of different photographs are called copies.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from unet_desktop.images.likeness import LONGEST, find_alike, measure_likeness
from unet_desktop.images.listing import find_images
from unet_desktop.images.opencv import cv2
from unet_desktop.images.read import Pixels, read_reduced


def encode(pixels: Pixels, quality: int) -> Pixels:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return np.array(Image.open(buffer))


def crop(pixels: Pixels, left: float, top: float, right: float, bottom: float) -> Pixels:
    height, width = pixels.shape[:2]
    return pixels[int(top * height) : int((1 - bottom) * height), int(left * width) : int((1 - right) * width)]


def scale(pixels: Pixels, factor: float) -> Pixels:
    size = (int(pixels.shape[1] * factor), int(pixels.shape[0] * factor))
    return np.array(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))


COPIES: dict[str, Callable[[Pixels], Pixels]] = {
    "JPEG of quality 60": lambda pixels: encode(pixels, 60),
    "JPEG of quality 30": lambda pixels: encode(pixels, 30),
    "half the size": lambda pixels: scale(pixels, 0.5),
    "a quarter of the size": lambda pixels: scale(pixels, 0.25),
    "squeezed to a square": lambda pixels: np.array(Image.fromarray(pixels).resize((512, 512))),
    "2 % cropped on each side": lambda pixels: crop(pixels, 0.02, 0.02, 0.02, 0.02),
    "5 % cropped on each side": lambda pixels: crop(pixels, 0.05, 0.05, 0.05, 0.05),
    "5 % and 3 % cropped on two sides": lambda pixels: crop(pixels, 0.05, 0.0, 0.0, 0.03),
    "black border added": lambda pixels: np.pad(pixels, ((30, 30), (80, 80), (0, 0))),
    "brightened": lambda pixels: np.clip(pixels.astype(float) * 1.15 + 5, 0, 255).astype(np.uint8),
}


def visit_again(pixels: Pixels, rng: np.random.Generator, least: float, most: float) -> Pixels:
    """Simulate another photograph of the same eye, turned by so many degrees."""
    height, width = pixels.shape[:2]
    degrees = rng.choice([-1, 1]) * rng.uniform(least, most)
    turn = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), degrees, rng.uniform(0.97, 1.03)), np.float64)
    turn[:, 2] += rng.uniform(-0.05, 0.05, 2) * np.array([width, height])
    turned = cv2.warpAffine(pixels, turn, (width, height)).astype(float)
    down, across = np.mgrid[-0.5 : 0.5 : height * 1j, -0.5 : 0.5 : width * 1j]
    light = 1 + rng.uniform(-0.3, 0.3) * across + rng.uniform(-0.3, 0.3) * down
    turned *= light[..., None] * rng.uniform(0.85, 1.15, 3)
    blurred = cv2.GaussianBlur(turned, (0, 0), rng.uniform(0.3, 1.2)) + rng.normal(0, 2, turned.shape)
    return np.asarray(np.clip(blurred, 0, 255), np.uint8)


def main(folders: list[str]) -> None:
    """Print a line for each kind."""
    paths = [path for folder in folders for path in find_images(Path(folder), recursive=True)]
    pictures = [read_reduced(path, LONGEST) for path in paths]
    started = time.process_time()
    measured = [measure_likeness(pixels) for pixels in pictures]
    each = (time.process_time() - started) / len(pictures)
    started = time.process_time()
    found = [pair for pair in find_alike(measured) if pair is not None]
    pairs = len(pictures) * (len(pictures) - 1) // 2
    print(f"{len(pictures)} photographs, measured in {each * 1e3:.1f} ms of CPU each")
    print(f"different photographs: {len(found)} of {pairs:,} pairs, in {time.process_time() - started:.1f} s of CPU")
    for pair in found:
        print(f"    {pair.score:.3f} {paths[pair.first]} {paths[pair.second]}")
    rng = np.random.default_rng(0)
    kinds = COPIES | {
        "second visit, turned by 1 to 5 degrees": lambda pixels: visit_again(pixels, rng, 1.0, 5.0),
        "second visit, turned by up to 1 degree": lambda pixels: visit_again(pixels, rng, 0.0, 1.0),
    }
    for kind, change in kinds.items():
        called = sum(
            any(pair is not None for pair in find_alike([one, measure_likeness(change(pixels))]))
            for one, pixels in zip(measured, pictures, strict=True)
        )
        print(f"{kind}: {called} of {len(pictures)}")


if __name__ == "__main__":
    main(sys.argv[1:])
