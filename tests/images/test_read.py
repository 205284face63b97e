from __future__ import annotations

import io
import os
import struct
import warnings
import zlib

import numpy as np
import pytest
from PIL import ExifTags, TiffImagePlugin
from PIL import Image as Pillow

from unet_desktop.errors import ImageError
from unet_desktop.images import read
from unet_desktop.images.read import count_pages, read_image, read_reduced, read_size

LOSSLESS = ("png", "tiff", "bmp", "webp")


def pattern(height=40, width=56):
    """(H, W, 3) uint8 in which every pixel differs from its neighbours, and no flip or turn gives the same."""
    rows, columns = np.mgrid[:height, :width]
    return np.stack([rows * 5, columns * 4, (rows + columns) * 2], axis=2).astype(np.uint8)


def save(path, pixels, **named):
    options = {"lossless": True} if path.suffix == ".webp" else {"quality": 98} if path.suffix == ".jpg" else {}
    (pixels if isinstance(pixels, Pillow.Image) else Pillow.fromarray(pixels)).save(path, **(options | named))
    return path


def check_form(image):
    assert image.pixels.dtype == np.uint8
    assert image.pixels.ndim == 3
    assert image.pixels.shape[2] == 3
    assert image.pixels.flags.c_contiguous


def check_read_or_refused(path):
    """The picture, or None where it was refused with a sentence that names it; nothing else is raised."""
    try:
        image = read_image(path)
    except ImageError as caught:
        sentence = str(caught)
    else:
        check_form(image)
        return image
    assert str(path) in sentence
    return None


@pytest.mark.parametrize("suffix", LOSSLESS)
def test_lossless_formats_come_back_exactly(tmp_path, suffix):
    image = read_image(save(tmp_path / f"a.{suffix}", pattern()))
    check_form(image)
    assert image.note == ""
    np.testing.assert_array_equal(image.pixels, pattern())


def test_jpeg_comes_back_nearly_and_in_rgb_order(tmp_path):
    pixels = np.full((32, 32, 3), (200, 90, 30), np.uint8)
    image = read_image(save(tmp_path / "a.jpg", pixels))
    check_form(image)
    assert np.abs(image.pixels.astype(int) - pixels).max() <= 4


def test_the_content_decides_not_the_suffix(tmp_path):
    save(tmp_path / "a.png", pattern()).rename(tmp_path / "a.jpg")
    np.testing.assert_array_equal(read_image(tmp_path / "a.jpg").pixels, pattern())


STORED_FROM_UPRIGHT = {  # EXIF 2.32, 4.6.4: which stored row and column hold the picture's top and left
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: np.rot90(a, -1),
}


