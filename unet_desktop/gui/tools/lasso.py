"""Lasso: an outline drawn freehand in one drag."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QObject

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.tools.draft import Draft, begin_draft
from unet_desktop.gui.tools.sketch import EMPTY, Line, Sketch
from unet_desktop.gui.tools.tool import Tool, Touch
from unet_desktop.gui.tools.tool_options import ToolOptions
from unet_desktop.masks.shapes.freehand import FreehandLine
from unet_desktop.masks.shapes.polygon import Points

LIVE = 1_000_000
"""Pixels of the outline's box up to which the mask shows it while it is drawn; more would be felt."""


class Lasso(Tool):
    """Drag round what is meant; letting go closes the outline and is one step. Shift draws straight stretches."""

    def __init__(self, editor: Editor, options: ToolOptions, parent: QObject | None = None) -> None:
        """See `Tool`."""
        super().__init__(editor, options, parent)
        self._draft: Draft | None = None
        self._trail: FreehandLine | None = None
        self._stretch: tuple[float, float] | None = None  # the end of the straight stretch that Shift draws
        editor.gesture_ended.connect(self._on_editor_gesture_ended)

    @property
    def sketch(self) -> Sketch:
        """See `Tool.sketch`."""
        points = self._points()
        if len(points) < 2:
            return EMPTY
        return Sketch((Line(points), Line(points[[-1, 0]], dashed=True)))

    def press(self, touch: Touch) -> None:
        """See `Tool.press`."""
        self._draft = begin_draft(self._editor, self._options, "Lasso", erases=touch.erase)
        self._trail = None if self._draft is None else FreehandLine(touch.x, touch.y)

    def move(self, touch: Touch) -> None:
        """See `Tool.move`."""
        if self._trail is None or self._draft is None:
            return
        self._draw(self._trail, touch)
        points = self._points()
        across, down = points.max(axis=0) - points.min(axis=0)
        if across * down <= LIVE:
            self._draft.show_outline(points)
        else:
            self._draft.show_nothing()
        self.sketch_changed.emit()

    def release(self, touch: Touch) -> None:
        """See `Tool.release`."""
        if self._trail is None or self._draft is None:
            return
        self._draw(self._trail, touch)
        self._draft.show_outline(self._points())
        self.finish_drag()

    def reset(self) -> None:
        """See `Tool.reset`."""
        self._forget()

    def _draw(self, trail: FreehandLine, touch: Touch) -> None:
        if not (math.isfinite(touch.x) and math.isfinite(touch.y)):
            return
        if touch.straight:
            self._stretch = (touch.x, touch.y)
            return
        if self._stretch is not None:
            trail.corner(*self._stretch)
            self._stretch = None
        trail.extend(touch.x, touch.y)

    def _points(self) -> Points:
        if self._trail is None:
            return np.zeros((0, 2))
        points = self._trail.points
        return points if self._stretch is None else np.concatenate([points, [self._stretch]])

    def _forget(self) -> None:
        self._draft = self._trail = self._stretch = None
        self.sketch_changed.emit()

    def _on_editor_gesture_ended(self) -> None:
        if self._draft is not None:
            self._forget()
