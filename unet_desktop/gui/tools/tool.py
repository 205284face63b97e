"""Tool: turns presses and drags on the canvas, in image coordinates, into gestures of the editor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    unless it is `unfinished`; what was cancelled or left unfinished is kept by the toolbox, and undo brings it back.

    Signals:
        sketch_changed: `sketch`, `pending` or `ring` is different now.
        refused(sentence): the tool could not do what was asked, and why.
    """

    what = "Shape"
    """Name of what it draws, for the names of steps and for messages."""
    edits_mask = True
    """Does it change the mask?"""
    changes_case = True
    """Does it change anything of the case? One that does not works in a project that is open for reading, too."""

    sketch_changed = Signal()
    refused = Signal(str)

    def __init__(self, editor: Editor, options: ToolOptions, parent: QObject | None = None) -> None:
        """Edit the editor's mask as the options say."""
        super().__init__(parent)
        self._editor, self._options = editor, options
        editor.mask_replaced.connect(self.reset)

    @property
    def _target(self) -> Target | None:
        """The open mask and the label in use, or None without them."""
        mask, labels, label = self._editor.mask, self._options.labels, self._options.label
        return None if mask is None or labels is None or label is None else Target(mask, labels, label)

    @property
    def _limit(self) -> Label | None:
        """The label whose region must not grow when the one in use is painted; None if nothing limits it."""
        label = self._options.label
        return None if label is None or self._options.grow_parent else self._editor.limit(label)

    @property
    def sketch(self) -> Sketch:
        """What is drawn over the picture: outlines and handles of what is being edited."""
        return EMPTY

    @property
    def pending(self) -> bool:
        """Is there a shape that waits to be committed or cancelled?"""
        return False

    @property
    def measuring(self) -> bool:
        """Does it show a measurement that Escape removes?"""
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

    @property
    def clicked(self) -> tuple[tuple[float, float], ...]:
        """The image points of a shape that is unfinished."""
        return ()

    @property
    def erases(self) -> bool:
        """Is the pending shape to be subtracted, because it was begun with the right button or Ctrl?"""
        return False

    def keep(self) -> Callable[[], None] | None:
        """What gives the tool its pending shape back, once that was dropped; None without one."""
        return None

    def place(self, points: Sequence[tuple[float, float]], *, erases: bool) -> None:
        """Begin a shape with these points, as if they had been clicked."""
        for x, y in points:
            touch = Touch(x, y, erase=erases, reach=0.0)
            self.press(touch)
            self.release(touch)

    def choose(self) -> None:
        """Get ready: the tool, or the label it works on, was just chosen."""

    def leave(self) -> None:
        """Commit the shape before another tool, label or case; drop one that is unfinished."""
        if self.unfinished:
            self.abandon()
        else:
            self.commit()
        self._editor.finish()

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
        """A second press followed at once at the same place; True if that ends a shape, or means nothing.

        Otherwise `press` follows: two quick dabs are two dabs.
        """
        return False

    @property
    def holds_point(self) -> bool:
        """Is a point of a shape under the pointer, that keys move or take away?"""
        return False

    def set_starting_mask(self, mask: Mask | None) -> None:
        """What the next edit would start from if it is not the mask: a proposal, (H, W) uint8; None for the mask."""

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
