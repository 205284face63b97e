"""Ring and cursor: true size, small ones seen, figures while the size changes, white for erasing, cheap repaints."""

from __future__ import annotations

import numpy as np
import pytest
from gestures import PLAIN, RIGHT, at, drag, move, press, release, wheel
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QMouseEvent, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QSlider, QWidget
from window_parts import layers_of, part

from unet_desktop.gui.canvas.cursors import point_cursor
from unet_desktop.gui.correct import brush_size_hint
from unet_desktop.gui.window.main_window import MainWindow

NONE = Qt.MouseButton.NoButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def colour_at(window: MainWindow, place: QPoint) -> tuple[int, int, int]:
    """The brightest within three pixels to the left or right: lines are antialiased."""
    image = window.canvas.grab().toImage()
    near = [image.pixelColor(place + QPoint(across, 0)) for across in range(-3, 4)]
    return max((colour.red(), colour.green(), colour.blue()) for colour in near)


def ring_point(window: MainWindow, x: float, y: float) -> QPoint:
    """A view point on the ring, right of the pointer at that image point."""
    reach = window.app.options.diameter / 2 * window.canvas.viewport.scale
    return at(window.canvas, x, y) + QPoint(round(reach), 0)


def test_ring_tools_have_no_other_cursor(opened: MainWindow) -> None:
    move(opened.canvas, (80, 60), NONE)
    assert opened.canvas.cursor().shape() is Qt.CursorShape.BlankCursor
    QTest.keyPress(opened.canvas, Qt.Key.Key_Space)
    assert opened.canvas.cursor().shape() is Qt.CursorShape.OpenHandCursor
    QTest.keyRelease(opened.canvas, Qt.Key.Key_Space)
    assert opened.canvas.cursor().shape() is Qt.CursorShape.BlankCursor


@pytest.mark.parametrize("density", [1.0, 2.0])
def test_the_crosshair_is_free_in_the_middle_and_sharp(density: float) -> None:
    cursor = point_cursor(density)
    image = cursor.pixmap().toImage()
    middle = round(15.5 * density)
    assert image.width() == round(31 * density)
    assert cursor.hotSpot() == QPoint(15, 15)
    assert image.pixelColor(middle, middle).alpha() == 0
    assert image.pixelColor(round(5 * density), round(15 * density)).value() > 200


@pytest.mark.parametrize("diameter", [1, 2, 40])
def test_the_ring_can_be_seen_at_any_size(opened: MainWindow, diameter: int) -> None:
    opened.canvas.zoom_to(1)
    opened.app.options.set_diameter(diameter)
    opened.canvas.show_ring_size(False)
    place = at(opened.canvas, 20, 20)
    before = opened.canvas.grab().toImage()
    move(opened.canvas, (20, 20), NONE)
    after = opened.canvas.grab().toImage()
    around = QRect(place - QPoint(30, 30), place + QPoint(30, 30))
    changed = sum(
        before.pixel(x, y) != after.pixel(x, y)
        for x in range(around.left(), around.right())
        for y in range(around.top(), around.bottom())
    )
    assert changed > 50


@pytest.mark.parametrize("way", ["key", "wheel", "slider"])
def test_the_size_is_shown_in_figures_while_it_changes(opened: MainWindow, monkeypatch, qtbot, way: str) -> None:
    shown = layers_of(opened.canvas).cursor
    if way == "key":
        QTest.keyClick(opened, Qt.Key.Key_BracketRight)
    elif way == "wheel":
        wheel(opened.canvas, at(opened.canvas, 80, 60), 1, CTRL)
    else:
        part(opened.panels.tools.settings.brush_size, QSlider).setValue(40)
    assert shown.shows_size
    assert not shown.bounds.isNull()  # in the middle of the view when the pointer is away
    qtbot.waitUntil(lambda: not shown.shows_size, timeout=brush_size_hint.MOMENT + 2000)
    if way != "wheel":
        assert shown.bounds.isNull()


def test_other_changes_show_no_figures(opened: MainWindow) -> None:
    QTest.keyClick(opened, Qt.Key.Key_2)
    QTest.keyClick(opened, Qt.Key.Key_E)
    assert not layers_of(opened.canvas).cursor.shows_size


