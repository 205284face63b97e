"""MagicWand: selects what looks like the pixel that is pressed on."""

from __future__ import annotations

from PySide6.QtCore import QObject

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.session.session import Session
from unet_desktop.gui.tools.shape_gesture import ShapeGesture
from unet_desktop.gui.tools.tool import Tool, Touch
from unet_desktop.gui.tools.tool_options import ToolOptions
from unet_desktop.masks.reshape import Combine
from unet_desktop.masks.shapes.colour_selection import ColourSelection

_PER_REACH = 1.8
"""By how much the tolerance grows while the pointer moves by the reach: 1 for five pixels of the screen."""


class MagicWand(Tool):
    """A press selects; dragging to the right selects more, to the left less; letting go is one step."""

    def __init__(self, editor: Editor, options: ToolOptions, session: Session, parent: QObject | None = None) -> None:
        """Compare pixels of the session's picture."""
        super().__init__(editor, options, parent)
        self._session = session
        self._gesture: ShapeGesture | None = None
        self._selection: ColourSelection | None = None
        self._erases = False
        self._start_x = 0.0  # where the pointer went down, image pixels
        self._start_tolerance = 0
        editor.gesture_ended.connect(self.reset)

    def press(self, touch: Touch) -> None:
        pixels, target = self._session.pixels, self._target
        if target is None or pixels is None:
            return
        if not (0 <= touch.x < pixels.shape[1] and 0 <= touch.y < pixels.shape[0]):
            return
        self._erases = touch.erase
        gesture = ShapeGesture(target, "Wand", self._combine)
        self._editor.begin(gesture)
        self._gesture = gesture
        self._selection = ColourSelection(pixels, touch.x, touch.y, touch.detail)
        self._start_x, self._start_tolerance = touch.x, self._options.tolerance
        self._show()

    def move(self, touch: Touch) -> None:
        if self._gesture is None:
            return
        before = self._options.tolerance
        more = round((touch.x - self._start_x) / touch.reach * _PER_REACH)
        self._options.set_tolerance(self._start_tolerance + more)
        if self._options.tolerance != before:
            self._show()

    def release(self, touch: Touch) -> None:
        self.finish_drag()

    def reset(self) -> None:
        self._gesture = self._selection = None

    @property
    def _combine(self) -> Combine:
        return Combine.SUBTRACT if self._erases else self._options.combine

    def _show(self) -> None:
        gesture, selection = self._gesture, self._selection
        if gesture is None or selection is None:
            return
        gesture.combine = self._combine
        box, plane = selection.select(self._options.tolerance)
        self._editor.show(gesture.show(box, plane) if plane.any() else gesture.show_nothing())
        if selection.cut_off:
            self.refused.emit("The selection reaches the wand's limit; zoom out or lower the tolerance.")
