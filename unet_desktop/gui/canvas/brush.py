"""Brush and eraser: a round tool that paints or erases the chosen label."""

from __future__ import annotations

from unet_desktop.gui.canvas.tool import Press
from unet_desktop.gui.editor import Editor
from unet_desktop.gui.tool_options import ToolKind, ToolOptions
from unet_desktop.masks.stroke import Stroke, erasing_table, painting_table


class Brush:
    """Paints with the brush, erases with the eraser or the right button; Shift draws straight from the last end."""

    def __init__(self, editor: Editor, options: ToolOptions) -> None:
        """Paint into the editor's mask as the options say."""
        self._editor, self._options = editor, options
        self._last_end: tuple[float, float] | None = None
        self._left_a_step = False
        editor.mask_replaced.connect(self._on_editor_mask_replaced)

    def press(self, press: Press) -> None:
        """See `Tool.press`."""
        mask, label, labels = self._editor.mask, self._options.label, self._options.labels
        if mask is None or label is None or labels is None:
            return
        erases = press.erase or self._options.tool is ToolKind.ERASER
        table = erasing_table(labels, label) if erases else painting_table(labels, label)
        name = f"{'Erase' if erases else 'Brush'} {label.name}"
        self._editor.begin(Stroke(mask, table, self._options.diameter / 2, name))
        if press.straight and self._last_end is not None:
            self._editor.extend(*self._last_end)
        self.move(press.x, press.y)

    def move(self, x: float, y: float) -> None:
        """See `Tool.move`."""
        if self._editor.drawing:
            self._editor.extend(x, y)
            self._last_end = (x, y)

    def release(self, x: float, y: float) -> None:
        """See `Tool.release`."""
        self._left_a_step = self._editor.finish()

    def retract(self) -> None:
        """See `Tool.retract`."""
        self._editor.cancel()
        if self._left_a_step:
            self._editor.undo()
        self._left_a_step = False

    def _on_editor_mask_replaced(self) -> None:
        self._last_end = None
        self._left_a_step = False
