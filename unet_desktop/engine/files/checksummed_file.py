"""A safetensors file whose description holds a SHA-256 over the whole of it, checked before a tensor is read."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from unet_desktop import files
from unet_desktop.engine.files.safetensors_layout import serialise

_KEY = "sha256"
_PLACEHOLDER = "0" * 64
"""What stands in the digest's place while it is computed, so that it can cover the description too."""


class ChecksumError(Exception):
    """The file is cut short, changed, or none of these files."""


def write(path: Path, tensors: Mapping[str, Tensor], description: Mapping[str, str]) -> Iterator[None]:
    """Replace the file at once at the end, or leave it as it was; yields where it can be given up.

    Raises:
        WriteError: no room or no right.
    """
    data = serialise(tensors, dict(description) | {_KEY: _PLACEHOLDER})
    yield
    length = _head_length(data)
    head, body = bytes(data[:length]), data[length:]
    head = head.replace(_entry(_PLACEHOLDER), _entry(_digest(head, body)), 1)
    yield
    yield from files.write_in_steps(path, [head, body])


def read(path: Path) -> dict[str, Tensor]:
    """The tensors, checked to the last bit before they are taken apart.

    Raises:
        SealError: it is not what was written. OSError: it cannot be read.
    """
    data = path.read_bytes()
    try:
        length = _head_length(data)
        head, body = data[:length], memoryview(data)[length:]
        claimed = json.loads(head[8:])["__metadata__"][_KEY]
        if _digest(head.replace(_entry(claimed), _entry(_PLACEHOLDER), 1), body) != claimed:
            raise ChecksumError("its content is not what was saved")
        return safetensors.torch.load(data)
    except (SafetensorError, struct.error, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ChecksumError(str(error)) from error


def _head_length(data: bytes | memoryview) -> int:
    """Bytes before the tensors: a number of 8 bytes, and so many of JSON."""
    length: int = struct.unpack_from("<Q", data)[0] + 8
    if length > len(data):
        raise ValueError("it is cut short")
    return length


def _entry(digest: str) -> bytes:
    """The digest as it stands in the description; within its other texts quotes are escaped, so it stands once."""
    return f'"{_KEY}":"{digest}"'.encode()


def _digest(head: bytes, body: memoryview) -> str:
    digest = hashlib.sha256(head)
    digest.update(body)
    return digest.hexdigest()
