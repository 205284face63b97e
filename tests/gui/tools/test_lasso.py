"""The lasso: one drag is one step, shown as it is drawn; straight stretches with Shift."""

from __future__ import annotations

import math

import numpy as np
import pytest
from gestures import LEFT, PLAIN, RIGHT, drag, move, press, release
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from unet_desktop.gui.window.main_window import MainWindow

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def lasso(opened: MainWindow) -> MainWindow:
    """The window with the lasso in use."""
    QTest.keyClick(opened, Qt.Key.Key_S)
    return opened


def ring(radius: float, count: int = 90) -> list[tuple[float, float]]:
    turns = [2 * math.pi * step / count for step in range(count)]
    return [(80 + radius * math.cos(turn), 60 + radius * math.sin(turn)) for turn in turns]


def mask_of(window: MainWindow) -> np.ndarray:
    mask = window.app.editor.mask
    assert mask is not None
    return mask


def test_one_drag_is_one_step(lasso: MainWindow) -> None:
    drag(lasso.canvas, ring(30))
    rows, columns = np.mgrid[:120, :160]
    distance = np.hypot(columns + 0.5 - 80, rows + 0.5 - 60)
    assert (mask_of(lasso)[distance < 29] == 1).all()
    assert not mask_of(lasso)[distance > 31].any()
    assert lasso.app.editor.history.names == ("Lasso optic disc",)
    assert not lasso.app.toolbox.current.sketch.lines
    QTest.keyClick(lasso, Qt.Key.Key_Z, CTRL)
    assert not mask_of(lasso).any()


def test_the_mask_shows_it_while_it_is_drawn(lasso: MainWindow) -> None:
    points = ring(30)[:45]
    press(lasso.canvas, points[0])
    for point in points[1:]:
        move(lasso.canvas, point)
    assert mask_of(lasso)[75, 80] == 1
    assert not mask_of(lasso)[:55].any()
    assert len(lasso.app.toolbox.current.sketch.lines) == 2
    QTest.keyClick(lasso.canvas, Qt.Key.Key_Escape)
    assert not mask_of(lasso).any()
    move(lasso.canvas, (20, 20))
    release(lasso.canvas, (20, 20))
    assert not lasso.app.editor.history.can_undo


@pytest.mark.parametrize(("button", "modifiers"), [(RIGHT, PLAIN), (LEFT, CTRL)])
def test_the_right_button_or_ctrl_takes_away(lasso: MainWindow, button, modifiers) -> None:
    lasso.app.session.open_case("d")
    drag(lasso.canvas, ring(12), button, modifiers)
    assert mask_of(lasso)[60, 80] == 0
    assert mask_of(lasso)[60, 105] == 1
    assert lasso.app.editor.history.names == ("Subtract lasso from optic disc",)


def test_shift_draws_straight_stretches(lasso: MainWindow) -> None:
    press(lasso.canvas, (40, 30))
    for wild in ((60, 10), (70, 90), (100, 30)):  # only where it ends counts
        move(lasso.canvas, wild, modifiers=SHIFT)
    move(lasso.canvas, (100, 60))
    move(lasso.canvas, (70, 100), modifiers=SHIFT)
    move(lasso.canvas, (40, 60), modifiers=SHIFT)
    release(lasso.canvas, (40, 60), modifiers=SHIFT)
    inside = mask_of(lasso)[32:58, 42:98]
    assert (inside == 1).all()
    assert abs(int(mask_of(lasso).sum()) - 30 * 60) < 120


def test_a_click_and_a_line_do_nothing(lasso: MainWindow) -> None:
    drag(lasso.canvas, [(40, 30)])
    drag(lasso.canvas, [(40, 30), (60, 30)], modifiers=SHIFT)
    assert not mask_of(lasso).any()
    assert not lasso.app.editor.history.can_undo
    assert not lasso.app.editor.drawing


def test_it_may_leave_the_picture(lasso: MainWindow) -> None:
    lasso.canvas.zoom_to(2)
    drag(lasso.canvas, [(-40, -40), (210, -40), (210, 150), (-40, 150)])
    assert (mask_of(lasso) == 1).all()
