"""Ellipse: through points on the edge, drawn in a box, or fitted to the region; then changed by its handles."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto

import numpy as np
from PySide6.QtCore import QObject, Qt

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.tools.shape_gesture import ShapeGesture
from unet_desktop.gui.tools.shape_tool import Drag, ShapeTool
from unet_desktop.gui.tools.sketch import Handle, HandleKind, Line, Sketch
from unet_desktop.gui.tools.tool import Target, Touch
from unet_desktop.gui.tools.tool_options import ToolKind, ToolOptions
from unet_desktop.images.box import Box, embed_plane
from unet_desktop.masks.reshape import Combine
from unet_desktop.masks.shapes.ellipse import Ellipse
from unet_desktop.masks.shapes.ellipse_draft import (
    ELLIPSE_HANDLES,
    EllipseDraft,
    EllipseHandle,
    inscribe_ellipse,
    pull_handle,
    turn_ellipse,
    turning_handle_place,
)
from unet_desktop.masks.shapes.ellipse_fit import fit_ellipse_to_region
from unet_desktop.masks.shapes.piece import Piece, largest_piece

_FREE_POINTS = 5
"""Points from which on a press inside moves the ellipse and one far outside begins another: the fit is settled."""
_AWAY = 3.0
"""Reaches outside the edge beyond which a press is meant for something else."""
_TURN_AWAY = 2.6
"""Reaches from the upper side to the handle that turns."""
_ROOM = 2.2
"""Reaches that a semi-axis must be long for handles at its sides, between those at the corners."""
_CURSORS = (
    Qt.CursorShape.SizeHorCursor,
    Qt.CursorShape.SizeFDiagCursor,
    Qt.CursorShape.SizeVerCursor,
    Qt.CursorShape.SizeBDiagCursor,
)


class Whole(Enum):
    """What the pointer can be on that is neither a point nor a side or corner."""

    TURN = auto()
    MOVE = auto()
    OUTSIDE = auto()


EllipseHit = int | EllipseHandle | Whole
"""The index of a point, a side or corner handle, or the whole."""


@dataclass(frozen=True, slots=True)
class _Purpose:
    """What the ellipse is for.

    Attributes:
        target: the mask and the label.
        combine: what it does to the label's region.
        part: the piece of the region that it takes the place of, or None for all of the region.
        fixed: the user's choice between adding and replacing no longer counts.
    """

    target: Target
    combine: Combine
    part: Piece | None = None
    fixed: bool = False

    def draw(self, ellipse: Ellipse, gesture: ShapeGesture) -> Box:
        box, plane = ellipse.pixels((self.target.mask.shape[0], self.target.mask.shape[1]))
        if self.part is None:
            return gesture.show(box, plane)
        work = box.union(self.part.box)
        added, removed = embed_plane(plane, box, work), embed_plane(self.part.plane, self.part.box, work)
        return gesture.show_change(work, added, removed & ~added)


class EllipseTool(ShapeTool[EllipseDraft, EllipseHit]):
    """Clicks place points on the edge, a drag draws a box; handles change the ellipse until it is committed."""

    what = "Ellipse"

    def __init__(self, editor: Editor, options: ToolOptions, parent: QObject | None = None) -> None:
        super().__init__(editor, options, EllipseDraft(), parent)
        self._purpose: _Purpose | None = None  # set by the press or the command that begins an ellipse
        options.changed.connect(self._on_options_changed)

    @property
    def sketch(self) -> Sketch:
        return sketch_ellipse(self._draft, self._hot, self._pointer)

    @property
    def pending(self) -> bool:
        return not self._draft.empty

    @property
    def unfinished(self) -> str:
        return "" if self._draft.empty or _settled(self._draft) else "ellipse"

    @property
    def clicked(self) -> tuple[tuple[float, float], ...]:
        return self._draft.points if self.unfinished else ()

    @property
    def erases(self) -> bool:
        return self._purpose is not None and self._purpose.fixed and self._purpose.combine is Combine.SUBTRACT

    def keep(self) -> Callable[[], None] | None:
        draft, past, purpose = self._draft, list(self._past), self._purpose
        if draft.empty or purpose is None:
            return None

        def restore() -> None:
            target = self._target
            if target is not None:
                self._purpose = replace(purpose, target=target)
                self._past = past
                self._show(draft)

        return restore

    @property
    def cursor(self) -> Qt.CursorShape | None:
        ellipse, hot = self._draft.ellipse, self._hot
        if isinstance(hot, EllipseHandle) and ellipse is not None:
            return _CURSORS[round(hot.direction(ellipse) / (math.pi / 4)) % 4]
        if isinstance(hot, int) or hot is Whole.TURN:
            return Qt.CursorShape.PointingHandCursor
        return Qt.CursorShape.SizeAllCursor if hot is Whole.MOVE else None

    def fit_to_region(self) -> bool:
        """Fit an ellipse to the label's region, or to the largest piece of it; False if there is no region."""
        self.commit()
        target = self._target
        piece = None if target is None else largest_piece(*target)
        ellipse = None if piece is None else fit_ellipse_to_region(piece.box, piece.plane)
        if target is None or ellipse is None:
            return False
        part = None if target.label.unique else piece
        self._purpose = _Purpose(target, Combine.REPLACE, part, fixed=True)
        self._past.append(self._draft)
        self._show(EllipseDraft((), ellipse))
        return True

    def press(self, touch: Touch) -> None:
        self._pointer, hit = touch, self._hit_test(self._draft, touch)
        if hit is Whole.OUTSIDE:
            self.commit()
        if self._draft.empty:
            self._purpose = self._new_purpose(erases=touch.erase)
        if self._purpose is None:
            return
        self._drag = self._new_drag(touch, hit)
        if self._drag.click is not None and hit in (None, Whole.OUTSIDE):
            self._show(self._drag.click)
        if self._purpose.combine is Combine.REPLACE and self._gesture is None:
            self._prepared = self._make_gesture()  # not before the click is shown, which drops what was prepared
        if hit != self._hot:
            self._hot = hit
            self.sketch_changed.emit()

    def double_click(self, touch: Touch) -> bool:
        if self._draft.ellipse is None:
            return bool(self._draft.points)  # the click before it placed this point
        self.commit()
        return True

    def _hit_test(self, draft: EllipseDraft, touch: Touch) -> EllipseHit | None:
        return hit_ellipse(draft, touch)

    def _initial_draft(self) -> EllipseDraft:
        return EllipseDraft()

    def _nudge_draft(self, right: int, down: int) -> EllipseDraft | None:
        return None if self._draft.ellipse is None else self._draft.shift(right, down)

    def _follows_pointer(self, before: Touch) -> bool:
        if self._draft.empty:
            return False
        return self._draft.ellipse is None or before.reach != self._pointer.reach

    def _make_gesture(self) -> ShapeGesture | None:
        purpose = self._purpose
        return (
            None
            if purpose is None
            else ShapeGesture(purpose.target, "Ellipse", purpose.combine, self._limit, self._editor.locks)
        )

    def _draw(self) -> bool:
        ellipse, purpose = self._draft.ellipse, self._purpose
        if ellipse is None or purpose is None:
            return False
        gesture = self._begin()
        if gesture is not None:
            self._editor.show(purpose.draw(ellipse, gesture))
        return True

    def _new_purpose(self, *, erases: bool) -> _Purpose | None:
        target = self._target
        if target is None:
            return None
        return _Purpose(target, Combine.SUBTRACT if erases else self._options.combining, fixed=erases)

    def _new_drag(self, touch: Touch, hit: EllipseHit | None) -> Drag[EllipseDraft]:
        draft, ellipse = self._draft, self._draft.ellipse
        start = (touch.x, touch.y)
        # While points are being clicked, a click is a point wherever it is; only a drag is meant for a handle.
        click = draft.add_point(start) if draft.points or draft.empty else None
        if isinstance(hit, int):
            return Drag(touch, draft, lambda at: draft.move_point(hit, (at.x, at.y)))
        if ellipse is None or hit is None:
            if draft.empty:
                return Drag(touch, draft, lambda at: EllipseDraft((), _ellipse_in_box(start, at)), click)
            return Drag(touch, draft, lambda at: draft.add_point((at.x, at.y)), click)
        if isinstance(hit, EllipseHandle):
            x, y = hit.place(ellipse)
            right, down = x - touch.x, y - touch.y
            return Drag(touch, draft, lambda at: EllipseDraft((), _pull(ellipse, hit, at, (right, down))), click)
        if hit is Whole.TURN:
            return Drag(touch, draft, lambda at: EllipseDraft((), _turn(ellipse, start, at)), click)
        return Drag(touch, draft, lambda at: draft.shift(at.x - touch.x, at.y - touch.y), click)

    def _on_options_changed(self) -> None:
        purpose, options = self._purpose, self._options
        if purpose is None or purpose.fixed or self._draft.empty or options.label is not purpose.target.label:
            return
        if options.tool is ToolKind.ELLIPSE and options.combining is not purpose.combine:
            self._purpose = replace(purpose, combine=options.combining)
            if self._gesture is not None:
                self._gesture.combine = options.combining
            self._show(self._draft)