def test_the_ring_is_white_while_ctrl_is_held(opened: MainWindow) -> None:
    opened.app.options.set_diameter(30)
    opened.canvas.show_ring_size(False)
    opened.canvas.setFocus()
    move(opened.canvas, (40, 40), NONE)
    place = ring_point(opened, 40, 40)
    plain = colour_at(opened, place)
    QTest.keyPress(opened.canvas, Qt.Key.Key_Control)
    white = colour_at(opened, place)
    assert min(white) > 200 > min(plain) + 60
    QTest.keyRelease(opened.canvas, Qt.Key.Key_Control)
    assert colour_at(opened, place) == plain
    move(opened.canvas, (40, 40), NONE, CTRL)  # the canvas need not have the keyboard
    assert colour_at(opened, place) == white


def test_the_ring_is_white_while_the_right_button_erases(opened: MainWindow) -> None:
    cursor = layers_of(opened.canvas).cursor
    press(opened.canvas, (40, 40), RIGHT)
    assert cursor.erasing
    move(opened.canvas, (50, 40), RIGHT)
    assert cursor.erasing
    release(opened.canvas, (50, 40), RIGHT)
    assert not cursor.erasing


def test_shift_shows_the_line_before_it_is_drawn(opened: MainWindow) -> None:
    tool = opened.app.toolbox.current
    move(opened.canvas, (40, 40), NONE, SHIFT)
    assert not tool.sketch.lines  # there is no end to start from
    drag(opened.canvas, [(20.5, 20.5), (30.5, 20.5)])
    move(opened.canvas, (60.5, 50.5), NONE)
    assert not tool.sketch.lines
    QTest.keyPress(opened.canvas, Qt.Key.Key_Shift)
    (line,) = tool.sketch.lines
    assert line.points[1] == pytest.approx((60.5, 50.5), abs=1)
    move(opened.canvas, (90.5, 50.5), NONE, SHIFT)
    (line,) = layers_of(opened.canvas).sketch.sketch.lines
    assert line.points == pytest.approx(np.array([[30.5, 20.5], [90.5, 50.5]]), abs=1)
    assert line.dashed
    QTest.keyRelease(opened.canvas, Qt.Key.Key_Shift)
    assert not layers_of(opened.canvas).sketch.sketch.lines
    QTest.keyPress(opened.canvas, Qt.Key.Key_Shift)
    QTest.keyClick(opened, Qt.Key.Key_V)
    assert not layers_of(opened.canvas).sketch.sketch.lines
    QTest.keyRelease(opened.canvas, Qt.Key.Key_Shift)


class _Painted(QObject):
    """The rectangles that a widget was asked to paint."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.rects: list[QRect] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.rects.append(event.rect())
        return False


def test_moving_the_ring_repaints_little(opened: MainWindow) -> None:
    """The box round both places of the ring, not the view."""
    opened.app.options.set_diameter(10)
    opened.canvas.show_ring_size(False)
    move(opened.canvas, (60, 60), NONE)
    QApplication.processEvents()
    painted = _Painted(opened.canvas)
    move(opened.canvas, (61, 60), NONE)
    QApplication.processEvents()
    side = 11 * opened.canvas.viewport.scale + 40
    assert painted.rects
    assert all(rect.width() <= side and rect.height() <= side for rect in painted.rects)


def test_the_ring_goes_with_the_pointer(opened: MainWindow) -> None:
    move(opened.canvas, (40, 40), NONE)
    assert not layers_of(opened.canvas).cursor.bounds.isNull()
    place = QPointF(5, 5)
    QApplication.sendEvent(opened.canvas, QEvent(QEvent.Type.Leave))
    assert layers_of(opened.canvas).cursor.bounds.isNull()
    event = QMouseEvent(QEvent.Type.MouseMove, place, opened.canvas.mapToGlobal(place), NONE, NONE, PLAIN)
    QApplication.sendEvent(opened.canvas, event)
    assert not layers_of(opened.canvas).cursor.bounds.isNull()
