"""The overlay: H toggles, holding it only peeks, opacity by key and slider."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QSlider
from window_parts import part

from unet_desktop.gui.view import commands
from unet_desktop.gui.window.main_window import MainWindow


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


def test_opacity(opened: MainWindow) -> None:
    QTest.keyClick(opened, Qt.Key.Key_Period)
    assert opened.app.view_options.view.opacity == 0.5
    assert part(opened.panels.tools.overlay, QSlider, "opacity").value() == 50
    part(opened.panels.tools.overlay, QSlider, "opacity").setValue(80)
    assert opened.app.view_options.view.opacity == 0.8
    for _ in range(20):
        QTest.keyClick(opened, Qt.Key.Key_Comma)
    assert opened.app.view_options.view.opacity == 0.0
