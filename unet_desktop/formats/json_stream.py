"""The objects in the lists of a large JSON file, one at a time, so that memory does not grow with the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from unet_desktop.errors import MaskError
from unet_desktop.json_data import DEEPEST, DataError
from unet_desktop.links import open_to_read

_CHUNK = 1 << 20
_LARGEST_ITEM = 64 << 20
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?P<end>"|\\?\Z)|[\[\]{}]', re.DOTALL)
_OPENING = b"[{"
_CLOSING = {ord("["): ord("]"), ord("{"): ord("}")}
_LIST = 2
"""Depth inside a list that is a field of the outermost object."""


@dataclass(frozen=True, slots=True)
class Item:
    """One object of a list.

    Attributes:
        field: the list's name in the outermost object; empty if the outermost value is the list.
        offset: of its first byte in the file.
        data: its JSON.
    """

    field: str
    offset: int
    data: bytes


def stream_items(path: Path) -> Iterator[Item]:
    """Yield the objects and lists in the lists of the outermost object, or of an outermost list.

    Raises:
        MaskError: it is cut short, too deep, or one object is too large; as a part of a sentence.
    """
    try:
        with open_to_read(path) as file:
            yield from _find_items(file)
    except DataError as error:
        raise MaskError(str(error)) from error
    except OSError as error:
        raise MaskError(f"it cannot be read ({error.strerror})") from error


def read_part(path: Path, offset: int, length: int) -> bytes:
    """Return bytes of a file.

    Raises:
        MaskError: it cannot be read, or has become shorter.
    """
    try:
        with open_to_read(path) as file:
            file.seek(offset)
            data = file.read(length)
    except OSError as error:
        raise MaskError(f"it cannot be read ({error.strerror})") from error
    if len(data) < length:
        raise MaskError("it was changed while it was read")
    return data


def _find_items(file: BinaryIO) -> Iterator[Item]:
    buffer, base, at = b"", 0, 0  # base: offset of the buffer in the file; at: where scanning resumes in the buffer
    opened: list[int] = []
    shift, field, start = 0, b"", -1
    ended = False
    while not ended:
        more = file.read(_CHUNK)
        ended = not more
        keep = start if start >= 0 else at
        buffer, base, at = buffer[keep:] + more, base + keep, at - keep
        start = 0 if start >= 0 else -1
        if len(buffer) > _LARGEST_ITEM + _CHUNK:
            raise MaskError(f"one of its objects is larger than {_LARGEST_ITEM >> 20} MB")
        resume = len(buffer)
        for token in _TOKEN.finditer(buffer, at):
            first = buffer[token.start()]
            if first == 0x22:
                if token["end"] != b'"':  # the text goes on behind the buffer
                    resume = token.start()
                    break
                if len(opened) == 1 and not shift:
                    field = token[0]
            elif first in _OPENING:
                if not opened:
                    shift = 1 if first == 0x5B else 0
                if len(opened) + shift == _LIST and (shift or opened[1] == 0x5B):
                    start = token.start()
                opened.append(first)
                if len(opened) > DEEPEST:
                    raise DataError(f"its lists and objects are more than {DEEPEST} levels deep")
            else:
                if not opened or _CLOSING[opened.pop()] != first:
                    raise DataError("it is not valid JSON")
                if start >= 0 and len(opened) + shift == _LIST:
                    data = buffer[start : token.end()]
                    yield Item(field.strip(b'"').decode("utf-8", "replace"), base + start, data)
                    start = -1
        at = resume
    if opened or (at < len(buffer) and _TOKEN.match(buffer, at)):
        raise DataError("it is not complete")
