"""Fill: the bucket for enclosed areas, the eraser of pieces, and filling holes by a command."""

from __future__ import annotations

import numpy as np
import pytest
from gestures import LEFT, PLAIN, RIGHT, at, drag, release
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from unet_desktop.gui.window.main_window import MainWindow

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def fill(opened: MainWindow) -> MainWindow:
    """The window on case d, whose disc got a hole, a part that nobody judged, and a second piece."""
    opened.app.session.open_case("d")
    mask = mask_of(opened)
    mask[50:56, 100:106] = 0
    mask[66:70, 100:104] = 255
    mask[5:10, 5:10] = 1
    QTest.keyClick(opened, Qt.Key.Key_R)
    return opened


def mask_of(window: MainWindow) -> np.ndarray:
    mask = window.app.editor.mask
    assert mask is not None
    return mask


def test_a_click_fills_the_enclosed_area(fill: MainWindow) -> None:
    drag(fill.canvas, [(102.5, 52.5)])
    assert (mask_of(fill)[50:56, 100:106] == 1).all()
    assert (mask_of(fill)[66:70, 100:104] == 255).all()
    assert fill.app.editor.history.names == ("Fill optic disc",)
    QTest.keyClick(fill, Qt.Key.Key_Z, CTRL)
    assert not mask_of(fill)[50:56, 100:106].any()


def test_what_nobody_judged_is_filled_when_it_is_clicked(fill: MainWindow) -> None:
    drag(fill.canvas, [(102.5, 67.5)])
    assert (mask_of(fill)[66:70, 100:104] == 1).all()


@pytest.mark.parametrize(("point", "says"), [((20.5, 60.5), "border"), ((102.5, 60.5), "already"), ((-9.0, 60.0), "")])
def test_nothing_to_fill_says_so_and_changes_nothing(fill: MainWindow, point, says: str) -> None:
    before = mask_of(fill).copy()
    drag(fill.canvas, [point])
    np.testing.assert_array_equal(mask_of(fill), before)
    assert says in fill.panels.status.currentMessage()
    assert not fill.app.editor.history.can_undo


@pytest.mark.parametrize(("button", "modifiers"), [(RIGHT, PLAIN), (LEFT, CTRL)])
def test_the_right_button_or_ctrl_erases_one_piece(fill: MainWindow, button, modifiers) -> None:
    drag(fill.canvas, [(80.5, 60.5)], button, modifiers)
    assert set(np.unique(mask_of(fill))) == {0, 1, 255}
    assert (mask_of(fill)[5:10, 5:10] == 1).all()
    assert not (mask_of(fill)[20:] == 1).any()
    assert fill.app.editor.history.names == ("Erase piece of optic disc",)
    drag(fill.canvas, [(150.5, 100.5)], button, modifiers)
    assert "no optic disc" in fill.panels.status.currentMessage()


def test_a_double_click_fills_once_and_does_not_zoom(fill: MainWindow) -> None:
    fill.canvas.zoom_by(1.5)
    before = fill.canvas.viewport
    drag(fill.canvas, [(102.5, 52.5)])
    QTest.mouseDClick(fill.canvas, LEFT, PLAIN, at(fill.canvas, 102.5, 52.5))
    release(fill.canvas, (102.5, 52.5))
    assert fill.app.editor.history.names == ("Fill optic disc",)
    assert fill.canvas.viewport == before


def test_erasing_the_cup_leaves_disc(fill: MainWindow) -> None:
    QTest.keyClick(fill, Qt.Key.Key_2)
    drag(fill.canvas, [(80.5, 60.5)], RIGHT)
    assert mask_of(fill)[60, 80] == 1


def test_the_command_fills_all_holes(fill: MainWindow) -> None:
    mask_of(fill)[40:44, 78:82] = 0
    QTest.keyClick(fill, Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
    assert (mask_of(fill)[50:56, 100:106] == 1).all()
    assert (mask_of(fill)[40:44, 78:82] == 1).all()
    assert (mask_of(fill)[66:70, 100:104] == 255).all()
    assert fill.app.editor.history.names == ("Fill holes of optic disc",)
    QTest.keyClick(fill, Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
    assert "no holes" in fill.panels.status.currentMessage()
    assert len(fill.app.editor.history.names) == 1
