"""Drag: a press on a shape that is being edited, and what it makes of the shape until it is let go."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from unet_desktop.gui.tools.tool import Touch

_STILL = 0.45
"""Share of a handle's reach within which a press counts as a click."""

Shape = TypeVar("Shape")


@dataclass(frozen=True, slots=True)
class Drag(Generic[Shape]):
    """A press in progress.

    Attributes:
        start: where it began.
        before: the shape then.
        follow: the shape when the pointer is there.
        click: the shape when it goes up without having moved; None for no change.
        moved: did it move?
    """

    start: Touch
    before: Shape
    follow: Callable[[Touch], Shape]
    click: Shape | None = None
    moved: bool = False

    def after_move(self, touch: Touch) -> Drag[Shape]:
        """The same with `moved` set once the pointer has gone further than a hand trembles."""
        far = math.hypot(touch.x - self.start.x, touch.y - self.start.y) > _STILL * touch.reach
        return replace(self, moved=True) if far and not self.moved else self
