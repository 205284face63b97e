"""What of a contour the pointer is on, and how curve and handles are shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt

from unet_desktop.gui.tools.sketch import Handle, Line, Sketch
from unet_desktop.gui.tools.tool import Touch
from unet_desktop.masks.shapes.contour_draft import ContourDraft
from unet_desktop.masks.shapes.polygon import Points, fill_polygons


@dataclass(frozen=True, slots=True)
class OnCurve:
    """A place between two knots; a press there makes a knot of it."""

    piece: int
    share: float


@dataclass(frozen=True, slots=True)
class Inside:
    """Within the curve; a drag from there moves all of it."""


_DRAWN = 12
"""Straight pieces between two knots on the screen."""

INSIDE = Inside()
Target = int | OnCurve | Inside | None
"""The index of a knot, a place on the curve, all of it; None for what is outside."""


def target_at(draft: ContourDraft, touch: Touch) -> Target:
    """What a press there is meant for."""
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
    return INSIDE if not box.empty and plane[0, 0] else None


def cursor_of(target: Target) -> Qt.CursorShape | None:
    """The cursor that says what a drag from there does; None where there is nothing to drag."""
    if isinstance(target, int | OnCurve):
        return Qt.CursorShape.PointingHandCursor
    return Qt.CursorShape.SizeAllCursor if target is INSIDE else None


def sketched(draft: ContourDraft, hot: Target, pointer: Touch) -> Sketch:
    """Everything that is shown over the picture."""
    handles = [Handle(x, y, hot=index == hot) for index, (x, y) in enumerate(_knots(draft).tolist())]
    if draft.contour is None:
        ahead = np.append(draft.knots, [[pointer.x, pointer.y]], axis=0)
        return Sketch((Line(ahead, dashed=True),) if draft.drawing else (), tuple(handles))
    if draft.drawing:
        drawn = draft.contour.open_outline(_DRAWN)
        return Sketch((Line(drawn), Line(drawn[[-1, 0]], dashed=True)), tuple(handles))
    if isinstance(hot, OnCurve):
        handles.append(Handle(*draft.contour.at(hot.piece, hot.share), hot=True))
    return Sketch((Line(draft.contour.outline(_DRAWN), closed=True),), tuple(handles))


def _knots(draft: ContourDraft) -> Points:
    return draft.knots if draft.drawing or draft.contour is None else draft.contour.knots
