"""Zooming to the mask in each case that is opened."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from unet_desktop.gui.window.main_window import MainWindow


def test_cases_open_close_up_once_it_is_wanted(opened: MainWindow, qtbot: QtBot) -> None:
    session, canvas = opened.app.session, opened.canvas
    session.open_case("d")
    whole = canvas.viewport.scale
    qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ShiftModifier)
    close = canvas.viewport.scale
    assert close > 1.2 * whole
    assert opened.actions_by_id["view.close_up"].isChecked()
    session.open_case("a")  # nothing is marked in it
    assert canvas.viewport.scale == whole
    session.open_case("c")  # its proposal counts
    qtbot.waitUntil(lambda: canvas.viewport.scale > 1.2 * whole)
    canvas.zoom_to(1.0)
    mine = canvas.viewport
    opened.app.proposal.changed.emit()
    assert canvas.viewport == mine
    session.open_case("d")
    assert canvas.viewport.scale == close
    qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.viewport.scale == whole


def test_it_is_kept_between_runs(opened: MainWindow, qtbot: QtBot) -> None:
    opened.actions_by_id["view.close_up"].trigger()
    opened.close()
    from unet_desktop.gui.settings.settings import Store

    assert Store().settings.view.close_up
