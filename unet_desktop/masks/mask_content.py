"""The content of a mask file, exactly: numbers, indices of a palette, or colours; nothing is turned into grey."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, ImageChops, UnidentifiedImageError
from PIL import Image as Pillow

from unet_desktop.errors import ImageError, MaskError
from unet_desktop.images.dicom_header import is_dicom
from unet_desktop.images.file_kinds import name_kind
from unet_desktop.images.orientation import turn_upright
from unet_desktop.images.read import DECODER_ERRORS, FORMATS, KINDS, MAX_PIXELS, SUFFIXES, describe_decoder_error
from unet_desktop.images.tiff import read_stored
from unet_desktop.images.tiff_header import is_tiff
from unet_desktop.images.wide_png import is_wide_png, read_wide_png
from unet_desktop.links import open_to_read

Key = int | float
"""What a pixel of a mask file holds: a number, an index, or a colour (see `Colours`)."""
Colours = NDArray[np.uint32]
"""Colours as 0xAARRGGBB; all that is wholly transparent is 0."""

TRANSPARENT = 0
OPAQUE = 0xFF000000
BLACK, WHITE = OPAQUE, 0xFFFFFFFF

_CHROMA_NOISE = 12
"""By how much the channels of a grey differ after lossy compression."""
_MIN_SHADES = 16
"""Fewer greys in a palette may be labels."""
_GREY_BITS = {"L;2": 2, "L;4": 4}
"""Raw modes that Pillow stretches to 0..255."""


@dataclass(frozen=True, slots=True, eq=False)
class MaskContent:
    """A decoded mask file.

    Attributes:
        path: the file.
        values: (H, W), upright by the file's own EXIF orientation: numbers of any dtype, indices (uint8), or Colours.
        palette: (256,) Colours, the colour of each index; None where values are numbers or colours.
        is_colour: values are Colours.
        white: the number that viewers show white; of numbers only.
        lossy: it was compressed so that values are not kept exactly.
        turned: it has an EXIF orientation of its own, and was turned by it.
    """

    path: Path
    values: NDArray[np.generic]
    palette: Colours | None = None
    is_colour: bool = False
    white: float = 255.0
    lossy: bool = False
    turned: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)."""
        return self.values.shape[0], self.values.shape[1]


def read_content(path: Path) -> MaskContent:
    """Decode a mask file.

    Raises:
        MaskError: missing, damaged, too large, of several pages, or of a kind that is not read.
    """
    if is_dicom(path):
        raise MaskError(f"The mask {path} is DICOM, which this program does not read as a mask. Save it as PNG.")
    try:
        with open_to_read(path) as file:
            content, orientation = _read_tiff(file, path) if is_tiff(file.read(4)) else _read_by_pillow(file, path)
    except ImageError as error:
        raise MaskError(f"The mask {error}") from error
    except MaskError:
        raise
    except UnidentifiedImageError as error:
        kind = name_kind(path)
        if kind is not None:
            raise MaskError(f"The mask {path} is {kind}, which this program does not read. Save it as PNG.") from error
        other = path.suffix.lower() not in SUFFIXES
        what = f"it is a {path.suffix} file, not {KINDS}" if other else f"it is not {KINDS}, or it is damaged"
        raise MaskError(f"The mask {path} cannot be read: {what}. Save it as PNG.") from error
    except DECODER_ERRORS as error:
        raise MaskError(f"The mask {path} cannot be read ({describe_decoder_error(error)}).") from error
    if orientation == 1:
        return content
    return replace(content, values=np.ascontiguousarray(turn_upright(content.values, orientation)), turned=True)


def pack(red: int, green: int, blue: int) -> int:
    """The opaque colour as Colours have it."""
    return OPAQUE | red << 16 | green << 8 | blue


def name_colour(colour: int) -> str:
    """The colour for people: "#rrggbb", with its opacity if it is not opaque, or "transparent"."""
    alpha = colour >> 24
    if not alpha:
        return "transparent"
    return f"#{colour & 0xFFFFFF:06x}" + ("" if alpha == 255 else f" ({alpha / 2.55:.0f} % opaque)")


