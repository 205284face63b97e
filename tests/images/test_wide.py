from __future__ import annotations

import numpy as np
import pytest

from unet_desktop.errors import ImageError
from unet_desktop.images.opencv import cv2
from unet_desktop.images.read import read_image, read_reduced


def colours():
    """(20, 30, 3) uint16 RGB of 10 bits: nearly black to who takes the upper 8 of 16."""
    red, green = np.meshgrid(np.linspace(0, 990, 30), np.linspace(0, 500, 20))
    return np.dstack([red, green, np.zeros((20, 30))]).astype(np.uint16)


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_16_bit_colour_is_scaled_by_its_range_and_says_so(tmp_path, suffix):
    path = tmp_path / f"wide.{suffix}"
    path.write_bytes(cv2.imencode(f".{suffix}", colours()[:, :, ::-1])[1].tobytes())
    image = read_image(path)
    assert np.abs(image.pixels - colours() * (255 / 1023)).max() <= 0.5
    assert "from 0 to 1023" in image.note
    assert read_reduced(path, 15).max() > 200


def test_a_torn_16_bit_picture_is_refused(tmp_path):
    data = cv2.imencode(".png", colours())[1].tobytes()
    (tmp_path / "torn.png").write_bytes(data[: len(data) // 2])
    with pytest.raises(ImageError, match=r"torn\.png"):
        read_image(tmp_path / "torn.png")


def test_each_page_of_16_bit_colour_is_had(tmp_path):
    path = tmp_path / "pages.tiff"
    assert cv2.imwritemulti(str(path), [colours(), colours()[::-1].copy()])
    first, second = (read_image(path, page).pixels for page in range(2))
    assert np.abs(first - colours()[:, :, ::-1] * (255 / 1023)).max() <= 0.5
    np.testing.assert_array_equal(second, first[::-1])
