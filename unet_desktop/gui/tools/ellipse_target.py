"""What of an ellipse the pointer is on, and how ellipse, handles and points are shown."""

from __future__ import annotations

import math
from enum import Enum, auto

import numpy as np
from PySide6.QtCore import Qt

from unet_desktop.gui.tools.sketch import Handle, HandleKind, Line, Sketch
from unet_desktop.gui.tools.tool import Touch
from unet_desktop.masks.shapes.ellipse_draft import GRIPS, EllipseDraft, Grip, turning_handle_place

_FREE_POINTS = 5
"""Points from which on a press inside moves the ellipse and one far outside begins another: the fit is settled."""
_AWAY = 3.0
"""Reaches outside the edge beyond which a press is meant for something else."""
_TURN_AWAY = 2.6
"""Reaches from the upper side to the handle that turns."""
_ROOM = 2.2
"""Reaches that a semi-axis is long at least for handles at its sides, between those at the corners."""
_CURSORS = (
    Qt.CursorShape.SizeHorCursor,
    Qt.CursorShape.SizeFDiagCursor,
    Qt.CursorShape.SizeVerCursor,
    Qt.CursorShape.SizeBDiagCursor,
)


class Whole(Enum):
    """What is neither a point nor a side or corner."""

    TURN = auto()
    MOVE = auto()
    OUTSIDE = auto()


Target = int | Grip | Whole | None
"""The index of a point, a handle, the whole; None for nothing, where a click is another point."""


def target_at(draft: EllipseDraft, touch: Touch) -> Target:
    """What a press there is meant for."""
    ellipse = draft.ellipse
    near = [(math.hypot(x - touch.x, y - touch.y), index) for index, (x, y) in enumerate(draft.points)]
    distance, index = min(near, default=(math.inf, -1))
    if distance <= touch.reach:
        return index
    if ellipse is None:
        return None
    level = ellipse.level(touch.x, touch.y)
    if level < 0.4:
        return Whole.MOVE if settled(draft) else None
    if touch.near(*turning_handle_place(ellipse, _TURN_AWAY * touch.reach)):
        return Whole.TURN
    by_distance = [(math.dist(grip.place(ellipse), (touch.x, touch.y)), grip) for grip in _grips(draft, touch.reach)]
    distance, grip = min(by_distance, key=lambda pair: pair[0])
    if distance <= touch.reach:
        return grip
    gap = math.hypot(touch.x - ellipse.x, touch.y - ellipse.y) * (1 - 1 / level)
    if draft.points:
        if not settled(draft):
            return None
        return Whole.MOVE if level < 0.7 else Whole.OUTSIDE if level > 2 and gap > _AWAY * touch.reach else None
    return Whole.OUTSIDE if gap > _AWAY * touch.reach else Whole.MOVE


def cursor_of(draft: EllipseDraft, target: Target) -> Qt.CursorShape | None:
    """The cursor that says what a drag from there does; None where there is nothing to drag."""
    if isinstance(target, Grip) and draft.ellipse is not None:
        return _CURSORS[round(target.direction(draft.ellipse) / (math.pi / 4)) % 4]
    if isinstance(target, int) or target is Whole.TURN:
        return Qt.CursorShape.PointingHandCursor
    return Qt.CursorShape.SizeAllCursor if target is Whole.MOVE else None


def sketched(draft: EllipseDraft, hot: Target, pointer: Touch) -> Sketch:
    """Everything that is shown over the picture."""
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
    handles += [Handle(*grip.place(ellipse), HandleKind.SIZE, hot == grip) for grip in _grips(draft, pointer.reach)]
    corners = np.array([Grip(*corner).place(ellipse) for corner in ((-1, -1), (1, -1), (1, 1), (-1, 1))])
    frame = () if draft.points else (Line(corners, closed=True, dashed=True),)
    return Sketch((*frame, stalk, Line(ellipse.outline(), closed=True)), (*handles, *points))


def settled(draft: EllipseDraft) -> bool:
    """Is it an ellipse to be shaped, and not one of which points are still being clicked?"""
    return not draft.points or len(draft.points) >= _FREE_POINTS


def _grips(draft: EllipseDraft, reach: float) -> list[Grip]:
    """Those handles that have room beside each other at the present zoom; few while points are clicked."""
    ellipse = draft.ellipse
    if ellipse is None:
        return []
    if draft.points:
        return [grip for grip in GRIPS if not (grip.along and grip.across)]
    wide, high = ellipse.a > _ROOM * reach / 2, ellipse.b > _ROOM * reach / 2
    return [grip for grip in GRIPS if (grip.along or wide) and (grip.across or high)]
