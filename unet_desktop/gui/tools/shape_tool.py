"""ShapeTool: what ellipse and contour have in common, a shape with handles that is editable until it is committed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from PySide6.QtCore import QObject

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.tools.shape_gesture import ShapeGesture
from unet_desktop.gui.tools.tool import Tool, Touch
from unet_desktop.gui.tools.tool_options import ToolOptions

_STILL = 0.45
"""Share of a handle's reach within which a press counts as a click."""

Draft = TypeVar("Draft")
"""One state of the shape, an immutable value."""
Hit = TypeVar("Hit")
"""What the pointer can be on: a handle, the line, the inside."""


@dataclass(frozen=True, slots=True)
class Drag(Generic[Draft]):
    """A press in progress, and what it makes of the shape.

    Attributes:
        start: where it began.
        before: the draft at that time.
        follow: gives the draft for a pointer that is there now.
        click: the draft if the button goes up without a move; None if a click changes nothing.
        moved: did the pointer go further than a hand trembles?
    """

    start: Touch
    before: Draft
    follow: Callable[[Touch], Draft]
    click: Draft | None = None
    moved: bool = False

    def after_move(self, touch: Touch) -> Drag[Draft]:
        """The drag with `moved` set if the pointer has gone far enough."""
        far = math.hypot(touch.x - self.start.x, touch.y - self.start.y) > _STILL * touch.reach
        return replace(self, moved=True) if far and not self.moved else self


class ShapeTool(Tool, Generic[Draft, Hit]):
    """Keeps the draft, its earlier states and the drag in progress, and shows the draft in the mask.

    The editor's gesture begins with the first pixels that are shown, so that placing the first points is none yet.
    If something else ends that gesture, the shape is gone and the tool starts over.

    A subclass implements the methods that raise NotImplementedError here, and `press`, which sets `_drag`.
    """

    def __init__(self, editor: Editor, options: ToolOptions, draft: Draft, parent: QObject | None = None) -> None:
        """Start with this draft, which is empty."""
        super().__init__(editor, options, parent)
        self._draft = draft
        self._past: list[Draft] = []  # earlier states, for `step_back`
        self._drag: Drag[Draft] | None = None
        self._pointer = Touch(0.0, 0.0)
        self._hot: Hit | None = None  # what the pointer is on
        self._gesture: ShapeGesture | None = None  # while the mask shows the shape
        self._prepared: ShapeGesture | None = None  # the next gesture, made by the press so that no move has to
        editor.gesture_ended.connect(self._on_editor_gesture_ended)

    def _hit_test(self, draft: Draft, touch: Touch) -> Hit | None:
        """What a press there is meant for; None for nothing of the draft."""
        raise NotImplementedError

    def _initial_draft(self) -> Draft:
        """The draft while nothing is being edited."""
        raise NotImplementedError

    def _nudge_draft(self, right: int, down: int) -> Draft | None:
        """The draft moved by that many pixels; None if there is nothing to move."""
        raise NotImplementedError

    def _make_gesture(self) -> ShapeGesture | None:
        """The gesture that the draft is drawn with; None if nothing can be drawn."""
        raise NotImplementedError

    def _draw(self) -> bool:
        """Show the draft's pixels by `_begin` and `Editor.show`; False if it has none."""
        raise NotImplementedError

    def _follows_pointer(self, before: Touch) -> bool:
        """Does the sketch look different now only because the pointer moved, from `before` to `_pointer`?"""
        raise NotImplementedError

    def move(self, touch: Touch) -> None:
        if self._drag is None:
            return
        self._drag = self._drag.after_move(touch)
        if self._drag.moved:
            self._pointer = touch
            self._show(self._drag.follow(touch))

    def release(self, touch: Touch) -> None:
        drag, self._drag = self._drag, None
        if drag is not None:
            self._end_drag(drag)
        self.hover(touch)

    def hover(self, touch: Touch) -> None:
        before, self._pointer = self._pointer, touch
        hot, self._hot = self._hot, self._hit_test(self._draft, touch)
        if self._hot != hot or self._follows_pointer(before):
            self.sketch_changed.emit()

    def commit(self) -> None:
        self._finish()
        self._start_over(self._initial_draft())

    def abandon(self) -> None:
        self._hide()
        self._start_over(self._initial_draft())

    def reset(self) -> None:
        self._gesture = self._prepared = None
        self._start_over(self._initial_draft())

    def step_back(self) -> bool:
        """Take back the drag in progress, or else the last point or drag."""
        if self._drag is not None:
            draft, self._drag = self._drag.before, None
        elif self._past:
            draft = self._past.pop()
        else:
            return False
        self._hot = self._hit_test(draft, self._pointer)
        self._show(draft)
        return True

    def nudge(self, right: int, down: int) -> bool:
        after = None if self._drag is not None else self._nudge_draft(right, down)
        if after is None:
            return False
        self._past.append(self._draft)
        self._show(after)
        return True

    def _end_drag(self, drag: Drag[Draft]) -> None:
        """The button went up: keep what the drag, or the click, made of the draft."""
        if drag.moved or drag.click is not None:
            self._past.append(drag.before)
        if not drag.moved and drag.click is not None and drag.click is not self._draft:
            self._show(drag.click)

    def _show(self, draft: Draft) -> None:
        """Show this draft, in the mask and as a sketch."""
        self._draft = draft
        if not self._draw():
            self._hide()
        self.sketch_changed.emit()

    def _start_over(self, draft: Draft) -> None:
        """Go on with this draft and no earlier states; the mask is not touched."""
        changed = draft != self._draft
        self._draft, self._drag, self._hot = draft, None, None
        self._past.clear()
        if changed:
            self.sketch_changed.emit()

    def _begin(self) -> ShapeGesture | None:
        """The gesture in progress, begun now if there is none; None if nothing can be drawn."""
        if self._editor.mask is None or self._editor.locked:
            return None
        if self._gesture is None:
            gesture, self._prepared = self._prepared or self._make_gesture(), None
            if gesture is not None:
                self._editor.begin(gesture)
                self._gesture = gesture
        return self._gesture

    def _finish(self) -> None:
        """Make what is shown a step of the history."""
        gesture, self._gesture, self._prepared = self._gesture, None, None
        if gesture is not None:
            self._editor.finish()

    def _hide(self) -> None:
        """Show the mask as it was."""
        gesture, self._gesture, self._prepared = self._gesture, None, None
        if gesture is not None:
            self._editor.cancel()

    def _on_editor_gesture_ended(self) -> None:
        self._prepared = None
        if self._gesture is not None:
            self.reset()
