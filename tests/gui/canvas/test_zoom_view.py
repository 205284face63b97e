"""Zoom and pan: the point under the pointer stays, double click fits, a click before it leaves no mark."""

from __future__ import annotations

import pytest
from gestures import MIDDLE, at, drag, move, release, wheel
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from unet_desktop.gui.canvas.viewport import Viewport, fit_picture
from unet_desktop.gui.window.main_window import MainWindow


@pytest.mark.parametrize("notches", [1, 5, -1, 0.25])
def test_the_wheel_keeps_the_point_under_the_pointer(opened: MainWindow, notches: float) -> None:
    canvas = opened.canvas
    place = QPoint(200, 300)
    before = canvas.viewport.to_image(200, 300)
    scale = canvas.viewport.scale
    wheel(canvas, place, notches)
    assert canvas.viewport.to_image(200, 300) == pytest.approx(before)
    assert canvas.viewport.scale == pytest.approx(scale * 1.25**notches)


def test_zoom_has_limits(opened: MainWindow) -> None:
    for _ in range(100):
        wheel(opened.canvas, QPoint(200, 300), 3)
    assert opened.canvas.viewport.scale == 80
    for _ in range(100):
        wheel(opened.canvas, QPoint(200, 300), -3)
    assert 0.1 < opened.canvas.viewport.scale < 1


def test_the_middle_button_and_space_pan(opened: MainWindow) -> None:
    canvas = opened.canvas
    before = canvas.viewport
    drag(canvas, [(80, 60), (90, 60)], MIDDLE)
    assert canvas.viewport.left == pytest.approx(before.left + 10 * before.scale, abs=2)
    canvas.setFocus()
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    drag(canvas, [(80, 60), (70, 50)])
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.viewport.left == pytest.approx(before.left, abs=3)
    assert not opened.app.editor.history.can_undo


def test_two_quick_dabs_are_two_dabs(opened: MainWindow) -> None:
    canvas, editor = opened.canvas, opened.app.editor
    opened.app.options.set_diameter(10)
    QTest.keyClick(opened, Qt.Key.Key_Plus)
    before = canvas.viewport
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at(canvas, 80, 60))
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=at(canvas, 82, 60))
    release(canvas, (82, 60))
    assert canvas.viewport == before
    assert editor.history.names == ("Brush optic disc", "Brush optic disc")


@pytest.mark.parametrize("button", [Qt.MouseButton.MiddleButton, Qt.MouseButton.LeftButton])
def test_a_double_click_with_what_pans_shows_the_whole_picture(opened: MainWindow, button: Qt.MouseButton) -> None:
    canvas = opened.canvas
    QTest.keyClick(opened, Qt.Key.Key_Plus)
    canvas.setFocus()
    if button is Qt.MouseButton.LeftButton:
        QTest.keyPress(canvas, Qt.Key.Key_Space)
    QTest.mouseClick(canvas, button, pos=at(canvas, 80, 60))
    QTest.mouseDClick(canvas, button, pos=at(canvas, 80, 60))
    QTest.mouseRelease(canvas, button, pos=at(canvas, 80, 60))
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.viewport == fit_picture((canvas.width(), canvas.height()), (160, 120))
    assert not opened.app.editor.mask.any()


def test_a_double_click_fits_where_nothing_may_be_painted_and_no_later_click_does(opened: MainWindow) -> None:
    canvas, editor = opened.canvas, opened.app.editor
    whole = fit_picture((canvas.width(), canvas.height()), (160, 120))
    editor.locked = True
    canvas.zoom_by(2)
    place = at(canvas, 80, 60)
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=place)
    assert canvas.viewport == whole
    editor.locked = False
    canvas.zoom_by(2)
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place)
    assert canvas.viewport != whole
    assert editor.history.names == ("Brush optic disc",)


def test_a_double_click_that_is_dragged_paints(opened: MainWindow) -> None:
    canvas = opened.canvas
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at(canvas, 40, 60))
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=at(canvas, 40, 60))
    move(canvas, (90, 60))
    release(canvas, (90, 60))
    assert opened.app.editor.mask[60, 40:90].all()


def test_the_picture_stays_fitted_while_the_window_changes(opened: MainWindow, qtbot) -> None:
    canvas = opened.canvas
    opened.resize(1000, 700)
    qtbot.waitUntil(lambda: canvas.viewport == fit_picture((canvas.width(), canvas.height()), (160, 120)))
    QTest.keyClick(opened, Qt.Key.Key_Plus)
    scale = canvas.viewport.scale
    opened.resize(1200, 800)
    qtbot.wait(20)
    assert canvas.viewport.scale == scale
    QTest.keyClick(opened, Qt.Key.Key_F)
    assert canvas.viewport == fit_picture((canvas.width(), canvas.height()), (160, 120))


def test_zoom_to_the_mask(opened: MainWindow) -> None:
    opened.app.session.open_case("d")
    QTest.keyClick(opened, Qt.Key.Key_Z)
    middle = opened.canvas.viewport.to_image(opened.canvas.width() / 2, opened.canvas.height() / 2)
    assert middle == pytest.approx((80.5, 60.5), abs=1)


NUMBERS = st.floats(-1e4, 1e4)


@given(NUMBERS, NUMBERS, st.floats(0.01, 80), st.floats(0.01, 80), NUMBERS, NUMBERS)
def test_to_view_undoes_to_image(left: float, top: float, scale: float, to: float, x: float, y: float) -> None:
    viewport = Viewport(scale, left, top)
    assert viewport.to_view(*viewport.to_image(x, y)) == pytest.approx((x, y), abs=1e-6)
    zoomed = viewport.zoom(to, x, y)
    assert zoomed.to_view(*viewport.to_image(x, y)) == pytest.approx((x, y), rel=1e-6, abs=1e-4)
