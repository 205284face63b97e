"""Push edge: outwards from inside, inwards from outside or with the right button, one step a drag, abandoning."""

from __future__ import annotations

import numpy as np
from drawings import disc_mask
from gestures import RIGHT, drag, move, press, release
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from unet_desktop.gui.window.main_window import MainWindow


def ready(opened: MainWindow) -> np.ndarray:
    """The mask of case d, a disc round (80, 60) of radius 30, with the tool in use at 30 px."""
    opened.app.session.open_case("d")
    QTest.keyClick(opened, Qt.Key.Key_V)
    opened.app.options.set_diameter(30)
    assert opened.app.toolbox.current.ring == 30
    mask = opened.app.editor.mask
    assert mask is not None
    return mask


def right_end(mask: np.ndarray) -> int:
    return int(np.flatnonzero(mask[60])[-1]) + 1


def test_pressed_inside_it_pushes_outwards(opened: MainWindow) -> None:
    mask = ready(opened)
    drag(opened.canvas, [(109, 60.5), (112, 60.5), (119, 60.5)])
    assert 118 <= right_end(mask) <= 122
    assert opened.app.editor.history.names == ("Push optic disc",)
    QTest.keyClick(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_array_equal(mask, disc_mask())


def test_pressed_outside_or_with_the_right_button_it_pushes_inwards(opened: MainWindow) -> None:
    mask = ready(opened)
    drag(opened.canvas, [(112, 60.5), (104, 60.5)])
    assert 100 <= right_end(mask) <= 104
    drag(opened.canvas, [(50.5, 60.5), (58.5, 60.5)], RIGHT)
    assert 56 <= int(np.flatnonzero(mask[60])[0]) <= 60
    assert len(opened.app.editor.history.names) == 2


def test_escape_abandons_it(opened: MainWindow) -> None:
    mask = ready(opened)
    press(opened.canvas, (109, 60.5))
    move(opened.canvas, (119, 60.5))
    assert right_end(mask) > 112
    QTest.keyClick(opened.canvas, Qt.Key.Key_Escape)
    move(opened.canvas, (125, 60.5))
    release(opened.canvas, (125, 60.5))
    np.testing.assert_array_equal(mask, disc_mask())
    assert not opened.app.editor.history.can_undo


def test_the_cup_can_be_pushed_too(opened: MainWindow) -> None:
    mask = ready(opened)
    QTest.keyClick(opened, Qt.Key.Key_2)
    drag(opened.canvas, [(94, 60.5), (100, 60.5)])
    assert (mask[60, 90:99] == 2).all()
    np.testing.assert_array_equal(mask > 0, disc_mask() > 0)
