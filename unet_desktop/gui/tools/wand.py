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
    """A press selects; dragging to the right selects more, to the left less; letting go is one step.

    Until something else is done, another tolerance selects anew, in that step's place.
    """

    def __init__(self, editor: Editor, options: ToolOptions, session: Session, parent: QObject | None = None) -> None:
        """Compare pixels of the session's picture."""
        super().__init__(editor, options, parent)
        self._session = session
        self._gesture: ShapeGesture | None = None
        self._selection: ColourSelection | None = None  # of the last use, while that can be changed
        self._tolerance = 0  # that it was made with
        self._erases = self._made_a_step = self._working = False
        self._start_x = 0.0  # where the pointer went down, image pixels
        self._start_tolerance = 0
        editor.gesture_ended.connect(self._on_editor_gesture_ended)
        editor.edited.connect(self._on_editor_edited)
        options.changed.connect(self._on_options_changed)

    def press(self, touch: Touch) -> None:
        self._end_use()
        pixels = self._session.pixels
        if self._target is None or pixels is None:
            return
        if not (0 <= touch.x < pixels.shape[1] and 0 <= touch.y < pixels.shape[0]):
            return
        self._erases = touch.erase
        self._options.begin_use()
        self._selection = ColourSelection(pixels, touch.x, touch.y, touch.detail)
        self._start_x, self._start_tolerance = touch.x, self._options.tolerance
        self._begin()
        self._show()

    def move(self, touch: Touch) -> None:
        if self._gesture is not None:
            more = round((touch.x - self._start_x) / touch.reach * _PER_REACH)
            self._options.set_tolerance(self._start_tolerance + more)

    def release(self, touch: Touch) -> None:
        if self._gesture is not None:
            self._finish()
        else:
            self._editor.finish()

    def leave(self) -> None:
        super().leave()
        self._end_use()

    def abandon(self) -> None:
        super().abandon()
        self._end_use()

    def reset(self) -> None:
        self._gesture = None
        self._end_use()

    @property
    def _combine(self) -> Combine:
        return Combine.SUBTRACT if self._erases else self._options.combine

    def _begin(self) -> None:
        if self._target is not None:
            gesture = ShapeGesture(self._target, "Wand", self._combine, self._limit, self._editor.locks)
            self._editor.begin(gesture)
            self._gesture = gesture

    def _finish(self) -> None:
        self._working = True
        self._made_a_step = self._editor.finish()
        self._working = False

    def _end_use(self) -> None:
        """The last use can be changed no more."""
        if self._selection is not None:
            self._selection = None
            self._options.end_use()

    def _on_editor_gesture_ended(self) -> None:
        self._gesture = None

    def _on_editor_edited(self) -> None:
        if not self._working:
            self._end_use()

    def _on_options_changed(self) -> None:
        """Another tolerance: select anew, in place of the step that the last use made."""
        if self._selection is None or self._options.tolerance == self._tolerance:
            return
        if self._gesture is not None:
            self._show()
            return
        self._working = True
        if self._made_a_step:
            self._editor.undo()
        self._working = False
        self._begin()
        self._show()
        self._finish()

    def _show(self) -> None:
        gesture, selection = self._gesture, self._selection
        self._tolerance = self._options.tolerance
        if gesture is None or selection is None:
            return
        gesture.combine = self._combine
        box, plane = selection.select(self._options.tolerance)
        self._editor.show(gesture.show(box, plane) if plane.any() else gesture.show_nothing())
        if selection.cut_off:
            self.refused.emit("The selection reaches the wand's limit; zoom out or lower the tolerance.")
