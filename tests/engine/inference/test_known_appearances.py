"""A picture is compared with the training pictures: is it framed otherwise, or of another camera?"""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from unet_desktop.engine.inference.known_appearances import KnownAppearances
from unet_desktop.images.appearance import Appearance, measure_appearance, measure_grain
from unet_desktop.images.opencv import cv2
from unet_desktop.masks.trust import Unfamiliar

DISC = (330.0, 400.0, 130.0)


def photograph(seed: int, blur: float = 0.8, noise: float = 5.0, width: int = 900, height: int = 800) -> np.ndarray:
    """A field of 780 pixels; blur and noise are the camera's."""
    generator = np.random.default_rng(seed)
    rows, columns = np.mgrid[:height, :width]
    picture = np.empty((height, width, 3))
    picture[:] = generator.uniform(0.8, 1.1) * np.array([165.0, 85.0, 40.0])
    for end in generator.integers(0, width, 12):
        cv2.line(picture, (330, 400), (int(end), int(generator.integers(0, height))), (110, 40, 25), 6)
    picture[np.hypot(rows - 400, columns - 330) < 65] = (235, 190, 120)
    picture += generator.normal(0.0, noise, picture.shape)
    picture = cv2.GaussianBlur(picture, (0, 0), blur)
    picture[np.hypot(rows - height / 2, columns - width / 2) > 390] = 2
    return np.clip(picture, 0, 255).astype(np.uint8)


def learn(count: int) -> KnownAppearances:
    known = KnownAppearances.fit([measure_appearance(photograph(seed), DISC) for seed in range(count)])
    assert known is not None
    return known


def compare(known: KnownAppearances, appearance: Appearance, *, network_differs: bool = False) -> Unfamiliar:
    return known.compare(appearance, network_differs=network_differs)


@pytest.fixture(scope="module")
def five() -> KnownAppearances:
    return learn(5)


def test_another_picture_of_the_camera_is_familiar(five):
    assert {compare(five, measure_appearance(photograph(seed), DISC)) for seed in range(50, 60)} == {Unfamiliar.NO}


def test_a_crop_of_the_same_camera_is_another_framing_and_no_other_camera(five):
    crop = np.ascontiguousarray(photograph(50)[300:500, 230:430])
    assert compare(five, measure_appearance(crop, (100.0, 100.0, 130.0))) is Unfamiliar.FRAMING


def test_without_its_surround_it_is_framed_otherwise_even_if_no_disc_is_found(five):
    crop = np.ascontiguousarray(photograph(50)[200:600, 250:650])
    assert compare(five, measure_appearance(crop, None)) is Unfamiliar.FRAMING


def test_another_grain_is_another_camera(five):
    assert compare(five, measure_appearance(photograph(50, blur=0.45, noise=8.0), DISC)) is Unfamiliar.CAMERA


def test_another_field_is_another_camera(five):
    cut = photograph(50)
    cut[:120] = cut[-120:] = 2
    assert compare(five, measure_appearance(cut, DISC)) is Unfamiliar.CAMERA


def test_the_same_picture_in_another_size_or_with_wider_margins_is_familiar(five):
    half = cv2.resize(photograph(50), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    assert compare(five, measure_appearance(half, tuple(value / 2 for value in DISC))) is Unfamiliar.NO
    wide = cv2.copyMakeBorder(photograph(50), 0, 0, 100, 100, cv2.BORDER_CONSTANT, value=(2, 2, 2))
    assert compare(five, measure_appearance(wide, (430.0, 400.0, 130.0))) is Unfamiliar.NO


def test_the_network_s_opinion_counts_once_it_has_seen_enough_pictures(five):
    seen = measure_appearance(photograph(50), DISC)
    assert compare(five, seen, network_differs=True) is Unfamiliar.NO
    assert compare(learn(20), seen, network_differs=True) is Unfamiliar.CAMERA


def test_a_camera_is_learnt_from_five_pictures_beside_another(five):
    def other(seed: int) -> Appearance:
        return measure_appearance(photograph(seed, blur=0.45, noise=8.0, width=1000), (380.0, 400.0, 130.0))

    first = [measure_appearance(photograph(seed), DISC) for seed in range(20)]
    assert compare(five, other(70)) is Unfamiliar.CAMERA
    known = KnownAppearances.fit([*first, *(other(seed) for seed in range(30, 35))])
    assert compare(known, other(70)) is Unfamiliar.NO
    assert compare(known, first[0]) is Unfamiliar.NO


def test_it_comes_back_from_a_header(five):
    again = KnownAppearances.from_json(json.loads(json.dumps(five.to_json())))
    assert np.allclose(again.fields, five.fields, atol=1e-3)
    assert np.allclose(again.precision, five.precision)
    assert again.fundus
    with pytest.raises(ValueError, match="do not fit"):
        KnownAppearances.from_json(five.to_json() | {"discs": [0.1]})


def test_nothing_is_known_without_discs():
    assert KnownAppearances.fit([]) is None
    assert KnownAppearances.fit([measure_appearance(photograph(0), None)]) is None


def test_small_and_dark_pictures_are_measured():
    assert measure_grain(np.zeros((300, 300, 3), np.uint8), 150.0, 150.0) is None
    tiny = measure_appearance(np.full((2, 3, 3), 200, np.uint8), None)
    assert tiny.disc is None
    assert math.isclose(tiny.field.picture_aspect, math.log(1.5))
