"""A number that the device computes: asked for at once, read when it has arrived."""

from __future__ import annotations

import torch
from torch import Tensor


class AsyncScalar:
    """A copy of a number on its way from the device, so that nobody waits for what the device was given after it.

    `float(tensor)` waits on CUDA for all that was queued: a step later, for that step too.

    Args:
        value: of one number, on any device.
    """

    def __init__(self, value: Tensor) -> None:
        self._value = value.detach()
        self._arrived: torch.cuda.Event | None = None
        if value.device.type == "cuda":
            self._value = self._value.to("cpu", non_blocking=True)  # into pinned memory
            self._arrived = torch.cuda.Event()  # type: ignore[no-untyped-call]
            self._arrived.record()

    def read(self) -> float:
        """The number; waits for its computation and its copy alone."""
        if self._arrived is not None:
            self._arrived.synchronize()
        return float(self._value)
