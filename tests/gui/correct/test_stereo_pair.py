"""The proposal of a picture that shows two photographs says so, and which of them it marks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication, QLabel

from unet_desktop.gui.correct.prediction_controls import PredictionControls
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.masks.synthetic import synthetic_fundus
from unet_desktop.project.project import Project


def warning_of(window: MainWindow, folder: Path, pixels: np.ndarray, mask: np.ndarray) -> QLabel:
    """The warning beside the proposal of a new project's only case."""
    project = Project.create(folder / "project", DISC_AND_CUP, "Test")
    write_jpeg(folder / "eye.jpg", pixels)
    project.add_image(folder / "eye.jpg")
    project.save_prediction("eye", mask, model="f00d", confidence=0.8)
    window.commands.projects.open_root(project.root)
    QApplication.processEvents()
    controls = window.findChild(PredictionControls)
    assert controls is not None
    label = controls.findChild(QLabel, "unfamiliar")
    assert label is not None
    return label


def test_a_stereo_pair_is_said(window, tmp_path):
    eye = synthetic_fundus(1, 320)
    pixels = np.hstack([eye.pixels[:, :300], eye.pixels[:, 20:]])
    mask = np.zeros(pixels.shape[:2], np.uint8)
    mask[:, 300:] = eye.mask[:, 20:]
    label = warning_of(window, tmp_path, pixels, mask)
    assert label.isVisible()
    assert label.text() == (
        "It looks like a stereo pair: the same optic disc left and right. Only the right one is marked."
    )


def test_one_photograph_says_nothing(window, tmp_path):
    eye = synthetic_fundus(1, 320)
    assert not warning_of(window, tmp_path, eye.pixels, eye.mask).isVisible()
