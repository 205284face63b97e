"""The handles of shapes that are being edited, as pictures; compared with what is stored."""

from __future__ import annotations

import pytest
from drawings import disc_mask, picture
from image_snapshots import assert_as_stored
from PySide6.QtGui import QColor

from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.settings.view_options import View
from unet_desktop.gui.tools.contour import OnCurve, sketch_contour
from unet_desktop.gui.tools.ellipse import sketch_ellipse
from unet_desktop.gui.tools.tool import Touch
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.drawing import MaskStyle
from unet_desktop.masks.shapes.contour_draft import follow_piece
from unet_desktop.masks.shapes.ellipse import Ellipse
from unet_desktop.masks.shapes.ellipse_draft import EllipseDraft, EllipseHandle
from unet_desktop.masks.shapes.piece import largest_piece


@pytest.fixture
def canvas(qtbot) -> Canvas:
    made = Canvas()
    qtbot.addWidget(made)
    made.resize(400, 320)
    made.set_image(picture(1))
    made.set_mask(disc_mask(), DISC_AND_CUP)
    made.set_view(View(style=MaskStyle.FILL, scale_bar=False))
    made.set_tool(None, QColor("#56b4e9"))
    return made


@pytest.mark.parametrize("name", ["ellipse-handles", "ellipse-points"])
def test_ellipse(canvas: Canvas, name: str) -> None:
    points = ((107.0, 66.0), (78.0, 84.0), (48.0, 60.0), (75.0, 36.0), (99.0, 44.0)) if name == "ellipse-points" else ()
    draft = EllipseDraft(points, Ellipse(78, 60, 30, 24, 0.2))
    hot = 1 if points else EllipseHandle(1, 0)
    canvas.set_sketch(sketch_ellipse(draft, hot, Touch(0, 0, reach=4.0)))
    assert_as_stored(canvas, name)


def test_contour(canvas: Canvas) -> None:
    piece = largest_piece(disc_mask(), DISC_AND_CUP, DISC_AND_CUP.labels[0])
    assert piece is not None
    draft = follow_piece(piece)
    assert draft.contour is not None
    draft = draft.move_knot(1, *(draft.contour.knots[1] - 8))
    canvas.set_sketch(sketch_contour(draft, OnCurve(4, 0.5), Touch(0, 0, reach=4.0)))
    assert_as_stored(canvas, "contour-handles")
