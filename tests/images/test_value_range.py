"""A photograph looks the same whether it was saved with 8 bits or with more."""

from __future__ import annotations

import numpy as np
import pytest

from unet_desktop.images.listing import list_images
from unet_desktop.images.read import read_image
from unet_desktop.images.value_range import ValueRange, choose_range, scale_to_8_bits

RANDOM = np.random.default_rng(1)
WIDENED = {
    "twice the byte": lambda p: p.astype("u2") * 257,
    "a byte and zeros": lambda p: p.astype("u2") << 8,
    "any factor": lambda p: p.astype("u2") * 200,
    "16 bits with noise": lambda p: np.clip(p.astype("i4") * 257 + RANDOM.integers(-128, 129, p.shape), 0, 65535),
    "12 bits": lambda p: np.round(p * (4095 / 255)).astype("u2"),
    "12 bits with noise": lambda p: np.clip(np.round(p * (4095 / 255)) + RANDOM.integers(-8, 9, p.shape), 0, 4095),
    "14 bits": lambda p: p.astype("u2") << 6,
    "8 bits in 16": lambda p: p.astype("u2"),
    "32 bits": lambda p: p.astype("u4") * 16843009,
    "float to 1": lambda p: (p / 255).astype("f4"),
    "float to 1 with noise": lambda p: ((p + RANDOM.uniform(-0.5, 0.5, p.shape)) / 255).clip(0, 1).astype("f4"),
    "float to 255": lambda p: p.astype("f4"),
    "float to 65535": lambda p: p * 257.0,
}


def widened(name, pixels):
    values = WIDENED[name](pixels)
    return values if values.dtype in (np.uint16, np.uint32, np.float32) or "float" in name else values.astype("u2")


def shown(values, bits=0):
    return scale_to_8_bits(values, choose_range(values, bits))


def photograph(brightest=230):
    """(H, W, 3) uint8 with all levels up to the brightest, most of them dark."""
    levels = (np.random.default_rng(2).random((90, 120, 3)) ** 2 * (brightest + 1)).astype(np.uint8)
    levels[:4], levels[-4:] = 0, brightest
    return levels


@pytest.mark.parametrize("name", WIDENED)
def test_the_same_photograph_in_more_bits_gives_the_same_pixels(name):
    pixels = photograph()
    assert np.abs(shown(widened(name, pixels)).astype(int) - pixels).max() <= 1


@pytest.mark.parametrize("name", WIDENED)
def test_a_hot_pixel_and_what_is_no_number_change_nothing(name):
    pixels = photograph()
    values = widened(name, pixels).copy()
    if values.dtype.kind == "f":
        for column, odd in zip(range(5, 9), (np.nan, np.inf, -np.inf, 1e30), strict=True):
            values[5, column] = odd
    else:
        values[5, 5] = np.iinfo(values.dtype).max
    found = shown(values).astype(int)
    found[5, 5:9] = pixels[5, 5:9]
    assert np.abs(found - pixels).max() <= 1


@pytest.mark.real_data
@pytest.mark.parametrize("folder", ["drishti", "idrid"])
def test_real_photographs_too(request, folder):
    path = list_images(request.getfixturevalue(folder), recursive=True)[0]
    pixels = np.ascontiguousarray(read_image(path).pixels[::2, ::2])
    for name in WIDENED:
        assert np.abs(shown(widened(name, pixels)).astype(int) - pixels).max() <= 2, name


@pytest.mark.parametrize("name", ["twice the byte", "a byte and zeros", "float to 1"])
def test_a_dark_photograph_stays_dark_where_its_8_bits_can_be_seen(name):
    pixels = photograph(60)
    assert np.abs(shown(widened(name, pixels)).astype(int) - pixels).max() <= 1


def test_a_picture_of_a_small_part_of_its_depth_is_stretched():
    values = np.linspace(20000, 26000, 9000).astype("u2").reshape(90, 100)
    chosen = choose_range(values)
    assert 20000 <= chosen.low < 20010
    assert 25990 < chosen.high <= 26000
    assert (shown(values).min(), shown(values).max()) == (0, 255)


def test_numbers_below_0():
    assert choose_range(np.linspace(-128, -27, 900).astype("i1")) == ValueRange(-128, 127)
    assert choose_range(np.linspace(-30000, 30000, 9000).astype("i2")) == ValueRange(-32768, 32767)
    small = choose_range(np.linspace(-100, 150, 9000).astype("i2"))
    assert (small.low, small.high) == pytest.approx((-100, 150), abs=1)


def test_one_value_alone_and_none_at_all_are_black():
    for values in (np.full((20, 20), 700, "u2"), np.full((9, 9), np.nan), np.zeros((0, 3), "u2")):
        assert shown(values).max(initial=0) == 0


def test_a_few_bright_spots_on_black_are_seen():
    values = np.zeros((100, 100), "u2")
    values[3, 3:6] = 9000
    assert shown(values).max() > 100


def test_bits_that_a_type_has_beyond_those_that_count():
    assert choose_range(np.linspace(0, 3900, 900).astype("u2"), bits=12).high == 4095
