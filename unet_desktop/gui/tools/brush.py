"""Brush, eraser and "not annotated": round tools that give the pixels under them another value."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.tools.sketch import EMPTY, Line, Sketch
from unet_desktop.gui.tools.tool import Target, Tool, Touch
from unet_desktop.gui.tools.tool_options import ToolKind, ToolOptions
from unet_desktop.masks.paint_tables import (
    annotate_as_background_table,
    erase_and_annotate_table,
    outside_table,
    paint_table,
    unannotate_table,
)
from unet_desktop.masks.regions import Mask
from unet_desktop.masks.stroke import Stroke

LIGHTEST = 0.1
"""Share of the brush's size that a pen with hardly any pressure paints with."""


class Brush(Tool):
    """Paints, or erases with the eraser or the right button; Shift draws straight from the last end."""

    def __init__(self, editor: Editor, options: ToolOptions, parent: QObject | None = None) -> None:
        super().__init__(editor, options, parent)
        self._stroke: Stroke | None = None
        self._last_end: tuple[float, float] | None = None
        self._ruler: Sketch = EMPTY
        editor.gesture_ended.connect(self._on_editor_gesture_ended)

    @property
    def ring(self) -> float | None:
        return float(self._options.diameter)

    @property
    def sketch(self) -> Sketch:
        """The straight line that a press would draw."""
        return self._ruler

    def press(self, touch: Touch) -> None:
        target = self._target
        if target is None:
            return
        self._set_ruler(None)
        stroke = self._new_stroke(target, touch)
        self._editor.begin(stroke)
        self._stroke = stroke
        if touch.straight and self._last_end is not None:
            self._editor.show(stroke.extend(*self._last_end))
        self.move(touch)

    def move(self, touch: Touch) -> None:
        if self._stroke is not None:
            self._editor.show(self._stroke.extend(touch.x, touch.y, self._radius(touch)))
            self._last_end = (touch.x, touch.y)

    def release(self, touch: Touch) -> None:
        self._editor.finish()

    def hover(self, touch: Touch) -> None:
        self._set_ruler(touch if touch.straight else None)

    def leave(self) -> None:
        super().leave()
        self._set_ruler(None)

    def reset(self) -> None:
        self._last_end = None
        self._set_ruler(None)

    def _new_stroke(self, target: Target, touch: Touch) -> Stroke:
        mask, labels, label = target
        change = _erasing_table(self._options.tool, target, erases=touch.erase)
        if change is not None:
            table, name = change
            return Stroke(mask, table, self._radius(touch), name, locks=self._editor.locks)
        limit = self._limit
        table, outside = paint_table(labels, label, limit), outside_table(labels, limit)
        return Stroke(mask, table, self._radius(touch), f"Brush {label.name}", outside, self._editor.locks)

    def _radius(self, touch: Touch) -> float:
        share = max(touch.pressure, LIGHTEST) if self._options.pressure else 1.0
        return self._options.diameter / 2 * share

    def _set_ruler(self, touch: Touch | None) -> None:
        """Show the straight line from the last end to there, or none."""
        before = self._ruler
        if touch is None or self._last_end is None:
            self._ruler = EMPTY
        else:
            points = np.array([self._last_end, (touch.x, touch.y)], np.float64)
            self._ruler = Sketch((Line(points, dashed=True),))
        if self._ruler is not before:
            self.sketch_changed.emit()

    def _on_editor_gesture_ended(self) -> None:
        self._stroke = None


def _erasing_table(tool: ToolKind, target: Target, *, erases: bool) -> tuple[Mask, str] | None:
    """What each pixel value becomes, (256,) uint8, and the name of the step; None for a brush that paints the label."""
    labels, label = target.labels, target.label
    if tool is ToolKind.NOT_ANNOTATED and erases:
        return annotate_as_background_table(), "Erase not annotated"
    if tool is ToolKind.NOT_ANNOTATED:
        return unannotate_table(), "Brush not annotated"
    if erases or tool is ToolKind.ERASER:
        return erase_and_annotate_table(labels, label), f"Erase {label.name}"
    return None
