"""FoveaTool: the centre of the fovea, placed by a click."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.tools.sketch import EMPTY, Handle, HandleKind, Sketch
from unet_desktop.gui.tools.tool import Tool, Touch
from unet_desktop.gui.tools.tool_options import ToolOptions


class FoveaTool(Tool):
    """A press shows where the fovea will be, a drag moves it, the release places it; the mask is left alone.

    Signals:
        placed(point): the fovea is at this (x, y), image pixels; None to remove it.
    """

    what = "Fovea"
    edits_mask = False
    placed = Signal(object)

    def __init__(self, editor: Editor, options: ToolOptions, parent: QObject | None = None) -> None:
        super().__init__(editor, options, parent)
        self._at: tuple[float, float] | None = None  # while the button is down

    @property
    def sketch(self) -> Sketch:
        return EMPTY if self._at is None else Sketch(handles=(Handle(*self._at, HandleKind.CENTRE),))

    def reset(self) -> None:
        self._move(None)

    def abandon(self) -> None:
        self._move(None)

    def commit(self) -> None:
        self._move(None)

    def press(self, touch: Touch) -> None:
        if touch.erase:
            self.placed.emit(None)
        else:
            self._move(self._inside(touch))

    def move(self, touch: Touch) -> None:
        if self._at is not None:
            self._move(self._inside(touch))

    def release(self, touch: Touch) -> None:
        at, self._at = self._at, None
        if at is not None:
            self.placed.emit(at)
            self.sketch_changed.emit()

    def _inside(self, touch: Touch) -> tuple[float, float] | None:
        """The point in the picture that is nearest to the touch."""
        mask = self._editor.mask
        if mask is None:
            return None
        height, width = mask.shape
        return min(max(touch.x, 0.0), float(width)), min(max(touch.y, 0.0), float(height))

    def _move(self, point: tuple[float, float] | None) -> None:
        if point != self._at:
            self._at = point
            self.sketch_changed.emit()