@pytest.mark.parametrize("suffix", ["png", "tiff", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(tmp_path, suffix, orientation):
    upright = pattern()
    exif = Pillow.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    stored = np.ascontiguousarray(STORED_FROM_UPRIGHT[orientation](upright))
    path = save(tmp_path / f"a.{suffix}", stored, exif=exif)
    np.testing.assert_array_equal(read_image(path).pixels, upright)
    assert read_size(path) == upright.shape[:2]
    assert read_reduced(path, 28).shape[:2] == (20, 28)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_of_a_jpeg_is_applied(tmp_path, orientation):
    upright = pattern()
    exif = Pillow.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    stored = np.ascontiguousarray(STORED_FROM_UPRIGHT[orientation](upright))
    path = save(tmp_path / "a.jpg", stored, exif=exif, subsampling=0)
    assert np.abs(read_image(path).pixels.astype(int) - upright).mean() < 3
    assert read_size(path) == upright.shape[:2]


def test_grey_becomes_three_equal_channels(tmp_path):
    grey = pattern()[:, :, 0]
    for suffix in ("png", "tiff", "bmp"):
        image = read_image(save(tmp_path / f"a.{suffix}", grey))
        np.testing.assert_array_equal(image.pixels, np.repeat(grey[:, :, np.newaxis], 3, axis=2))
        assert image.note == ""


def test_black_and_white_of_one_bit(tmp_path):
    image = read_image(save(tmp_path / "a.png", Pillow.fromarray(pattern()[:, :, 0] > 90)))
    assert set(np.unique(image.pixels)) == {0, 255}


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_16_bit_grey_is_scaled_by_its_real_range(tmp_path, suffix):
    values = np.array([[1000, 2000, 3000, 5000]], np.uint16)
    image = read_image(save(tmp_path / f"a.{suffix}", values))
    check_form(image)
    assert image.pixels[0, :, 0].tolist() == [0, 64, 128, 255]
    assert image.note == "Its values from 1000 to 5000 are shown as black to white."


def test_big_endian_16_bit_tiff(tmp_path):
    values = np.array([[0, 256, 512]], ">u2")
    picture = Pillow.frombytes("I;16B", (3, 1), values.tobytes())
    assert read_image(save(tmp_path / "a.tiff", picture)).pixels[0, :, 1].tolist() == [0, 64, 128]


def test_floating_point_tiff_is_scaled_and_what_is_no_number_is_black(tmp_path):
    values = np.array([[-1.0, 0.0, 1.0, np.nan]], np.float32)
    image = read_image(save(tmp_path / "a.tiff", values))
    assert image.pixels[0, :, 2].tolist() == [0, 128, 255, 0]
    assert "from -1 to 1" in image.note


def test_a_constant_16_bit_picture_is_black(tmp_path):
    assert read_image(save(tmp_path / "a.png", np.full((3, 4), 700, np.uint16))).pixels.max() == 0


def test_transparent_parts_lie_on_black(tmp_path):
    pixels = np.full((2, 2, 4), (200, 100, 50, 255), np.uint8)
    pixels[0, 0, 3], pixels[0, 1, 3] = 0, 128
    image = read_image(save(tmp_path / "a.png", pixels))
    assert image.pixels[0, 0].tolist() == [0, 0, 0]
    assert image.pixels[0, 1].tolist() == [100, 50, 25]
    assert image.pixels[1, 1].tolist() == [200, 100, 50]
    assert image.note == "Its transparent parts are shown on black."


def test_alpha_that_hides_nothing_is_not_worth_a_note(tmp_path):
    image = read_image(save(tmp_path / "a.png", np.full((2, 2, 4), 255, np.uint8)))
    assert (image.note, image.pixels.min()) == ("", 255)


def test_grey_with_alpha(tmp_path):
    picture = Pillow.fromarray(np.array([[[90, 255], [90, 0]]], np.uint8), "LA")
    assert read_image(save(tmp_path / "a.png", picture)).pixels[0].tolist() == [[90, 90, 90], [0, 0, 0]]


def palette_picture():
    picture = Pillow.fromarray(np.array([[0, 1, 2]], np.uint8), "P")
    picture.putpalette([10, 20, 30, 40, 50, 60, 70, 80, 90])
    return picture


@pytest.mark.parametrize("suffix", ["png", "tiff", "bmp"])
def test_a_palette_is_applied(tmp_path, suffix):
    image = read_image(save(tmp_path / f"a.{suffix}", palette_picture()))
    assert image.pixels[0].tolist() == [[10, 20, 30], [40, 50, 60], [70, 80, 90]]


def test_a_palette_with_transparency(tmp_path):
    image = read_image(save(tmp_path / "a.png", palette_picture(), transparency=1))
    assert image.pixels[0].tolist() == [[10, 20, 30], [0, 0, 0], [70, 80, 90]]
    assert image.note


@pytest.mark.parametrize("suffix", ["jpg", "tiff"])
def test_cmyk_becomes_rgb(tmp_path, suffix):
    picture = Pillow.new("CMYK", (16, 16), (0, 255, 255, 0))
    image = read_image(save(tmp_path / f"a.{suffix}", picture))
    check_form(image)
    red, green, blue = image.pixels[8, 8].tolist()
    assert red > 240
    assert max(green, blue) < 15


def test_of_several_pages_the_first_is_taken(tmp_path):
    first, second = Pillow.fromarray(pattern()), Pillow.new("RGB", (9, 9))
    first.save(tmp_path / "a.tiff", save_all=True, append_images=[second])
    image = read_image(tmp_path / "a.tiff")
    np.testing.assert_array_equal(image.pixels, pattern())
    assert image.note == "Page 1 of 2 is shown."


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("suffix", ["jpg", "png", "tiff", "bmp", "webp"])
def test_truncated_files_are_refused_by_name(tmp_path, fundus, suffix, share):
    whole = save(tmp_path / f"whole.{suffix}", fundus(3, 96).pixels).read_bytes()
    path = tmp_path / f"cut.{suffix}"
    path.write_bytes(whole[: int(len(whole) * share)])
    for function in (read_image, lambda path: read_reduced(path, 32)):
        with pytest.raises(ImageError) as caught:
            function(path)
        assert str(path) in str(caught.value)


def test_a_damaged_png_is_refused(tmp_path, fundus):
    path = save(tmp_path / "a.png", fundus(3, 96).pixels)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(ImageError, match="is damaged or incomplete"):
        read_image(path)


@pytest.mark.parametrize("function", [read_image, read_size, lambda path: read_reduced(path, 32)])
def test_what_is_no_picture_is_one_sentence(tmp_path, function):
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.jpg").write_text("not a picture")
    cases = {"empty.png": "not an image", "text.jpg": "not an image", ".": "is a folder", "gone.png": "does not exist"}
    for name, words in cases.items():
        path = tmp_path / name
        with pytest.raises(ImageError, match=words) as caught:
            function(path)
        assert str(path) in str(caught.value)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read anything")
def test_a_picture_that_may_not_be_read_is_one_sentence(picture):
    picture.chmod(0)
    with pytest.raises(ImageError, match="cannot be read; check"):
        read_image(picture)


@pytest.mark.parametrize("kind", ["ICO", "TGA", "EPS", "PCX"])
def test_other_formats_are_not_even_tried(tmp_path, kind):
    path = tmp_path / "a.png"
    buffer = io.BytesIO()
    Pillow.fromarray(pattern()).save(buffer, kind)
    path.write_bytes(buffer.getvalue())
    with pytest.raises(ImageError, match="not an image that this program can read"):
        read_image(path)


@pytest.mark.parametrize("function", [read_image, read_size, lambda path: read_reduced(path, 32)])
def test_too_many_pixels_are_refused_before_decoding(tmp_path, monkeypatch, function):
    path = save(tmp_path / "a.png", pattern(40, 56))
    monkeypatch.setattr(read, "MAX_PIXELS", 40 * 56)
    function(path)
    monkeypatch.setattr(read, "MAX_PIXELS", 40 * 56 - 1)
    with pytest.raises(ImageError, match="56 x 40 pixels"):
        function(path)


def test_a_small_file_that_states_a_huge_picture_is_refused(tmp_path):
    path = save(tmp_path / "bomb.png", np.zeros((1, 1, 3), np.uint8))
    data = bytearray(path.read_bytes())
    data[16:24] = struct.pack(">II", 100_000, 100_000)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    path.write_bytes(data)
    with pytest.raises(ImageError, match="100000 x 100000"):
        read_image(path)


@pytest.mark.parametrize("suffix", ["jpg", *LOSSLESS])
@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (3, 200), (97, 61)])
def test_the_header_states_the_size_that_decoding_gives(tmp_path, suffix, shape):
    path = save(tmp_path / f"a.{suffix}", np.zeros((*shape, 3), np.uint8))
    assert read_size(path) == shape
    assert read_image(path).pixels.shape == (*shape, 3)


