"""TIFF header: the pages of a file and their tags (TIFF 6.0, BigTIFF)."""

from __future__ import annotations

import os
import re
import struct
import threading
from dataclasses import dataclass
from typing import BinaryIO

Numbers = tuple[int, ...]

_SMALL, _BIG = 42, 43
_TYPES = {1: "B", 3: "H", 4: "I", 6: "b", 7: "B", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q", 18: "Q"}
"""Integer types; the other types do not describe the layout of pixels."""
_MAX_TAGS = 4096
_MAX_PAGES = 100_000
_MAX_NUMBERS = 1 << 20
"""Numbers in a tag; the largest picture has fewer tiles."""
_MAX_NUMBERS_OF_FILE = 1 << 23
_MAX_RECENT = 4
_RECENT: dict[tuple[int, ...], list[TiffPage]] = {}
"""The pages of the last files that have several."""
_RECENT_LOCK = threading.Lock()

WIDTH, LENGTH, BITS, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
FILL_ORDER, STRIP_OFFSETS, ORIENTATION, SAMPLES, ROWS_PER_STRIP, STRIP_COUNTS = 266, 273, 274, 277, 278, 279
PLANAR, PREDICTOR, COLOUR_MAP = 284, 317, 320
TILE_WIDTH, TILE_LENGTH, TILE_OFFSETS, TILE_COUNTS = 322, 323, 324, 325
INK_SET, EXTRA_SAMPLES, SAMPLE_FORMAT, JPEG_TABLES = 332, 338, 339, 347
_DESCRIPTION = 270
_SUBFILE, _OLD_SUBFILE = 254, 255
_REDUCED, _REDUCED_OLD, _MASK = 1, 2, 4
_USED = frozenset(
    {WIDTH, LENGTH, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER, STRIP_OFFSETS, ORIENTATION, SAMPLES, ROWS_PER_STRIP}
    | {STRIP_COUNTS, PLANAR, PREDICTOR, COLOUR_MAP, TILE_WIDTH, TILE_LENGTH, TILE_OFFSETS, TILE_COUNTS, INK_SET}
    | {EXTRA_SAMPLES, SAMPLE_FORMAT, JPEG_TABLES, _DESCRIPTION, _SUBFILE, _OLD_SUBFILE}
    | {292, 293, 530}  # options of fax compression, and how coarse colours are
)
"""The tags that are read."""


@dataclass(frozen=True, slots=True, eq=False)
class TiffPage:
    """One page's tags.

    Attributes:
        order: byte order, "<" or ">".
        tags: the integer tags by code.
        description: the text that programs leave about the picture.
    """

    order: str
    tags: dict[int, Numbers]
    description: str = ""

    def first(self, tag: int, default: int) -> int:
        """Return the tag's first number."""
        numbers = self.tags.get(tag)
        return numbers[0] if numbers else default

    @property
    def width(self) -> int:
        """Columns as stored."""
        return self.first(WIDTH, 0)

    @property
    def height(self) -> int:
        """Rows, as stored."""
        return self.first(LENGTH, 0)

    @property
    def samples(self) -> int:
        """Number of channels, including alpha."""
        return self.first(SAMPLES, 1)

    @property
    def orientation(self) -> int:
        """The EXIF orientation; 1 is upright."""
        return self.first(ORIENTATION, 1)

    @property
    def upright_size(self) -> tuple[int, int]:
        """(height, width) of the upright picture."""
        return (self.width, self.height) if self.orientation in {5, 6, 7, 8} else (self.height, self.width)

    @property
    def is_copy(self) -> bool:
        """Whether it is a smaller copy or a transparency mask of another page."""
        return bool(self.first(_SUBFILE, 0) & (_REDUCED | _MASK) or self.first(_OLD_SUBFILE, 1) == _REDUCED_OLD)


def is_tiff(start: bytes) -> bool:
    """Return whether these are the first bytes of a TIFF or BigTIFF file."""
    return start[:4] in {b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"}


def read_pages(file: BinaryIO) -> list[TiffPage]:
    """Read the tags of all pages, except smaller copies and transparency masks of others.

    A file of many pages is read page by page; the tags of recent ones are kept, or each page would walk through all.

    Raises:
        ValueError: the header is damaged, or shows no page. OSError: of the file system.
    """
    identity = _identity(file)
    with _RECENT_LOCK:
        known = None if identity is None else _RECENT.get(identity)
    if known is not None:
        return known
    pages = _walk(file)
    if identity is not None and len(pages) > 1:
        with _RECENT_LOCK:
            while len(_RECENT) >= _MAX_RECENT:
                _RECENT.pop(next(iter(_RECENT)))
            _RECENT[identity] = pages
    return pages


def _identity(file: BinaryIO) -> tuple[int, ...] | None:
    """What tells a file's present content from others; None for data in memory."""
    try:
        status = os.fstat(file.fileno())
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size


def _walk(file: BinaryIO) -> list[TiffPage]:
    file.seek(0)
    start = file.read(16)
    if not is_tiff(start):
        raise ValueError("it does not start as a TIFF does")
    order = "<" if start[:2] == b"II" else ">"
    big = struct.unpack(order + "H", start[2:4])[0] == _BIG
    at = struct.unpack(order + ("Q" if big else "I"), start[8:16] if big else start[4:8])[0]
    pages: list[TiffPage] = []
    seen: set[int] = set()
    count = 0
    while at and at not in seen and len(pages) < _MAX_PAGES:
        seen.add(at)
        tags, at = _read_tags(file, at, order, big=big)
        letters = tags.pop(_DESCRIPTION, ())
        count += len(letters) + sum(len(numbers) for numbers in tags.values())
        if count > _MAX_NUMBERS_OF_FILE:
            raise ValueError("its header is larger than any picture needs")
        pages.append(TiffPage(order, tags, bytes(letters).split(b"\0")[0].decode("utf-8", "replace")))
    if not pages:
        raise ValueError("it has no page")
    return [page for page in pages if not page.is_copy] or pages


def read_stack_length(file: BinaryIO, pages: list[TiffPage]) -> int:
    """The number of planes of an ImageJ stack that has a header for the first one alone, as those over 4 GB have.

    Returns:
        1 for other files.
    """
    page = pages[0]
    found = re.match(r"ImageJ=.*?^images=(\d+)", page.description, re.DOTALL | re.MULTILINE)
    if len(pages) > 1 or found is None:
        return 1
    bits = sum(page.tags.get(BITS, (1,)) * (page.samples if len(page.tags.get(BITS, (1,))) == 1 else 1))
    plane = page.width * page.height * bits // 8
    start = page.first(STRIP_OFFSETS, 0)
    room = file.seek(0, os.SEEK_END) - start
    return max(1, min(int(found[1]), room // plane)) if plane else 1


def _read_tags(file: BinaryIO, at: int, order: str, *, big: bool) -> tuple[dict[int, Numbers], int]:
    """Return a page's tags, and the offset of the next page or 0."""
    count_format, entry, offset = ("Q", "HHQ8s", "Q") if big else ("H", "HHI4s", "I")
    count = _unpack(file, at, order + count_format)[0]
    if not 0 < count <= _MAX_TAGS:
        raise ValueError("its header is damaged")
    size = struct.calcsize(order + entry)
    data = _read(file, at + struct.calcsize(order + count_format), count * size)
    tags = {}
    for place in range(0, len(data), size):
        code, kind, length, value = struct.unpack_from(order + entry, data, place)
        if code == _DESCRIPTION:
            kind = 1  # letters, whatever type the tag claims to have
        if code in _USED and kind in _TYPES and 0 < length <= _MAX_NUMBERS:
            tags[code] = _numbers(file, order, f"{length}{_TYPES[kind]}", value, order + offset)
    try:
        following = _unpack(file, at + struct.calcsize(order + count_format) + len(data), order + offset)[0]
    except ValueError:  # some writers leave the end out
        following = 0
    return tags, following


def _numbers(file: BinaryIO, order: str, numbers: str, value: bytes, offset: str) -> Numbers:
    length = struct.calcsize(order + numbers)
    if length > len(value):
        place = struct.unpack(offset, value)[0]
        try:
            value = _read(file, place, length)
        except ValueError:  # a tag that may not be needed; if it is, it counts as missing
            return ()
    return struct.unpack_from(order + numbers, value)


def _unpack(file: BinaryIO, at: int, numbers: str) -> Numbers:
    return struct.unpack(numbers, _read(file, at, struct.calcsize(numbers)))


def _read(file: BinaryIO, at: int, length: int) -> bytes:
    try:
        file.seek(at)
        data = file.read(length)
    except OverflowError:
        data = b""
    if len(data) != length:
        raise ValueError("it ends too early")
    return data
