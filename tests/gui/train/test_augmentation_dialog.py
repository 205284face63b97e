"""Augmented pictures before training: asked for in the form, drawn in the job's thread, shown in a dialog."""

from __future__ import annotations

import sys
import types

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QMessageBox, QPushButton

from unet_desktop.engine.config import TrainConfig
from unet_desktop.errors import TrainingError
from unet_desktop.gui.train.augmentation import AugmentationDialog
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.tasks.events import AugmentedSheet


def sheet() -> np.ndarray:
    """Red left, blue right."""
    pixels = np.zeros((300, 400, 3), np.uint8)
    pixels[:, :200, 0] = pixels[:, 200:, 2] = 200
    return pixels


def ask(window: MainWindow, qtbot, monkeypatch, draw) -> None:
    module = types.ModuleType("unet_desktop.tasks.show_augmentation")
    module.show_augmentation = draw  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    button = window.panels.training.findChild(QPushButton, "show_augmentation")
    assert button is not None
    button.click()
    assert not button.isEnabled()  # while it is drawn
    qtbot.waitUntil(lambda: not window.app.runner.busy)
    assert button.isEnabled()


def test_pictures_are_drawn_with_the_forms_settings_and_shown(opened: MainWindow, qtbot, monkeypatch) -> None:
    asked = []

    def draw(root, config):
        asked.append((root, config))
        yield AugmentedSheet(sheet())

    ask(opened, qtbot, monkeypatch, draw)
    ((root, config),) = asked
    assert root == opened.app.session.project.root
    assert isinstance(config, TrainConfig)
    (dialog,) = opened.findChildren(AugmentationDialog)
    assert dialog.isVisible()
    picture = dialog.findChild(QLabel, "sheet").pixmap().toImage()
    assert (picture.width(), picture.height()) == (400, 300)
    assert picture.pixelColor(50, 150).red() == 200
    assert picture.pixelColor(350, 150).blue() == 200
    buttons = dialog.findChild(QDialogButtonBox)
    qtbot.mouseClick(buttons.button(QDialogButtonBox.StandardButton.Close), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not opened.findChildren(AugmentationDialog))


def test_without_a_corrected_case_it_says_so(opened: MainWindow, qtbot, monkeypatch) -> None:
    def draw(root, config):
        raise TrainingError("There is nothing to show.")
        yield

    ask(opened, qtbot, monkeypatch, draw)
    (box,) = [box for box in opened.findChildren(QMessageBox) if box.isVisible()]
    assert box.text() == "There is nothing to show."
    box.accept()
    assert not opened.findChildren(AugmentationDialog)
