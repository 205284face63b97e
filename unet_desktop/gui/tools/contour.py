"""Contour: the label's edge as a closed curve with few handles; drag one and the edge follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np
from PySide6.QtCore import QObject, Qt

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.tools.shape_gesture import ShapeGesture
from unet_desktop.gui.tools.shape_tool import Drag, ShapeTool
from unet_desktop.gui.tools.sketch import Handle, Line, Sketch
from unet_desktop.gui.tools.tool import Touch
from unet_desktop.gui.tools.tool_options import ToolKind, ToolOptions
from unet_desktop.masks.regions import Mask
from unet_desktop.masks.reshape import Combine
from unet_desktop.masks.shapes.contour import MIN_KNOTS
from unet_desktop.masks.shapes.contour_draft import ContourDraft, Size, follow_piece
from unet_desktop.masks.shapes.piece import Piece, largest_piece, piece_at
from unet_desktop.masks.shapes.polygon import Points, fill_polygons

_STEPS_ON_SCREEN = 12
"""Straight pieces that the sketch draws between two knots."""


@dataclass(frozen=True, slots=True)
class OnCurve:
    """A place between two knots; a press there makes a knot of it."""

    piece: int
    share: float


class Inside(Enum):
    """Within the curve; a drag from there moves all of it."""

    INSIDE = auto()


ContourHit = int | OnCurve | Inside
"""The index of a knot, a place on the curve, or all of it."""


class ContourTool(ShapeTool[ContourDraft, ContourHit]):
    """Follows the edge of one piece of the label's region; where there is none, clicks draw it."""

    what = "Contour"

    def __init__(self, editor: Editor, options: ToolOptions, parent: QObject | None = None) -> None:
        super().__init__(editor, options, ContourDraft(), parent)
        self._committing = False
        self._starting_mask: Mask | None = None
        self._held = False  # a point was under the pointer when the proposal was accepted
        editor.edited.connect(self._on_editor_edited)

    @property
    def sketch(self) -> Sketch:
        return sketch_contour(self._draft, self._hot, self._pointer)

    @property
    def pending(self) -> bool:
        return self._begun or (self.holds_point and self._starting_mask is None)

    @property
    def _begun(self) -> bool:
        return self._gesture is not None or bool(self._past) or self._draft.drawing

    @property
    def holds_point(self) -> bool:
        return isinstance(self._hot, int)

    def set_starting_mask(self, mask: Mask | None) -> None:
        """Show the handles on the proposal's edge; the first touch accepts it."""
        if mask is self._starting_mask:
            return
        self._starting_mask = mask
        self._held = self.holds_point
        if not self._begun and self._options.tool is ToolKind.CONTOUR:
            self._start_over(self._initial_draft())
            self._hot = self._hit_test(self._draft, self._pointer)

    @property
    def unfinished(self) -> str:
        return "contour" if self._draft.drawing else ""

    @property
    def clicked(self) -> tuple[tuple[float, float], ...]:
        return tuple((float(x), float(y)) for x, y in self._draft.knots) if self.unfinished else ()

    def keep(self) -> Callable[[], None] | None:
        draft, past = self._draft, list(self._past)
        if self._gesture is None and not past and not draft.drawing:
            return None

        def restore() -> None:
            self._past = past
            self._show(draft)

        return restore

    @property
    def cursor(self) -> Qt.CursorShape | None:
        if isinstance(self._hot, int | OnCurve):
            return Qt.CursorShape.PointingHandCursor
        return Qt.CursorShape.SizeAllCursor if self._hot is Inside.INSIDE else None

    def choose(self) -> None:
        self._start_over(self._initial_draft())

    def leave(self) -> None:
        super().leave()
        self._start_over(ContourDraft())

    def press(self, touch: Touch) -> None:
        if self._target is None:
            return
        self._pointer, self._hot = touch, self._hit_test(self._draft, touch)
        if touch.erase:
            self._remove(self._hot)
        elif self._hot is None and not self._draft.drawing and not self._press_outside(touch):
            self.sketch_changed.emit()
        else:
            self._drag = _new_drag(self._draft, touch, self._hot, self._size)
            if isinstance(self._hot, OnCurve):
                self._hot = self._hot.piece + 1
            if self._drag.click is not None:
                self._show(self._drag.click)

    def double_click(self, touch: Touch) -> bool:
        if self._draft.contour is None:
            return len(self._draft.knots) > 0  # the click before it placed this knot
        if self._hit_test(self._draft, touch) is None:
            return False
        self.commit()
        return True

    def commit(self) -> None:
        self._show(self._draft.close())
        self._committing = True
        self._finish()
        self._committing = False
        self._start_over(self._draft.commit(self._size))  # with the same handles, so that shaping can continue

    def take_away(self) -> bool:
        """Take away the knot under the pointer, or else the last step."""
        if self._draft.drawing or not isinstance(self._hot, int):
            return self.step_back()
        if self._editor.refuse():
            return False
        self._remove(self._hot)
        return True

    @property
    def _size(self) -> Size:
        mask = self._editor.mask
        return (0, 0) if mask is None else (mask.shape[0], mask.shape[1])

    def _hit_test(self, draft: ContourDraft, touch: Touch) -> ContourHit | None:
        return hit_contour(draft, touch)

    def _initial_draft(self) -> ContourDraft:
        """Round the piece that the curve followed before, or else the largest; empty while another tool is in use."""
        target = self._target
        if target is None or self._options.tool is not ToolKind.CONTOUR:
            return ContourDraft()
        if self._starting_mask is not None:
            target = target._replace(mask=self._starting_mask)
        piece, before = None, self._draft.contour
        if before is not None and not target.label.unique:
            x, y = before.knots.mean(axis=0)
            piece = piece_at(*target, float(x), float(y))
        return _follow(piece or largest_piece(*target))

    def _nudge_draft(self, right: int, down: int) -> ContourDraft | None:
        """With the knot under the pointer moved."""
        contour = self._draft.contour
        if contour is None or not isinstance(self._hot, int) or self._editor.refuse():
            return None
        x, y = contour.knots[self._hot]
        return self._draft.move_knot(self._hot, x + right, y + down)

    def _follows_pointer(self, before: Touch) -> bool:
        return self._draft.drawing and self._draft.contour is None

    def _make_gesture(self) -> ShapeGesture | None:
        return (
            None
            if self._target is None
            else ShapeGesture(self._target, "Contour", Combine.ADD, self._limit, self._editor.locks)
        )

    def _draw(self) -> bool:
        change = self._draft.change(self._size)
        if change is None:
            return False
        gesture = self._begin()
        if gesture is not None:
            self._editor.show(gesture.show_change(change.box, change.added, change.removed))
        return True

    def _end_drag(self, drag: Drag[ContourDraft]) -> None:
        clicked = not drag.moved and drag.click is None
        if clicked and self._draft.drawing and self._hot == 0 and len(self._draft.knots) >= MIN_KNOTS:
            self.commit()  # a click on the first knot closes the curve, as with a polygon
        else:
            super()._end_drag(drag)

    def _press_outside(self, touch: Touch) -> bool:
        """Take the piece that is there, or begin a new one; True if the press places a knot."""
        self.commit()
        target = self._target
        if target is None or (target.label.unique and self._draft.contour is not None):
            return False
        piece = piece_at(*target, touch.x, touch.y)
        self._start_over(_follow(piece))
        self._hot = self._hit_test(self._draft, touch)
        return piece is None

    def _remove(self, hit: ContourHit | None) -> None:
        before = self._draft
        after = before.remove_knot(hit) if isinstance(hit, int) else before
        self._hot = None
        if after.contour is not before.contour or len(after.knots) != len(before.knots):
            self._past.append(before)
            self._show(after)

    def _on_editor_edited(self) -> None:
        """The mask was changed elsewhere: the curve follows its new edge."""
        if not self._committing and self._options.tool is ToolKind.CONTOUR:
            held, self._held = self.holds_point or self._held, False
            self._start_over(self._initial_draft())
            self._hot = self._hit_test(self._draft, self._pointer) if held else None


