"""What cannot be a fundus photograph is refused; fundus photographs of any framing, colour and quality are not."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from unet_desktop.images.fundus import is_dark_spot, looks_like_fundus
from unet_desktop.images.opencv import cv2


def fundus(size: int = 600, *, surround: bool = True) -> np.ndarray:
    """An orange field with a bright disc and dark vessels, with noise."""
    generator = np.random.default_rng(3)
    rows, columns = np.mgrid[:size, :size]
    picture = np.empty((size, size, 3))
    picture[:] = (165, 85, 40)
    picture *= (1.0 - 0.3 * np.hypot(rows / size - 0.5, columns / size - 0.5))[..., np.newaxis]
    for end in range(0, size, 90):
        cv2.line(picture, (size // 3, size // 2), (end, 0), (110, 40, 25), 5)
    picture[np.hypot(rows - size / 2, columns - size / 3) < size / 12] = (235, 190, 120)
    picture = cv2.GaussianBlur(picture, (0, 0), 1.5) + generator.normal(0.0, 3.0, picture.shape)
    if surround:
        picture[np.hypot(rows - size / 2, columns - size / 2) > size * 0.49] = 3
    return np.clip(picture, 0, 255).astype(np.uint8)


def page(paper: tuple[int, int, int]) -> np.ndarray:
    picture = Image.new("RGB", (900, 1200), paper)
    draw = ImageDraw.Draw(picture)
    for row in range(60, 1140, 45):
        draw.text((70, row), "visual acuity 0.8 right eye IOP 16 mmHg", (20, 20, 30), ImageFont.load_default(size=28))
    return np.asarray(picture)


def grey(picture: np.ndarray) -> np.ndarray:
    return np.repeat(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., np.newaxis], 3, axis=2)


def white_balance(picture: np.ndarray) -> np.ndarray:
    return np.clip(picture / np.percentile(picture.reshape(-1, 3), 99, axis=0) * 220.0, 0, 255).astype(np.uint8)


def enhance(picture: np.ndarray) -> np.ndarray:
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)
    lab[..., 0] = cv2.createCLAHE(4.0, (8, 8)).apply(lab[..., 0])
    return cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)


@pytest.mark.parametrize("surround", [True, False])
@pytest.mark.parametrize(
    "change",
    [
        lambda picture: picture,
        grey,
        lambda picture: np.repeat(picture[..., 1:2], 3, axis=2),  # red-free
        lambda picture: picture * np.array([0, 1, 0], np.uint8),
        lambda picture: picture * np.array([0, 1, 1], np.uint8),  # red-free, in colour
        white_balance,
        enhance,
        lambda picture: (picture * 0.5).astype(np.uint8),
        lambda picture: np.clip(picture * 1.5, 0, 255).astype(np.uint8),
        lambda picture: picture[100:500, :300],
        lambda picture: cv2.resize(picture, None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA),
        lambda picture: cv2.copyMakeBorder(picture, 500, 500, 500, 500, cv2.BORDER_CONSTANT, value=(150, 80, 40)),
    ],
)
def test_a_fundus_photograph_is_one_however_it_is_framed_and_coloured(change, surround):
    assert looks_like_fundus(np.ascontiguousarray(change(fundus(surround=surround))))


@pytest.mark.parametrize(
    "picture",
    [
        page((255, 255, 255)),
        grey(page((235, 235, 235))),
        page((250, 244, 226)),
        np.zeros((300, 400, 3), np.uint8),
        np.full((300, 400, 3), 255, np.uint8),
        np.full((300, 400, 3), (180, 90, 40), np.uint8),
        np.ascontiguousarray(fundus()[..., ::-1]),
        np.zeros((1, 1, 3), np.uint8),
    ],
    ids=["form", "grey form", "yellowed form", "black", "white", "one colour", "blue", "one pixel"],
)
def test_forms_drawings_and_blue_pictures_are_none(picture):
    assert not looks_like_fundus(picture)


def test_a_pupil_is_darker_than_its_surroundings_and_a_disc_is_not():
    picture = fundus()
    assert not is_dark_spot(picture, 200.0, 300.0, 100.0)
    eye = np.full((400, 600, 3), (225, 205, 195), np.uint8)
    cv2.circle(eye, (300, 200), 60, (40, 25, 20), -1)
    assert is_dark_spot(eye, 300.0, 200.0, 120.0)
    assert not is_dark_spot(eye, -500.0, 200.0, 120.0)


def test_a_disc_in_a_dark_photograph_is_no_pupil():
    picture = (fundus() * 0.13).astype(np.uint8)
    picture[::2, ::2] = (45, 40, 20)  # specks that alone are lit
    assert not is_dark_spot(picture, 200.0, 300.0, 100.0)
