"""What of a sketch is repainted: all that looks otherwise, and not much more."""

from __future__ import annotations

import numpy as np
from drawings import disc_mask, picture
from image_snapshots import rendered
from PySide6.QtGui import QColor

from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.tools.contour import sketch_contour
from unet_desktop.gui.tools.sketch import EMPTY, Handle, Line, Sketch
from unet_desktop.gui.tools.tool import Touch
from unet_desktop.images.box import Box
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.shapes.contour_draft import follow_piece
from unet_desktop.masks.shapes.piece import largest_piece

MARGIN = 12
"""View pixels round the box that the canvas repaints too."""


def contours():
    draft = follow_piece(largest_piece(disc_mask(), DISC_AND_CUP, DISC_AND_CUP.labels[0]))
    assert draft.contour is not None
    after = draft.move_knot(2, *(draft.contour.knots[2] + 6))
    states = ((draft, None), (after, None), (after, 2), (after, 5))
    return [sketch_contour(state, hot, Touch(0, 0)) for state, hot in states]


def test_what_looks_otherwise_is_in_the_difference(qtbot) -> None:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(400, 320)
    canvas.set_image(picture(1))
    canvas.set_tool(None, QColor("#56b4e9"))
    line = np.array([(20.0, 20.0), (60.0, 30.0), (90.0, 100.0)])
    sketches = [
        EMPTY,
        Sketch((Line(line, dashed=True),)),
        Sketch((Line(line + 1, dashed=True),)),
        Sketch((Line(line, closed=True), Line(line + 5))),
        Sketch((Line(line, closed=True),), (Handle(100, 50),)),
        *contours(),
    ]
    for before, after in zip(sketches, sketches[1:] + sketches[:1], strict=True):
        canvas.set_sketch(before)
        was = rendered(canvas)
        canvas.set_sketch(after)
        rows, columns = np.nonzero((was != rendered(canvas)).any(axis=2))
        box = after.difference(before)
        left, top = canvas.viewport.to_view(box.left, box.top)
        right, bottom = canvas.viewport.to_view(box.right, box.bottom)
        assert rows.min() >= top - MARGIN
        assert rows.max() <= bottom + MARGIN
        assert columns.min() >= left - MARGIN
        assert columns.max() <= right + MARGIN


def test_a_dragged_knot_repaints_its_neighbourhood() -> None:
    before, after, hot, other = contours()
    whole, part = before.bounds, after.difference(before)
    assert (part.bottom - part.top) * (part.right - part.left) < 0.5 * (whole.bottom - whole.top) * (
        whole.right - whole.left
    )
    assert after.difference(after).empty
    assert hot.difference(after).right - hot.difference(after).left <= 2
    assert not other.difference(hot).empty


def test_a_line_that_grows_repaints_its_end() -> None:
    line = np.array([(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (50.0, 101.0)])
    before, after = Sketch((Line(line[:3]),)), Sketch((Line(line),))
    assert after.difference(before) == before.difference(after) == Box(100, 50, 102, 101)
    assert after.difference(EMPTY) == after.bounds