def hit_contour(draft: ContourDraft, touch: Touch) -> ContourHit | None:
    """What a press there is meant for; None outside the curve."""
    knots = _knots(draft)
    if len(knots):
        distances = np.hypot(*(knots - (touch.x, touch.y)).T)
        nearest = int(np.argmin(distances))
        if distances[nearest] <= touch.reach:
            return nearest
    if draft.contour is None or draft.drawing:
        return None
    piece, share, distance = draft.contour.nearest(touch.x, touch.y)
    if distance <= touch.reach:
        return OnCurve(piece, share)
    box, plane = fill_polygons([draft.contour.outline() - (touch.x - 0.5, touch.y - 0.5)], (1, 1))
    return Inside.INSIDE if not box.empty and plane[0, 0] else None


def sketch_contour(draft: ContourDraft, hot: ContourHit | None, pointer: Touch) -> Sketch:
    """The curve with its knots, or what has been drawn of it."""
    handles = [Handle(x, y, hot=index == hot) for index, (x, y) in enumerate(_knots(draft).tolist())]
    if draft.contour is None:
        to_pointer = np.append(draft.knots, [[pointer.x, pointer.y]], axis=0)
        return Sketch((Line(to_pointer, dashed=True),) if draft.drawing else (), tuple(handles))
    if draft.drawing:
        drawn = draft.contour.open_outline(_STEPS_ON_SCREEN)
        return Sketch((Line(drawn), Line(drawn[[-1, 0]], dashed=True)), tuple(handles))
    if isinstance(hot, OnCurve):
        handles.append(Handle(*draft.contour.at(hot.piece, hot.share), hot=True))
    return Sketch((Line(draft.contour.outline(_STEPS_ON_SCREEN), closed=True),), tuple(handles))


def _new_drag(draft: ContourDraft, touch: Touch, hit: ContourHit | None, size: Size) -> Drag[ContourDraft]:
    if isinstance(hit, OnCurve):
        inserted = draft.insert_knot(hit.piece, hit.share, size)
        return Drag(touch, draft, lambda at: inserted.move_knot(hit.piece + 1, at.x, at.y), inserted)
    if isinstance(hit, int):
        return Drag(touch, draft, lambda at: draft.move_knot(hit, at.x, at.y))
    if hit is Inside.INSIDE:
        return Drag(touch, draft, lambda at: draft.shift(at.x - touch.x, at.y - touch.y))
    return Drag(touch, draft, lambda at: draft.add_knot(at.x, at.y), draft.add_knot(touch.x, touch.y))


def _follow(piece: Piece | None) -> ContourDraft:
    return ContourDraft() if piece is None else follow_piece(piece)


def _knots(draft: ContourDraft) -> Points:
    return draft.knots if draft.drawing or draft.contour is None else draft.contour.knots
