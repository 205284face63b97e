"""Copies of a photograph are told from other photographs, also of the same eye."""

from __future__ import annotations

import numpy as np
import pytest
from photographs import texture

from unet_desktop.images.likeness import find_alike, measure_likeness
from unet_desktop.images.opencv import cv2


def alike(*photographs, groups=None):
    """The pairs that are called copies."""
    found = find_alike([measure_likeness(pixels) for pixels in photographs], groups)
    return [(pair.first, pair.second) for pair in found if pair is not None]


def encode(pixels, quality):
    return cv2.imdecode(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)


def turn(pixels, degrees):
    height, width = pixels.shape[:2]
    return cv2.warpAffine(pixels, cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0), (width, height))


@pytest.mark.parametrize(
    "change",
    [
        lambda pixels: pixels,
        lambda pixels: encode(pixels, 50),
        lambda pixels: cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
        lambda pixels: cv2.resize(pixels, (200, 200), interpolation=cv2.INTER_AREA),
        lambda pixels: pixels[10:-10, 12:-12],
        lambda pixels: np.pad(pixels, ((20, 20), (60, 60), (0, 0))),
        lambda pixels: np.clip(pixels * 1.15 + 4, 0, 255).astype(np.uint8),
    ],
    ids=["same", "encoded again", "half the size", "squeezed", "cropped", "with a border", "brightened"],
)
def test_a_copy_is_found(change):
    assert alike(texture(1), texture(2), change(texture(1)).copy()) == [(0, 2)]


@pytest.mark.parametrize("degrees", [-4, -2, 2, 4])
def test_another_photograph_of_the_eye_is_no_copy(degrees):
    assert alike(texture(1), turn(texture(1), degrees)) == []


def test_only_pairs_of_different_groups_are_compared():
    pictures = [texture(1), texture(2), texture(1), texture(2)]
    assert alike(*pictures) == [(0, 2), (1, 3)]
    assert alike(*pictures, groups=[0, 0, 0, 1]) == [(1, 3)]


def test_pictures_without_anything_on_them_are_alike_to_none():
    blank = np.zeros((50, 70, 3), np.uint8)
    assert alike(blank, blank, blank + 200, np.zeros((1, 1, 3), np.uint8), np.zeros((3, 900, 3), np.uint8)) == []
    assert alike() == []
