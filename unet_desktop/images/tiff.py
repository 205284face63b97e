"""TIFF: a page becomes upright RGB uint8, or an error names the kind of TIFF that is not supported."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from unet_desktop.errors import ImageError
from unet_desktop.images import tiff_header as tags
from unet_desktop.images.orientation import turn_upright
from unet_desktop.images.tiff_header import TiffPage, read_pages, read_stack_length
from unet_desktop.images.tiff_samples import Samples, SampleType, decode_by_pillow, is_planar, read_samples
from unet_desktop.images.to_rgb import lay_on_black, to_rgb
from unet_desktop.images.value_range import ValueRange, choose_range, scale_to_8_bits
from unet_desktop.plurals import quantity

_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _CMYK, _YCBCR, _LAB = 0, 1, 2, 3, 5, 6, 8
_COLOURS = {
    4: "a transparency mask",
    9: "colours in ICC L*a*b*",
    10: "colours in ITU L*a*b*",
    32803: "raw sensor data (CFA)",
    32844: "LogL values",
    32845: "LogLuv colours",
    34892: "raw sensor data",
}
_LOSSLESS = frozenset({1, 5, 8, 32773, 32946, 34925, 50000})
"""None, LZW, deflate (two codes), PackBits, LZMA and Zstandard."""
_BILEVEL = {2: "CCITT RLE", 3: "CCITT fax group 3", 4: "CCITT fax group 4"}
_JPEG = 7
_COMPRESSIONS = _BILEVEL | {
    6: "old-style JPEG", 7: "JPEG", 9: "JBIG", 10: "JBIG", 32766: "NeXT RLE", 32809: "ThunderScan",
    33003: "JPEG 2000", 33004: "JPEG 2000", 33005: "JPEG 2000", 34661: "JBIG", 34676: "SGI LogLuv",
    34677: "SGI LogLuv", 34712: "JPEG 2000", 34887: "LERC", 34892: "lossy JPEG (DNG)", 34933: "PNG",
    34934: "JPEG XR", 22610: "JPEG XR", 48124: "JetRaw", 50001: "WebP", 50002: "JPEG XL", 52546: "JPEG XL",
}  # fmt: skip
_ASSOCIATED, _UNASSOCIATED = 1, 2
_KINDS = {1: "u", 2: "i", 3: "f", 4: "u"}
_DEPTHS = {"u": frozenset({*range(1, 17), 32, 64}), "i": frozenset({8, 16, 32, 64}), "f": frozenset({16, 32, 64})}
_MAX_PALETTE_BITS = 16
_EXPORT = "Export it as RGB or grey with 8 or 16 bits."
_MAX_BYTES_PER_PIXEL = 4
"""Bytes of samples for each of the allowed pixels."""


def read_page(file: BinaryIO, path: Path, page: int, most_pixels: int) -> tuple[NDArray[np.uint8], list[str]]:
    """Decode one page.

    Args:
        file: the open file.
        path: of it, for sentences.
        page: from 0, not counting smaller copies and transparency masks of other pages.
        most_pixels: larger pictures are refused before decoding.

    Returns:
        (H, W, 3) uint8 RGB, and sentences about decisions that decoding made.

    Raises:
        ImageError: too large, or of an unsupported kind. ValueError, OSError and others: damaged.
    """
    pages = read_pages(file)
    if page >= len(pages):
        raise ImageError(f"{path} has {quantity(len(pages), 'page')}; there is no page {page + 1}.")
    chosen = pages[page]
    notes = [f"Page {page + 1} of {len(pages)} is shown."] if len(pages) > 1 else []
    if (planes := read_stack_length(file, pages)) > 1:
        notes.append(f"Plane 1 of {planes:,} of an ImageJ stack is shown.")
    if (obstacle := _name_obstacle(chosen)) is not None:
        raise ImageError(f"{path} is a TIFF with {obstacle}, which this program does not read. {_EXPORT}")
    refuse_size(chosen, path, most_pixels)
    if _is_for_pillow(chosen):
        stored = to_rgb(decode_by_pillow(file, chosen), notes)
    else:
        stored = _to_rgb(read_samples(file, chosen, _sample_type(chosen)), chosen, notes)
    return turn_upright(stored, chosen.orientation), notes


def read_page_size(file: BinaryIO, path: Path, most_pixels: int) -> tuple[int, int]:
    """Return (height, width) of the upright first page, from its header alone.

    Raises:
        ImageError: too large. ValueError: damaged. OSError: of the file system.
    """
    page = read_pages(file)[0]
    refuse_size(page, path, most_pixels)
    return page.upright_size


@dataclass(frozen=True, slots=True, eq=False)
class StoredPage:
    """The only page of a file as stored: not turned upright, and its numbers are not converted.

    Attributes:
        page: its tags.
        sample: the type of its samples.
        samples: (H, W, samples); None if only Pillow decodes its compression.
        picture: that Pillow decoded; None if samples are given.
        palette: (N, 3) uint8 colours of indices; None without a palette.
        has_alpha: whether the last channel is the opacity.
    """

    page: TiffPage
    sample: SampleType
    samples: Samples | None = None
    picture: Pillow.Image | None = None
    palette: NDArray[np.uint8] | None = None
    has_alpha: bool = False

    @property
    def is_inverted(self) -> bool:
        """Whether 0 is shown white."""
        return _colours(self.page) == _WHITE_IS_ZERO

    @property
    def is_lossy(self) -> bool:
        """Whether its compression changes values."""
        return self.picture is not None and self.page.first(tags.COMPRESSION, 1) not in _LOSSLESS | set(_BILEVEL)


def read_stored(file: BinaryIO, path: Path, most_pixels: int) -> StoredPage:
    """Read the numbers of a file with one page, exactly.

    Raises:
        ImageError: several pages, too large, of an unsupported kind, in colours that have no numbers, or with channels
            of which nothing is known. ValueError, OSError and others: damaged.
    """
    pages = read_pages(file)
    page = pages[0]
    count = max(len(pages), read_stack_length(file, pages))
    if count > 1:
        raise ImageError(f"{path} has {count:,} pages. Save each page as a file of its own.")
    if (obstacle := _name_obstacle(page)) is not None:
        raise ImageError(f"{path} is a TIFF with {obstacle}, which this program does not read. {_EXPORT}")
    refuse_size(page, path, most_pixels)
    colours, sample = _colours(page), _sample_type(page)
    lossless = page.first(tags.COMPRESSION, 1) in _LOSSLESS
    name = {_CMYK: "CMYK", _LAB: "CIE L*a*b*", _YCBCR: "YCbCr" if lossless else None}.get(colours)
    if name is not None:
        raise ImageError(f"{path} is a TIFF in {name} colours. Save it in grey, in RGB or with a palette, as PNG.")
    if not lossless:  # JPEG and fax, which only Pillow decodes
        return StoredPage(page, sample, picture=decode_by_pillow(file, page))
    needed = 3 if colours == _RGB else 1
    alpha = _alpha(page, needed) is not None and colours != _PALETTE
    samples = read_samples(file, page, sample)
    rest = samples[:, :, needed + alpha :]
    if bool((rest != rest[:1, :1]).any()):
        raise ImageError(
            f"{path} has {page.samples} channels, and does not say what {page.samples - needed - alpha} of them "
            "are. Save each channel as a file of its own, or the numbers of labels in one channel."
        )
    return StoredPage(
        page, sample, samples[:, :, : needed + alpha], None, _palette(page) if colours == _PALETTE else None, alpha
    )


def refuse_size(page: TiffPage, path: Path, most_pixels: int) -> None:
    """Refuse pages that would need too much memory, and those without pixels.

    Raises:
        ImageError: too large. ValueError: no pixels.
    """
    size, sample = (page.width, page.height), max(page.tags.get(tags.BITS, (1,)))
    if min(*size, page.samples) < 1:
        raise ValueError("it has no pixels")
    bytes_of_pixel = page.samples * max(1, -(-sample // 8))
    most = min(most_pixels, most_pixels * _MAX_BYTES_PER_PIXEL // bytes_of_pixel)
    if size[0] * size[1] > most:
        deep = f" with {quantity(page.samples, 'channel')} of {quantity(sample, 'bit')}" if most < most_pixels else ""
        raise ImageError(
            f"{path} has {size[0]} x {size[1]} pixels, more than the {most // 1_000_000} million that are allowed"
            f"{deep}. Reduce it first."
        )


def _name_obstacle(page: TiffPage) -> str | None:
    """Return what makes the page unsupported, to follow "a TIFF with"; None if it is supported."""
    compression, colours = page.first(tags.COMPRESSION, 1), _colours(page)
    if page.is_copy:
        return "only a smaller copy of its picture, as cameras' raw files have"
    if colours in _COLOURS:
        return _COLOURS[colours]
    if colours not in {_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _CMYK, _YCBCR, _LAB}:
        return f"colours of an unknown kind ({colours})"
    if compression not in _LOSSLESS | _BILEVEL.keys() | {_JPEG}:
        return f"{_COMPRESSIONS.get(compression, f'unknown (number {compression})')} compression"
    return _name_samples(page) or _name_channels(page, colours) or _name_decoding(page, compression, colours)


def _name_samples(page: TiffPage) -> str | None:
    bits, formats = set(page.tags.get(tags.BITS, (1,))), set(page.tags.get(tags.SAMPLE_FORMAT, (1,)))
    if len(bits) > 1 or len(formats) > 1:
        depths = ", ".join(str(number) for number in page.tags.get(tags.BITS, (1,))[:8])
        return f"channels of different depths or number types ({depths} bits)"
    number = formats.pop()
    if number in {5, 6}:
        return "complex numbers"
    kind, depth = _KINDS.get(number), bits.pop()
    if kind is None:
        return f"numbers of an unknown kind ({number})"
    if depth not in _DEPTHS[kind]:
        numbers = {"u": "integers", "i": "signed integers", "f": "floating-point numbers"}[kind]
        return f"{numbers} of {quantity(depth, 'bit')}"
    return None


def _name_channels(page: TiffPage, colours: int) -> str | None:
    needed = {_RGB: 3, _CMYK: 4, _YCBCR: 3, _LAB: 3}.get(colours, 1)
    extra = page.samples - needed
    if extra < 0:
        return f"{quantity(page.samples, 'channel')} where its colours need {needed}"
    grey = colours in {_WHITE_IS_ZERO, _BLACK_IS_ZERO}
    if grey and extra > 1:
        return f"{quantity(page.samples, 'channel')} of unstated colours"
    if _alpha(page, needed) is not None and page.first(tags.SAMPLE_FORMAT, 1) == 2:
        return "an alpha channel of signed integers"
    if colours == _PALETTE:
        depth = page.first(tags.BITS, 1)
        if extra or depth > _MAX_PALETTE_BITS or page.first(tags.SAMPLE_FORMAT, 1) == 3:
            return f"a palette of {quantity(depth, 'bit')} and {quantity(page.samples, 'channel')}"
        if len(page.tags.get(tags.COLOUR_MAP, ())) != 3 << depth:
            return "a palette that does not fit its depth"
    if colours == _CMYK and page.first(tags.INK_SET, 1) != 1:
        return "inks other than cyan, magenta, yellow and black"
    if colours == _CMYK and page.first(tags.SAMPLE_FORMAT, 1) not in {1, 4}:
        return "ink values that are not unsigned integers"
    return None


def _name_decoding(page: TiffPage, compression: int, colours: int) -> str | None:
    depth, samples = page.first(tags.BITS, 1), page.samples
    if compression in _BILEVEL and (depth != 1 or samples != 1):
        return f"{_BILEVEL[compression]} compression of {quantity(depth, 'bit')}"
    if compression == _JPEG:
        shapes = {_BLACK_IS_ZERO: 1, _RGB: 3, _YCBCR: 3, _CMYK: 4}
        if depth != 8:
            return f"JPEG compression of {quantity(depth, 'bit')}"
        if is_planar(page) or shapes.get(colours) != samples:
            channels = quantity(samples, "separate channel" if is_planar(page) else "channel")
            return f"JPEG compression of {channels} of its colours"
    elif colours == _YCBCR and (depth != 8 or is_planar(page) or samples != 3 or compression == 1):
        return f"YCbCr colours of {quantity(depth, 'bit')} in a layout that is not usual"
    elif colours == _LAB and (depth != 8 or is_planar(page) or samples != 3):
        return f"CIE L*a*b* colours of {quantity(depth, 'bit')} and {quantity(samples, 'channel')}"
    predictor = page.first(tags.PREDICTOR, 1)
    if compression in _LOSSLESS and compression != 1 and predictor != 1:
        sample = _sample_type(page)
        if predictor not in {2, 3} or not sample.is_whole or (predictor == 3) > (sample.kind == "f"):
            return f"a predictor ({predictor}) that does not go with {quantity(depth, 'bit')}"
    return None


def _colours(page: TiffPage) -> int:
    return page.first(tags.PHOTOMETRIC, _RGB if page.samples in {3, 4} else _BLACK_IS_ZERO)


def _sample_type(page: TiffPage) -> SampleType:
    return SampleType(_KINDS[page.first(tags.SAMPLE_FORMAT, 1)], page.first(tags.BITS, 1))


def _is_for_pillow(page: TiffPage) -> bool:
    return page.first(tags.COMPRESSION, 1) not in _LOSSLESS or _colours(page) in {_YCBCR, _LAB}


def _alpha(page: TiffPage, colours: int) -> int | None:
    """Return whether the channel after the colours is associated or unassociated alpha; None if it is neither."""
    kind = (page.tags.get(tags.EXTRA_SAMPLES) or (0,))[0] if page.samples > colours else 0
    return kind if kind in {_ASSOCIATED, _UNASSOCIATED} else None


def _to_rgb(samples: Samples, page: TiffPage, notes: list[str]) -> NDArray[np.uint8]:
    """Convert samples as stored to (H, W, 3) uint8 RGB."""
    colours, sample = _colours(page), _sample_type(page)
    if colours == _PALETTE:
        return np.asarray(_palette(page)[samples[:, :, 0]], np.uint8)
    needed = {_RGB: 3, _CMYK: 4}.get(colours, 1)
    values = samples[:, :, :needed]
    if colours == _WHITE_IS_ZERO:
        values = _negative(values, sample)
    if colours == _CMYK:
        inks = Pillow.fromarray(_by_depth(values, sample), "CMYK")
        return to_rgb(inks, notes)
    white = 2.0**sample.bits - 1
    if sample.kind == "u" and sample.bits <= 8:
        shown = _by_depth(values, sample)
    else:
        chosen = choose_range(values, 0 if sample.kind == "f" else sample.bits)
        notes.append(chosen.note)
        shown = scale_to_8_bits(values, chosen)
        white = chosen.high if chosen.low == 0 else white
    alpha = _alpha(page, needed)
    if alpha is not None:
        cover = _cover(samples[:, :, needed], sample, white)
        shown = lay_on_black(shown, cover, notes, covered=alpha == _ASSOCIATED)
    elif page.samples > needed:
        shows = "the first is shown" if needed == 1 else f"the first {needed} are shown, as red, green and blue"
        notes.append(f"Of its {page.samples} channels {shows}.")
    return shown if needed == 3 else np.repeat(shown, 3, axis=2)


def _by_depth(values: Samples, sample: SampleType) -> NDArray[np.uint8]:
    """Scale the whole range of the depth to 0..255."""
    if sample.kind == "u" and sample.bits == 8:
        return np.asarray(values, np.uint8)
    most = 1.0 if sample.kind == "f" else 2.0**sample.bits - 1
    levels = np.nan_to_num(values.astype(np.float32)) * (255.0 / most)
    return np.asarray(np.round(np.clip(levels, 0, 255)), np.uint8)


def _cover(alpha: Samples, sample: SampleType, white: float) -> NDArray[np.uint8]:
    """Scale alpha to 0..255: by the white of the colours, or by its depth if it exceeds that."""
    if sample.kind == "u" and sample.bits > 8 and alpha.max() <= white:
        return scale_to_8_bits(alpha, ValueRange(0.0, white))
    return _by_depth(alpha, sample)


def _negative(values: Samples, sample: SampleType) -> Samples:
    if sample.kind == "f":
        return -values
    if sample.kind == "i":
        return ~values
    return np.asarray(np.array(2**sample.bits - 1, values.dtype) - values)


def _palette(page: TiffPage) -> NDArray[np.uint8]:
    """Return the palette as (N, 3) uint8; some writers fill only the lower 8 of its 16 bits."""
    table = np.array(page.tags[tags.COLOUR_MAP], np.uint16).reshape(3, -1).T
    return np.asarray(table if table.max() < 256 else table >> 8, np.uint8)
