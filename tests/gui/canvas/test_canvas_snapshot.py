"""The canvas as a picture: image, mask, proposal, pinned in size; compared with what is stored."""

from __future__ import annotations

import numpy as np
import pytest
from drawings import disc_mask, picture
from image_snapshots import assert_as_stored, pixels_of, rendered
from PySide6.QtGui import QColor, QImage

from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.jobs.comparison import OtherReader
from unet_desktop.gui.settings.view_options import View
from unet_desktop.images.display import Channel, Look
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.drawing import MaskStyle


@pytest.fixture
def canvas(qtbot) -> Canvas:
    made = Canvas()
    qtbot.addWidget(made)
    made.resize(400, 320)
    made.set_image(picture(1))
    made.set_mask(disc_mask(), DISC_AND_CUP)
    made.set_view(View(style=MaskStyle.FILL, scale_bar=False))
    made.set_tool(20, QColor("#56b4e9"))
    return made


def test_mask(canvas: Canvas) -> None:
    assert_as_stored(canvas, "mask")


def test_proposal_and_brush(canvas: Canvas) -> None:
    canvas.set_mask(disc_mask() * 0, DISC_AND_CUP)
    canvas.set_proposal(disc_mask(24), DISC_AND_CUP)
    canvas.set_pointer((110, 40))
    assert_as_stored(canvas, "proposal")


def test_the_other_readers_outlines_and_legend(canvas: Canvas) -> None:
    canvas.set_reader(OtherReader(disc_mask(36), DISC_AND_CUP, "Dr. B", "masks of Test"))
    assert_as_stored(canvas, "two-readers")
    canvas.set_reader(None)
    assert_as_stored(canvas, "mask")


def test_close_up_shows_pixels(canvas: Canvas) -> None:
    canvas.zoom_to(16)
    assert_as_stored(canvas, "close-up")


def test_hidden(canvas: Canvas) -> None:
    shown = rendered(canvas)
    canvas.set_view(View(visible=False, scale_bar=False))
    hidden = rendered(canvas)
    canvas.set_mask(None, None)
    assert (rendered(canvas) == hidden).all()
    assert (shown != hidden).any()


def test_a_dirty_box_repaints_as_the_whole(canvas: Canvas) -> None:
    """What a stroke repaints in parts looks as if all had been painted: no seams at any zoom."""
    for zoom in (0.7, 1.6, 5.0):
        canvas.zoom_to(zoom)
        whole = QImage(canvas.size(), QImage.Format.Format_RGB32)
        canvas.render(whole)
        parts = QImage(canvas.size(), QImage.Format.Format_RGB32)
        for left in range(0, canvas.width(), 57):
            region = canvas.rect().adjusted(left, 0, left + 57 - canvas.width(), 0).intersected(canvas.rect())
            canvas.render(parts, region.topLeft(), region)
        difference = np.abs(pixels_of(whole).astype(int) - pixels_of(parts))
        assert (difference.max(axis=2) <= 3).mean() > 0.999


@pytest.mark.parametrize("style", [MaskStyle.OUTLINE, MaskStyle.BOTH])
def test_outlines(canvas: Canvas, style: MaskStyle) -> None:
    canvas.set_label_in_use(DISC_AND_CUP.labels[1])
    canvas.set_view(View(style=style, scale_bar=False))
    assert_as_stored(canvas, style.value)


def test_not_annotated(canvas: Canvas) -> None:
    mask = disc_mask()
    mask[20:100, 20:70] = 255
    canvas.set_mask(mask, DISC_AND_CUP)
    canvas.set_view(View(style=MaskStyle.BOTH, scale_bar=False))
    assert_as_stored(canvas, "not-annotated")


def test_red_free_with_tones(canvas: Canvas) -> None:
    canvas.set_view(View(look=Look(Channel.RED_FREE, contrast=0.4, sharpen=1.0), visible=False, scale_bar=False))
    assert_as_stored(canvas, "red-free")


def test_aids(canvas: Canvas) -> None:
    canvas.set_scale(0.007)
    canvas.set_view(View(style=MaskStyle.BOTH, crosshair=True, magnifier=True))
    canvas.set_pointer((62, 80))
    assert_as_stored(canvas, "aids")