@pytest.mark.parametrize("suffix", ["jpg", *LOSSLESS])
def test_reduced_pictures_fit_and_keep_their_shape(tmp_path, suffix):
    path = save(tmp_path / f"a.{suffix}", np.zeros((300, 400, 3), np.uint8))
    small = read_reduced(path, 100)
    assert small.dtype == np.uint8
    assert small.shape == (75, 100, 3)
    assert read_reduced(path, 1000).shape == (300, 400, 3)


def test_a_reduced_picture_looks_like_the_picture(tmp_path, fundus):
    path = save(tmp_path / "a.jpg", fundus(2, 128).pixels)
    small, whole = read_reduced(path, 32), read_image(path).pixels
    blocks = whole.reshape(32, 4, 32, 4, 3).mean(axis=(1, 3))
    assert np.abs(small - blocks).mean() < 4


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_damaged_exif_does_not_hide_a_good_picture(tmp_path):
    path = save(tmp_path / "a.jpg", pattern(), exif=b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x05\x00\x12\x01")
    assert read_image(path).pixels.shape == pattern().shape
    assert read_size(path) == pattern().shape[:2]


def test_tiff_tags_of_nonsense_are_one_sentence(tmp_path):
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[TiffImagePlugin.IMAGEDESCRIPTION] = "x" * 500
    path = save(tmp_path / "a.tiff", pattern(), tiffinfo=tags)
    data = path.read_bytes()
    for at in range(0, min(len(data), 400), 7):
        path.write_bytes(data[:at] + b"\xff\xff\xff\xff" + data[at + 4 :])
        check_read_or_refused(path)


@pytest.mark.real_data
@pytest.mark.parametrize("action", ["error", "ignore"])
def test_odd_files_are_a_picture_or_a_sentence(odd_images, action):
    decoded = 0
    for path in sorted(odd_images.iterdir()):
        with warnings.catch_warnings():
            warnings.simplefilter(action)  # libraries that warn may be anything in the user's process
            image = check_read_or_refused(path)
            if image is not None:
                assert read_size(path) == image.pixels.shape[:2], path
                assert max(read_reduced(path, 48).shape) <= 48
                decoded += 1
    assert decoded > 150


@pytest.mark.real_data
def test_a_camera_picture_of_12_megapixels(idrid):
    path = idrid / "images" / "IDRiD_01.jpg"
    assert read_size(path) == (2848, 4288)
    image = read_image(path)
    assert image.pixels.shape == (2848, 4288, 3)
    assert image.note == ""


@pytest.mark.parametrize(("suffix", "note"), [("gif", "Frame 1 of 3"), ("webp", "Frame 1 of 3"), ("mpo", "")])
def test_of_an_animation_the_first_frame_is_shown_and_that_is_said(tmp_path, suffix, note):
    frames = [Pillow.new("RGB", (12, 9), (90 * frame, 0, 0)) for frame in range(3)]
    frames[0].save(tmp_path / f"a.{suffix}", save_all=True, append_images=frames[1:])
    image = read_image(tmp_path / f"a.{suffix}")
    assert image.pixels.max() < 20
    assert image.note == (f"{note} is shown; the others are left out." if note else "")


def test_each_page_is_had_by_its_number(tmp_path):
    pages = [Pillow.new("RGB", (9 + page, 9), (page, 0, 0)) for page in range(3)]
    pages[0].save(tmp_path / "a.tiff", save_all=True, append_images=pages[1:])
    assert count_pages(tmp_path / "a.tiff") == 3
    for page in range(3):
        image = read_image(tmp_path / "a.tiff", page)
        assert (image.pixels.shape, image.pixels[0, 0, 0]) == ((9, 9 + page, 3), page)
        assert image.note == f"Page {page + 1} of 3 is shown."
    with pytest.raises(ImageError, match=r"has 3 pages; there is no page 4"):
        read_image(tmp_path / "a.tiff", 3)
    pages[0].save(tmp_path / "one.tiff")
    with pytest.raises(ImageError, match=r"has 1 page; there is no page 4"):
        read_image(tmp_path / "one.tiff", 3)


def test_what_is_no_tiff_has_one_page(tmp_path):
    frames = [Pillow.new("RGB", (9, 9), (value, 0, 0)) for value in (0, 255)]
    frames[0].save(tmp_path / "a.webp", save_all=True, append_images=frames[1:])
    (tmp_path / "b.tif").write_bytes(b"no picture")
    assert [count_pages(tmp_path / name) for name in ("a.webp", "b.tif", "gone.tif")] == [1, 1, 1]


@pytest.mark.parametrize(
    "error", [TypeError("'NoneType' object is not subscriptable"), KeyError(3), OSError(5, "Input/output error", "x")]
)
def test_python_s_words_are_not_the_reason(monkeypatch, tmp_path, error):
    """Such as those for files of /proc, which change while they are read."""
    (tmp_path / "a.png").write_bytes(b"12345678")

    def fail(*_, **__):
        raise error

    monkeypatch.setattr("unet_desktop.images.read.Pillow.open", fail)
    with pytest.raises(ImageError) as caught:
        read_image(tmp_path / "a.png")
    assert "NoneType" not in str(caught.value)
    assert "Errno" not in str(caught.value)
    assert "(3)" not in str(caught.value)
