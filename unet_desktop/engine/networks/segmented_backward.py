"""A backward pass in segments, so that training can be stopped in between.

The article's network takes longer for a whole backward pass than a user should have to wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

Cut = Callable[[Tensor], Tensor]
"""What a network applies to the planes between two of its levels."""


def no_cut(planes: Tensor) -> Tensor:
    """Return the planes unchanged."""
    return planes


class SegmentedBackward:
    """A `Cut` that divides a network's graph into segments, and runs the backward pass one segment at a time.

    The gradients are those of an undivided pass. A segment's output may be used by any number of later segments, but
    every connection from a segment to later ones must be cut.
    """

    def __init__(self) -> None:
        self._cuts: list[tuple[Tensor, Tensor]] = []

    def __call__(self, planes: Tensor) -> Tensor:
        """Return the same planes, as the start of the next segment."""
        if not planes.requires_grad:
            return planes
        start = planes.detach().requires_grad_()
        self._cuts.append((planes, start))
        return start

    def backward(self, loss: Tensor) -> Iterator[None]:
        """Add the gradients to those of the parameters; yields after each segment."""
        torch.autograd.backward(loss)
        yield
        while self._cuts:  # from the last segment to the first, so that a segment comes after all that use it
            planes, start = self._cuts.pop()
            if start.grad is not None:
                torch.autograd.backward(planes, start.grad)
            yield