def hit_ellipse(draft: EllipseDraft, touch: Touch) -> EllipseHit | None:
    """What a press there is meant for; None where a click places another point."""
    ellipse = draft.ellipse
    near = [(math.hypot(x - touch.x, y - touch.y), index) for index, (x, y) in enumerate(draft.points)]
    distance, index = min(near, default=(math.inf, -1))
    if distance <= touch.reach:
        return index
    if ellipse is None:
        return None
    level = ellipse.level(touch.x, touch.y)
    if level < 0.4:
        return Whole.MOVE if _settled(draft) else None
    if touch.near(*turning_handle_place(ellipse, _TURN_AWAY * touch.reach)):
        return Whole.TURN
    by_distance = [
        (math.dist(handle.place(ellipse), (touch.x, touch.y)), handle) for handle in _shown_handles(draft, touch.reach)
    ]
    distance, handle = min(by_distance, key=lambda pair: pair[0])
    if distance <= touch.reach:
        return handle
    gap = math.hypot(touch.x - ellipse.x, touch.y - ellipse.y) * (1 - 1 / level)
    if draft.points:
        if not _settled(draft):
            return None
        return Whole.MOVE if level < 0.7 else Whole.OUTSIDE if level > 2 and gap > _AWAY * touch.reach else None
    return Whole.OUTSIDE if gap > _AWAY * touch.reach else Whole.MOVE


