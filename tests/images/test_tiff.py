"""Every layout of a TIFF that tifffile writes gives the picture that was written, or a sentence that names the kind."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

import numpy as np
import pytest
import tifffile
from PIL import Image as Pillow
from PIL import TiffImagePlugin

from unet_desktop.errors import ImageError
from unet_desktop.images.read import (
    MAX_PIXELS,
    count_frames_of_animation,
    count_pages,
    read_image,
    read_reduced,
    read_size,
)
from unet_desktop.images.tiff import read_stored

GREY = {"photometric": "minisblack", "planarconfig": "contig"}
COMPRESSIONS = (None, "lzw", "deflate", "zstd", "packbits", "lzma")
STORED_AS = {
    "u1": lambda v: v,
    "u2": lambda v: v.astype("u2") * 257,
    "12 in 16": lambda v: v.astype("u2") * 16,
    "u4": lambda v: v.astype("u4") * 16843009,
    "i1": lambda v: (v.astype("i2") - 128).astype("i1"),
    "i2": lambda v: (v.astype("i4") * 257 - 32768).astype("i2"),
    "i4": lambda v: (v.astype("i8") * 16843009 - 2**31).astype("i4"),
    "f2": lambda v: (v / 255).astype("f2"),
    "f4": lambda v: (v / 255).astype("f4"),
    "f8": lambda v: v / 255,
}
"""What a picture of 8 bits is in other types of numbers."""
TURNED = {  # EXIF 2.32, 4.6.4
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: np.rot90(a, -1),
}


@dataclass(frozen=True)
class Layout:
    colours: str = "rgb"
    stored: str = "u1"
    planar: bool = False
    tile: tuple[int, int] | None = None
    rows: int | None = None
    compression: str | None = None
    predictor: bool = False
    orientation: int = 1
    order: str = "<"
    big: bool = False
    alpha: str | None = None
    seed: int = 0

    @property
    def is_possible(self):
        if self.predictor and self.compression in {None, "packbits"}:
            return False
        if self.colours == "palette" and (self.stored != "u1" or self.alpha or self.planar or self.predictor):
            return False
        if self.alpha and (self.stored.startswith("i") or (self.stored, self.colours) == ("12 in 16", "miniswhite")):
            return False
        return not (self.planar and self.colours != "rgb" and not self.alpha)


def picture(seed, channels=3):
    """(H, W, channels) uint8 with all levels, and no two neighbours alike."""
    random = np.random.default_rng(seed)
    height, width = random.integers(30, 70, 2)
    pixels = random.integers(0, 256, (height, width, channels), np.uint8)
    pixels[0, 0], pixels[-1, -1] = 0, 255
    pixels.reshape(-1)[: pixels.size // 100], pixels.reshape(-1)[-pixels.size // 100 :] = 0, 255
    return pixels


def write(path, layout):
    """Write a picture in this layout; returns what it looks like."""
    wanted = picture(layout.seed, 3 if layout.colours == "rgb" else 1)
    options = {"photometric": layout.colours, "metadata": None}
    values = 255 - wanted if layout.colours == "miniswhite" else wanted
    if layout.colours == "palette":
        options["colormap"] = np.random.default_rng(layout.seed + 1).integers(0, 65536, (3, 256), np.uint16)
        wanted = (options["colormap"].T[wanted[:, :, 0]] >> 8).astype(np.uint8)
    if layout.alpha:
        cover = picture(layout.seed, 1)[::-1]
        values = np.concatenate([values, cover], axis=2)
        options["extrasamples"] = [layout.alpha]
        if layout.alpha == "unassalpha":
            wanted = (wanted.astype(int) * cover + 127) // 255
    stored = STORED_AS[layout.stored](TURNED[layout.orientation](values))
    if stored.shape[2] == 1:
        stored = stored[:, :, 0]
    if layout.planar:
        stored = np.moveaxis(stored, 2, 0)
        options["planarconfig"] = "separate"
    elif stored.ndim == 3:
        options["planarconfig"] = "contig"
    tifffile.imwrite(
        path, np.ascontiguousarray(stored), byteorder=layout.order, bigtiff=layout.big, tile=layout.tile,
        rowsperstrip=None if layout.tile else layout.rows, compression=layout.compression,
        predictor=layout.predictor, extratags=[(274, "H", 1, layout.orientation, True)], **options,
    )  # fmt: skip
    np.testing.assert_array_equal(tifffile.imread(path), stored)
    return np.broadcast_to(wanted, (*wanted.shape[:2], 3))


def layouts(count):
    """Different ones, each choice together with each of any other sooner or later."""
    random = np.random.default_rng(7)
    choices = {
        "colours": ("rgb", "rgb", "minisblack", "miniswhite", "palette"),
        "stored": ("u1", *STORED_AS),
        "planar": (False, False, True),
        "tile": (None, None, (16, 16), (32, 48)),
        "rows": (None, 1, 7, 64),
        "compression": COMPRESSIONS,
        "predictor": (False, True),
        "orientation": tuple(range(1, 9)),
        "order": ("<", ">"),
        "big": (False, False, True),
        "alpha": (None, None, None, "assocalpha", "unassalpha"),
    }
    found = []
    while len(found) < count:
        drawn = {name: values[random.integers(len(values))] for name, values in choices.items()}
        layout = Layout(**drawn, seed=len(found))
        if layout.colours == "palette":
            layout = replace(layout, stored="u1", alpha=None, planar=False, predictor=False)
        if layout.is_possible:
            found.append(layout)
    return found


def check(path, layout):
    wanted = write(path, layout)
    read = read_image(path).pixels
    assert read.shape == wanted.shape
    # An alpha of 16 bits says more than its upper 8, and half precision less.
    assert np.abs(read.astype(int) - wanted).max() <= (1 if layout.alpha or layout.stored == "f2" else 0)
    assert read_size(path) == wanted.shape[:2]


@pytest.mark.parametrize("part", range(10))
def test_every_layout_gives_the_picture_that_was_written(tmp_path, part):
    failed = []
    for layout in layouts(600)[part::10]:
        try:
            check(tmp_path / "a.tif", layout)
        except (AssertionError, ImageError) as error:
            failed.append(f"{layout}: {str(error)[:300]}")
    assert not failed, f"{len(failed)} failed:\n" + "\n".join(failed)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("colours", ["minisblack", "miniswhite", "rgb", "palette"])
@pytest.mark.parametrize("compression", [None, "lzw"])
def test_every_orientation_of_every_kind_of_colour(tmp_path, orientation, colours, compression):
    check(tmp_path / "a.tif", Layout(colours=colours, orientation=orientation, compression=compression, seed=3))


@pytest.mark.parametrize("tile", [None, (32, 32)])
@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("photometric", ["minisblack", "rgb", "ycbcr"])
def test_jpeg_inside_a_tiff(tmp_path, photometric, orientation, tile):
    rows, columns = np.mgrid[:70, :90]
    pixels = np.stack([rows * 3, columns * 2, 255 - rows - columns], axis=2).astype(np.uint8)
    if photometric == "minisblack":
        pixels = pixels[:, :, 0]
    options = {"photometric": photometric} if photometric != "ycbcr" else {"photometric": "rgb"}
    arguments = {"outcolorspace": "ycbcr"} if photometric == "ycbcr" else {}
    path = tmp_path / "a.tif"
    tifffile.imwrite(
        path, pixels, compression="jpeg", compressionargs={"level": 95, **arguments}, tile=tile, metadata=None,
        extratags=[(274, "H", 1, orientation, True)], **options,
    )  # fmt: skip
    reference = tifffile.imread(path)
    reference = reference if reference.ndim == 3 else np.repeat(reference[:, :, np.newaxis], 3, axis=2)
    wanted = reference if orientation == 1 else np.rot90(reference, -1)
    read = read_image(path).pixels
    assert np.abs(read.astype(int) - wanted).max() <= 3


@pytest.mark.parametrize("photometric", [0, 1])
@pytest.mark.parametrize("orientation", [1, 3, 5, 8])
@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_ccitt", "tiff_lzw", "packbits"])
def test_black_and_white_of_one_bit(tmp_path, compression, orientation, photometric):
    wanted = picture(3, 1)[:, :, 0] > 90
    info = TiffImagePlugin.ImageFileDirectory_v2()
    info[274], info[262] = orientation, photometric
    stored = Pillow.fromarray(np.ascontiguousarray(TURNED[orientation](wanted)))
    stored.save(tmp_path / "a.tif", compression=compression, tiffinfo=info)
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        page = file.pages[0]
        assert (page.compression != 1, page.bitspersample) == (True, 1)
        assert photometric == 1 or page.photometric == 0  # Pillow then turns the stored values round
    read = read_image(tmp_path / "a.tif").pixels[:, :, 0] > 0
    np.testing.assert_array_equal(read, wanted)


def raw_tiff(path, width, height, bits, data, *, photometric=1, order="<", **more):
    """A TIFF of one uncompressed strip, with such tags as tifffile does not write."""
    tags = {256: width, 257: height, 258: bits, 259: 1, 262: photometric, 273: 0, 277: 1, 278: height, 279: len(data)}
    tags |= {int(name[3:]): value for name, value in more.items()}
    start = 8 + len(data) + len(data) % 2
    tags[273] = 8
    body = b"".join(struct.pack(f"{order}HHII", tag, 4, 1, value) for tag, value in sorted(tags.items()))
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", start)
    count = struct.pack(f"{order}H", len(tags))
    path.write_bytes(head + data + b"\0" * (len(data) % 2) + count + body + bytes(4))
    return path


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bits", [1, 2, 4, 6, 10, 12, 14])
def test_samples_that_are_not_whole_bytes(tmp_path, bits, order):
    values = np.random.default_rng(bits).integers(0, 2**bits, (40, 37))
    values.reshape(-1)[:20], values.reshape(-1)[-20:] = 0, 2**bits - 1
    rows = [int("".join(f"{value:0{bits}b}" for value in row).ljust(-(-37 * bits // 8) * 8, "0"), 2) for row in values]
    data = b"".join(row.to_bytes(-(-37 * bits // 8), "big") for row in rows)
    path = raw_tiff(tmp_path / "a.tif", 37, 40, bits, data, order=order)
    np.testing.assert_array_equal(tifffile.imread(path), values)
    read = read_image(path).pixels[:, :, 0]
    assert np.abs(read - values * (255 / (2**bits - 1))).max() <= 0.51


@pytest.mark.parametrize(
    ("values", "options", "words"),
    [
        (np.zeros((9, 9, 5), "f4"), GREY, "5 channels of unstated colours"),
        (np.zeros((9, 9, 3), "u1"), GREY, "3 channels of unstated colours"),
        (np.zeros((9, 9, 3), "u2"), {"photometric": "cielab"}, r"CIE L\*a\*b\* colours of 16 bits and 3 channels"),
        (np.zeros((9, 9, 3), "u1"), {"photometric": "icclab"}, r"colours in ICC L\*a\*b\*"),
        (np.zeros((9, 9, 4), "i2"), {"photometric": "rgb", "extrasamples": [2]}, "an alpha channel of signed integers"),
        (np.zeros((9, 9), "c8"), {"photometric": "minisblack"}, "complex numbers"),
        (np.zeros((16, 16, 3), "u1"), {"photometric": "rgb", "compression": "webp"}, "WebP compression"),
        (np.zeros((16, 16, 3), "u1"), {"photometric": "rgb", "compression": "jpeg2000"}, "JPEG 2000 compression"),
        (np.zeros((16, 16, 3), "u1"), {"photometric": "rgb", "compression": "jpegxl"}, "JPEG XL compression"),
        (np.zeros((16, 16), "f4"), {"photometric": "minisblack", "compression": "lerc"}, "LERC compression"),
        (np.zeros((16, 16), "u1"), {"photometric": "cfa"}, r"raw sensor data \(CFA\)"),
    ],
)  # fmt: skip
def test_a_kind_that_is_not_read_is_named_and_not_called_damaged(tmp_path, values, options, words):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, values, metadata=None, **options)
    for function in (read_image, lambda path: read_reduced(path, 8)):
        with pytest.raises(ImageError, match=f"is a TIFF with {words}, which this program does not read") as caught:
            function(path)
        assert "damaged" not in str(caught.value)
        assert str(path) in str(caught.value)


def test_other_kinds_are_named_too(tmp_path):
    data = bytes(9 * 9 * 3)
    cases = {
        "integers of 24 bits": {"bits": 24},
        "floating-point numbers of 24 bits": {"bits": 24, "tag339": 3},
        "old-style JPEG compression": {"bits": 8, "tag259": 6},
        "unknown \\(number 777\\) compression": {"bits": 8, "tag259": 777},
        "colours of an unknown kind \\(99\\)": {"bits": 8, "photometric": 99},
        "LogLuv colours": {"bits": 8, "photometric": 32845},
        "numbers of an unknown kind \\(9\\)": {"bits": 8, "tag339": 9},
        "a palette that does not fit": {"bits": 8, "photometric": 3},
    }
    for words, options in cases.items():
        path = raw_tiff(tmp_path / "a.tif", 9, 9, options.pop("bits"), data, **options)
        with pytest.raises(ImageError, match=f"is a TIFF with {words}"):
            read_image(path)


def test_ink_becomes_rgb(tmp_path):
    inks = np.zeros((20, 20, 4), np.uint16)
    inks[..., 1:3] = 65535
    for values in (inks, (inks >> 8).astype(np.uint8)):
        tifffile.imwrite(tmp_path / "a.tif", values, photometric="separated", metadata=None)
        red, green, blue = read_image(tmp_path / "a.tif").pixels[9, 9].tolist()
        assert red > 240
        assert max(green, blue) < 15


def test_a_fourth_band_is_left_out_and_that_is_said(tmp_path):
    pixels = picture(1, 4)
    tifffile.imwrite(tmp_path / "a.tif", pixels, photometric="rgb", extrasamples=["unspecified"], metadata=None)
    image = read_image(tmp_path / "a.tif")
    np.testing.assert_array_equal(image.pixels, pixels[:, :, :3])
    assert image.note == "Of its 4 channels the first 3 are shown, as red, green and blue."


def test_a_second_channel_of_grey_is_left_out_and_that_is_said(tmp_path):
    pixels = picture(1, 2)
    tifffile.imwrite(tmp_path / "a.tif", pixels, metadata=None, **GREY)
    image = read_image(tmp_path / "a.tif")
    np.testing.assert_array_equal(image.pixels[:, :, 2], pixels[:, :, 0])
    assert image.note == "Of its 2 channels the first is shown."


@pytest.mark.parametrize("compression", [None, "lzw"])
@pytest.mark.parametrize("orientation", [1, 8])
def test_lab_becomes_rgb(tmp_path, compression, orientation):
    stored = np.zeros((30, 40, 3), np.uint8)
    stored[..., 0], stored[:10, :, 0] = 255, 0
    tifffile.imwrite(
        tmp_path / "a.tif", stored, photometric="cielab", compression=compression, metadata=None,
        predictor=compression is not None, extratags=[(274, "H", 1, orientation, True)],
    )  # fmt: skip
    grey = np.where(TURNED[{1: 1, 8: 6}[orientation]](stored)[..., :1] > 0, 255, 0)
    assert np.abs(read_image(tmp_path / "a.tif").pixels.astype(int) - grey).max() <= 3


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_pages_are_had_one_by_one(tmp_path, big, order):
    pages = np.stack([picture(5, 1)[:, :, 0], picture(5, 1)[::-1, :, 0], picture(5, 1)[:, ::-1, 0]])
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, pages.astype("u2") * 257, photometric="minisblack", bigtiff=big, byteorder=order)
    assert count_pages(path) == 3
    for page, wanted in enumerate(pages):
        image = read_image(path, page)
        np.testing.assert_array_equal(image.pixels[:, :, 1], wanted)
        assert image.note.startswith(f"Page {page + 1} of 3 is shown.")


@pytest.mark.parametrize("kind", [{"imagej": True}, {"ome": True}])
def test_pages_of_imagej_and_ome(tmp_path, kind):
    pages = np.stack([picture(5, 1)[:, :, 0], picture(5, 1)[::-1, :, 0]])
    tifffile.imwrite(tmp_path / "a.tif", pages, photometric="minisblack", **kind)
    assert count_pages(tmp_path / "a.tif") == 2
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif", 1).pixels[:, :, 0], pages[1])


@pytest.mark.parametrize("kind", [3, 6])
def test_a_description_of_a_wrong_type_does_not_make_a_picture_damaged(tmp_path, kind):
    path = tmp_path / "a.tif"
    pixels = picture(5, 1)[:, :, 0]
    tifffile.imwrite(path, pixels, description="z" * 40, byteorder="<", metadata=None)
    data = bytearray(path.read_bytes().replace(b"z" * 40, b"\xe4" * 40))
    entry = data.index(struct.pack("<HH", 270, 2))
    data[entry + 2 : entry + 4] = struct.pack("<H", kind)
    path.write_bytes(data)
    np.testing.assert_array_equal(read_image(path).pixels[:, :, 0], pixels)


def test_planes_of_a_stack_with_one_header_are_counted_and_said(tmp_path):
    """ImageJ writes stacks over 4 GB so; here a small one is cut after its first header."""
    path = tmp_path / "a.tif"
    planes = np.stack([picture(5, 1)[:, :, 0], picture(5, 1)[::-1, :, 0], picture(5, 1)[:, ::-1, 0]])
    tifffile.imwrite(path, planes, imagej=True, contiguous=True)
    data = bytearray(path.read_bytes())
    order = "<" if data[:2] == b"II" else ">"
    (start,) = struct.unpack(f"{order}I", data[4:8])
    end = start + 2 + 12 * struct.unpack(f"{order}H", data[start : start + 2])[0]
    data[end : end + 4] = bytes(4)
    path.write_bytes(data)
    assert (count_pages(path), count_frames_of_animation(path)) == (1, 3)
    image = read_image(path)
    np.testing.assert_array_equal(image.pixels[:, :, 0], planes[0])
    assert "Plane 1 of 3 of an ImageJ stack is shown." in image.note
    with path.open("rb") as file, pytest.raises(ImageError, match="has 3 pages"):
        read_stored(file, path, MAX_PIXELS)


def test_every_layout_of_numbers_is_read_as_stored(tmp_path):
    """As masks are: nothing is scaled, turned or turned round."""
    wrong = []
    for layout in layouts(300):
        write(tmp_path / "a.tif", layout)
        stored = tifffile.imread(tmp_path / "a.tif")
        if stored.ndim == 2:
            stored = stored[:, :, np.newaxis]
        stored = np.moveaxis(stored, 0, 2) if layout.planar else stored
        with (tmp_path / "a.tif").open("rb") as file:
            page = read_stored(file, tmp_path / "a.tif", MAX_PIXELS)
        if page.samples.dtype != stored.dtype or not np.array_equal(page.samples, stored):
            wrong.append(layout)
    assert not wrong


@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("channels", [2, 4])
def test_channels_of_which_nothing_is_known_are_refused_in_masks(tmp_path, planar, channels):
    values = np.zeros((20, 30, channels), np.uint8)
    values[5:9, 5:9] = 255
    values[6, 6, -1] = 0
    options = {"photometric": "rgb" if channels == 4 else "minisblack", "planarconfig": planar}
    options["extrasamples"] = ["unspecified"]

    def read():
        stored = np.moveaxis(values, 2, 0) if planar == "separate" else values
        tifffile.imwrite(tmp_path / "a.tif", np.ascontiguousarray(stored), metadata=None, **options)
        with (tmp_path / "a.tif").open("rb") as file:
            return read_stored(file, tmp_path / "a.tif", MAX_PIXELS)

    with pytest.raises(ImageError, match=f"has {channels} channels, and does not say what 1 of them are"):
        read()
    values[:, :, -1] = 255  # says nothing
    np.testing.assert_array_equal(read().samples, values[:, :, :-1])


def test_smaller_copies_of_a_page_are_no_pages(tmp_path):
    pixels = picture(5)
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(pixels, photometric="rgb", metadata=None)
        file.write(pixels[::2, ::2], photometric="rgb", subfiletype=1, metadata=None)
    image = read_image(tmp_path / "a.tif")
    assert count_pages(tmp_path / "a.tif") == 1
    assert image.note == ""
    np.testing.assert_array_equal(image.pixels, pixels)


@pytest.mark.parametrize("compression", [None, "lzw", "deflate", "jpeg"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_file_cut_short_is_refused(tmp_path, compression, share):
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(picture(5), photometric="rgb", compression=compression, rowsperstrip=8)
    data = (tmp_path / "a.tif").read_bytes()
    (tmp_path / "a.tif").write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ImageError, match=r"a\.tif is damaged or incomplete"):
        read_image(tmp_path / "a.tif")


def check_read_or_refused(path):
    sentence = ""
    try:
        pixels = read_image(path).pixels
    except ImageError as error:
        sentence = str(error)
    else:
        assert (pixels.dtype, pixels.ndim, pixels.shape[2]) == (np.uint8, 3, 3)
    assert not sentence or str(path) in sentence


def test_damaged_files_give_a_picture_or_a_sentence(tmp_path):
    random = np.random.default_rng(3)
    path = tmp_path / "a.tif"
    for layout in layouts(40):
        write(path, layout)
        whole = path.read_bytes()
        for _ in range(6):
            data = bytearray(whole)
            for place in random.integers(0, min(len(data), 600), 4):
                data[place] = random.integers(256)
            path.write_bytes(data)
            check_read_or_refused(path)


def test_strips_that_all_lie_in_one_place_are_refused(tmp_path):
    path = raw_tiff(tmp_path / "a.tif", 9, 9, 8, bytes(81), tag278=1)
    with pytest.raises(ImageError, match="1 of 9 strips"):
        read_image(path)


def test_a_tiff_of_too_much_memory_is_refused(tmp_path):
    path = raw_tiff(tmp_path / "a.tif", 8000, 9000, 64, bytes(80), tag339=3)
    with pytest.raises(ImageError, match=r"8000 x 9000 pixels, more than the 50 million .* 1 channel of 64 bits"):
        read_image(path)
