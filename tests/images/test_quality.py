from __future__ import annotations

import math

import numpy as np
import pytest

from unet_desktop.images.box import bounding_box
from unet_desktop.images.opencv import cv2
from unet_desktop.images.quality import BLURRED, DARK, OVEREXPOSED, measure_quality
from unet_desktop.images.read import read_image

DIAMETER = 120


def photograph(seed=3):
    """(400, 400, 3) uint8: a bright disc with vessels across, as sharp as can be."""
    rows, columns = np.mgrid[:400, :400]
    picture = np.empty((400, 400, 3), np.uint8)
    picture[:] = (160, 80, 40)
    picture[(rows - 200) ** 2 + (columns - 200) ** 2 < (DIAMETER / 2) ** 2] = (220, 160, 90)
    random = np.random.default_rng(seed)
    for _ in range(8):
        ends = random.integers(120, 280, 4).tolist()
        cv2.line(picture, ends[:2], ends[2:], (120, 50, 30), 2)
    return picture


def faults(picture, x=200.0, y=200.0):
    return measure_quality(picture, x, y, DIAMETER).faults


def test_a_good_photograph_has_no_fault():
    assert faults(photograph()) == ()


def test_a_blurred_one_is_blurred():
    assert faults(cv2.GaussianBlur(photograph(), (0, 0), 0.05 * DIAMETER)) == (BLURRED,)


def test_a_dark_one_is_dark():
    assert faults((photograph() * 0.2).astype(np.uint8)) == (DARK,)


def test_a_white_one_is_overexposed():
    assert OVEREXPOSED in faults(np.clip(photograph().astype(int) * 2, 0, 255).astype(np.uint8))


def test_what_lies_outside_the_picture_does_not_count():
    picture = photograph()
    at_border = measure_quality(np.ascontiguousarray(picture[:, 200:]), 0.0, 200.0, DIAMETER)
    assert at_border.brightness == pytest.approx(measure_quality(picture, 200.0, 200.0, DIAMETER).brightness, rel=0.1)
    assert at_border.faults == ()


@pytest.mark.parametrize(("x", "shape"), [(-500.0, (50, 50, 3)), (0.5, (1, 1, 3))])
def test_a_disc_beside_the_picture_or_of_one_pixel_gives_figures_all_the_same(x, shape):
    found = measure_quality(np.zeros(shape, np.uint8), x, 0.5, 10.0)
    assert all(math.isfinite(figure) for figure in (found.sharpness, found.brightness, found.overexposed))


@pytest.mark.real_data
def test_real_photographs_pass_and_their_blurred_and_dark_copies_do_not(idrid):
    for path in sorted((idrid / "images").glob("IDRiD_0[1-3].jpg")):
        pixels = read_image(path).pixels
        mask = read_image(next((idrid / "masks").glob(f"{path.stem}*"))).pixels.max(axis=2)
        box = bounding_box((mask > 0).astype(np.uint8))
        x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        around = pixels[box.expand(box.height).clip(*pixels.shape[:2]).slices]
        x, y = x - max(box.left - box.height, 0), y - max(box.top - box.height, 0)
        assert measure_quality(around, x, y, box.height).faults == ()
        assert measure_quality(cv2.GaussianBlur(around, (0, 0), 0.03 * box.height), x, y, box.height).faults == (
            BLURRED,
        )
        assert DARK in measure_quality((around * 0.2).astype(np.uint8), x, y, box.height).faults
