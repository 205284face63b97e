"""Push edge: a round finger that bends the border of the label's region."""

from __future__ import annotations

from PySide6.QtCore import QObject

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.tools.tool import Tool, Touch
from unet_desktop.gui.tools.tool_options import ToolOptions
from unet_desktop.masks.push import Push


class PushEdge(Tool):
    """Pressed inside the region it pushes its border outwards, pressed outside, or erasing, inwards."""

    def __init__(self, editor: Editor, options: ToolOptions, parent: QObject | None = None) -> None:
        super().__init__(editor, options, parent)
        self._push: Push | None = None
        editor.gesture_ended.connect(self._on_editor_gesture_ended)

    @property
    def ring(self) -> float | None:
        return float(self._options.diameter)

    def press(self, touch: Touch) -> None:
        if self._target is None:
            return
        radius, inwards = self._options.diameter / 2, touch.erase
        at, locks = (touch.x, touch.y), self._editor.locks
        push = Push(*self._target, at, radius, inwards=inwards, within=self._limit, locks=locks)
        self._editor.begin(push)
        self._push = push

    def move(self, touch: Touch) -> None:
        if self._push is not None:
            self._editor.show(self._push.extend(touch.x, touch.y))

    def release(self, touch: Touch) -> None:
        self._editor.finish()

    def _on_editor_gesture_ended(self) -> None:
        self._push = None
