"""Ruler: the distance between two points of the picture, in pixels, millimetres and disc diameters."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Qt

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.tools.sketch import EMPTY, Handle, Line, Note, Sketch
from unet_desktop.gui.tools.tool import Tool, Touch
from unet_desktop.gui.tools.tool_options import ToolOptions

_STEP = math.pi / 4


@dataclass(frozen=True, slots=True)
class RulerUnits:
    """What a length in pixels can be given in, too.

    Attributes:
        disc_height: the vertical diameter of the disc, pixels; None without one.
        mm_per_pixel: None if unknown.
        guessed: `mm_per_pixel` is a guess.
    """

    disc_height: float | None = None
    mm_per_pixel: float | None = None
    guessed: bool = False

    def describe(self, length: float) -> str:
        """Return a length in all units, such as "212 px · 1.53 mm · 0.82 DD"."""
        parts = [f"{length:.0f} px" if length >= 10 else f"{length:.1f} px"]
        if self.mm_per_pixel is not None:
            millimetres = f"{length * self.mm_per_pixel:.2f} mm"
            parts.append(f"about {millimetres} (guess)" if self.guessed else millimetres)
        if self.disc_height:
            parts.append(f"{length / self.disc_height:.2f} DD")
        return " · ".join(parts)


class Ruler(Tool):
    """A line that a drag draws; it stays until Escape, a click, another tool, label or case. The mask is left alone."""

    what = "Ruler"
    edits_mask = changes_case = False

    def __init__(self, editor: Editor, options: ToolOptions, parent: QObject | None = None) -> None:
        super().__init__(editor, options, parent)
        self._ends: list[tuple[float, float]] = []
        self._held: int | None = None  # the end that is dragged
        self._hot: int | None = None  # the end under the pointer
        self._units = RulerUnits()

    def set_units(self, units: RulerUnits) -> None:
        """Give lengths in these units."""
        if units != self._units:
            self._units = units
            if self.measuring:
                self.sketch_changed.emit()

    @property
    def measuring(self) -> bool:
        return len(self._ends) == 2

    @property
    def length(self) -> float | None:
        """The distance between the ends, pixels; None without a line."""
        return math.dist(*self._ends) if self.measuring else None

    @property
    def text(self) -> str:
        """The length in all units; empty without a line."""
        return "" if self.length is None else self._units.describe(self.length)

    @property
    def sketch(self) -> Sketch:
        if not self.measuring:
            return EMPTY
        handles = tuple(Handle(*end, hot=number == self._hot) for number, end in enumerate(self._ends))
        lower = max(self._ends, key=lambda end: end[1])
        return Sketch((Line(np.array(self._ends, np.float64)),), handles, (Note(*lower, self.text),))

    @property
    def cursor(self) -> Qt.CursorShape | None:
        return None if self._hot is None else Qt.CursorShape.SizeAllCursor

    def reset(self) -> None:
        self._clear()

    def abandon(self) -> None:
        self._clear()

    def commit(self) -> None:
        self._clear()

    def press(self, touch: Touch) -> None:
        self._held = self._find(touch)
        if self._held is None:
            self._ends, self._held, self._hot = [(touch.x, touch.y)], 1, None
        self.sketch_changed.emit()

    def move(self, touch: Touch) -> None:
        if self._held is None:
            return
        other = self._ends[0 if len(self._ends) == 1 else 1 - self._held]
        end = _snap(other, touch) if touch.straight else (touch.x, touch.y)
        self._ends = [other, end] if self._held else [end, other]
        self._hot = self._held
        self.sketch_changed.emit()

    def release(self, touch: Touch) -> None:
        self._held = None
        length = self.length
        if length is None or length < touch.detail:  # a click
            self._clear()

    def hover(self, touch: Touch) -> None:
        hot = self._find(touch)
        if hot != self._hot:
            self._hot = hot
            self.sketch_changed.emit()

    def _find(self, touch: Touch) -> int | None:
        """Return the end within reach, or None."""
        if not self.measuring:
            return None
        near = [number for number, end in enumerate(self._ends) if touch.near(*end)]
        return min(near, key=lambda number: math.dist(self._ends[number], (touch.x, touch.y)), default=None)

    def _clear(self) -> None:
        if self._ends:
            self._ends, self._held, self._hot = [], None, None
            self.sketch_changed.emit()


def _snap(start: tuple[float, float], touch: Touch) -> tuple[float, float]:
    """Return the end of a line that runs at a multiple of 45 degrees, next to the touch."""
    across, down = touch.x - start[0], touch.y - start[1]
    angle = round(math.atan2(down, across) / _STEP) * _STEP
    length = across * math.cos(angle) + down * math.sin(angle)
    return start[0] + length * math.cos(angle), start[1] + length * math.sin(angle)