def spell_colour(colour: int) -> str:
    """The colour as people write it: "#rrggbb", "#rrggbbaa" if it is not opaque, or "transparent"."""
    alpha = colour >> 24
    if not alpha:
        return "transparent"
    return f"#{colour & 0xFFFFFF:06x}" + ("" if alpha == 255 else f"{alpha:02x}")


def grey_of(colour: int) -> int | None:
    """The grey level of an opaque grey; None for colours and what is not opaque."""
    red, green, blue = colour >> 16 & 255, colour >> 8 & 255, colour & 255
    return red if red == green == blue and colour >> 24 == 255 else None


def grey_level(number: Key, white: float) -> float:
    """The grey level, 0..255, that viewers show for a number; the same number where white is 255."""
    return number if white in {127.0, 255.0} else number * 255 / white


def _read_by_pillow(file: BinaryIO, path: Path) -> tuple[MaskContent, int]:
    """The content as stored, and its orientation."""
    file.seek(0)
    data = file.read()
    with Pillow.open(io.BytesIO(data), formats=FORMATS) as opened:
        _refuse_size_and_pages(opened, path)
        lossy, raw, is_wide = _is_lossy(opened, data), _raw_mode(opened), is_wide_png(opened)
        most = _find_maxval(opened)
        orientation = _read_orientation(opened)
        opened.load()
        if most is not None:
            scaled = np.asarray(opened, np.float64) * (most / (255 if opened.mode == "L" else 65535))
            values = np.rint(scaled).astype(np.uint16 if most > 255 else np.uint8)
            return MaskContent(path, values, white=float(most)), orientation
        if not is_wide:
            return replace(_decode(path, opened, raw, lossy=lossy), lossy=lossy), orientation
        wide = read_wide_png(path, opened)
        if wide is None:
            raise MaskError(f"The mask {path} has 16 bits a channel. Save it with 8 bits a channel.")
        return _make_from_channels(path, wide, has_alpha=opened.mode in {"LA", "RGBA"}), orientation


def _read_tiff(file: BinaryIO, path: Path) -> tuple[MaskContent, int]:
    """The content as stored, and its orientation."""
    stored = read_stored(file, path, MAX_PIXELS)
    samples, orientation = stored.samples, stored.page.orientation
    if stored.picture is not None:
        content = _decode(path, stored.picture, "", lossy=stored.is_lossy)
        return replace(content, lossy=stored.is_lossy), orientation
    assert samples is not None
    if stored.palette is not None:
        colours = np.full(256, BLACK, np.uint32)
        red, green, blue = stored.palette[:256].astype(np.uint32).T
        colours[: len(red)] = np.uint32(OPAQUE) | red << 16 | green << 8 | blue
        if int(samples.max()) > 255:
            return MaskContent(path, np.ascontiguousarray(samples[:, :, 0])), orientation
        return MaskContent(path, samples[:, :, 0].astype(np.uint8), colours), orientation
    if samples.shape[2] > 1:
        return _make_from_channels(path, samples, has_alpha=stored.has_alpha), orientation
    values, sample = np.ascontiguousarray(samples[:, :, 0]), stored.sample
    white = find_white(values, sample.bits if sample.kind == "u" and not sample.is_whole else 0)
    if stored.is_inverted and sample.kind == "u" and _has_only(values, white):  # shades, not numbers of labels
        values = np.asarray(values == 0).astype(values.dtype) * values.dtype.type(white)
    return MaskContent(path, values, white=white), orientation


def _refuse_size_and_pages(opened: Pillow.Image, path: Path) -> None:
    width, height = opened.size
    if width * height > MAX_PIXELS:
        raise MaskError(
            f"The mask {path} has {width} x {height} pixels, more than the {MAX_PIXELS // 1_000_000} million that are "
            "allowed."
        )
    frames = getattr(opened, "n_frames", 1)
    if frames > 1:
        raise MaskError(f"The mask {path} has {frames} frames. Save each as a file with its picture's name.")


