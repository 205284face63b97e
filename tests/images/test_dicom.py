import io
import logging
import resource
import struct
import subprocess
import sys
import warnings

import numpy as np
import pydicom
import pytest
from dicom_files import (
    OPHTHALMIC_8_BIT,
    SECRETS,
    colours,
    dataset,
    local_test_files,
    write,
    write_coded,
    write_compressed,
    write_jpeg,
)
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from pydicom import uid
from pydicom.pixels import convert_color_space

from unet_desktop.errors import ImageError
from unet_desktop.images import dicom, read
from unet_desktop.images.dicom_codestream import codestream_size
from unet_desktop.images.dicom_header import is_dicom
from unet_desktop.images.listing import find_images
from unet_desktop.images.read import count_pages, read_image, read_reduced, read_size


def grey(height=20, width=28, most=4095):
    rows, columns = np.mgrid[0:height, 0:width]
    values = rows * width + columns
    return (values * most // values.max()).astype(np.uint16)


def check_form(image):
    assert image.pixels.dtype == np.uint8
    assert image.pixels.ndim == 3
    assert image.pixels.shape[2] == 3
    assert image.pixels.flags.c_contiguous


def check_picture_or_sentence(path):
    """The picture, or None where it was refused."""
    try:
        image = read_image(path)
    except ImageError as error:
        sentence = str(error)
    else:
        check_form(image)
        return image
    assert str(path) in sentence
    assert "\n" not in sentence
    return None


def test_rgb_is_shown_as_stored(tmp_path):
    path = write(tmp_path / "a.dcm", colours())
    image = read_image(path)
    check_form(image)
    np.testing.assert_array_equal(image.pixels, colours())
    assert image.note == ""
    assert read_size(path) == (20, 28)
    assert count_pages(path) == 1
    assert read_reduced(path, 14).shape == (10, 14, 3)


def test_planes_one_after_the_other(tmp_path):
    planes = np.ascontiguousarray(np.moveaxis(colours(), 2, 0))
    path = write(tmp_path / "a.dcm", colours(), PlanarConfiguration=1, PixelData=planes.tobytes())
    np.testing.assert_array_equal(read_image(path).pixels, colours())


def test_ybr_full_becomes_rgb(tmp_path):
    ybr = convert_color_space(colours(), "RGB", "YBR_FULL")
    path = write(tmp_path / "a.dcm", ybr, PhotometricInterpretation="YBR_FULL")
    assert np.abs(read_image(path).pixels.astype(int) - colours()).max() <= 2


def test_ybr_full_422_becomes_rgb(tmp_path):
    flat = np.repeat(colours()[:, ::2], 2, axis=1)
    ybr = convert_color_space(flat, "RGB", "YBR_FULL").reshape(-1, 2, 3)
    stored = np.stack([ybr[:, 0, 0], ybr[:, 1, 0], ybr[:, 0, 1], ybr[:, 0, 2]], axis=1)  # PS3.3 C.7.6.3.1.2
    path = write(tmp_path / "a.dcm", flat, PhotometricInterpretation="YBR_FULL_422", PixelData=stored.tobytes())
    assert np.abs(read_image(path).pixels.astype(int) - flat).max() <= 2


@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_jpeg_as_cameras_write_it(tmp_path, fundus, subsampling):
    pixels = fundus(3, 96).pixels
    image = read_image(write_jpeg(tmp_path / "a.dcm", pixels, subsampling=subsampling))
    check_form(image)
    assert np.abs(image.pixels.astype(int) - pixels).mean() < 4


@pytest.mark.parametrize("stated", ["RGB", "YBR_FULL"])
def test_a_jpeg_is_believed_more_than_the_colours_that_the_file_states(tmp_path, fundus, stated):
    pixels = fundus(3, 96).pixels
    image = read_image(write_jpeg(tmp_path / "a.dcm", pixels, PhotometricInterpretation=stated))
    assert np.abs(image.pixels.astype(int) - pixels).mean() < 4


@pytest.mark.parametrize("stated", ["RGB", "YBR_FULL_422"])
def test_a_jpeg_of_adobe_s_kind_says_how_its_colours_are_stored(tmp_path, fundus, stated):
    pixels = fundus(3, 96).pixels
    file = io.BytesIO()
    Pillow.fromarray(pixels).save(file, "JPEG", quality=95, subsampling=0)
    coded = file.getvalue()
    rest = coded[4 + int.from_bytes(coded[4:6], "big") :]  # without JFIF's marker
    adobe = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x01"  # 1: YCbCr (T.872, 6.5.3)
    for name, data in (("adobe", coded[:2] + adobe + rest), ("silent", coded[:2] + rest)):
        path = write_coded(
            tmp_path / f"{name}.dcm", pixels, [data], uid.JPEGBaseline8Bit, PhotometricInterpretation=stated
        )
        mean = np.abs(read_image(path).pixels.astype(int) - pixels).mean()
        assert bool(mean < 4) is (name == "adobe" or stated != "RGB")  # of a silent one the file's word counts


LOSSLESS = [uid.RLELossless, uid.JPEG2000Lossless, uid.JPEGLSLossless]


@pytest.mark.parametrize("syntax", LOSSLESS)
def test_lossless_colours_come_back(tmp_path, syntax):
    path = write_compressed(tmp_path / "a.dcm", colours(80, 70), syntax)
    np.testing.assert_array_equal(read_image(path).pixels, colours(80, 70))
    assert read_size(path) == (80, 70)


@pytest.mark.parametrize("stated", ["YBR_RCT", "YBR_ICT"])
def test_the_colours_of_jpeg_2000_become_rgb(tmp_path, stated):
    syntax = uid.JPEG2000Lossless if stated == "YBR_RCT" else uid.JPEG2000
    made = dataset(np.repeat(np.repeat(colours(), 4, axis=0), 4, axis=1))
    made.PhotometricInterpretation = stated
    made.compress(syntax, generate_instance_uid=False, **({} if stated == "YBR_RCT" else {"j2k_psnr": [60]}))
    made.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    difference = read_image(tmp_path / "a.dcm").pixels[::4, ::4].astype(int) - colours()
    assert np.abs(difference).max() <= (0 if stated == "YBR_RCT" else 8)


@pytest.mark.parametrize("syntax", LOSSLESS)
@pytest.mark.parametrize("signed", [False, True])
def test_lossless_grey_values_of_16_bits_come_back(tmp_path, syntax, signed):
    values = grey(80, 70, 65535).astype(np.int32) - (32768 if signed else 0)
    path = write_compressed(tmp_path / "a.dcm", values.astype(np.int16 if signed else np.uint16), syntax)
    image = read_image(path)
    check_form(image)
    expected = np.round((values - values.min()) / np.ptp(values) * 255)
    np.testing.assert_array_equal(image.pixels[..., 1], expected)
    assert image.note == f"Its values from {values.min()} to {values.max()} are shown as black to white."


@pytest.mark.parametrize("stored", range(9, 17))
def test_bits_beyond_those_stored_are_not_looked_at(tmp_path, stored):
    values = grey(most=2**stored - 1)
    dirty = values | np.uint16(0 if stored == 16 else 1 << stored)
    path = write(tmp_path / "a.dcm", dirty, BitsStored=stored, HighBit=stored - 1)
    np.testing.assert_array_equal(read_image(path).pixels[..., 0], np.round(values / values.max() * 255.0))


def test_grey_of_8_bits_is_shown_as_it_is(tmp_path):
    values = colours()[:, :, 0]
    image = read_image(write(tmp_path / "a.dcm", values))
    np.testing.assert_array_equal(image.pixels, np.repeat(values[:, :, np.newaxis], 3, axis=2))
    assert image.note == ""


def test_white_may_be_the_lowest(tmp_path):
    values = colours()[:, :, 0]
    image = read_image(write(tmp_path / "a.dcm", values, PhotometricInterpretation="MONOCHROME1"))
    np.testing.assert_array_equal(image.pixels[..., 0], 255 - values)
    assert image.note == "Its lowest value is stored as white."


def test_it_is_turned_round_once_where_the_file_says_it_twice(tmp_path):
    both = {"PhotometricInterpretation": "MONOCHROME1", "PresentationLUTShape": "INVERSE"}
    assert read_image(write(tmp_path / "a.dcm", np.zeros((2, 2), np.uint8), **both)).pixels.min() == 255
    single = {"PresentationLUTShape": "INVERSE"}
    assert read_image(write(tmp_path / "b.dcm", np.zeros((2, 2), np.uint8), **single)).pixels.min() == 255


def test_a_window_is_black_to_white(tmp_path):
    values = np.array([[0, 1000, 2000, 2500, 3000, 4000]], np.uint16)
    window = {"WindowCenter": 2000.5, "WindowWidth": 2001, "BitsStored": 12, "HighBit": 11}
    image = read_image(write(tmp_path / "a.dcm", values, **window))
    assert image.pixels[0, :, 0].tolist() == [0, 0, 128, 191, 255, 255]
    assert image.note == "Its window of 2001 values around 2000.5 is shown as black to white."
    image = read_image(write(tmp_path / "b.dcm", values, **window, VOILUTFunction="LINEAR_EXACT"))
    assert image.pixels[0, 2, 0] in (127, 128)
    image = read_image(write(tmp_path / "c.dcm", values, **window, VOILUTFunction="SIGMOID"))
    assert image.pixels[0, :, 0].tolist() == [5, 30, 127, 186, 225, 250]


def test_a_window_of_all_8_bits_changes_nothing(tmp_path):
    values = np.arange(256, dtype=np.uint8).reshape(16, 16)
    image = read_image(write(tmp_path / "a.dcm", values, WindowCenter=128, WindowWidth=256))
    np.testing.assert_array_equal(image.pixels[..., 0], values)


def test_of_several_windows_the_first_is_taken(tmp_path):
    values = np.array([[0, 50, 100, 200]], np.uint8)
    path = write(tmp_path / "a.dcm", values, WindowCenter=[50.5, 9], WindowWidth=[101, 9])
    assert read_image(path).pixels[0, :, 0].tolist() == [0, 128, 255, 255]


@pytest.mark.parametrize("width", [0, -5])
def test_a_window_of_no_width_is_passed_over(tmp_path, width):
    values = np.array([[0, 50, 100, 200]], np.uint8)
    path = write(tmp_path / "a.dcm", values, WindowCenter=50, WindowWidth=width)
    np.testing.assert_array_equal(read_image(path).pixels[..., 0], values)


def test_a_window_is_of_values_after_rescaling(tmp_path):
    values = np.array([[0, 500, 1000]], np.uint16)
    rescaled = {"RescaleSlope": 2, "RescaleIntercept": -1000, "WindowCenter": 0.5, "WindowWidth": 2001}
    assert read_image(write(tmp_path / "a.dcm", values, **rescaled)).pixels[0, :, 0].tolist() == [0, 128, 255]


def test_rescaled_values_without_a_window_are_shown_from_their_range(tmp_path):
    values = np.array([[10, 20, 30]], np.uint8)
    image = read_image(write(tmp_path / "a.dcm", values, RescaleSlope=-0.5, RescaleIntercept=3))
    assert image.pixels[0, :, 0].tolist() == [255, 128, 0]
    assert image.note == "Its values from -12 to -2 are shown as black to white."


def test_a_constant_picture_of_16_bits_is_black(tmp_path):
    assert read_image(write(tmp_path / "a.dcm", np.full((3, 4), 700, np.uint16))).pixels.max() == 0


def test_padding_is_black_and_in_no_range(tmp_path):
    values = np.array([[-2000, 100, 200, 300]], np.int16)
    for name, interpretation, shown in (("a", "MONOCHROME2", [0, 0, 128, 255]), ("b", "MONOCHROME1", [0, 255, 127, 0])):
        path = write(
            tmp_path / f"{name}.dcm", values, PixelPaddingValue=-2000, PhotometricInterpretation=interpretation
        )
        assert np.abs(read_image(path).pixels[0, :, 0].astype(int) - shown).max() <= 1


def test_values_of_32_bits(tmp_path):
    values = np.array([[0, 1 << 30, 1 << 31, (1 << 32) - 1]], np.uint32)
    image = read_image(write(tmp_path / "a.dcm", values))
    assert image.pixels[0, :, 0].tolist() == [0, 64, 128, 255]


def test_colours_of_16_bits_are_shown_from_their_range(tmp_path):
    values = colours().astype(np.uint16) * 100 + 5
    image = read_image(write(tmp_path / "a.dcm", values))
    expected = np.round((values - 5.0) / (values.max() - 5.0) * 255)
    np.testing.assert_array_equal(image.pixels, expected)


def palette(bits, entries=256, first=0):
    scale = 257 if bits == 16 else 1
    kind = np.uint16 if bits == 16 else np.uint8
    ramp = (np.arange(entries) * scale).astype(kind)
    made = {"PhotometricInterpretation": "PALETTE COLOR"}
    for name, table in (("Red", ramp), ("Green", ramp[::-1]), ("Blue", np.full(entries, 7 * scale, kind))):
        made[f"{name}PaletteColorLookupTableDescriptor"] = [entries, first, bits]
        made[f"{name}PaletteColorLookupTableData"] = table.tobytes()
    return made


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_palette_is_applied(tmp_path, bits, kind):
    values = np.array([[0, 1, 100, 255]], kind)
    image = read_image(write(tmp_path / "a.dcm", values, **palette(bits)))
    assert image.pixels[0].tolist() == [[0, 255, 7], [1, 254, 7], [100, 155, 7], [255, 0, 7]]


def segmented(words, bits=16):
    made = palette(bits)
    for name in ("Red", "Green", "Blue"):
        del made[f"{name}PaletteColorLookupTableData"]
        made[f"Segmented{name}PaletteColorLookupTableData"] = np.array(words, "<u2").tobytes()
    return made


def test_a_palette_in_segments(tmp_path):
    values = np.array([[0, 1, 2, 255]], np.uint8)
    path = write(tmp_path / "a.dcm", values, **segmented([0, 1, 0, 1, 255, 65535]))
    assert read_image(path).pixels[0, :, 0].tolist() == [0, 1, 2, 255]


@pytest.mark.parametrize("words", [[0, 1, 5, *[1, 65535, 9] * 40], [0, 1, 5, 2, 2, 0, 0]])
def test_a_palette_without_end_is_refused(tmp_path, words):
    path = write(tmp_path / "a.dcm", np.zeros((2, 2), np.uint8), **segmented(words))
    with pytest.raises(ImageError, match="its palette has no end"):
        read_image(path)


def test_a_deflated_file_is_refused_before_it_is_inflated(tmp_path):
    made = dataset(colours(), syntax=uid.DeflatedExplicitVRLittleEndian)
    made.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    for function in (read_image, read_size):
        with pytest.raises(ImageError, match="deflated as a whole"):
            function(tmp_path / "a.dcm")
    assert count_pages(tmp_path / "a.dcm") == 1


def test_channels_that_nobody_can_show_are_refused(tmp_path):
    path = write(tmp_path / "a.dcm", colours(), SamplesPerPixel=4)
    with pytest.raises(ImageError, match="has 4 channels"):
        read_image(path)


@pytest.mark.parametrize("syntax", [None, uid.RLELossless])
def test_each_frame_is_a_page(tmp_path, syntax):
    frames = np.stack([colours(), colours()[::-1], colours()[:, ::-1]])
    if syntax is None:
        path = write(tmp_path / "a.dcm", frames, frames=3)
    else:
        path = write_compressed(tmp_path / "a.dcm", frames, syntax, frames=3)
    assert count_pages(path) == 3
    for page in range(3):
        image = read_image(path, page)
        np.testing.assert_array_equal(image.pixels, frames[page])
        assert image.note == f"Frame {page + 1} of 3 is shown."
    with pytest.raises(ImageError, match="has 3 frames; there is no frame 4"):
        read_image(path, 3)


def test_frames_of_jpeg(tmp_path, fundus):
    first, second = fundus(1, 64).pixels, fundus(2, 64).pixels
    path = write_jpeg(tmp_path / "a.dcm", [first, second])
    assert count_pages(path) == 2
    assert np.abs(read_image(path, 1).pixels.astype(int) - second).mean() < 4


def test_a_frame_is_read_without_the_others(tmp_path, monkeypatch):
    """A large file of many frames: what is read of the file is little more than the frame."""
    frames = np.zeros((40, 256, 256), np.uint8)
    frames[7] = 9
    path = write(tmp_path / "a.dcm", frames, frames=40)
    counted = []
    whole = type(path).open

    def open_counted(self, *arguments, **named):
        file = whole(self, *arguments, **named)
        reading = file.read

        class Counted:
            def __getattr__(self, name):
                return getattr(file, name)

            def read(self, *size):
                data = reading(*size)
                counted.append(len(data))
                return data

            def __enter__(self):
                return self

            def __exit__(self, *_):
                file.close()

        return Counted()

    monkeypatch.setattr(type(path), "open", open_counted)
    assert set(np.unique(read_image(path, 7).pixels)) == {9}
    assert sum(counted) < 3 * 256 * 256


def test_windows_of_each_frame(tmp_path):
    values = np.array([[[0, 100, 200]], [[0, 100, 200]]], np.uint16)
    groups = []
    for width in (201, 101):
        voi, group = pydicom.Dataset(), pydicom.Dataset()
        voi.WindowCenter, voi.WindowWidth = (width + 1) / 2, width
        group.FrameVOILUTSequence = [voi]
        groups.append(group)
    path = write(tmp_path / "a.dcm", values, frames=2, PerFrameFunctionalGroupsSequence=groups)
    assert read_image(path, 0).pixels[0, 1, 0] == 127
    assert read_image(path, 1).pixels[0, 1, 0] == 254


def test_a_file_states_no_more_frames_than_it_has_room_for(tmp_path):
    path = write(tmp_path / "a.dcm", colours(), NumberOfFrames=2_000_000_000)
    assert count_pages(path) == 1
    jpeg = write_jpeg(tmp_path / "b.dcm", colours(), NumberOfFrames=2_000_000_000)
    assert count_pages(jpeg) < 1000


def test_without_suffix_the_first_bytes_tell(tmp_path):
    for name in ("IM000001", "1.2.840.10008.42", "no picture", "DICOMDIR", "3.7"):
        write(tmp_path / name, colours())
    (tmp_path / "no picture").write_bytes(b"x" * 500)
    (tmp_path / "3.7").write_bytes(b"x" * 5)
    write(tmp_path / "a.dcm", colours())
    write(tmp_path / "hidden.xml", colours())
    assert [path.name for path in find_images(tmp_path)] == ["1.2.840.10008.42", "a.dcm", "IM000001"]
    np.testing.assert_array_equal(read_image(tmp_path / "IM000001").pixels, colours())
    np.testing.assert_array_equal(read_image(tmp_path / "1.2.840.10008.42").pixels, colours())


def test_without_preamble_and_meta_header(tmp_path):
    made = dataset(colours())
    for implicit in (True, False):
        path = tmp_path / f"{implicit}.dcm"
        with path.open("wb") as file:
            pydicom.dcmwrite(file, _bare(made), implicit_vr=implicit, little_endian=True)
        np.testing.assert_array_equal(read_image(path).pixels, colours())


def _bare(made):
    bare = pydicom.Dataset()
    bare.update({element.tag: element for element in made})
    return bare


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("kind", ["plain", "jpeg", *LOSSLESS])
def test_truncated_files_are_refused_by_name(tmp_path, fundus, share, kind):
    pixels = fundus(3, 128).pixels
    path = tmp_path / "a.dcm"
    if kind == "plain":
        write(path, pixels)
    elif kind == "jpeg":
        write_jpeg(path, pixels)
    else:
        write_compressed(path, pixels, kind)
    data = path.read_bytes()
    start = data.index(b"\xe0\x7f\x10\x00")
    path.write_bytes(data[: start + int((len(data) - start) * share)])
    with pytest.raises(ImageError) as caught:
        read_image(path)
    assert str(path) in str(caught.value)


def test_too_many_pixels_are_refused_before_decoding(tmp_path, monkeypatch):
    path = write(tmp_path / "a.dcm", colours())
    monkeypatch.setattr(read, "MAX_PIXELS", 20 * 28)
    read_image(path)
    monkeypatch.setattr(read, "MAX_PIXELS", 20 * 28 - 1)
    for function in (read_image, read_size, lambda path: read_reduced(path, 10)):
        with pytest.raises(ImageError, match="28 x 20 pixels; at most"):
            function(path)


@pytest.mark.parametrize("side", [60_000, 2_000])
def test_a_codestream_that_is_larger_than_the_file_states_is_refused(tmp_path, side):
    path = write_jpeg(tmp_path / "a.dcm", colours())
    data = bytearray(path.read_bytes())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", side, side)
    path.write_bytes(data)
    with pytest.raises(ImageError, match="the header says 28 x 20 pixels, but the image data is of a different size"):
        read_image(path)


def test_what_holds_no_picture_is_one_sentence(tmp_path):
    made = dataset(colours())
    del made.PixelData
    made.save_as(tmp_path / "empty.dcm", enforce_file_format=True)
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = uid.EncapsulatedPDFStorage
    del made.Rows
    made.EncapsulatedDocument = b"%PDF-1.4 "
    made.save_as(tmp_path / "pdf.dcm", enforce_file_format=True)
    write_jpeg(tmp_path / "film.dcm", colours(), syntax=uid.MPEG4HP41)
    write(tmp_path / "hsv.dcm", colours(), PhotometricInterpretation="HSV")
    write(tmp_path / "seg.dcm", colours()[..., 0], SOPClassUID=uid.SegmentationStorage)
    (tmp_path / "text.dcm").write_text("not a picture")
    (tmp_path / "nothing.dcm").touch()
    words = {
        "empty.dcm": r"without an image \(Ophthalmic Photography 8 Bit Image Storage\)",
        "pdf.dcm": r"without an image \(Encapsulated PDF Storage\)",
        "film.dcm": "is a video",
        "hsv.dcm": "stores its colours as HSV",
        "seg.dcm": "is a segmentation, not a photograph",
        "text.dcm": "damaged|without an image",
        "nothing.dcm": "damaged|without an image",
        "gone.dcm": "does not exist",
    }
    for name, sentence in words.items():
        with pytest.raises(ImageError, match=sentence) as caught:
            read_image(tmp_path / name)
        assert str(tmp_path / name) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_without_the_extra_there_is_one_sentence_that_says_how_to_get_it(tmp_path, monkeypatch):
    path = write(tmp_path / "a.dcm", colours())
    monkeypatch.setitem(sys.modules, "pydicom", None)
    with pytest.raises(ImageError, match=r'pip install "unet-desktop\[dicom\]"'):
        read_image(path)
    assert count_pages(path) == 1


@pytest.mark.parametrize("kind", ["lossless", "extended"])
@pytest.mark.parametrize("signed", [False, True])
def test_jpeg_of_more_than_8_bits(tmp_path, kind, signed):
    import imagecodecs

    values = grey(80, 70, 4095)
    coded = imagecodecs.jpeg8_encode(values, level=100, lossless=kind == "lossless", bitspersample=12)
    attributes = {"BitsStored": 12, "HighBit": 11, "PixelRepresentation": int(signed)}
    syntax = uid.JPEGLosslessSV1 if kind == "lossless" else uid.JPEGExtended12Bit
    path = write_coded(tmp_path / "a.dcm", values, [coded], syntax, **attributes)
    read_as = values.astype(int) - (values >= 2048) * 4096 if signed else values
    expected = (read_as - read_as.min()) / np.ptp(read_as) * 255
    difference = np.abs(read_image(path).pixels[..., 0] - expected)
    assert np.quantile(difference, 0.98) < (0.51 if kind == "lossless" else 3)


@pytest.mark.parametrize("stated", ["RGB", "YBR_FULL"])
def test_lossless_jpeg_of_colours(tmp_path, stated):
    import imagecodecs

    stored = convert_color_space(colours(), "RGB", "YBR_FULL") if stated == "YBR_FULL" else colours()
    coded = imagecodecs.jpeg8_encode(stored, lossless=True, colorspace="RGB", outcolorspace="RGB")
    path = write_coded(tmp_path / "a.dcm", stored, [coded], uid.JPEGLosslessSV1, PhotometricInterpretation=stated)
    assert np.abs(read_image(path).pixels.astype(int) - colours()).max() <= (0 if stated == "RGB" else 2)


def test_without_a_decoder_there_is_one_sentence_that_says_how_to_get_it(tmp_path, monkeypatch):
    path = write_compressed(tmp_path / "a.dcm", colours(), uid.JPEGLSLossless)
    decoder = pydicom.pixels.get_decoder(uid.JPEGLSLossless)
    monkeypatch.setattr(decoder, "_available", {})
    with pytest.raises(ImageError, match=r'JPEG-LS.*pip install "unet-desktop\[dicom\]"'):
        read_image(path)


def test_no_library_is_loaded_before_a_dicom_file_is_met():
    script = "import sys, unet_desktop.images.read; sys.exit('pydicom' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_what_names_a_patient_stays_in_the_file(tmp_path, caplog, capfd):
    """Also where pydicom complains about the very values."""
    made = dataset(colours())
    made.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    data = (tmp_path / "a.dcm").read_bytes()
    said = []
    for number, secret in enumerate(SECRETS):
        path = tmp_path / f"{number}.dcm"
        path.write_bytes(data.replace(secret.encode(), b"\xff" + secret[1:].encode()))
        with caplog.at_level(logging.DEBUG), warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            for function in (read_image, read_size, count_pages):
                try:
                    said.append(str(getattr(function(path), "note", "")))
                except ImageError as error:
                    said.append(str(error))
        said.extend(str(warning.message) for warning in caught)
    printed = capfd.readouterr()
    for secret in SECRETS:
        assert secret[1:] not in " ".join([*said, caplog.text, printed.out, printed.err])


@given(st.binary(max_size=400))
def test_a_codestream_of_nonsense_has_no_size_or_one(data):
    for start in (b"\xff\xd8", b"\xff\x4f\xff\x51", b""):
        size = codestream_size(start + data)
        assert size is None or len(size) == 3


@given(at=st.integers(128, 1500), change=st.binary(min_size=1, max_size=6))
def test_changed_bytes_are_a_picture_or_a_sentence(tmp_path, at, change):
    data = bytearray(_WHOLE)
    data[at : at + len(change)] = change
    path = tmp_path / "a.dcm"
    path.write_bytes(data)
    check_picture_or_sentence(path)


def _whole():
    file = io.BytesIO()
    dataset(grey(), WindowCenter=100, WindowWidth=50, RescaleSlope=1, RescaleIntercept=0).save_as(
        file, enforce_file_format=True
    )
    return file.getvalue()


_WHOLE = _whole()


def test_pydicoms_own_test_files_are_a_picture_or_a_sentence():
    """All that are in its package; none may crash, hang or take much memory."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pictures = refused = pages = 0
    for path in local_test_files():
        image = check_picture_or_sentence(path)
        if image is None:
            refused += 1
            continue
        if not is_dicom(path):
            continue
        assert read_size(path) == image.pixels.shape[:2]
        assert max(read_reduced(path, 48).shape) <= 48
        pictures += 1
        for page in range(1, count_pages(path)):
            pages += 1
            check_form(read_image(path, page))
    assert pictures >= 90
    assert refused >= 90
    assert pages >= 30
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000  # kB


def test_which_pixels_pydicoms_test_files_have():
    """Compressed in each way and plain, pydicom's files of the same picture look the same."""
    files = {path.name: path for path in local_test_files()}
    plain = read_image(files["MR_small.dcm"]).pixels
    for name in ("MR_small_RLE.dcm", "MR_small_jp2klossless.dcm", "MR_small_jpeg_ls_lossless.dcm"):
        np.testing.assert_array_equal(read_image(files[name]).pixels, plain)
    for name in ("MR_small_bigendian.dcm", "MR_small_implicit.dcm", "MR_small_expb.dcm", "MR_small_padded.dcm"):
        np.testing.assert_array_equal(read_image(files[name]).pixels, plain)
    assert pydicom.dcmread(files["MR_small.dcm"]).SOPClassUID != OPHTHALMIC_8_BIT
    assert dicom.count_frames(files["examples_ybr_color.dcm"]) == 30
