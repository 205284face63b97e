"""Safetensors files: serialised without holding Python's lock, and with a checksum over the whole file.

The format: https://huggingface.co/docs/safetensors, "Format".
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

import safetensors.torch
import torch
from msgspec import Struct, field
from safetensors import SafetensorError
from torch import Tensor

from unet_desktop import files
from unet_desktop.json_data import parse, read_bytes

_KEY = "sha256"
_PLACEHOLDER = "0" * 64
"""Stands in the digest's place while it is computed, so that it covers the description too."""
_LARGEST = 8 << 30
"""Bytes of a file."""
_ALIGNMENT = 8
"""The description is padded with spaces to a multiple of this many bytes, so that all tensors are aligned."""
_DTYPE_NAMES = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}


class ChecksumError(Exception):
    """The file is truncated, changed, or not a file that `write` wrote."""


def write(path: Path, tensors: Mapping[str, Tensor], description: Mapping[str, str]) -> Iterator[None]:
    """Replace the file atomically at the end; yields where writing can be cancelled.

    Raises:
        WriteError: disk full or no permission; the previous file is intact.
    """
    data = serialise(tensors, dict(description) | {_KEY: _PLACEHOLDER})
    yield
    length = _head_length(data)
    head, body = bytes(data[:length]), data[length:]
    head = head.replace(_entry(_PLACEHOLDER), _entry(_digest(head, body)), 1)
    yield
    yield from files.write_in_steps(path, [head, body])


class _Head(Struct, frozen=True):
    metadata: dict[str, str] = field(name="__metadata__")


def read(path: Path) -> dict[str, Tensor]:
    """Read the tensors; the checksum is verified before they are parsed.

    Raises:
        ChecksumError: the file is not what was written. OSError: it cannot be read.
    """
    try:
        data = read_bytes(path, _LARGEST)
        length = _head_length(data)
        head, body = data[:length], memoryview(data)[length:]
        claimed = parse(head[8:], _Head).metadata[_KEY]
        if _digest(head.replace(_entry(claimed), _entry(_PLACEHOLDER), 1), body) != claimed:
            raise ChecksumError("its content is not what was saved")
        return safetensors.torch.load(data)
    except (SafetensorError, struct.error, KeyError, TypeError, ValueError) as error:
        raise ChecksumError(str(error)) from error


def serialise(tensors: Mapping[str, Tensor], metadata: Mapping[str, str] | None = None) -> memoryview:
    """The content of a safetensors file; except for the order of the tensors, what `safetensors.torch.save` gives.

    That function holds Python's lock throughout: 0.7 s for the article's network, in which no window can paint.

    Args:
        tensors: on any device, in any memory format; they are copied.
        metadata: the description.
    """
    table: dict[str, object] = {} if metadata is None else {"__metadata__": dict(metadata)}
    ordered = sorted(tensors.items(), key=lambda item: (-item[1].element_size(), item[0]))
    end = 0
    for name, tensor in ordered:
        start, end = end, end + tensor.numel() * tensor.element_size()
        table[name] = {"dtype": _DTYPE_NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [start, end]}
    text = json.dumps(table, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    head = struct.pack("<Q", len(text)) + text
    content = torch.empty(len(head) + end, dtype=torch.uint8)
    content[: len(head)] = torch.frombuffer(bytearray(head), dtype=torch.uint8)
    position = len(head)
    for _, tensor in ordered:
        size = tensor.numel() * tensor.element_size()
        if size:
            content[position : position + size].view(tensor.dtype).view(tensor.shape).copy_(tensor.detach())
        position += size
    return content.numpy().data


def _head_length(data: bytes | memoryview) -> int:
    """Bytes before the tensors: an 8-byte number, and that many bytes of JSON."""
    length: int = struct.unpack_from("<Q", data)[0] + 8
    if length > len(data):
        raise ValueError("it is truncated")
    return length


def _entry(digest: str) -> bytes:
    """The digest's entry in the description. It occurs once, since quotes inside other texts are escaped."""
    return f'"{_KEY}":"{digest}"'.encode()


def _digest(head: bytes, body: memoryview) -> str:
    digest = hashlib.sha256(head)
    digest.update(body)
    return digest.hexdigest()
