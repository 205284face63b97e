"""A backward pass in pieces: the article's network takes longer for a whole one than a user should wait for a stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

Cut = Callable[[Tensor], Tensor]
"""What a network does with the planes between two of its levels."""


def no_cut(planes: Tensor) -> Tensor:
    """Leave the planes as they are."""
    return planes


class SegmentedBackward:
    """Takes a network's graph apart where it is called, and goes back through it one piece after the other.

    The gradients are those of one pass. A piece may be used by any number of later ones, but all that leads from a
    piece to later ones has to be cut.
    """

    def __init__(self) -> None:
        self._cuts: list[tuple[Tensor, Tensor]] = []

    def __call__(self, planes: Tensor) -> Tensor:
        """The same planes, as the start of the next piece."""
        if not planes.requires_grad:
            return planes
        start = planes.detach().requires_grad_()
        self._cuts.append((planes, start))
        return start

    def backward(self, loss: Tensor) -> Iterator[None]:
        """Add the gradients to those of the parameters; yields after each piece."""
        torch.autograd.backward(loss)
        yield
        while self._cuts:  # the last piece first: then all that came of a piece has been gone through before it
            planes, start = self._cuts.pop()
            if start.grad is not None:
                torch.autograd.backward(planes, start.grad)
            yield
