"""Brush and eraser: a round tool that paints or erases the chosen label."""

from __future__ import annotations

from PySide6.QtCore import QObject

from unet_desktop.gui.canvas.tool import Tool, Touch
from unet_desktop.gui.editor import Editor
from unet_desktop.gui.tool_options import ToolKind, ToolOptions
from unet_desktop.masks.stroke import Stroke, erasing_table, painting_table


class Brush(Tool):
    """Paints with the brush, erases with the eraser or the right button; Shift draws straight from the last end."""

    def __init__(self, editor: Editor, options: ToolOptions, parent: QObject | None = None) -> None:
        """See `Tool`."""
        super().__init__(editor, options, parent)
        self._stroke: Stroke | None = None
        self._last_end: tuple[float, float] | None = None
        self._left_a_step = False

    @property
    def ring(self) -> float | None:
        """See `Tool.ring`."""
        return float(self._options.diameter)

    def press(self, touch: Touch) -> None:
        """See `Tool.press`."""
        mask, label, labels = self._editor.mask, self._options.label, self._options.labels
        if mask is None or label is None or labels is None:
            return
        erases = touch.erase or self._options.tool is ToolKind.ERASER
        table = erasing_table(labels, label) if erases else painting_table(labels, label)
        name = f"{'Erase' if erases else 'Brush'} {label.name}"
        self._stroke = Stroke(mask, table, self._options.diameter / 2, name)
        self._editor.begin(self._stroke)
        if touch.straight and self._last_end is not None:
            self._editor.show(self._stroke.extend(*self._last_end))
        self.move(touch)

    def move(self, touch: Touch) -> None:
        """See `Tool.move`."""
        if self._stroke is not None and self._editor.drawing:
            self._editor.show(self._stroke.extend(touch.x, touch.y))
            self._last_end = (touch.x, touch.y)

    def release(self, touch: Touch) -> None:
        """See `Tool.release`."""
        self._left_a_step = self._editor.finish()

    def retract(self) -> None:
        """See `Tool.retract`."""
        self._editor.cancel()
        if self._left_a_step:
            self._editor.undo()
        self._left_a_step = False

    def reset(self) -> None:
        """See `Tool.reset`."""
        self._last_end = None
        self._left_a_step = False
