"""Lasso: an outline drawn freehand in one drag."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QObject

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.tools.outline_tool import OutlineTool
from unet_desktop.gui.tools.sketch import EMPTY, Line, Sketch
from unet_desktop.gui.tools.tool import Touch
from unet_desktop.gui.tools.tool_options import ToolOptions
from unet_desktop.masks.shapes.freehand import FreehandLine
from unet_desktop.masks.shapes.polygon import Points

LIVE = 1_000_000
"""Pixels of the outline's box up to which the mask shows it while it is drawn; more would be felt."""


class Lasso(OutlineTool):
    """Drag round a region; letting go closes the outline and is one step. Shift draws straight stretches."""

    what = "Lasso"

    def __init__(self, editor: Editor, options: ToolOptions, parent: QObject | None = None) -> None:
        super().__init__(editor, options, parent)
        self._line: FreehandLine | None = None
        self._stretch: tuple[float, float] | None = None  # the end of the straight stretch that Shift draws

    @property
    def sketch(self) -> Sketch:
        points = self._points()
        if len(points) < 2:
            return EMPTY
        return Sketch((Line(points), Line(points[[-1, 0]], dashed=True)))

    def press(self, touch: Touch) -> None:
        self._begin(erases=touch.erase)
        self._line = None if self._gesture is None else FreehandLine(touch.x, touch.y)

    def move(self, touch: Touch) -> None:
        if self._line is not None:
            self._draw(self._line, touch)
            self._show()

    def release(self, touch: Touch) -> None:
        if self._line is None or self._gesture is None:
            return
        self._draw(self._line, touch)
        self._editor.show(self._gesture.show_outline(self._points()))
        self._editor.finish()

    def _draw(self, line: FreehandLine, touch: Touch) -> None:
        if not (math.isfinite(touch.x) and math.isfinite(touch.y)):
            return
        if touch.straight:
            self._stretch = (touch.x, touch.y)
            return
        if self._stretch is not None:
            line.corner(*self._stretch)
            self._stretch = None
        line.extend(touch.x, touch.y)

    def _points(self) -> Points:
        if self._line is None:
            return np.zeros((0, 2))
        points = self._line.points
        return points if self._stretch is None else np.concatenate([points, [self._stretch]])

    def _show(self) -> None:
        gesture, points = self._gesture, self._points()
        if gesture is None or not len(points):
            return
        across, down = points.max(axis=0) - points.min(axis=0)
        live = across * down <= LIVE
        self._editor.show(gesture.show_outline(points) if live else gesture.show_nothing())
        self.sketch_changed.emit()

    def _forget(self) -> None:
        self._line = self._stretch = None
        super()._forget()
