"""Z without a mask shows where the disc seems to be: by the model, else by brightness; or says that it cannot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from drawings import picture
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.images.box import Box
from unet_desktop.labels import ONE_STRUCTURE, Label, LabelSet
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.project.project import Project

BRIGHTEST = "Nothing is marked yet: this is the brightest place, which may not be the optic disc."


def shown(window: MainWindow) -> Box:
    """The part of the picture that the canvas shows."""
    canvas = window.canvas
    left, top = canvas.viewport.to_image(0, 0)
    right, bottom = canvas.viewport.to_image(canvas.width(), canvas.height())
    return Box(round(top), round(left), round(bottom), round(right))


def test_by_brightness_without_a_model(opened: MainWindow, tmp_path: Path) -> None:
    far = np.full((480, 640, 3), (90, 50, 30), np.uint8)
    far[200:320, 300:460] = picture(0)
    source = tmp_path / "e.jpg"
    write_jpeg(source, far)
    opened.app.session.project.add_image(source)
    opened.app.session.reload_cases()
    opened.app.session.open_case("e")
    before = shown(opened)
    QTest.keyClick(opened, Qt.Key.Key_Z)
    now = shown(opened)
    assert now.height < 0.6 * before.height
    assert now.top <= 230 <= 290 <= now.bottom
    assert now.left <= 350 <= 410 <= now.right
    assert opened.panels.status.currentMessage() == BRIGHTEST


def test_it_says_when_nothing_stands_out(opened: MainWindow, tmp_path: Path) -> None:
    flat = tmp_path / "e.jpg"
    write_jpeg(flat, np.full_like(picture(0), 90))
    opened.app.session.project.add_image(flat)
    opened.app.session.reload_cases()
    opened.app.session.open_case("e")
    before = shown(opened)
    QTest.keyClick(opened, Qt.Key.Key_Z)
    assert shown(opened) == before
    assert opened.panels.status.currentMessage() == "No optic disc was found in this picture; zoom with the wheel."


def test_by_the_model_if_there_is_one(opened: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    def locate(self: object, then) -> bool:
        then(Box(10, 20, 30, 40))
        return True

    monkeypatch.setattr(type(opened.app.project_jobs), "locate_in_open_case", locate)
    QTest.keyClick(opened, Qt.Key.Key_Z)
    now = shown(opened)
    assert now.top <= 10 <= 30 <= now.bottom
    assert now.height < 60
    assert not opened.panels.status.currentMessage()


def test_labels_that_are_no_single_thing_have_no_place(window: MainWindow, tmp_path: Path) -> None:
    project = Project.create(tmp_path / "cells", LabelSet((Label(1, "nucleus", "#0072b2"),)), "Test")
    source = tmp_path / "a.jpg"
    write_jpeg(source, picture(0))
    project.add_image(source)
    window.commands.projects.open_root(project.root)
    QTest.keyClick(window, Qt.Key.Key_Z)
    said = window.panels.status.currentMessage()
    assert said == "Nothing is marked in this picture yet, so there is nothing to zoom to."
    assert ONE_STRUCTURE.location_label() is None
