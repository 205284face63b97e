"""Zooming to the mask in each case that is opened."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSlider
from pytestqt.qtbot import QtBot
from window_parts import part

from unet_desktop.gui.settings.settings import Store
from unet_desktop.gui.settings.view_options import View, view_from_json
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE
from unet_desktop.masks.drawing import MaskStyle


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
    assert Store().settings.view.close_up


def test_a_new_user_of_disc_and_cup_sees_each_case_close_up_and_outlines_alone(
    opened: MainWindow, qtbot: QtBot
) -> None:
    opened.app.view_options.set_view(View())
    session, canvas = opened.app.session, opened.canvas
    whole = canvas.viewport.scale
    session.open_case("d")
    assert canvas.viewport.scale > 1.2 * whole
    assert opened.actions_by_id["view.close_up"].isChecked()
    assert opened.actions_by_id["style.outline"].isChecked()
    qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ShiftModifier)
    session.open_case("c")
    assert canvas.viewport.scale == whole
    opened.close()
    assert Store().settings.view.close_up is False


def test_where_a_label_may_occur_many_times_whole_pictures_open() -> None:
    assert View().opens_close_up(DISC_AND_CUP)
    assert not View().opens_close_up(ONE_STRUCTURE)
    assert not View().opens_close_up(None)


@pytest.mark.parametrize(("close_up", "style"), [(False, "both"), (True, "fill")])
def test_what_earlier_versions_stored_stays(close_up: bool, style: str) -> None:
    stored = {"close_up": close_up, "style": style, "opacity": 0.4}
    view = view_from_json(json.loads(json.dumps(stored)))
    assert view.close_up is close_up
    assert view.style.value == style
    assert view_from_json(json.loads(json.dumps(View().to_json()))) == View()


def test_an_opacity_fills_outlines(opened: MainWindow) -> None:
    opened.app.view_options.set_view(View())
    slider = part(opened.panels.tools, QSlider, "opacity")
    assert slider.value() == 0
    slider.setValue(30)
    assert opened.app.view_options.view.style is MaskStyle.BOTH
    assert opened.app.view_options.view.opacity == 0.3
