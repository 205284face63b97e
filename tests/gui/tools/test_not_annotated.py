"""The "not annotated" brush: it paints 255 over anything, and takes away nothing but that."""

from __future__ import annotations

import numpy as np
from drawings import disc_mask
from gestures import RIGHT, drag
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from unet_desktop.gui.window.main_window import MainWindow


def test_it_paints_and_erases_what_is_not_annotated(opened: MainWindow) -> None:
    opened.app.session.open_case("d")
    mask = opened.app.editor.mask
    QTest.keyClick(opened, Qt.Key.Key_0)
    opened.app.options.set_diameter(10)
    drag(opened.canvas, [(60.5, 60.5), (140.5, 60.5)])
    assert (mask[60, 60:141] == 255).all()
    assert mask[50, 80] == 2
    drag(opened.canvas, [(60.5, 60.5), (60.5, 45.5), (140.5, 45.5), (140.5, 60.5)], RIGHT)
    assert not (mask[40:56] == 255).any()
    assert (mask[45, 70:90] == disc_mask()[45, 70:90]).all()
    assert mask[60, 140] == 0
    assert opened.app.editor.history.names == ("Brush not annotated", "Erase not annotated")


def test_ctrl_erases_as_the_right_button_does(opened: MainWindow) -> None:
    mask = opened.app.editor.mask
    QTest.keyClick(opened, Qt.Key.Key_0)
    drag(opened.canvas, [(60.5, 60.5), (140.5, 60.5)])
    assert (mask == 255).any()
    drag(opened.canvas, [(60.5, 60.5), (140.5, 60.5)], modifiers=Qt.KeyboardModifier.ControlModifier)
    assert not mask.any()


def test_it_is_saved_with_the_mask(opened: MainWindow) -> None:
    QTest.keyClick(opened, Qt.Key.Key_0)
    drag(opened.canvas, [(60.5, 60.5), (80.5, 60.5)])
    painted = opened.app.editor.mask.copy()
    assert opened.app.autosave.flush()
    np.testing.assert_array_equal(opened.app.session.project.load_mask("a"), painted)


def test_only_strokes_count_when_one_says_so(opened: MainWindow) -> None:
    mask = opened.app.editor.mask
    QTest.keyClick(opened, Qt.Key.Key_U, Qt.KeyboardModifier.ShiftModifier)
    assert (mask == 255).all()
    opened.app.options.set_diameter(10)
    QTest.keyClick(opened, Qt.Key.Key_B)
    drag(opened.canvas, [(60.5, 60.5), (80.5, 60.5)])
    QTest.keyClick(opened, Qt.Key.Key_E)
    drag(opened.canvas, [(60.5, 90.5), (80.5, 90.5)])
    assert (mask[60, 60:81] == 1).all()
    assert (mask[90, 60:81] == 0).all()
    assert set(np.unique(mask)) == {0, 1, 255}
    assert (mask != 255).mean() < 0.05
    assert opened.app.editor.history.names == ("Only my strokes count", "Brush optic disc", "Erase optic disc")
    opened.app.editor.go_to(0)
    assert not mask.any()


def test_what_is_drawn_already_stays_judged(opened: MainWindow) -> None:
    opened.app.session.open_case("d")
    QTest.keyClick(opened, Qt.Key.Key_U, Qt.KeyboardModifier.ShiftModifier)
    drawn = disc_mask()
    np.testing.assert_array_equal(opened.app.editor.mask, np.where(drawn == 0, 255, drawn))
