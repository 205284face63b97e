"""What training takes of the cores is chosen in the training panel, kept, and passed on to the training."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from unet_desktop.engine.config import PRESETS
from unet_desktop.engine.device.cpu_priority import training_threads
from unet_desktop.gui.settings.settings import Store
from unet_desktop.gui.window.main_window import MainWindow


@pytest.mark.parametrize(
    ("cores", "platform", "threads", "wanted"),
    [
        ("all", "win32", 4, 4),
        ("spare", "linux", 4, 3),
        ("spare", "linux", 1, 1),
        ("auto", "linux", 4, 4),
        ("auto", "win32", 4, 3),
        ("auto", "win32", 2, 2),
    ],
)
def test_threads_that_train(monkeypatch, cores, platform, threads, wanted):
    monkeypatch.setattr("unet_desktop.engine.device.cpu_priority.sys.platform", platform)
    assert training_threads(cores, threads) == wanted


def test_the_choice_is_kept_and_used(qtbot: QtBot, opened: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    box = opened.panels.training.findChild(QComboBox, "cores")
    assert box is not None
    assert box.currentData() == "auto"
    qtbot.keyClick(box, Qt.Key.Key_End)
    assert box.currentData() == "spare"
    assert Store().settings.cores == "spare"
    asked: list[str] = []

    def train(*_: object, cores: str, **__: object) -> Iterator[object]:
        asked.append(cores)
        return iter(())

    monkeypatch.setattr("unet_desktop.tasks.train.train_project", train)
    opened.app.project_jobs.train(PRESETS["fast"], from_scratch=True)
    qtbot.waitUntil(lambda: not opened.app.runner.busy)
    assert asked == ["spare"]
