"""The overlay: H toggles, holding it only peeks, opacity by key and slider."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QSlider
from window_parts import case_rows, part

from unet_desktop.gui.view import commands
from unet_desktop.gui.window.main_window import MainWindow

NONE = Qt.KeyboardModifier.NoModifier


def test_a_short_press_toggles(opened: MainWindow) -> None:
    opened.canvas.setFocus()
    QTest.keyClick(opened.canvas, Qt.Key.Key_H)
    assert not opened.app.view_options.view.visible
    assert not part(opened.panels.tools.overlay, QCheckBox, "show_mask").isChecked()
    assert not opened.actions_by_id["view.overlay"].isChecked()
    QTest.keyClick(opened.canvas, Qt.Key.Key_H)
    assert opened.app.view_options.view.visible
    assert opened.actions_by_id["view.overlay"].isChecked()


def test_holding_peeks(opened: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    opened.canvas.setFocus()
    QTest.keyPress(opened.canvas, Qt.Key.Key_H)
    assert not opened.app.view_options.view.visible
    monkeypatch.setattr(commands, "_HELD", -1.0)  # as if it had been held that long
    QTest.keyRelease(opened.canvas, Qt.Key.Key_H)
    assert opened.app.view_options.view.visible


def keys(window: MainWindow, kind: QEvent.Type, *, repeats: bool = False, modifiers=NONE, key=Qt.Key.Key_H) -> None:
    QApplication.sendEvent(window.canvas, QKeyEvent(kind, key, modifiers, 43, 0, 0, "h", repeats))


DOWN, UP = QEvent.Type.KeyPress, QEvent.Type.KeyRelease


def test_holding_survives_the_keys_repeating(opened: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    view = opened.app.view_options
    opened.canvas.setFocus()
    keys(opened, DOWN)
    for _ in range(5):
        keys(opened, UP, repeats=True)
        keys(opened, DOWN, repeats=True)
        assert not view.view.visible
    monkeypatch.setattr(commands, "_HELD", -1.0)
    keys(opened, UP)
    assert view.view.visible


def test_and_so_on_systems_that_let_it_go_to_repeat_it(opened: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(commands.time, "monotonic", lambda: now[0])
    view = opened.app.view_options
    opened.canvas.setFocus()
    keys(opened, DOWN)
    now[0] += 0.25
    for _ in range(20):
        keys(opened, UP)
        now[0] += 0.001
        keys(opened, DOWN)
        assert not view.view.visible
        now[0] += 0.04
    keys(opened, UP)
    assert view.view.visible
    now[0] += 1
    keys(opened, DOWN)  # two short presses after one another are two
    keys(opened, UP)
    assert not view.view.visible


def test_shift_shows_uncertainty_and_leaves_the_mask(opened: MainWindow) -> None:
    view = opened.app.view_options
    opened.canvas.setFocus()
    QTest.keyClick(opened.canvas, Qt.Key.Key_H)
    QTest.keyClick(opened.canvas, Qt.Key.Key_H)
    before = view.view.uncertainty
    keys(opened, DOWN, modifiers=Qt.KeyboardModifier.ShiftModifier)
    keys(opened, UP)  # Shift was let go first
    assert view.view.uncertainty is not before
    assert view.view.visible


def test_holding_works_in_a_list_too(opened: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = case_rows(opened)
    rows.setFocus()
    monkeypatch.setattr(commands, "_HELD", -1.0)
    QTest.keyPress(rows, Qt.Key.Key_H)
    assert not opened.app.view_options.view.visible
    QTest.keyRelease(rows, Qt.Key.Key_H)
    assert opened.app.view_options.view.visible


def test_opacity(opened: MainWindow) -> None:
    QTest.keyClick(opened, Qt.Key.Key_Period)
    assert opened.app.view_options.view.opacity == 0.5
    assert part(opened.panels.tools.overlay, QSlider, "opacity").value() == 50
    part(opened.panels.tools.overlay, QSlider, "opacity").setValue(80)
    assert opened.app.view_options.view.opacity == 0.8
    for _ in range(20):
        QTest.keyClick(opened, Qt.Key.Key_Comma)
    assert opened.app.view_options.view.opacity == 0.0
