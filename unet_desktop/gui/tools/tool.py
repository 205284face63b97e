"""Tool: turns presses and drags on the canvas, in image coordinates, into gestures of the editor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QObject, Qt, Signal

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.tools.sketch import EMPTY, Sketch
from unet_desktop.gui.tools.tool_options import ToolOptions
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.regions import Mask


@dataclass(frozen=True, slots=True)
class Touch:
    """Where mouse or pen is.

    Attributes:
        x, y: image pixels.
        erase: with the right button, the erasing key or the other end of the pen.
        straight: with Shift.
        centred: with Alt.
        pressure: of the pen, 0..1; a mouse always presses fully.
        reach: image pixels within which a press is meant for a handle, at this zoom.
    """

    x: float
    y: float
    erase: bool = False
    straight: bool = False
    centred: bool = False
    pressure: float = 1.0
    reach: float = 6.0

    @property
    def detail(self) -> float:
        """Image pixels within which details do not matter: about one and a half pixels of the screen."""
        return self.reach / 6

    def near(self, x: float, y: float) -> bool:
        """Is the image point within reach?"""
        return (self.x - x) ** 2 + (self.y - y) ** 2 <= self.reach**2


class Target(NamedTuple):
    """What a gesture changes: the open mask, (H, W) uint8, and the region of the label in use."""

    mask: Mask
    labels: LabelSet
    label: Label


class Tool(QObject):
    """One way of editing; a tool keeps no mask and no history, those are the editor's.

    A tool overrides what it needs. It may keep a shape that is still being edited (`pending`): Return commits it,
    Escape cancels it, Backspace takes its last point back. Switching to another tool, label or case commits it too,
    unless it is `unfinished`.

    Signals:
        sketch_changed: `sketch`, `pending` or `ring` is different now.
        refused(sentence): the tool could not do what was asked, and why.
    """

    sketch_changed = Signal()
    refused = Signal(str)

    def __init__(self, editor: Editor, options: ToolOptions, parent: QObject | None = None) -> None:
        """Edit the editor's mask as the options say."""
        super().__init__(parent)
        self._editor, self._options = editor, options
        self._left_a_step = False  # did the last press and release make a step of the history?
        editor.mask_replaced.connect(self.reset)

    @property
    def _target(self) -> Target | None:
        """The open mask and the label in use, or None without them."""
        mask, labels, label = self._editor.mask, self._options.labels, self._options.label
        return None if mask is None or labels is None or label is None else Target(mask, labels, label)

    @property
    def sketch(self) -> Sketch:
        """What is drawn over the picture: outlines and handles of what is being edited."""
        return EMPTY

    @property
    def pending(self) -> bool:
        """Is there a shape that waits to be committed or cancelled?"""
        return False

    @property
    def unfinished(self) -> str:
        """The name of a pending shape that still lacks points, such as "polygon"; empty once it is a shape."""
        return ""

    @property
    def ring(self) -> float | None:
        """Diameter of the ring at the pointer, in image pixels; None for tools that work at a point."""
        return None

    @property
    def cursor(self) -> Qt.CursorShape | None:
        """The pointer's shape if it was last over a handle; None for the tool's own."""
        return None

    def choose(self) -> None:
        """Get ready: the tool, or the label it works on, was just chosen."""

    def leave(self) -> None:
        """Commit the shape before another tool, label or case; drop one that is unfinished."""
        what = self.unfinished
        if what:
            self.abandon()
            self.refused.emit(f"The unfinished {what} was dropped.")
        else:
            self.commit()
        self._editor.finish()
        self._left_a_step = False

    def reset(self) -> None:
        """Forget everything about the mask before: another one is open, or none."""

    def press(self, touch: Touch) -> None:
        """A button or the pen went down on the picture."""

    def move(self, touch: Touch) -> None:
        """It moved while it was down."""

    def release(self, touch: Touch) -> None:
        """It went up."""

    def hover(self, touch: Touch) -> None:
        """The pointer moved with no button down."""

    def double_click(self, touch: Touch) -> bool:
        """A second press followed at once at the same place; True if that means something to the tool.

        Otherwise `press` follows, and `retract` when the button goes up where it went down.
        """
        return False

    def retract(self) -> None:
        """Take back the press in progress, which is a double click, and the step that the first click made."""
        self._editor.cancel()
        if self._left_a_step:
            self._editor.undo()
        self._left_a_step = False

    def commit(self) -> None:
        """Make the pending shape one step of the history."""

    def abandon(self) -> None:
        """Drop the pending shape or the press in progress; the mask is as before it."""
        self._editor.cancel()

    def step_back(self) -> bool:
        """Take back the last point of the pending shape; False if there is none."""
        return False

    def take_away(self) -> bool:
        """Take away the point under the pointer, or else the last one; False if there is none."""
        return self.step_back()

    def nudge(self, right: int, down: int) -> bool:
        """Move the pending shape by that many pixels, for the arrow keys; False if there is none."""
        return False

    def finish_drag(self) -> None:
        """End a press that makes one step, and note for `retract` whether it did."""
        self._left_a_step = self._editor.finish()
