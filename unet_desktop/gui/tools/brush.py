"""Brush, eraser and "not annotated": round tools that give the pixels under them another value."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.tools.sketch import EMPTY, Line, Sketch
from unet_desktop.gui.tools.tool import Tool, Touch
from unet_desktop.gui.tools.tool_options import ToolKind, ToolOptions
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.regions import Mask
from unet_desktop.masks.stroke import (
    Stroke,
    annotate_as_background_table,
    erase_and_annotate_table,
    paint_table,
    unannotate_table,
)

LIGHTEST = 0.1
"""Share of the brush's size that a pen paints with which hardly touches."""


class Brush(Tool):
    """Paints, or erases with the eraser or the right button; Shift draws straight from the last end."""

    def __init__(self, editor: Editor, options: ToolOptions, parent: QObject | None = None) -> None:
        """See `Tool`."""
        super().__init__(editor, options, parent)
        self._stroke: Stroke | None = None
        self._last_end: tuple[float, float] | None = None
        self._ruled: Sketch = EMPTY
        editor.gesture_ended.connect(self._on_editor_gesture_ended)

    @property
    def ring(self) -> float | None:
        """See `Tool.ring`."""
        return float(self._options.diameter)

    @property
    def sketch(self) -> Sketch:
        """See `Tool.sketch`: the straight line that a press would draw."""
        return self._ruled

    def press(self, touch: Touch) -> None:
        """See `Tool.press`."""
        mask, label, labels = self._editor.mask, self._options.label, self._options.labels
        if mask is None or label is None or labels is None:
            return
        self._rule(None)
        table, name = _meaning(self._options.tool, labels, label, erases=touch.erase)
        stroke = Stroke(mask, table, self._radius(touch), name)
        self._editor.begin(stroke)
        self._stroke = stroke
        if touch.straight and self._last_end is not None:
            self._editor.show(stroke.extend(*self._last_end))
        self.move(touch)

    def move(self, touch: Touch) -> None:
        """See `Tool.move`."""
        if self._stroke is not None:
            self._editor.show(self._stroke.extend(touch.x, touch.y, self._radius(touch)))
            self._last_end = (touch.x, touch.y)

    def release(self, touch: Touch) -> None:
        """See `Tool.release`."""
        self.finish_drag()

    def hover(self, touch: Touch) -> None:
        """See `Tool.hover`."""
        self._rule(touch if touch.straight else None)

    def leave(self) -> None:
        """See `Tool.leave`."""
        super().leave()
        self._rule(None)

    def reset(self) -> None:
        """See `Tool.reset`."""
        self._last_end = None
        self._rule(None)

    def _radius(self, touch: Touch) -> float:
        share = max(touch.pressure, LIGHTEST) if self._options.pressure else 1.0
        return self._options.diameter / 2 * share

    def _rule(self, touch: Touch | None) -> None:
        """Show the straight line to there, or none."""
        before = self._ruled
        if touch is None or self._last_end is None:
            self._ruled = EMPTY
        else:
            points = np.array([self._last_end, (touch.x, touch.y)], np.float64)
            self._ruled = Sketch((Line(points, dashed=True),))
        if self._ruled is not before:
            self.sketch_changed.emit()

    def _on_editor_gesture_ended(self) -> None:
        self._stroke = None


def _meaning(tool: ToolKind, labels: LabelSet, label: Label, *, erases: bool) -> tuple[Mask, str]:
    """What the tool makes of each pixel value, and what its stroke is called."""
    if tool is ToolKind.NOT_ANNOTATED:
        return (
            (annotate_as_background_table(), "Erase not annotated")
            if erases
            else (unannotate_table(), "Brush not annotated")
        )
    if erases or tool is ToolKind.ERASER:
        return erase_and_annotate_table(labels, label), f"Erase {label.name}"
    return paint_table(labels, label), f"Brush {label.name}"