def _raw_mode(opened: Pillow.Image) -> str:
    tiles = getattr(opened, "tile", ())
    arguments = tiles[0].args if tiles else ""
    return str(arguments[0] if isinstance(arguments, tuple) and arguments else arguments)


def _find_maxval(opened: Pillow.Image) -> int | None:
    """The largest number of a PGM file, if Pillow stretches its numbers to 0..255 or 0..65535; else None."""
    tiles = getattr(opened, "tile", ())
    arguments = tiles[0].args if opened.format == "PPM" and opened.mode in {"L", "I"} and tiles else ()
    most = arguments[1] if isinstance(arguments, tuple) and len(arguments) == 2 else 255
    return None if most in {255, 65535} or not isinstance(most, int) else most


def _is_lossy(opened: Pillow.Image, data: bytes) -> bool:
    if opened.format == "WEBP":
        return b"VP8 " in data[:4096]  # a lossless one has "VP8L"
    if opened.format == "JPEG2000":
        at = data.find(b"\xff\x52", max(0, data.find(b"\xff\x4f\xff\x51")))  # the coding style (ISO 15444-1, A.6.1)
        return data[at + 13 : at + 14] != b"\1"  # the reversible wavelet
    return opened.format in {"JPEG", "AVIF"}


def _read_orientation(opened: Pillow.Image) -> int:
    try:
        return int(opened.getexif().get(ExifTags.Base.Orientation, 1))
    except DECODER_ERRORS:
        return 1


