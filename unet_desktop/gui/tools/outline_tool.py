"""What the tools have in common that place an outline corner by corner: polygon and smart edge."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.tools.draft import Draft, begin_draft
from unet_desktop.gui.tools.sketch import EMPTY, Handle, Line, Sketch
from unet_desktop.gui.tools.tool import Subject, Tool, Touch
from unet_desktop.gui.tools.tool_options import ToolOptions
from unet_desktop.masks.shapes.corners import Corner, Corners, Gap, straight_line
from unet_desktop.masks.shapes.edge import trace_edge
from unet_desktop.masks.shapes.polygon import Points, snap_to_45_degrees

_ON_A_CORNER = 0.6
"""Share of the reach within which a press takes hold of a corner while more are being placed."""


class OutlineTool(Tool):
    """Clicks place corners; the first corner or a double click closes; corners can be dragged until it is committed.

    While it is drawn the mask shows it closed by a straight line, from the third corner on. What begins with the
    erasing button or key is taken away; the same button or key within an outline that adds does nothing.

    What inherits it says how corners are joined.
    """

    what = "Outline"
    """For the names of steps."""

    def __init__(self, editor: Editor, options: ToolOptions, parent: QObject | None = None) -> None:
        """See `Tool`."""
        super().__init__(editor, options, parent)
        self._corners = Corners(self.trace)
        self._draft: Draft | None = None
        self._grabbed: int | None = None
        self._dragged = False  # was the corner that is held moved
        self._hot: int | None = None  # the corner under the pointer
        self._next: Points | None = None  # from the last corner to the pointer
        self._just_closed = False
        editor.gesture_ended.connect(self._on_editor_gesture_ended)
        options.changed.connect(self._on_options_changed)

    def trace(self, gap: Gap) -> Points:
        """The line from one corner to the next, (N, 2) float64 with both; `gap.straight` was asked for with Shift."""
        raise NotImplementedError

    def placed(self, touch: Touch) -> Corner:
        """Where a corner goes that is placed with this touch."""
        return touch.x, touch.y

    @property
    def last_corner(self) -> Corner | None:
        """The one placed last, or None."""
        return self._corners.at[-1] if self._corners.at else None

    @property
    def sketch(self) -> Sketch:
        """See `Tool.sketch`."""
        if not self.pending:
            return EMPTY
        lines = [Line(self._corners.points, closed=self._corners.closed)]
        if self._next is not None:
            lines.append(Line(self._next, dashed=True))
        handles = tuple(Handle(x, y, hot=index == self._hot) for index, (x, y) in enumerate(self._corners.at))
        return Sketch(tuple(lines), handles)

    @property
    def pending(self) -> bool:
        """See `Tool.pending`."""
        return self._draft is not None

    @property
    def unfinished(self) -> str:
        """See `Tool.unfinished`: until it is closed nobody has said which pixels are meant."""
        return self.what.lower() if self.pending and not self._corners.closed else ""

    def press(self, touch: Touch) -> None:
        """See `Tool.press`."""
        self._just_closed = False
        if self._corners.closed:
            self._grabbed = self._corners.nearest(touch.x, touch.y, touch.reach)
            if self._grabbed is not None:
                return
            self.commit()
        if self._draft is None:
            self._draft = begin_draft(self._editor, self._options, self.what, erases=touch.erase)
        elif touch.erase and not self._draft.erases:
            return  # neither a corner nor an end: whoever wants to erase finishes or abandons this one first
        if self._draft is not None:
            self._place(touch)

    def move(self, touch: Touch) -> None:
        """See `Tool.move`."""
        if self._grabbed is None or self._draft is None:
            return
        self._corners.move(self._grabbed, touch.x, touch.y, dragging=True)
        self._dragged = True
        self._hot = self._grabbed
        self._show()

    def release(self, touch: Touch) -> None:
        """See `Tool.release`."""
        grabbed, dragged = self._grabbed, self._dragged
        self._grabbed, self._dragged = None, False
        if grabbed is not None and dragged and self._draft is not None:
            self._corners.move(grabbed, *self._corners.at[grabbed])
            self._show()

    def hover(self, touch: Touch) -> None:
        """See `Tool.hover`."""
        if self._draft is None:
            return
        self._hot = self._meant(touch)
        last = self.last_corner
        if self._corners.closed or last is None:
            self._next = None
        elif self._hot == 0 and self._can_close:
            self._next = self.trace(self._corners.gap_to(*self._corners.at[0], straight=touch.straight))
        elif self._hot is not None:
            self._next = None
        else:
            self._next = self.trace(self._corners.gap_to(*self.placed(touch), straight=touch.straight))
        self.sketch_changed.emit()

    def double_click(self, touch: Touch) -> bool:
        """See `Tool.double_click`: the click before it placed the last corner, or closed the outline."""
        if self._draft is None:
            return False
        if self._corners.closed:
            return self._just_closed or self._corners.nearest(touch.x, touch.y, touch.reach) is not None
        if self._can_close:
            self._close(touch)
            return True
        return len(self._corners.at) > 1

    def retract(self) -> None:
        """See `Tool.retract`: two clicks at one place with nothing drawn before are no shape."""
        if len(self._corners.at) < 2:
            self.abandon()

    def commit(self) -> None:
        """See `Tool.commit`; fewer than three corners become nothing."""
        if self._draft is None:
            return
        if not self._corners.closed and self._corners.close():
            self._show()
        self._editor.finish()

    def abandon(self) -> None:
        """See `Tool.abandon`."""
        self._editor.cancel()

    def step_back(self) -> bool:
        """See `Tool.step_back`; a closed outline is opened again first."""
        if self._draft is None:
            return False
        self._corners.step_back()
        self._grabbed = self._hot = self._next = None
        self._dragged = False
        if self._corners.at:
            self._show()
        else:
            self.abandon()
        return True

    def reset(self) -> None:
        """See `Tool.reset`."""
        self._forget()

    @property
    def _can_close(self) -> bool:
        return not self._corners.closed and len(set(self._corners.at)) >= 3

    def _meant(self, touch: Touch) -> int | None:
        """The corner that a press here would take hold of or, being the first, close the outline at."""
        if self._corners.closed:
            return self._corners.nearest(touch.x, touch.y, touch.reach)
        if self._can_close and touch.near(*self._corners.at[0]):
            return 0
        return self._corners.nearest(touch.x, touch.y, touch.reach * _ON_A_CORNER)

    def _place(self, touch: Touch) -> None:
        meant = self._meant(touch)
        if meant == 0 and self._can_close:
            self._close(touch)
            return
        if meant is None:
            self._corners.add(*self.placed(touch), straight=touch.straight)
            meant = len(self._corners.at) - 1
        self._grabbed = self._hot = meant
        self._show()

    def _close(self, touch: Touch) -> None:
        self._just_closed = self._corners.close(straight=touch.straight)
        self._show()

    def _show(self) -> None:
        """Show the outline in the mask, and itself."""
        if self._draft is not None:
            self._draft.show_outline(self._corners.points if len(self._corners.at) >= 3 else np.zeros((0, 2)))
        self._next = None
        self.sketch_changed.emit()

    def _forget(self) -> None:
        self._corners = Corners(self.trace)
        self._draft = self._grabbed = self._hot = self._next = None
        self._just_closed = self._dragged = False
        self.sketch_changed.emit()

    def _on_editor_gesture_ended(self) -> None:
        if self._draft is not None:
            self._forget()

    def _on_options_changed(self) -> None:
        if self._draft is not None and self._draft.shown_as is not self._draft.combine:
            self._show()


class Polygon(OutlineTool):
    """Shift keeps the next side to multiples of 45 degrees."""

    what = "Polygon"

    def trace(self, gap: Gap) -> Points:
        """See `OutlineTool.trace`."""
        return straight_line(gap)

    def placed(self, touch: Touch) -> Corner:
        """See `OutlineTool.placed`."""
        last = self.last_corner
        return (
            snap_to_45_degrees(last, (touch.x, touch.y)) if touch.straight and last is not None else (touch.x, touch.y)
        )


class SmartEdge(OutlineTool):
    """Shift draws a straight stretch. The closer the picture is shown, the finer the details that it follows."""

    what = "Smart edge"

    def __init__(self, editor: Editor, options: ToolOptions, subject: Subject, parent: QObject | None = None) -> None:
        """See `Tool`; the edge is the subject's."""
        super().__init__(editor, options, parent)
        self._subject = subject
        self._unit = 1.0

    def trace(self, gap: Gap) -> Points:
        """See `OutlineTool.trace`."""
        pixels = self._subject.pixels
        return straight_line(gap) if pixels is None else trace_edge(pixels, gap, self._unit)

    def press(self, touch: Touch) -> None:
        """See `Tool.press`."""
        self._unit = touch.detail
        super().press(touch)

    def hover(self, touch: Touch) -> None:
        """See `Tool.hover`."""
        self._unit = touch.detail
        super().hover(touch)