def sketch_ellipse(draft: EllipseDraft, hot: EllipseHit | None, pointer: Touch) -> Sketch:
    """The ellipse with its handles and points, or a preview of it through the pointer."""
    points = tuple(Handle(x, y, hot=index == hot) for index, (x, y) in enumerate(draft.points))
    ellipse = draft.ellipse
    if ellipse is None:
        preview = draft.preview((pointer.x, pointer.y))
        lines = () if preview is None else (Line(preview.outline(), closed=True, dashed=True),)
        return Sketch(lines, points)
    turn = turning_handle_place(ellipse, _TURN_AWAY * pointer.reach)
    stalk = Line(np.array([ellipse.to_image(0.0, -ellipse.b), turn]))
    handles = [
        Handle(*turn, HandleKind.ROTATE, hot is Whole.TURN),
        Handle(ellipse.x, ellipse.y, HandleKind.CENTRE, hot is Whole.MOVE),
    ]
    handles += [
        Handle(*handle.place(ellipse), HandleKind.SIZE, hot == handle)
        for handle in _shown_handles(draft, pointer.reach)
    ]
    corners = np.array([EllipseHandle(*corner).place(ellipse) for corner in ((-1, -1), (1, -1), (1, 1), (-1, 1))])
    frame = () if draft.points else (Line(corners, closed=True, dashed=True),)
    return Sketch((*frame, stalk, Line(ellipse.outline(), closed=True)), (*handles, *points))


def _settled(draft: EllipseDraft) -> bool:
    """Is the ellipse ready to be shaped, rather than still missing points?"""
    return not draft.points or len(draft.points) >= _FREE_POINTS


def _shown_handles(draft: EllipseDraft, reach: float) -> list[EllipseHandle]:
    """The handles that have room beside each other at this zoom; fewer while points are being clicked."""
    ellipse = draft.ellipse
    if ellipse is None:
        return []
    if draft.points:
        return [handle for handle in ELLIPSE_HANDLES if not (handle.along and handle.across)]
    wide, high = ellipse.a > _ROOM * reach / 2, ellipse.b > _ROOM * reach / 2
    return [handle for handle in ELLIPSE_HANDLES if (handle.along or wide) and (handle.across or high)]


def _ellipse_in_box(start: tuple[float, float], at: Touch) -> Ellipse:
    return inscribe_ellipse(start, (at.x, at.y), round_=at.straight, centred=at.centred)


def _pull(ellipse: Ellipse, handle: EllipseHandle, at: Touch, offset: tuple[float, float]) -> Ellipse:
    x, y = at.x + offset[0], at.y + offset[1]
    return pull_handle(ellipse, handle, x, y, proportional=at.straight, centred=at.centred)


def _turn(ellipse: Ellipse, start: tuple[float, float], at: Touch) -> Ellipse:
    return turn_ellipse(ellipse, start, (at.x, at.y), stepwise=at.straight)
