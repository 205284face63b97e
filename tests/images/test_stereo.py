"""Two photographs in one image: stereo pairs are told from two different ones, and both from one photograph."""

from __future__ import annotations

import numpy as np
import pytest

from unet_desktop.images.box import Box
from unet_desktop.images.opencv import cv2
from unet_desktop.images.read import read_image
from unet_desktop.images.stereo import find_halves
from unet_desktop.masks.synthetic import synthetic_fundus


def other_view(pixels):
    """The same eye from a little aside, in another colour and with other noise."""
    height, width = pixels.shape[:2]
    turned = cv2.getRotationMatrix2D((width / 2, height / 2), 1.5, 1.02)
    turned[:, 2] += (0.05 * width, 0.01 * height)
    seen = cv2.warpAffine(pixels, turned, (width, height), borderMode=cv2.BORDER_REFLECT).astype(np.float32) * (
        0.95,
        0.88,
        1.05,
    )
    return np.clip(seen + np.random.default_rng(0).normal(0, 3, seen.shape), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def eye():
    return synthetic_fundus(1, 320).pixels


@pytest.mark.parametrize("bar", [0, 14])
@pytest.mark.parametrize("cut", [0, 40])
def test_a_stereo_pair(eye, bar, cut):
    left, right = (half[:, cut : 320 - cut] for half in (eye, other_view(eye)))
    width = left.shape[1]
    halves = find_halves(np.hstack([left, np.zeros((320, bar, 3), np.uint8), right]))
    assert halves is not None
    assert halves.same
    assert halves.names == ("left", "right")
    first, second = halves.boxes
    assert abs(first.right - width) <= 20  # a black margin counts as bar
    assert abs(second.left - width - bar) <= 20  # a black margin counts as bar
    assert (first.left, second.right) == (0, 2 * width + bar)


def test_one_above_the_other(eye):
    halves = find_halves(np.vstack([eye, other_view(eye)]))
    assert halves is not None
    assert (halves.same, halves.names) == (True, ("top", "bottom"))
    assert halves.boxes[0].shape[1] == 320


def test_two_eyes_are_no_stereo_pair(eye):
    halves = find_halves(np.hstack([eye, synthetic_fundus(2, 320).pixels]))
    assert halves is not None
    assert not halves.same


def test_a_mirrored_eye_is_no_stereo_pair(eye):
    middle = eye[:, 40:280]  # no black between them
    # Nothing parts them, so it may as well be one picture that is symmetric.
    assert find_halves(np.hstack([middle, other_view(middle)[:, ::-1]])) is None
    bar = np.zeros((len(middle), 12, 3), np.uint8)
    halves = find_halves(np.hstack([middle, bar, other_view(middle)[:, ::-1]]))
    assert halves is not None
    assert not halves.same


@pytest.mark.parametrize("seed", range(1, 7))
def test_one_photograph_is_one(seed):
    pixels = synthetic_fundus(seed, 480).pixels
    assert find_halves(pixels) is None
    for height in (340, 240, 180):
        band = pixels[240 - height // 2 : 240 + height // 2]
        assert find_halves(band) is None
        assert find_halves(np.ascontiguousarray(band.transpose(1, 0, 2))) is None


@pytest.mark.parametrize("shape", [(1, 2), (3, 500), (200, 400), (0, 0)])
def test_odd_sizes_and_plain_pictures_are_one(shape):
    assert find_halves(np.zeros((*shape, 3), np.uint8)) is None
    assert find_halves(np.full((*shape, 3), 130, np.uint8)) is None


def test_real_photographs(drishti):
    paths = sorted((drishti / "Training" / "Images").rglob("*.jpg"))[:3] or sorted(drishti.rglob("*.jpg"))[:3]
    for path in paths:
        pixels = read_image(path).pixels[::2, ::2].copy()
        height, width = pixels.shape[:2]
        assert find_halves(pixels) is None
        assert find_halves(pixels[height // 4 : -height // 4].copy()) is None
        halves = find_halves(np.hstack([pixels, other_view(pixels)]))
        assert halves is not None
        assert halves.same
        assert halves.boxes[0] == Box(0, 0, height, halves.boxes[0].right)
        assert abs(halves.boxes[0].right - width) <= 0.02 * 2 * width
