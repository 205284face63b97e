"""FolderRunWindow: figures follow the events, buttons follow the state, the latest results are seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from drawings import disc_mask, picture
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices, QPixmap
from PySide6.QtWidgets import QLabel, QListWidget, QPushButton
from pytestqt.qtbot import QtBot

from unet_desktop.gui.folders.result_pictures import ResultPictures
from unet_desktop.gui.folders.run_window import FolderRunWindow, RunState
from unet_desktop.gui.jobs.folder_progress import FolderRunProgress
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.file import write_mask
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.tasks.events import ItemDone


@pytest.fixture
def run(qtbot: QtBot, tmp_path: Path) -> FolderRunWindow:
    made = FolderRunWindow()
    qtbot.addWidget(made)
    made.begin("photos", tmp_path)
    made.show()
    qtbot.waitExposed(made)
    return made


def text(run: FolderRunWindow, name: str) -> str:
    return run.findChild(QLabel, name).text()


def shown(run: FolderRunWindow) -> set[str]:
    return {button.text() for button in run.findChildren(QPushButton) if button.isVisible()}


def progress(*events: ItemDone) -> FolderRunProgress:
    made = FolderRunProgress()
    for number, event in enumerate(events):
        made.update(event, float(number))
    return made


def test_figures_follow_the_pictures(run: FolderRunWindow) -> None:
    assert text(run, "run_pace") == "The model is being loaded"
    note = "It looks unlike the pictures that the model was trained on."
    damaged = ItemDone("c.jpg", 3, 4, problem="c.jpg is damaged.")
    run.set_progress(progress(ItemDone("a.jpg", 1, 4), ItemDone("b.jpg", 2, 4, note=note), damaged))
    assert [text(run, f"run_{name}") for name in ("done", "failed", "flagged")] == ["2", "1", "1"]
    assert text(run, "run_pace").startswith("3 of 4")
    assert text(run, "run_problems") == "c.jpg is damaged."
    run.begin("photos", Path())
    assert [text(run, f"run_{name}") for name in ("done", "failed", "flagged")] == ["0", "0", "0"]
    assert not run.findChild(QLabel, "run_problems").isVisible()


@pytest.mark.parametrize(("report", "words"), [(True, "Writing the report…"), (False, "Writing the tables…")])
def test_after_the_last_picture_it_says_what_is_written(run: FolderRunWindow, report: bool, words: str) -> None:
    run.begin("photos", Path(), report=report)
    items = [ItemDone("x.jpg", number, 4) for number in range(1, 5)]
    run.set_progress(progress(*items[:3]))
    assert "Writing" not in text(run, "run_pace")
    run.set_progress(progress(*items))
    assert text(run, "run_pace").splitlines() == ["4 of 4", words]
    run.set_state(RunState.DONE)
    assert text(run, "run_pace") == "4 of 4"


def test_only_the_last_problems_are_told(run: FolderRunWindow) -> None:
    run.set_progress(progress(*(ItemDone("x", number, 9, problem=f"Problem {number}.") for number in range(1, 10))))
    assert text(run, "run_problems").splitlines() == [f"Problem {number}." for number in range(6, 10)]


def test_buttons_follow_the_state(run: FolderRunWindow, tmp_path: Path) -> None:
    assert shown(run) == {"Pause", "Stop"}
    run.set_state(RunState.PAUSED)
    assert shown(run) == {"Resume", "Stop"}
    run.set_state(RunState.STOPPED)
    assert shown(run) == {"Resume", "Open folder", "Import for correction…", "Close"}
    (tmp_path / "report.html").write_text("<p>report</p>")
    run.set_state(RunState.DONE, "4 pictures are done.")
    assert shown(run) == {"Open folder", "Open report", "Import for correction…", "Close"}
    assert text(run, "run_words") == "4 pictures are done."


def test_buttons_say_what_is_wanted(run: FolderRunWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    with qtbot.waitSignal(run.pause_requested) as paused:
        qtbot.mouseClick(run.findChild(QPushButton, "run_pause"), Qt.MouseButton.LeftButton)
    assert paused.args == [True]
    with qtbot.waitSignal(run.stop_requested):
        qtbot.mouseClick(run.findChild(QPushButton, "run_stop"), Qt.MouseButton.LeftButton)
    run.set_state(RunState.STOPPED)
    with qtbot.waitSignal(run.resume_requested):
        qtbot.mouseClick(run.findChild(QPushButton, "run_resume"), Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(run.import_requested):
        qtbot.mouseClick(run.findChild(QPushButton, "run_import"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(run.findChild(QPushButton, "run_folder"), Qt.MouseButton.LeftButton)
    assert len(opened) == 1
    qtbot.mouseClick(run.findChild(QPushButton, "run_close"), Qt.MouseButton.LeftButton)
    assert not run.isVisible()


def test_the_latest_result_is_first_and_old_ones_go(run: FolderRunWindow) -> None:
    for number in range(30):
        run.add_picture(f"eyes/{number}.jpg", QPixmap(10, 10))
    pictures = run.findChild(QListWidget, "run_pictures")
    assert (pictures.count(), pictures.item(0).text(), pictures.item(0).toolTip()) == (24, "29.jpg", "eyes/29.jpg")


def test_a_result_is_drawn_with_its_outlines_and_not_more_often_than_people_see(qtbot: QtBot, tmp_path: Path) -> None:
    image, mask = tmp_path / "a.jpg", tmp_path / "a.png"
    write_jpeg(image, picture(0))
    write_mask(mask, disc_mask(), DISC_AND_CUP)
    results = ResultPictures()
    with qtbot.waitSignal(results.made) as made:
        assert results.show("a", image, mask, DISC_AND_CUP)
        assert not results.show("b", image, mask, DISC_AND_CUP)
    name, pixmap = made.args
    plain = QPixmap(str(image)).toImage()
    assert name == "a"
    assert not pixmap.isNull()
    assert pixmap.toImage().convertToFormat(plain.format()) != plain
    results.shutdown()


def test_a_result_that_is_gone_is_passed_over(qtbot: QtBot, tmp_path: Path) -> None:
    write_mask(tmp_path / "a.png", np.zeros((8, 8), np.uint8), DISC_AND_CUP)
    results = ResultPictures()
    assert results.show("a", tmp_path / "a.jpg", tmp_path / "a.png", DISC_AND_CUP)
    qtbot.waitUntil(lambda: not results._busy)
    results.shutdown()
