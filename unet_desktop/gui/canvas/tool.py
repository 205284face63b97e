"""What a tool of the canvas is: it turns presses and drags, in image coordinates, into gestures of the editor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Press:
    """A button or pen went down.

    Attributes:
        x, y: image pixels.
        erase: with the right button or the other end of the pen.
        straight: with Shift: a straight line from where the last gesture ended.
    """

    x: float
    y: float
    erase: bool = False
    straight: bool = False


class Tool(Protocol):
    """One way of editing; a tool keeps no mask and no history, those are the editor's."""

    def press(self, press: Press) -> None:
        """A button went down on the picture."""

    def move(self, x: float, y: float) -> None:
        """The pointer moved to this image point, button down or not."""

    def release(self, x: float, y: float) -> None:
        """The button went up at this image point."""

    def retract(self) -> None:
        """The press in progress turned out to be a double click: take it back, with the click before it."""
