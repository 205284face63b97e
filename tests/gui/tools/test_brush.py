"""Painting: strokes, erasing, labels by key, brush size, straight lines, abandoning, undo."""

from __future__ import annotations

import numpy as np
import pytest
from drawings import disc_mask
from gestures import RIGHT, at, drag, move, press, release, wheel
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from unet_desktop.gui.window.main_window import MainWindow


def mask_of(window: MainWindow) -> np.ndarray:
    mask = window.app.editor.mask
    assert mask is not None
    return mask


def test_a_drag_is_one_step_and_undo_takes_it_back(opened: MainWindow) -> None:
    opened.app.options.set_diameter(10)
    drag(opened.canvas, [(40.5, 40.5), (60.5, 40.5), (60.5, 60.5)])
    painted = mask_of(opened).copy()
    assert painted[40, 40] == painted[40, 60] == painted[60, 60] == 1
    assert painted[60, 40] == 0
    assert opened.app.editor.history.names == ("Brush optic disc",)
    QTest.keyClick(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not mask_of(opened).any()
    QTest.keyClick(opened, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_array_equal(mask_of(opened), painted)
    QTest.keyClick(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    np.testing.assert_array_equal(mask_of(opened), painted)


def test_number_keys_choose_the_label(opened: MainWindow) -> None:
    QTest.keyClick(opened, Qt.Key.Key_2)
    drag(opened.canvas, [(80.5, 60.5), (82.5, 60.5)])
    assert mask_of(opened)[60, 80] == 2
    QTest.keyClick(opened, Qt.Key.Key_1)
    drag(opened.canvas, [(80.5, 60.5), (82.5, 60.5)])
    assert mask_of(opened)[60, 80] == 2  # the cup lies inside the disc and stays
    QTest.keyClick(opened, Qt.Key.Key_7)  # there are two labels only
    assert opened.app.options.label == opened.app.session.project.labels.labels[0]


def test_the_right_button_and_the_eraser_erase(opened: MainWindow) -> None:
    opened.app.session.open_case("d")
    opened.app.options.set_diameter(6)
    drag(opened.canvas, [(80.5, 60.5), (84.5, 60.5)], RIGHT)
    assert mask_of(opened)[60, 80] == 0
    QTest.keyClick(opened, Qt.Key.Key_E)
    QTest.keyClick(opened, Qt.Key.Key_2)
    drag(opened.canvas, [(80.5, 52.5), (84.5, 52.5)])
    assert mask_of(opened)[52, 80] == 1  # erasing the cup leaves disc
    assert opened.app.editor.history.names == ("Erase optic disc", "Erase optic cup")


def test_escape_abandons_the_stroke(opened: MainWindow) -> None:
    press(opened.canvas, (40, 40))
    move(opened.canvas, (60, 60))
    assert mask_of(opened).any()
    QTest.keyClick(opened.canvas, Qt.Key.Key_Escape)
    assert not mask_of(opened).any()
    move(opened.canvas, (70, 70))
    release(opened.canvas, (70, 70))
    assert not mask_of(opened).any()
    assert not opened.app.editor.history.can_undo


def test_shift_draws_a_straight_line_from_the_last_end(opened: MainWindow) -> None:
    opened.app.options.set_diameter(4)
    drag(opened.canvas, [(20.5, 20.5), (21.5, 20.5)])
    drag(opened.canvas, [(101.5, 20.5)], modifiers=Qt.KeyboardModifier.ShiftModifier)
    assert mask_of(opened)[20, 21:101].all()
    assert len(opened.app.editor.history.names) == 2


def test_brush_size_by_keys_and_wheel(opened: MainWindow) -> None:
    options = opened.app.options
    options.set_diameter(40)
    QTest.keyClick(opened, Qt.Key.Key_BracketRight)
    assert options.diameter == 45
    QTest.keyClick(opened, Qt.Key.Key_BracketLeft)
    assert options.diameter == 40
    scale = opened.canvas.viewport.scale
    wheel(opened.canvas, at(opened.canvas, 80, 60), 2, Qt.KeyboardModifier.ControlModifier)
    assert options.diameter > 45
    assert opened.canvas.viewport.scale == scale
    options.set_diameter(1)
    QTest.keyClick(opened, Qt.Key.Key_BracketRight)
    assert options.diameter == 2


def test_painting_without_a_case_does_nothing(window: MainWindow) -> None:
    window.pages.setCurrentWidget(window.split_view)
    press(window.canvas, (10, 10))
    release(window.canvas, (10, 10))
    assert window.app.editor.mask is None


def test_history_is_kept_while_another_case_is_open(opened: MainWindow) -> None:
    drag(opened.canvas, [(40, 40), (60, 60)])
    QTest.keyClick(opened, Qt.Key.Key_N)
    assert opened.app.session.case_id == "b"
    assert not opened.app.editor.history.can_undo
    QTest.keyClick(opened, Qt.Key.Key_P)
    QTest.keyClick(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not mask_of(opened).any()


def test_the_ratio_follows_the_mask(opened: MainWindow, qtbot) -> None:
    opened.app.session.open_case("d")
    figure = opened.panels.measure.findChild(QLabel, "vertical")
    qtbot.waitUntil(lambda: figure.text() == "0.49")
    opened.app.editor.replace_mask("Test", disc_mask(40))
    qtbot.waitUntil(lambda: figure.text() == "0.49")
    opened.app.options.choose_label(1)
    opened.app.options.set_diameter(80)
    drag(opened.canvas, [(80, 60)])
    qtbot.waitUntil(lambda: float(figure.text()) > 0.95)


@pytest.mark.parametrize("points", [[(-50, 60), (-40, 60)], [(80, 60), (500, 60), (80, 500)]])
def test_strokes_may_leave_the_picture(opened: MainWindow, points: list[tuple[float, float]]) -> None:
    drag(opened.canvas, points)
    assert mask_of(opened).shape == (120, 160)


def test_a_button_that_went_up_under_a_dialog_paints_no_more(opened: MainWindow) -> None:
    press(opened.canvas, (40, 60))
    move(opened.canvas, (60, 60))
    move(opened.canvas, (140, 60), Qt.MouseButton.NoButton)  # Qt keeps a release from what a dialog covers
    move(opened.canvas, (140, 100), Qt.MouseButton.NoButton)
    assert opened.app.editor.mask[60, 60]
    assert not opened.app.editor.mask[:, 120:].any()
    assert opened.app.editor.history.names == ("Brush optic disc",)
    press(opened.canvas, (80, 60), Qt.MouseButton.MiddleButton)
    left = opened.canvas.viewport.left
    move(opened.canvas, (20, 60), Qt.MouseButton.NoButton)
    assert opened.canvas.viewport.left == left
