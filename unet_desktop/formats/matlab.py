"""MATLAB files of level 5 (MATLAB 5 to 7.2): one matrix of numbers.

"MAT-File Format", MathWorks, chapter "Level 5 MAT-File Format".
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unet_desktop.errors import MaskError, reason_of
from unet_desktop.json_data import DataError, read_bytes

_LARGEST = 512 << 20
_HEADER = 128
_COMPRESSED, _MATRIX = 15, 14
_NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
_NUMERIC_CLASSES = range(6, 16)
_COMPLEX = 0x0800
_MOST_DIMENSIONS = 8


def read_matrix(path: Path, name: str) -> NDArray[Any]:
    """Read the matrix of this name, or else the only one of numbers; (H, W) of its type.

    Raises:
        MaskError: as a part of a sentence.
    """
    try:
        content = read_bytes(path, _LARGEST)
    except (DataError, OSError) as error:
        raise MaskError(f"it cannot be read ({reason_of(error)})") from error
    if content[:10] == b"MATLAB 7.3":
        raise MaskError("it is a MATLAB file of version 7.3; save it with -v7 in MATLAB")
    order = {b"IM": "<", b"MI": ">"}.get(content[126:128])
    if order is None:
        raise MaskError("it is not a MATLAB file of level 5")
    try:
        found = dict(_matrices(content[_HEADER:], order))
    except (struct.error, zlib.error, ValueError, KeyError) as error:
        raise MaskError("it is damaged, or cut short") from error
    planes = {key: matrix for key, matrix in found.items() if matrix.ndim == 2}
    if name in planes:
        return planes[name]
    if len(planes) != 1:
        raise MaskError(f'it holds no matrix "{name}" but {", ".join(sorted(found)[:5]) or "nothing"}')
    return next(iter(planes.values()))


def _matrices(content: bytes, order: str, *, is_packed: bool = False) -> Iterator[tuple[str, NDArray[Any]]]:
    for kind, data in _elements(content, order):
        if kind == _COMPRESSED:
            if is_packed:
                raise ValueError("compressed twice")
            unpacker = zlib.decompressobj()
            unpacked = unpacker.decompress(data, _LARGEST)
            if unpacker.unconsumed_tail:
                raise ValueError("too large")
            yield from _matrices(unpacked, order, is_packed=True)
        elif kind == _MATRIX:
            parts = list(islice(_elements(data, order), 4))
            if not parts:
                continue  # an empty cell
            flags = struct.unpack(f"{order}I", parts[0][1][:4])[0]
            if flags & 0xFF not in _NUMERIC_CLASSES or flags & _COMPLEX:
                continue
            if len(parts) < 4:
                raise ValueError("cut short")
            dimensions = np.frombuffer(parts[1][1], f"{order}i4")
            if not 2 <= len(dimensions) <= _MOST_DIMENSIONS or (dimensions < 0).any():
                raise ValueError("dimensions")
            number, values = parts[3]
            yield (
                parts[2][1].decode("ascii"),
                np.frombuffer(values, f"{order}{_NUMBERS[number]}").reshape(dimensions.tolist(), order="F"),
            )


def _elements(content: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    """Yield types and contents of the data elements."""
    at = 0
    while at + 8 <= len(content):
        kind, size = struct.unpack_from(f"{order}II", content, at)
        if kind >> 16:  # a small one: type and size share the first four bytes
            yield kind & 0xFFFF, content[at + 4 : at + 4 + min(kind >> 16, 4)]
            at += 8
            continue
        if at + 8 + size > len(content):
            raise ValueError("cut short")
        yield kind, content[at + 8 : at + 8 + size]
        at += 8 + (size if kind == _COMPRESSED else -(-size // 8) * 8)