def _decode(path: Path, opened: Pillow.Image, raw: str, *, lossy: bool) -> MaskContent:
    """The content of what Pillow has loaded."""
    mode = opened.mode
    if mode == "1":
        return MaskContent(path, np.asarray(opened).astype(np.uint8), white=1.0)
    if mode == "L":
        values = np.array(opened)
        most = (1 << _GREY_BITS.get(raw, 8)) - 1
        return MaskContent(path, values // np.uint8(255 // most), white=float(most))
    if mode in {"I;16", "I;16B", "I;16L", "I;16N", "I", "F"}:
        values = np.asarray(opened)
        values = values.astype(values.dtype.newbyteorder("="))
        return MaskContent(path, values, white=find_white(values))
    if mode == "P":
        return _make_indexed(path, opened)
    if mode in {"RGB", "RGBX", "YCbCr"}:
        opened.info.pop("transparency", None)  # one colour is declared transparent; what it is tells more
        return _make_colours(path, opened.convert("RGB").convert("RGBA"), _CHROMA_NOISE if lossy else 0)
    if mode in {"RGBA", "LA", "RGBa", "La", "PA"}:
        return _make_colours(path, opened.convert("RGBA"))
    raise MaskError(f"The mask {path} holds {mode} colours, which printers use. Save it as PNG, in RGB or indexed.")


def find_white(values: NDArray[np.generic], bits: int = 0) -> float:
    """The number that viewers show white: that of the depth, which is 8 bits where nothing is larger; 1 of floats."""
    if bits:
        return float((1 << bits) - 1)
    if values.dtype.kind == "f":
        numbers = np.nan_to_num(np.asarray(values, np.float64))
        return 1.0 if float(numbers.max()) <= 1.0 else 255.0
    return 65535.0 if int(values.max()) > 255 else 255.0


def _has_only(values: NDArray[np.generic], white: float) -> bool:
    """Are all numbers black or white?"""
    return bool(((values == 0) | (values == white)).all())


def _make_indexed(path: Path, opened: Pillow.Image) -> MaskContent:
    indices = np.array(opened)
    palette = np.full(256, BLACK, np.uint32)
    flat = np.array(opened.getpalette("RGB") or [], np.uint32)[:768]
    count = len(flat) // 3
    red, green, blue = flat[: 3 * count].reshape(-1, 3).T
    palette[:count] = OPAQUE | red << 16 | green << 8 | blue
    transparency = opened.info.get("transparency")
    if isinstance(transparency, int) and 0 <= transparency < 256:
        palette[transparency] = TRANSPARENT
    elif isinstance(transparency, bytes):
        alpha = np.frombuffer(transparency[:256], np.uint8).astype(np.uint32)
        part = palette[: len(alpha)] & np.uint32(0xFFFFFF) | alpha << 24
        palette[: len(alpha)] = np.where(alpha == 0, np.uint32(TRANSPARENT), part)
    if _is_grey_ramp(palette, count, indices):
        return MaskContent(path, (palette & np.uint32(255)).astype(np.uint8)[indices])
    return MaskContent(path, indices, palette)


def _is_grey_ramp(palette: Colours, count: int, indices: NDArray[np.generic]) -> bool:
    """Is each index its own grey, or are there many greys and no colours? Then they are shades."""
    grey = palette & np.uint32(255)
    is_grey = palette == np.uint32(OPAQUE) | grey * np.uint32(0x010101)
    if count > 1 and bool(is_grey[:count].all()) and np.array_equal(grey[:count], np.arange(count)):
        return True
    used = np.unique(indices)
    return len(used) > _MIN_SHADES and bool(is_grey[used].all())


def _make_colours(path: Path, picture: Pillow.Image, noise: int = 0) -> MaskContent:
    """Colours; greys become numbers, and an alpha channel that is the same everywhere says nothing.

    Args:
        path: of the file.
        picture: RGBA.
        noise: by how much channels of a grey may differ.
    """
    red, green, blue, alpha = picture.split()
    least, most = (int(end) for end in alpha.getextrema())  # type: ignore[arg-type]
    packed = np.asarray(Pillow.merge("RGBA", (blue, green, red, alpha))).view("<u4")[:, :, 0].astype(np.uint32)
    if most == 0 and bool((packed == packed[0, 0]).all()):  # nothing is drawn
        return MaskContent(path, np.full(packed.shape, TRANSPARENT, np.uint32), is_colour=True)
    if least == most:
        if _are_near(red, green, noise) and _are_near(green, blue, noise):
            return MaskContent(path, np.array(green))
        return MaskContent(path, packed | np.uint32(OPAQUE), is_colour=True)
    packed[packed < 1 << 24] = TRANSPARENT
    return MaskContent(path, packed, is_colour=True)


def _are_near(one: Pillow.Image, other: Pillow.Image, noise: int) -> bool:
    """Do two channels differ by no more than this anywhere?"""
    _, most = ImageChops.difference(one, other).getextrema()
    return int(most) <= noise  # type: ignore[arg-type]


def _make_from_channels(path: Path, samples: NDArray[np.generic], *, has_alpha: bool) -> MaskContent:
    """Content of (H, W, channels) of any depth: grey or red, green, blue, perhaps with alpha."""
    if samples.dtype.kind != "u":
        raise MaskError(f"The mask {path} has channels of signed or broken numbers. Save it with 8 bits a channel.")
    colours = np.asarray(samples[:, :, :-1] if has_alpha else samples, np.uint64)
    largest = int(colours.max())
    if largest > 255:
        if largest > 65535 or bool((colours % 257).any()):
            raise MaskError(f"The mask {path} has colours that 8 bits cannot hold. Save it with 8 bits a channel.")
        colours = colours // 257
    narrow = colours.astype(np.uint8)
    if narrow.shape[2] == 1:
        narrow = np.repeat(narrow, 3, axis=2)
    if has_alpha:
        alpha = np.asarray(samples[:, :, -1:], np.uint64) >> 8 * (samples.dtype.itemsize - 1)
        narrow = np.concatenate([narrow, alpha.astype(np.uint8)], axis=2)
    return _make_colours(path, Pillow.fromarray(np.ascontiguousarray(narrow)).convert("RGBA"))
