from __future__ import annotations

import io
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from PIL import Image as Pillow

from unet_desktop.errors import MaskError, WriteError
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE, Label, LabelSet
from unet_desktop.masks.file import encode_mask, read_mask, write_mask

MASKS = npst.arrays(
    np.uint8, npst.array_shapes(min_dims=2, max_dims=2, max_side=37), elements=st.sampled_from([0, 1, 2, 255])
)
EVERY_VALUE = LabelSet(tuple(Label(value, str(value), "#0000ff") for value in range(1, 255)))


@pytest.fixture
def written(tmp_path, disc_mask):
    path = tmp_path / "mask.png"
    write_mask(path, disc_mask, DISC_AND_CUP)
    return path


@given(mask=MASKS)
def test_masks_of_any_size_come_back(tmp_path_factory, mask):
    path = tmp_path_factory.getbasetemp() / "any-mask.png"
    write_mask(path, mask, DISC_AND_CUP)
    found = read_mask(path, DISC_AND_CUP, mask.shape)
    assert found.dtype == np.uint8
    assert found.flags.writeable
    np.testing.assert_array_equal(found, mask)


def test_every_value_comes_back(tmp_path):
    mask = np.arange(256, dtype=np.uint8).reshape(16, 16)
    write_mask(tmp_path / "a.png", mask, EVERY_VALUE)
    np.testing.assert_array_equal(read_mask(tmp_path / "a.png", EVERY_VALUE), mask)


def test_a_view_of_another_memory_layout_is_written_right(tmp_path):
    mask = np.zeros((40, 60), np.uint8)
    mask[5:9, 20:50] = 1
    for view in (mask.T, mask[::-1, ::-1], mask[::2, ::3]):
        write_mask(tmp_path / "a.png", view, DISC_AND_CUP)
        np.testing.assert_array_equal(read_mask(tmp_path / "a.png", DISC_AND_CUP), view)


def test_a_viewer_shows_the_colours_of_the_labels(written):
    with Pillow.open(written) as opened:
        assert opened.mode == "P"
        shown = np.asarray(opened.convert("RGB"))
    assert shown[0, 0].tolist() == [0, 0, 0]
    assert shown[25, 35].tolist() == [0x56, 0xB4, 0xE9]
    assert shown[40, 50].tolist() == [0x00, 0x9E, 0x73]


def test_the_same_mask_gives_the_same_bytes(disc_mask):
    assert encode_mask(disc_mask, DISC_AND_CUP) == encode_mask(disc_mask.copy(), DISC_AND_CUP)


def test_grey_masks_of_other_programs_are_taken_by_value(tmp_path, disc_mask):
    Pillow.fromarray(disc_mask).save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_mask(tmp_path / "a.png", DISC_AND_CUP), disc_mask)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.95])
def test_a_truncated_mask_is_an_error_never_an_empty_mask(written, share):
    data = written.read_bytes()
    written.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(MaskError) as caught:
        read_mask(written, DISC_AND_CUP)
    assert str(written) in str(caught.value)


def test_a_flipped_byte_is_an_error(written):
    data = bytearray(written.read_bytes())
    data[data.index(b"IDAT") + 12] ^= 0xFF
    written.write_bytes(data)
    with pytest.raises(MaskError, match="cannot be read"):
        read_mask(written, DISC_AND_CUP)


def test_another_size_than_the_picture_is_an_error(written):
    assert read_mask(written, DISC_AND_CUP, (96, 96)).shape == (96, 96)
    with pytest.raises(MaskError, match="96 x 96 pixels but its picture 50 x 40"):
        read_mask(written, DISC_AND_CUP, (40, 50))


def test_values_that_are_no_label_are_an_error(written):
    with pytest.raises(MaskError, match=r"the values \[2\], which are not labels"):
        read_mask(written, ONE_STRUCTURE)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "1", "LA", "I;16"])
def test_other_kinds_of_png_are_no_masks(tmp_path, mode):
    Pillow.new(mode, (8, 8)).save(tmp_path / "a.png")
    with pytest.raises(MaskError, match="not an indexed PNG"):
        read_mask(tmp_path / "a.png", DISC_AND_CUP)


def test_other_files_are_no_masks(tmp_path):
    buffer = io.BytesIO()
    Pillow.new("L", (8, 8)).save(buffer, "TIFF")
    (tmp_path / "a.png").write_bytes(buffer.getvalue())
    (tmp_path / "b.png").write_text("text")
    (tmp_path / "c.png").mkdir()
    for name in ("a.png", "b.png", "c.png", "gone.png"):
        with pytest.raises(MaskError, match=name):
            read_mask(tmp_path / name, DISC_AND_CUP)


def test_a_mask_that_cannot_be_written_leaves_the_old_one(written, disc_mask, monkeypatch):
    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("unet_desktop.files.os.replace", full)
    with pytest.raises(WriteError, match="No space left"):
        write_mask(written, np.zeros_like(disc_mask), DISC_AND_CUP)
    np.testing.assert_array_equal(read_mask(written, DISC_AND_CUP), disc_mask)


@pytest.mark.parametrize("rows", [(0, 0), (0, 700), (300, 301), (650, 700), (699, 700)])
def test_the_empty_part_of_a_large_mask_is_written_in_runs(rows):
    mask = np.zeros((700, 900), np.uint8)
    mask[slice(*rows), 100:800] = np.random.default_rng(0).integers(0, 3, (rows[1] - rows[0], 700))
    content = encode_mask(mask, DISC_AND_CUP)
    with Pillow.open(io.BytesIO(content)) as opened:
        opened.verify()  # the chunks' checksums
    with Pillow.open(io.BytesIO(content)) as opened:
        np.testing.assert_array_equal(np.asarray(opened), mask)
    assert cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR).shape == (700, 900, 3)  # another reader
    packed = content[content.index(b"IDAT") + 4 : -16]
    assert zlib.decompress(packed)[::901] == bytes(700)  # raises where zlib's own checksum is not met


def test_equal_masks_give_equal_files(disc_mask):
    assert encode_mask(disc_mask, DISC_AND_CUP) == encode_mask(disc_mask.copy(), DISC_AND_CUP)
