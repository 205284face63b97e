"""What a tool of the canvas is: it turns presses and drags, in image coordinates, into gestures of the editor."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.session.session import Session
from unet_desktop.gui.tools.sketch import EMPTY, Sketch
from unet_desktop.gui.tools.tool_options import ToolOptions
from unet_desktop.images.read import Pixels


@dataclass(frozen=True, slots=True)
class Touch:
    """Where mouse or pen is.

    Attributes:
        x, y: image pixels.
        erase: with the right button, the erasing key or the other end of the pen.
        straight: with Shift.
        centred: with Alt.
        pressure: of the pen, 0..1; a mouse always presses fully.
        reach: image pixels within which a handle counts as meant, at the present zoom.
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
        """Is that image point meant?"""
        return (self.x - x) ** 2 + (self.y - y) ** 2 <= self.reach**2


class Tool(QObject):
    """One way of editing; a tool keeps no mask and no history, those are the editor's.

    A tool overrides what it needs. It may keep a shape that is still being edited (`pending`): Return commits it,
    Escape abandons it, Backspace takes its last point back. Leaving it for another tool, label or case
    commits it too, unless it is `unfinished`.

    Signals:
        sketch_changed: `sketch`, `pending` or `ring` is another now.
        refused(sentence): what was asked for could not be done, and why.
    """

    sketch_changed = Signal()
    refused = Signal(str)

    def __init__(self, editor: Editor, options: ToolOptions, parent: QObject | None = None) -> None:
        """Edit the editor's mask as the options say."""
        super().__init__(parent)
        self._editor, self._options = editor, options
        self._left_a_step = False
        editor.mask_replaced.connect(self.reset)

    @property
    def sketch(self) -> Sketch:
        """What is drawn over the picture: outlines and handles of what is being edited."""
        return EMPTY

    @property
    def pending(self) -> bool:
        """Is there a shape that waits to be committed or abandoned?"""
        return False

    @property
    def unfinished(self) -> str:
        """What of the pending shape is still being placed, such as "polygon"; empty when it is a shape already."""
        return ""

    @property
    def ring(self) -> float | None:
        """Diameter of the ring at the pointer, in image pixels; None for tools that work at a point."""
        return None

    @property
    def cursor(self) -> Qt.CursorShape | None:
        """The pointer's shape at the place that was hovered last, where it is on a handle; None for the tool's own."""
        return None

    def choose(self) -> None:
        """The tool came into use, or the label it works on is another now."""

    def leave(self) -> None:
        """Another tool, label or case is chosen: a shape is committed, what is none yet is dropped."""
        what = self.unfinished
        if what:
            self.abandon()
            self.refused.emit(f"The unfinished {what} was dropped.")
        else:
            self.commit()
        self._editor.finish()
        self._left_a_step = False

    def reset(self) -> None:
        """Another mask is open, or none: forget everything that belonged to the one before."""

    def press(self, touch: Touch) -> None:
        """A button or the pen went down on the picture."""

    def move(self, touch: Touch) -> None:
        """It moved while it was down."""

    def release(self, touch: Touch) -> None:
        """It went up."""

    def hover(self, touch: Touch) -> None:
        """The pointer moved with no button down."""

    def double_click(self, touch: Touch) -> bool:
        """A second press followed at once at the same place; True when that means something to the tool.

        Otherwise `press` follows, and `retract` when the button goes up where it went down.
        """
        return False

    def retract(self) -> None:
        """The press in progress turned out to be a double click: take it back, with the step of the click before."""
        self._editor.cancel()
        if self._left_a_step:
            self._editor.undo()
        self._left_a_step = False

    def commit(self) -> None:
        """Make what is pending one step of the history."""

    def abandon(self) -> None:
        """Put back what is pending or in progress."""
        self._editor.cancel()

    def step_back(self) -> bool:
        """Take back the last point of what is pending; False when there is none."""
        return False

    def take_away(self) -> bool:
        """Take away the point that is meant: the last one, unless the tool knows better; False when there is none."""
        return self.step_back()

    def nudge(self, right: int, down: int) -> bool:
        """Move what is pending by so many pixels, for the arrow keys; False when nothing is."""
        return False

    def finish_drag(self) -> None:
        """For tools whose press and release are one step: end it, and note for `retract` whether there was any."""
        self._left_a_step = self._editor.finish()


class Subject:
    """What the session has open, as stored: how the canvas shows it (red-free, brighter) changes nothing here."""

    def __init__(self, session: Session) -> None:
        """Follow this session."""
        self._session = session

    @property
    def pixels(self) -> Pixels | None:
        """(H, W, 3) uint8 RGB, of the size of the open mask; None when nothing is open."""
        opened = self._session.open
        return None if opened is None else opened.image.pixels
