"""Which eye: the temporal half of the disc is bright, and beside a macula in the middle the disc lies nasally."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from unet_desktop.images.box import bounding_box
from unet_desktop.images.laterality import Eye, guess_eye_from_picture
from unet_desktop.images.read import read_image

SIZE, DISC = 400, 60
IDRID_LEFT = {"02", "03", "04", "10"}
"""Read from where the macula lies; the other six are right eyes."""
DRISHTI_RIGHT = (
    "004 012 016 018 024 026 031 033 035 038 040 042 044 047 049 051 057 058 060 062 069 075 088 090 098 101"
)
"""Read by a developer, no physician, from arcades and macula; nobody publishes it. The others are left eyes."""


def photograph(x: float, left: int, right: int) -> np.ndarray:
    """(SIZE, SIZE, 3) uint8: a round field with a disc at x whose halves have these levels of green."""
    rows, columns = np.mgrid[:SIZE, :SIZE] + 0.5
    picture = np.zeros((SIZE, SIZE, 3), np.uint8)
    picture[(rows - 200) ** 2 + (columns - 200) ** 2 < 190**2] = (150, 70, 30)
    disc = (rows - 200) ** 2 + (columns - x) ** 2 < (DISC / 2) ** 2
    picture[disc & (columns < x), 1] = left
    picture[disc & (columns >= x), 1] = right
    return picture


def guessed(picture: np.ndarray, x: float) -> Eye:
    return guess_eye_from_picture(picture, x, 200, DISC)


@pytest.mark.parametrize(
    ("x", "left", "right", "eye"),
    [
        (200, 180, 140, Eye.RIGHT),  # bright at the left, so that is the temporal side
        (200, 140, 180, Eye.LEFT),
        (200, 160, 162, Eye.UNKNOWN),
        (310, 180, 140, Eye.RIGHT),
        (90, 140, 180, Eye.LEFT),
        (310, 140, 180, Eye.UNKNOWN),  # it lies where a right eye's does, but looks like a left eye's
        (310, 160, 160, Eye.UNKNOWN),
    ],
)
def test_by_hand(x: float, left: int, right: int, eye: Eye) -> None:
    assert guessed(photograph(x, left, right), x) is eye


@given(st.integers(80, 320), st.integers(80, 250), st.integers(80, 250))
@example(124, 236, 102)  # at the limit of what counts as off centre
@example(276, 98, 234)
def test_the_mirrored_picture_shows_the_other_eye(x: int, left: int, right: int) -> None:
    picture = photograph(x, left, right)
    other = {Eye.RIGHT: Eye.LEFT, Eye.LEFT: Eye.RIGHT, Eye.UNKNOWN: Eye.UNKNOWN}
    mirrored = guessed(np.ascontiguousarray(picture[:, ::-1]), SIZE - x)
    assert mirrored is other[guessed(picture, x)]


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 300, 3), (300, 2, 3)])
def test_pictures_of_no_eye(shape: tuple[int, int, int]) -> None:
    assert guess_eye_from_picture(np.zeros(shape, np.uint8), shape[1] / 2, shape[0] / 2, 1) is Eye.UNKNOWN
    assert guess_eye_from_picture(np.full(shape, 200, np.uint8), -50, 900, 10) is Eye.UNKNOWN


def guess_from_disc(picture: np.ndarray, disc: np.ndarray) -> Eye:
    box = bounding_box(disc)
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return guess_eye_from_picture(picture, x, y, 2 * float(np.sqrt(disc.sum() / np.pi)))


@pytest.mark.real_data
def test_idrid(idrid) -> None:
    wrong = []
    for path in sorted((idrid / "images").iterdir()):
        disc = read_image(idrid / "masks" / f"{path.stem}_OD.tif").pixels[..., 0] > 0
        expected = Eye.LEFT if path.stem[-2:] in IDRID_LEFT else Eye.RIGHT
        if guess_from_disc(read_image(path).pixels, disc) is not expected:
            wrong.append(path.stem)
    assert wrong == []


@pytest.mark.real_data
def test_drishti(drishti) -> None:
    wrong = []
    for path in sorted((drishti / "Training" / "Images" / "ALL").iterdir()):
        soft = drishti / "Training" / "GT" / path.stem / "SoftMap" / f"{path.stem}_ODsegSoftmap.png"
        disc = read_image(soft).pixels[..., 0] >= 191
        expected = Eye.RIGHT if path.stem[-3:] in DRISHTI_RIGHT else Eye.LEFT
        if guess_from_disc(read_image(path).pixels, disc) is not expected:
            wrong.append(path.stem)
    assert wrong == []
