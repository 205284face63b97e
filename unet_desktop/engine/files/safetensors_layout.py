"""Laying tensors out as a safetensors file without holding Python's lock: the window goes on meanwhile.

`safetensors.torch.save` keeps the lock for all of it: 0.7 s for the article's network, in which no window can paint.
The format: https://huggingface.co/docs/safetensors, "Format".
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping

import torch
from torch import Tensor

_ALIGNED = 8
"""The description is filled up with spaces to a multiple of so many bytes, so that all tensors lie aligned."""

_NAMES = {
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


def serialise(tensors: Mapping[str, Tensor], metadata: Mapping[str, str] | None = None) -> memoryview:
    """A file's content: what `safetensors.torch.load` reads, and, but for the order of the tensors, what `save` gives.

    Args:
        tensors: on any device, in any memory format; they are copied.
        metadata: the description.
    """
    table: dict[str, object] = {} if metadata is None else {"__metadata__": dict(metadata)}
    ordered = sorted(tensors.items(), key=lambda item: (-item[1].element_size(), item[0]))
    end = 0
    for name, tensor in ordered:
        begin, end = end, end + tensor.numel() * tensor.element_size()
        table[name] = {"dtype": _NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [begin, end]}
    text = json.dumps(table, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % _ALIGNED)
    head = struct.pack("<Q", len(text)) + text
    content = torch.empty(len(head) + end, dtype=torch.uint8)
    content[: len(head)] = torch.frombuffer(bytearray(head), dtype=torch.uint8)
    at = len(head)
    for _, tensor in ordered:
        size = tensor.numel() * tensor.element_size()
        if size:
            content[at : at + size].view(tensor.dtype).view(tensor.shape).copy_(tensor.detach())
        at += size
    return content.numpy().data
