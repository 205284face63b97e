"""The magic wand: takes the bright disc of the test pictures; dragging changes the tolerance."""

from __future__ import annotations

import numpy as np
import pytest
from drawings import disc_mask
from gestures import LEFT, PLAIN, RIGHT, at, drag, move, press, release
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSlider, QSpinBox
from window_parts import part

from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.masks.compare import dice
from unet_desktop.masks.reshape import Combine
from unet_desktop.masks.shapes import colour_selection

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def wand(opened: MainWindow) -> MainWindow:
    """The window with the wand in use."""
    QTest.keyClick(opened, Qt.Key.Key_C)
    opened.canvas.zoom_to(4)
    return opened


def mask_of(window: MainWindow) -> np.ndarray:
    mask = window.app.editor.mask
    assert mask is not None
    return mask


def test_a_click_takes_the_disc(wand: MainWindow) -> None:
    drag(wand.canvas, [(85.5, 65.5)])
    assert dice(mask_of(wand) == 1, disc_mask() > 0) > 0.98
    assert wand.app.editor.history.names == ("Wand optic disc",)
    QTest.keyClick(wand, Qt.Key.Key_Z, CTRL)
    assert not mask_of(wand).any()


def test_dragging_changes_the_tolerance_and_the_mask_shows_it(wand: MainWindow) -> None:
    settings = wand.panels.tools.settings.tolerance
    wand.app.options.set_tolerance(20)
    press(wand.canvas, (85.5, 65.5))
    move(wand.canvas, (135.5, 65.5))
    assert wand.app.options.tolerance == part(settings, QSpinBox).value() == 60
    assert mask_of(wand).all()  # the ground is less than 60 % away from the disc
    move(wand.canvas, (75.5, 65.5))
    assert wand.app.options.tolerance == 12
    assert dice(mask_of(wand) == 1, disc_mask() > 0) > 0.98
    release(wand.canvas, (75.5, 65.5))
    assert len(wand.app.editor.history.names) == 1


def test_escape_abandons(wand: MainWindow) -> None:
    press(wand.canvas, (85.5, 65.5))
    assert mask_of(wand).any()
    QTest.keyClick(wand.canvas, Qt.Key.Key_Escape)
    move(wand.canvas, (105.5, 65.5))
    release(wand.canvas, (105.5, 65.5))
    assert not mask_of(wand).any()
    assert not wand.app.editor.history.can_undo


@pytest.mark.parametrize(("button", "modifiers"), [(RIGHT, PLAIN), (LEFT, CTRL)])
def test_the_right_button_or_ctrl_takes_away(wand: MainWindow, button, modifiers) -> None:
    wand.app.session.open_case("d")
    wand.canvas.zoom_to(4)
    drag(wand.canvas, [(85.5, 65.5)], button, modifiers)
    assert (mask_of(wand) > 0).sum() < 150
    assert wand.app.editor.history.names == ("Subtract wand from optic disc",)


def test_it_replaces_the_region(wand: MainWindow) -> None:
    mask_of(wand)[5:12, 5:12] = 1
    wand.app.options.choose_combine(Combine.REPLACE)
    drag(wand.canvas, [(85.5, 65.5)])
    assert not mask_of(wand)[5:12, 5:12].any()
    assert mask_of(wand)[60, 80] == 1


def test_outside_the_picture_nothing_happens(wand: MainWindow) -> None:
    wand.canvas.zoom_to(2)
    drag(wand.canvas, [(-9.0, 40.0), (30.0, 40.0)])
    assert not mask_of(wand).any()
    assert not wand.app.editor.drawing


def test_the_slider_sets_the_tolerance(wand: MainWindow) -> None:
    settings = wand.panels.tools.settings.tolerance
    assert settings.isVisibleTo(wand.panels.tools)
    part(settings, QSlider).setValue(33)
    assert wand.app.options.tolerance == part(settings, QSpinBox).value() == 33
    QTest.keyClick(wand, Qt.Key.Key_B)
    assert not settings.isVisibleTo(wand.panels.tools)


def test_a_dragged_tolerance_holds_for_one_use(wand: MainWindow) -> None:
    wand.app.options.set_tolerance(20)
    drag(wand.canvas, [(85.5, 65.5), (110.5, 65.5)])
    assert wand.app.options.tolerance > 20
    press(wand.canvas, (85.5, 65.5))
    assert wand.app.options.tolerance == 20
    release(wand.canvas, (85.5, 65.5))


def test_another_tolerance_selects_anew_until_something_else_is_done(wand: MainWindow) -> None:
    slider = part(wand.panels.tools.settings.tolerance, QSlider)
    slider.setValue(12)
    drag(wand.canvas, [(85.5, 65.5)])
    small = mask_of(wand).copy()
    slider.setValue(60)
    assert mask_of(wand).sum() > small.sum()
    slider.setValue(12)
    np.testing.assert_array_equal(mask_of(wand), small)
    assert wand.app.editor.history.names == ("Wand optic disc",)
    slider.setValue(60)
    QTest.keyClick(wand, Qt.Key.Key_B)  # the use is over, and so is its tolerance
    assert wand.app.options.tolerance == 12
    QTest.keyClick(wand, Qt.Key.Key_C)
    slider.setValue(30)  # nothing was selected since, so this is the one that stays
    drag(wand.canvas, [(5.5, 5.5)])
    drag(wand.canvas, [(85.5, 65.5)])
    assert wand.app.options.tolerance == 30


def test_a_double_click_selects_once_and_does_not_zoom(wand: MainWindow) -> None:
    before = wand.canvas.viewport
    drag(wand.canvas, [(85.5, 65.5)])
    selected = mask_of(wand).copy()
    QTest.mouseDClick(wand.canvas, LEFT, PLAIN, at(wand.canvas, 85.5, 65.5))
    release(wand.canvas, (85.5, 65.5))
    np.testing.assert_array_equal(mask_of(wand), selected)
    assert wand.app.editor.history.names == ("Wand optic disc",)
    assert wand.canvas.viewport == before


def test_what_goes_on_beyond_its_reach_is_said(wand: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(colour_selection, "SIDE", 16)
    drag(wand.canvas, [(85.5, 65.5)])
    assert wand.panels.status.currentMessage().startswith("The selection reaches the wand's limit")
