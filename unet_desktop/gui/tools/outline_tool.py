"""Tools that draw a closed outline: what they have in common, and those that place it corner by corner."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.session.session import Session
from unet_desktop.gui.tools.shape_gesture import ShapeGesture
from unet_desktop.gui.tools.sketch import EMPTY, Handle, Line, Sketch
from unet_desktop.gui.tools.tool import Tool, Touch
from unet_desktop.gui.tools.tool_options import ToolOptions
from unet_desktop.masks.reshape import Combine
from unet_desktop.masks.shapes.corners import Corner, Corners, Gap, straight_line
from unet_desktop.masks.shapes.edge import trace_edge
from unet_desktop.masks.shapes.polygon import Points, snap_to_45_degrees

_ON_A_CORNER = 0.6
"""Share of the reach within which a press takes hold of a corner while more are being placed."""


class OutlineTool(Tool):
    """Draws an outline whose inside is added to the label's region, subtracted from it, or replaces it.

    The editor's gesture begins with the first press; it always subtracts if that was with the erasing button or key.
    """

    what = "Outline"

    def __init__(self, editor: Editor, options: ToolOptions, parent: QObject | None = None) -> None:
        super().__init__(editor, options, parent)
        self._gesture: ShapeGesture | None = None
        self._erases = False
        editor.gesture_ended.connect(self._on_editor_gesture_ended)
        options.changed.connect(self._on_options_changed)

    def reset(self) -> None:
        self._forget()

    def _show(self) -> None:
        """Show the outline as it is now, in the mask and as a sketch."""
        raise NotImplementedError

    def _forget(self) -> None:
        """Forget the outline, which is in the mask now or was dropped."""
        self._gesture = None
        self.sketch_changed.emit()

    def _begin(self, *, erases: bool) -> None:
        """Begin the gesture, if there is a mask and a label."""
        if self._target is not None:
            self._erases = erases
            gesture = ShapeGesture(self._target, self.what, self._combine, self._limit, self._editor.locks)
            self._editor.begin(gesture)
            self._gesture = gesture

    @property
    def erases(self) -> bool:
        return self._gesture is not None and self._erases

    @property
    def _combine(self) -> Combine:
        return Combine.SUBTRACT if self._erases else self._options.combine

    def _on_editor_gesture_ended(self) -> None:
        if self._gesture is not None:
            self._forget()

    def _on_options_changed(self) -> None:
        if self._gesture is not None and self._gesture.combine is not self._combine:
            self._gesture.combine = self._combine
            self._show()


class CornerTool(OutlineTool):
    """Clicks place corners; the first corner or a double click closes; corners can be dragged until it is committed.

    While it is drawn the mask shows it closed by a straight line, from the third corner on. Within an outline that
    adds, the erasing button or key does nothing.

    A subclass says how corners are joined.
    """

    def __init__(self, editor: Editor, options: ToolOptions, parent: QObject | None = None) -> None:
        super().__init__(editor, options, parent)
        self._corners = Corners(self.trace)
        self._grabbed: int | None = None
        self._dragged = False  # has the corner that is held moved?
        self._hot: int | None = None  # the corner under the pointer
        self._next: Points | None = None  # the line from the last corner to the pointer
        self._just_closed = False

    def trace(self, gap: Gap) -> Points:
        """The line from one corner to the next, (N, 2) float64 with both; `gap.straight` was asked for with Shift."""
        raise NotImplementedError

    def corner_at(self, touch: Touch) -> Corner:
        """Where a click there places a corner."""
        return touch.x, touch.y

    @property
    def last_corner(self) -> Corner | None:
        return self._corners.at[-1] if self._corners.at else None

    @property
    def sketch(self) -> Sketch:
        if not self.pending:
            return EMPTY
        lines = [Line(self._corners.points, closed=self._corners.closed)]
        if self._next is not None:
            lines.append(Line(self._next, dashed=True))
        handles = tuple(Handle(x, y, hot=index == self._hot) for index, (x, y) in enumerate(self._corners.at))
        return Sketch(tuple(lines), handles)

    @property
    def pending(self) -> bool:
        return self._gesture is not None

    @property
    def unfinished(self) -> str:
        """Its name until it is closed: before that nobody has said which pixels are meant."""
        return self.what.lower() if self.pending and not self._corners.closed else ""

    @property
    def clicked(self) -> tuple[Corner, ...]:
        return tuple(self._corners.at) if self.unfinished else ()

    def keep(self) -> Callable[[], None] | None:
        if not self.pending or not self._corners.at:
            return None
        corners, erases = self._corners, self._erases

        def restore() -> None:
            self._begin(erases=erases)
            if self._gesture is not None:
                self._corners = corners
                self._show()

        return restore

    def press(self, touch: Touch) -> None:
        self._just_closed = False
        if self._corners.closed:
            self._grabbed = self._corners.nearest(touch.x, touch.y, touch.reach)
            if self._grabbed is not None:
                return
            self.commit()
        if self._gesture is None:
            self._begin(erases=touch.erase)
        elif touch.erase and not self._erases:
            return  # neither a corner nor an end: to erase, finish or cancel this outline first
        if self._gesture is not None:
            self._place(touch)

    def move(self, touch: Touch) -> None:
        if self._grabbed is None or self._gesture is None:
            return
        self._corners.move(self._grabbed, touch.x, touch.y, dragging=True)
        self._dragged = True
        self._hot = self._grabbed
        self._show()

    def release(self, touch: Touch) -> None:
        grabbed, dragged = self._grabbed, self._dragged
        self._grabbed, self._dragged = None, False
        if grabbed is not None and dragged and self._gesture is not None:
            self._corners.move(grabbed, *self._corners.at[grabbed])
            self._show()

    def hover(self, touch: Touch) -> None:
        if self._gesture is None:
            return
        self._hot = self._hit_test(touch)
        last = self.last_corner
        if self._corners.closed or last is None:
            self._next = None
        elif self._hot == 0 and self._can_close:
            self._next = self.trace(self._corners.gap_to(*self._corners.at[0], straight=touch.straight))
        elif self._hot is not None:
            self._next = None
        else:
            self._next = self.trace(self._corners.gap_to(*self.corner_at(touch), straight=touch.straight))
        self.sketch_changed.emit()

    def double_click(self, touch: Touch) -> bool:
        """True if it closes the outline, or the click before it placed the last corner or closed the outline."""
        if self._gesture is None:
            return False
        if self._corners.closed:
            return self._just_closed or self._corners.nearest(touch.x, touch.y, touch.reach) is not None
        if self._can_close:
            self._close(touch)
            return True
        return True  # the click before it placed this corner

    def commit(self) -> None:
        """Close the outline and make it a step; fewer than three corners become nothing."""
        if self._gesture is None:
            return
        if not self._corners.closed and self._corners.close():
            self._show()
        self._editor.finish()

    def step_back(self) -> bool:
        """Open a closed outline, otherwise take back the last corner."""
        if self._gesture is None:
            return False
        self._corners.step_back()
        self._grabbed = self._hot = self._next = None
        self._dragged = False
        if self._corners.at:
            self._show()
        else:
            self.abandon()
        return True

    @property
    def _can_close(self) -> bool:
        return not self._corners.closed and len(set(self._corners.at)) >= 3

    def _hit_test(self, touch: Touch) -> int | None:
        """The corner that a press here would take hold of or, if it is the first, close the outline at."""
        if self._corners.closed:
            return self._corners.nearest(touch.x, touch.y, touch.reach)
        if self._can_close and touch.near(*self._corners.at[0]):
            return 0
        return self._corners.nearest(touch.x, touch.y, touch.reach * _ON_A_CORNER)

    def _place(self, touch: Touch) -> None:
        """Place a corner, take hold of one, or close the outline."""
        hit = self._hit_test(touch)
        if hit == 0 and self._can_close:
            self._close(touch)
            return
        if hit is None:
            self._corners.add(*self.corner_at(touch), straight=touch.straight)
            hit = len(self._corners.at) - 1
        self._grabbed = self._hot = hit
        self._show()

    def _close(self, touch: Touch) -> None:
        self._just_closed = self._corners.close(straight=touch.straight)
        self._show()

    def _show(self) -> None:
        gesture, corners = self._gesture, self._corners
        if gesture is not None:
            enough = len(corners.at) >= 3
            self._editor.show(gesture.show_outline(corners.points) if enough else gesture.show_nothing())
        self._next = None
        self.sketch_changed.emit()

    def _forget(self) -> None:
        self._corners = Corners(self.trace)
        self._grabbed = self._hot = self._next = None
        self._just_closed = self._dragged = False
        super()._forget()


class Polygon(CornerTool):
    """Shift keeps the next side to multiples of 45 degrees."""

    what = "Polygon"

    def trace(self, gap: Gap) -> Points:
        return straight_line(gap)

    def corner_at(self, touch: Touch) -> Corner:
        here, last = (touch.x, touch.y), self.last_corner
        return snap_to_45_degrees(last, here) if touch.straight and last is not None else here


class SmartEdge(CornerTool):
    """Shift draws a straight stretch. The closer the picture is shown, the finer the details that it follows."""

    what = "Smart edge"

    def __init__(self, editor: Editor, options: ToolOptions, session: Session, parent: QObject | None = None) -> None:
        """Follow edges of the session's picture."""
        super().__init__(editor, options, parent)
        self._session = session
        self._unit = 1.0

    def trace(self, gap: Gap) -> Points:
        pixels = self._session.pixels
        return straight_line(gap) if pixels is None else trace_edge(pixels, gap, self._unit)

    def press(self, touch: Touch) -> None:
        self._unit = touch.detail
        super().press(touch)

    def hover(self, touch: Touch) -> None:
        self._unit = touch.detail
        super().hover(touch)
