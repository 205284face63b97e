"""Running out of memory: recognised whoever says it, and given back."""

from __future__ import annotations

import gc

import torch

from unet_desktop.engine.device.device import Device
from unet_desktop.errors import TrainingError

_OUT_OF_MEMORY_TEXTS = ("out of memory", "can't allocate memory", "not enough memory", "alloc_failed")
"""What torch's CPU and MPS allocators and CUDA's libraries write into a plain RuntimeError."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out, on the device or beside it."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(saying in str(error).lower() for saying in _OUT_OF_MEMORY_TEXTS)


def out_of_memory_error(size: int) -> TrainingError:
    """What to say when nothing smaller is left to try."""
    return TrainingError(
        f"The memory does not hold training on pictures of {size} pixels. Close other programs, or choose a smaller "
        "size or another preset; a model that was saved until now is kept."
    )


def free_memory(device: Device) -> None:
    """Give back what nothing needs any more."""
    gc.collect()
    if device.kind == "cuda":
        torch.cuda.empty_cache()
    elif device.kind == "mps":
        torch.mps.empty_cache()
