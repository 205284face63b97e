"""TIFF samples: a page's strips or tiles become one array of samples, whatever their layout.

Pillow's libtiff only decompresses. It gets each page as an 8-bit grey picture whose pixels are the page's bytes; what
these bytes mean is decided here.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from unet_desktop.images import tiff_header as tags
from unet_desktop.images.tiff_header import Numbers, TiffPage

Samples = NDArray[Any]
"""(H, W, samples) as stored, in native byte order."""

UNCOMPRESSED = 1
_UNSIGNED, _SIGNED, _FLOAT = "u", "i", "f"
_REVERSED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))
_HORIZONTAL, _FLOATING = 2, 3
_BITS_AT_ONCE = 1 << 26


@dataclass(frozen=True, slots=True)
class SampleType:
    """The type of a sample: "u", "i" or "f", and its bits."""

    kind: str
    bits: int

    @property
    def dtype(self) -> np.dtype[Any]:
        """The smallest native numeric type that holds it."""
        size = next(size for size in (1, 2, 4, 8) if size * 8 >= self.bits)
        return np.dtype(f"{self.kind}{size}")

    @property
    def is_whole(self) -> bool:
        """Whether it fills its numeric type."""
        return self.dtype.itemsize * 8 == self.bits


@dataclass(frozen=True, slots=True, eq=False)
class _Layout:
    """Strips or tiles as a grid of equal blocks; the last ones may extend beyond the picture.

    Attributes:
        offsets, counts: where each block starts in the file, and its number of bytes.
        rows, columns: size of a block in pixels.
        down, across: number of blocks in each plane.
        tiled: whether the last row of blocks is stored in full height.
    """

    offsets: Numbers
    counts: Numbers
    rows: int
    columns: int
    down: int
    across: int
    tiled: bool

    def of_plane(self, plane: int) -> tuple[Numbers, Numbers]:
        blocks = slice(plane * self.down * self.across, (plane + 1) * self.down * self.across)
        return self.offsets[blocks], self.counts[blocks]


def read_samples(file: BinaryIO, page: TiffPage, sample: SampleType) -> Samples:
    """Read the samples of a page.

    Args:
        file: the open file.
        page: of lossless compression, with all samples of one type.
        sample: that type.

    Raises:
        ValueError: damaged or incomplete. OSError: the same, or of the file system.
    """
    planes = page.samples if is_planar(page) else 1
    channels = page.samples // planes
    layout = _layout(file, page, planes, (page.width * channels * sample.bits + 7) // 8)
    parts = [_read_plane(file, page, sample, layout, plane, channels) for plane in range(planes)]
    return parts[0] if planes == 1 else np.concatenate(parts, axis=2)


def decode_by_pillow(file: BinaryIO, page: TiffPage) -> Pillow.Image:
    """Decode a page without applying its orientation, for compressions that depend on the colours.

    Raises:
        Exception: any of Pillow's.
    """
    layout = _layout(file, page, page.samples if is_planar(page) else 1, 0)
    kept = (tags.BITS, tags.COMPRESSION, tags.PHOTOMETRIC, tags.SAMPLES, tags.PLANAR, tags.PREDICTOR,
            tags.EXTRA_SAMPLES, tags.SAMPLE_FORMAT, tags.JPEG_TABLES, tags.FILL_ORDER, 292, 293, 530)  # fmt: skip
    given = {code: page.tags[code] for code in kept if page.tags.get(code)}
    data = _read_blocks(file, layout.offsets, layout.counts)
    return _open_in_memory(given, page.width, page.height, layout, data, page.order)


def is_planar(page: TiffPage) -> bool:
    """Return whether each channel is stored separately."""
    return page.first(tags.PLANAR, 1) == 2 and page.samples > 1


def _layout(file: BinaryIO, page: TiffPage, planes: int, row_bytes: int) -> _Layout:
    tiled = bool(page.tags.get(tags.TILE_OFFSETS))
    if tiled:
        rows, columns = page.first(tags.TILE_LENGTH, 0), page.first(tags.TILE_WIDTH, 0)
        offsets, counts = page.tags[tags.TILE_OFFSETS], page.tags.get(tags.TILE_COUNTS, ())
    else:
        rows, columns = min(page.first(tags.ROWS_PER_STRIP, page.height), page.height), page.width
        offsets, counts = page.tags.get(tags.STRIP_OFFSETS, ()), page.tags.get(tags.STRIP_COUNTS, ())
    if rows < 1 or columns < 1 or rows * columns > 16 * max(page.width * page.height, 1 << 16):
        raise ValueError("its strips or tiles have no size")
    down, across = -(-page.height // rows), -(-page.width // columns)
    if not counts and not tiled and page.first(tags.COMPRESSION, 1) == UNCOMPRESSED and row_bytes:
        counts = tuple(min(rows, page.height - index % down * rows) * row_bytes for index in range(len(offsets)))
    needed = down * across * planes
    if len(offsets) < needed or len(counts) < needed:
        raise ValueError(f"it lists {min(len(offsets), len(counts))} of {needed} strips or tiles")
    return _Layout(offsets[:needed], counts[:needed], rows, columns, down, across, tiled)


def _read_blocks(file: BinaryIO, offsets: Numbers, counts: Numbers) -> list[bytes]:
    length = file.seek(0, io.SEEK_END)
    if sum(counts) > 2 * length + (1 << 20):  # overlapping blocks could need any amount of memory
        raise ValueError("its strips or tiles are longer than the file")
    blocks = []
    for offset, count in zip(offsets, counts, strict=True):
        if offset > length or not count:
            raise ValueError("it ends too early")
        file.seek(offset)
        blocks.append(file.read(count))
        if len(blocks[-1]) != count:
            raise ValueError("it ends too early")
    return blocks


def _read_plane(
    file: BinaryIO, page: TiffPage, sample: SampleType, layout: _Layout, plane: int, channels: int
) -> Samples:
    """Return one plane as (H, W, channels)."""
    row_bytes = (layout.columns * channels * sample.bits + 7) // 8
    height = layout.down * layout.rows if layout.tiled else page.height
    compression = page.first(tags.COMPRESSION, UNCOMPRESSED)
    offsets, counts = layout.of_plane(plane)
    if compression == UNCOMPRESSED:  # the stated count may be wrong, and is not needed
        counts = tuple(min(count, layout.rows * row_bytes) for count in counts)
    blocks = _read_blocks(file, offsets, counts)
    if page.first(tags.FILL_ORDER, 1) == 2:
        blocks = [block.translate(_REVERSED) for block in blocks]
    if compression == UNCOMPRESSED:
        rows = _join_blocks(blocks, layout, row_bytes, height)
    else:
        given: dict[int, Numbers] = {
            tags.BITS: (8,),
            tags.COMPRESSION: (compression,),
            tags.PHOTOMETRIC: (1,),
            tags.SAMPLES: (1,),
        }
        bytes_of_block = _Layout(layout.offsets, layout.counts, layout.rows, row_bytes, layout.down, layout.across,
                                 layout.tiled)  # fmt: skip
        grey = _open_in_memory(given, row_bytes * layout.across, height, bytes_of_block, blocks, "<")
        rows = np.asarray(grey).reshape(height, layout.across, row_bytes)
    samples = _decode_rows(rows, page, sample, layout.columns, channels)
    return samples.reshape(height, layout.across * layout.columns, channels)[: page.height, : page.width]


def _join_blocks(blocks: list[bytes], layout: _Layout, row_bytes: int, height: int) -> NDArray[np.uint8]:
    """Return uncompressed blocks as (height, blocks across, bytes of a block's row)."""
    rows = np.empty((height, layout.across, row_bytes), np.uint8)
    for index, block in enumerate(blocks):
        top, column = index // layout.across * layout.rows, index % layout.across
        here = min(layout.rows, height - top)
        if len(block) < here * row_bytes:
            raise ValueError("it ends too early")
        rows[top : top + here, column] = np.frombuffer(block, np.uint8, here * row_bytes).reshape(here, row_bytes)
    return rows


def _decode_rows(rows: NDArray[np.uint8], page: TiffPage, sample: SampleType, columns: int, channels: int) -> Samples:
    """Turn rows of bytes into (height, blocks across, columns, channels)."""
    height, across = rows.shape[:2]
    shape = (height, across, columns, channels)
    predictor = page.first(tags.PREDICTOR, 1) if page.first(tags.COMPRESSION, 1) != UNCOMPRESSED else 1
    if predictor == _FLOATING:
        size = sample.dtype.itemsize
        shuffled = np.add.accumulate(rows.reshape(height, across, -1, channels), axis=2, dtype=np.uint8)
        planes = shuffled.reshape(height, across, size, columns * channels)
        ordered = np.ascontiguousarray(np.moveaxis(planes, 2, 3))
        return ordered.view(sample.dtype.newbyteorder(">")).astype(sample.dtype).reshape(shape)
    if not sample.is_whole:
        return _unpack_bits(rows, sample, columns * channels).reshape(shape)
    stored = rows.view(sample.dtype.newbyteorder("<" if page.order == "<" else ">")).reshape(shape)
    native = np.asarray(stored, sample.dtype)
    if predictor == _HORIZONTAL:
        unsigned = np.dtype(f"u{sample.dtype.itemsize}")
        native = np.add.accumulate(native.view(unsigned), axis=2, dtype=unsigned).view(sample.dtype)
    return native


def _unpack_bits(rows: NDArray[np.uint8], sample: SampleType, count: int) -> Samples:
    """Unpack samples of any number of bits, highest bit first; each row starts on a whole byte."""
    height, across, row_bytes = rows.shape
    found = np.empty((height, across, count), sample.dtype)
    at_once = max(1, _BITS_AT_ONCE // max(1, across * row_bytes * 8))
    for top in range(0, height, at_once):
        bits = np.unpackbits(rows[top : top + at_once], axis=2, count=count * sample.bits)
        bits = bits.reshape(-1, across, count, sample.bits)
        part = found[top : top + at_once]
        part[...] = 0
        for place in range(sample.bits):
            part <<= 1
            part |= bits[..., place]
    return found


def _open_in_memory(
    given: Mapping[int, Numbers], width: int, height: int, layout: _Layout, blocks: list[bytes], order: str
) -> Pillow.Image:
    """Let Pillow decode a TIFF file made of just these tags and blocks."""
    entries = {**given, tags.WIDTH: (width,), tags.LENGTH: (height,)}
    counts = tuple(len(block) for block in blocks)
    ends = tuple(np.cumsum((8, *counts)).tolist())
    if layout.tiled:
        entries |= {tags.TILE_WIDTH: (layout.columns,), tags.TILE_LENGTH: (layout.rows,)}
        entries |= {tags.TILE_OFFSETS: ends[:-1], tags.TILE_COUNTS: counts}
    else:
        entries |= {tags.ROWS_PER_STRIP: (layout.rows,), tags.STRIP_OFFSETS: ends[:-1], tags.STRIP_COUNTS: counts}
    start, body, beyond = ends[-1] + ends[-1] % 2, b"", b""
    after = start + 2 + 12 * len(entries) + 4
    for code, numbers in sorted(entries.items()):
        kind, letter = (7, "B") if code == tags.JPEG_TABLES else (3, "H") if code in _SHORTS else (4, "I")
        data = struct.pack(f"{order}{len(numbers)}{letter}", *numbers)
        if len(data) > 4:
            place = after + len(beyond)
            beyond += data + b"\0" * (len(data) % 2)
            data = struct.pack(order + "I", place)
        body += struct.pack(order + "HHI", code, kind, len(numbers)) + data.ljust(4, b"\0")
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", start)
    file = io.BytesIO(
        b"".join(
            [head, *blocks, b"\0" * (ends[-1] % 2), struct.pack(order + "H", len(entries)), body, bytes(4), beyond]
        )
    )
    with Pillow.open(file, formats=("TIFF",)) as picture:
        picture.load()
        return picture


_SHORTS = frozenset({tags.BITS, tags.COMPRESSION, tags.PHOTOMETRIC, tags.SAMPLES, tags.PLANAR, tags.EXTRA_SAMPLES,
                     tags.SAMPLE_FORMAT, tags.FILL_ORDER, tags.PREDICTOR, 530})  # fmt: skip
