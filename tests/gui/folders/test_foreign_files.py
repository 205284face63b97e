"""The window asks before a run overwrites files that are not its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from models import model
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.tasks.events import FolderEvent, ItemDone
from unet_desktop.tasks.folders import run as folders
from unet_desktop.tasks.folders.request import Request
from unet_desktop.tasks.folders.written_files import WrittenFiles


@pytest.fixture
def asked(opened: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[bool]:
    """A run into a folder that holds somebody's table has been started; the list says which runs were to replace it."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "measurements.csv").write_text("mine")
    began: list[bool] = []

    def run(request: Request) -> Iterator[FolderEvent]:
        began.append(request.replace)
        if not request.replace:
            from contextlib import closing

            from unet_desktop.tasks.folders.ledger import NAME, Ledger

            with closing(Ledger(out / NAME)) as ledger:
                WrittenFiles(out, ledger).refuse_summaries(request.outputs)
        yield ItemDone("a.png", 1, 1)

    monkeypatch.setattr(folders, "segment_folder", run)
    monkeypatch.setattr("unet_desktop.gui.jobs.folder_run.read_header", lambda _: model(1).header)
    opened.app.folder_runs.start(Request(sources=(tmp_path,), output=out, model=tmp_path / "m"), "photographs")
    return began


def answer(qtbot: QtBot, text: str, picture: Path | None = None) -> list[str]:
    """Click this button of the question once it is there; return what it asks."""
    said: list[str] = []

    def click() -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(10, click)
            return
        said.append(box.text())
        if picture is not None:
            box.grab().save(str(picture))
        button = next(one for one in box.findChildren(QPushButton) if one.text().replace("&", "") == text)
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    QTimer.singleShot(0, click)
    qtbot.waitUntil(lambda: bool(said))
    return said


def test_cancel_leaves_the_file(opened: MainWindow, asked: list[bool], qtbot: QtBot, tmp_path: Path) -> None:
    (said,) = answer(qtbot, "Cancel", tmp_path / "question.png")
    assert "measurements.csv was not written by a run into this folder." in said
    assert "Nothing was overwritten." in said
    qtbot.waitUntil(lambda: not opened.app.runner.busy)
    assert asked == [False]
    assert not [box for box in opened.findChildren(QMessageBox) if box.isVisible()]


def test_replace_starts_the_run_again_for_this_once(
    opened: MainWindow, asked: list[bool], qtbot: QtBot, tmp_path: Path
) -> None:
    answer(qtbot, "Replace")
    qtbot.waitUntil(lambda: asked == [False, True] and not opened.app.runner.busy)
    assert opened.app.folder_runs.progress.segmented == 1
    request = opened.app.folder_runs.request
    assert request is not None
    assert not request.replace
