"""A pen: pressure changes the brush's size, the other end erases, and the mouse's events beside it do nothing."""

from __future__ import annotations

import numpy as np
import pytest
from gestures import at, press, release
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice, QPointingDeviceUniqueId, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox
from window_parts import layers_of, part

from unet_desktop.gui.settings.settings import Store
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.settings_file import SettingsFile

PRESS, MOVE, RELEASE = QEvent.Type.TabletPress, QEvent.Type.TabletMove, QEvent.Type.TabletRelease
TIP, END = QPointingDevice.PointerType.Pen, QPointingDevice.PointerType.Eraser


@pytest.fixture(scope="module")
def pens():
    """Both ends of a pen, as Qt knows devices."""
    return {
        end: QPointingDevice(
            "test pen",
            7,
            QInputDevice.DeviceType.Stylus,
            end,
            QInputDevice.Capability.Pressure,
            1,
            1,
            "",
            QPointingDeviceUniqueId(),
        )
        for end in (TIP, END)
    }


@pytest.fixture
def pen(opened: MainWindow, pens):
    """Function that sends a pen's event to the canvas."""

    def send(kind, point, pressure=1.0, end=TIP, modifiers=Qt.KeyboardModifier.NoModifier) -> QTabletEvent:
        place = QPointF(at(opened.canvas, *point))
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        event = QTabletEvent(
            kind,
            pens[end],
            place,
            QPointF(opened.canvas.mapToGlobal(place.toPoint())),
            pressure,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            modifiers,
            none if kind == MOVE else left,
            left if kind == PRESS or (kind == MOVE and pressure) else none,
        )
        QApplication.sendEvent(opened.canvas, event)
        return event

    opened.app.options.set_diameter(40)
    return send


def height_at(opened: MainWindow, column: int) -> int:
    return int((opened.app.editor.mask[:, column] > 0).sum())


def test_pressure_changes_the_size_along_one_stroke(opened: MainWindow, pen) -> None:
    assert pen(PRESS, (40.5, 60.5), 0.25).isAccepted()
    pen(MOVE, (60.5, 60.5), 0.25)
    assert abs(height_at(opened, 45) - 10) <= 2
    pen(MOVE, (120.5, 60.5), 1.0)
    pen(RELEASE, (120.5, 60.5), 0.0)
    assert abs(height_at(opened, 120) - 40) <= 2
    assert abs(height_at(opened, 35) - 0) <= 2
    assert opened.app.editor.history.names == ("Brush optic disc",)


def test_pressure_can_be_switched_off(opened: MainWindow, pen) -> None:
    box = part(opened.panels.tools.settings.pressure, QCheckBox)
    assert box.isVisibleTo(opened.panels.tools)
    box.click()
    assert not opened.app.options.pressure
    pen(PRESS, (60.5, 60.5), 0.25)
    pen(MOVE, (80.5, 60.5), 0.25)
    pen(RELEASE, (80.5, 60.5), 0.0)
    assert abs(height_at(opened, 70) - 40) <= 2


def test_the_lightest_touch_still_paints(opened: MainWindow, pen) -> None:
    pen(PRESS, (60.5, 60.5), 0.001)
    pen(RELEASE, (60.5, 60.5), 0.0)
    assert opened.app.editor.mask[60, 60] == 1


def test_the_other_end_erases(opened: MainWindow, pen) -> None:
    opened.app.session.open_case("d")
    pen(PRESS, (80.5, 60.5), 1.0, END)
    assert layers_of(opened.canvas).cursor.erasing
    pen(MOVE, (90.5, 60.5), 1.0, END)
    pen(RELEASE, (90.5, 60.5), 0.0, END)
    assert not opened.app.editor.mask[60, 75:95].any()
    assert opened.app.editor.history.names == ("Erase optic disc",)


def test_hovering_paints_nothing_and_moves_the_ring(opened: MainWindow, pen) -> None:
    pen(MOVE, (60.5, 50.5), 0.0)
    assert not opened.app.editor.mask.any()
    assert layers_of(opened.canvas).cursor.bounds.center().x() == pytest.approx(60.5, abs=1)


def test_mouse_events_beside_the_pen_do_nothing(opened: MainWindow, pen) -> None:
    """Some systems send the pen's events a second time, as a mouse's."""
    pen(PRESS, (60.5, 60.5), 0.5)
    press(opened.canvas, (60.5, 60.5))
    pen(MOVE, (80.5, 60.5), 0.5)
    release(opened.canvas, (80.5, 60.5))
    assert opened.app.editor.drawing
    pen(RELEASE, (80.5, 60.5), 0.0)
    assert opened.app.editor.history.names == ("Brush optic disc",)
    before = opened.app.editor.mask.copy()
    press(opened.canvas, (120.5, 60.5))  # and afterwards the mouse is there again
    release(opened.canvas, (120.5, 60.5))
    assert (before != opened.app.editor.mask).any()


def test_escape_abandons_the_pens_stroke(opened: MainWindow, pen) -> None:
    pen(PRESS, (60.5, 60.5))
    pen(MOVE, (80.5, 60.5))
    QTest.keyClick(opened.canvas, Qt.Key.Key_Escape)
    pen(MOVE, (90.5, 60.5))
    pen(RELEASE, (90.5, 60.5), 0.0)
    np.testing.assert_array_equal(opened.app.editor.mask, 0)


def test_shift_draws_straight_with_the_pen(opened: MainWindow, pen) -> None:
    opened.app.options.set_diameter(6)
    pen(PRESS, (40.5, 60.5))
    pen(RELEASE, (40.5, 60.5), 0.0)
    pen(PRESS, (90.5, 60.5), 1.0, modifiers=Qt.KeyboardModifier.ShiftModifier)
    pen(RELEASE, (90.5, 60.5), 0.0)
    assert opened.app.editor.mask[60, 40:91].all()


def test_whether_pressure_counts_is_kept(opened: MainWindow) -> None:
    opened.app.options.set_pressure(False)
    opened.close()
    assert not Store().settings.pen_pressure
    SettingsFile().put({"pen_pressure": None})
    assert Store().settings.pen_pressure
