"""Files of tests/data: kinds of TIFF, and pictures with rare suffixes, each with its value or its sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from unet_desktop.errors import ImageError
from unet_desktop.images.read import read_image, read_reduced, read_size

DATA = Path(__file__).parents[1] / "data"
COLOUR, RED, GREEN = (134.2, 68.5, 36.4), (134.2,) * 3, (68.5,) * 3
"""Mean of the photograph that all of them hold, of its red channel as grey, and of its green one."""
READ = {
    "02_float32_grey": GREEN,
    "03_float32_rgb": COLOUR,
    "04_uint16_grey_bigendian": GREEN,
    "05_uint16_rgb": COLOUR,
    "06_planar_rgb": COLOUR,
    "07_jpeg_tiled_ycbcr": (45.8, 218.8, 73.9),  # its YCbCr values were written as if they were RGB
    "08_bigtiff": COLOUR,
    "09_rgb_nir_4band": COLOUR,
    "10_rgba_associated": COLOUR,
    "11_uint32_grey": GREEN,
    "12_float64_grey": GREEN,
    "14_miniswhite": GREEN,
    "15_imagej_3_channels": RED,
    "16_ome.ome": RED,
    "17_uint8_lzw_predictor": COLOUR,
    "18_zstd": COLOUR,
    "22_pyramid_pages": COLOUR,
    "24_uint16_12bit_range": GREEN,
    "25_planar_uint16": COLOUR,
    "26_grey_alpha": GREEN,
}
REFUSED = {
    "01_five_band_float32": "5 channels of unstated colours",
    "19_webp_compressed": "WebP compression",
    "20_jpeg2000_compressed": "JPEG 2000 compression",
}


@pytest.mark.parametrize("name", READ)
def test_kinds_of_tiff_that_are_read(name):
    path = DATA / "tiff_kinds" / f"{name}.tif"
    pixels = read_image(path).pixels
    assert pixels.mean((0, 1)) == pytest.approx(READ[name], abs=0.06)
    assert read_size(path) == pixels.shape[:2] == (48, 64)
    assert read_reduced(path, 32).shape == (24, 32, 3)


@pytest.mark.parametrize("name", REFUSED)
def test_kinds_of_tiff_that_are_not_read_are_named(name):
    path = DATA / "tiff_kinds" / f"{name}.tif"
    with pytest.raises(ImageError) as caught:
        read_image(path)
    assert str(caught.value) == (
        f"{path} is a TIFF with {REFUSED[name]}, which this program does not read. Export it as RGB or grey with 8 or "
        "16 bits."
    )


def test_all_kinds_have_a_test():
    names = {path.stem for path in (DATA / "tiff_kinds").glob("[0-9]*.tif")}
    assert names == READ.keys() | REFUSED.keys() | {"13_int16_negative", "23_bilevel"}


def test_negative_values_and_two_levels():
    stretched = read_image(DATA / "tiff_kinds" / "13_int16_negative.tif")
    assert stretched.pixels.mean() == pytest.approx(70, abs=3)
    assert "from -100 to" in stretched.note
    assert set(np.unique(read_image(DATA / "tiff_kinds" / "23_bilevel.tif").pixels)) == {0, 255}


def test_planar_and_contiguous_colours_of_16_bits_are_the_same_picture():
    wanted = read_image(DATA / "tiff_kinds" / "planar_u8.tif").pixels
    for name in ("contig", "contig_lzw_pred", "planar", "planar_tiled"):
        np.testing.assert_array_equal(read_image(DATA / "tiff_kinds" / f"{name}.tif").pixels, wanted)


def test_pictures_with_rare_suffixes():
    wanted = read_image(DATA / "other_picture_suffixes" / "c.ppm").pixels.astype(int)
    for path in (DATA / "other_picture_suffixes").iterdir():
        assert np.abs(read_image(path).pixels - wanted).mean() < 4, path.name
