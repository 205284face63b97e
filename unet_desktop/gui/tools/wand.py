"""MagicWand: takes what looks like the pixel that is clicked."""

from __future__ import annotations

from PySide6.QtCore import QObject

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.tools.draft import Draft, begin_draft
from unet_desktop.gui.tools.tool import Subject, Tool, Touch
from unet_desktop.gui.tools.tool_options import ToolOptions
from unet_desktop.masks.shapes.colour_selection import ColourSelection

_A_REACH = 1.8
"""By how much the tolerance grows while the pointer moves by the reach: 1 for five pixels of the screen."""


class MagicWand(Tool):
    """Press on what is meant; dragging to the right takes more, to the left less; letting go is one step."""

    def __init__(self, editor: Editor, options: ToolOptions, subject: Subject, parent: QObject | None = None) -> None:
        """See `Tool`; pixels of the subject are compared."""
        super().__init__(editor, options, parent)
        self._subject = subject
        self._draft: Draft | None = None
        self._similar: ColourSelection | None = None
        self._from = (0.0, 0)  # where the pointer went down, x in image pixels, and the tolerance then
        editor.gesture_ended.connect(self._on_editor_gesture_ended)

    def press(self, touch: Touch) -> None:
        """See `Tool.press`."""
        pixels = self._subject.pixels
        if pixels is None or not (0 <= touch.x < pixels.shape[1] and 0 <= touch.y < pixels.shape[0]):
            return
        self._draft = begin_draft(self._editor, self._options, "Wand", erases=touch.erase)
        if self._draft is None:
            return
        self._similar = ColourSelection(pixels, touch.x, touch.y, touch.detail)
        self._from = (touch.x, self._options.tolerance)
        self._show()

    def move(self, touch: Touch) -> None:
        """See `Tool.move`."""
        if self._draft is None:
            return
        before = self._options.tolerance
        x, tolerance = self._from
        self._options.set_tolerance(tolerance + round((touch.x - x) / touch.reach * _A_REACH))
        if self._options.tolerance != before:
            self._show()

    def release(self, touch: Touch) -> None:
        """See `Tool.release`."""
        self.finish_drag()

    def reset(self) -> None:
        """See `Tool.reset`."""
        self._draft = self._similar = None

    def _show(self) -> None:
        if self._draft is not None and self._similar is not None:
            self._draft.show_plane(*self._similar.select(self._options.tolerance))
            if self._similar.cut_off:
                self.refused.emit("It goes on beyond the reach of the wand; zoom out or lower the tolerance.")

    def _on_editor_gesture_ended(self) -> None:
        self._draft = self._similar = None
