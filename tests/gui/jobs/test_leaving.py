"""Leaving while something runs: the window asks, says what is kept, and offers to resume at the next start."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot
from window_parts import part

from unet_desktop.gui import app
from unet_desktop.gui.jobs import interrupted_job
from unet_desktop.gui.jobs.runner import FolderRunToResume, Job, TrainingToResume
from unet_desktop.gui.window import shutdown
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.project.project import Project
from unet_desktop.tasks.events import ItemDone
from unet_desktop.tasks.folders.request import Request


class LongJob:
    """A job that goes on until it is closed."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.closed = False

    def __call__(self) -> Iterator[object]:
        try:
            for done in range(1, 100_000):
                self.gate.wait(0.01)
                yield ItemDone("x", done, 100_000)
        finally:
            self.closed = True


@pytest.fixture
def long_job() -> Iterator[LongJob]:
    job = LongJob()
    yield job
    job.gate.set()


def answer(text: str, seen: list[str]) -> None:
    """Click that button of the question, once it is there, as a person would."""

    def click() -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(20, click)
            return
        seen.append(f"{box.text()} {box.informativeText()}")
        [button] = [button for button in box.buttons() if button.text() == text]
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    QTimer.singleShot(20, click)


def run(window: MainWindow, long_job: LongJob, qtbot: QtBot, **about: object) -> None:
    kept = "Ten epochs are kept."
    with qtbot.waitSignal(window.app.runner.event_happened):
        assert window.app.runner.start(Job("Training", long_job, kept=lambda: kept, **about))  # type: ignore[arg-type]


def test_quitting_asks_and_goes_on_unless_it_shall_stop(opened: MainWindow, long_job: LongJob, qtbot: QtBot) -> None:
    run(opened, long_job, qtbot)
    seen: list[str] = []
    answer("Keep running", seen)
    assert not opened.close()
    assert seen == ["Training is still running. Stop it and quit? Ten epochs are kept."]
    assert opened.isVisible()
    assert opened.app.runner.busy
    assert not long_job.closed
    with qtbot.waitSignal(opened.app.runner.event_happened):
        pass
    answer("Stop and quit", seen)
    assert opened.close()
    assert long_job.closed


def test_escape_keeps_it_running(opened: MainWindow, long_job: LongJob, qtbot: QtBot) -> None:
    run(opened, long_job, qtbot)
    QTimer.singleShot(100, lambda: QTest.keyClick(QApplication.activeModalWidget(), Qt.Key.Key_Escape))
    QTest.keyClick(opened, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    assert opened.app.runner.busy


def test_the_end_of_the_session_asks_nothing(
    opened: MainWindow, long_job: LongJob, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(opened, long_job, qtbot)
    monkeypatch.setattr(shutdown, "is_logging_out", lambda: True)
    assert opened.close()
    assert long_job.closed


@pytest.mark.parametrize("command", ["project.close", "open"])
def test_leaving_the_project_asks_too(
    opened: MainWindow, root: Path, long_job: LongJob, qtbot: QtBot, tmp_path: Path, command: str
) -> None:
    other = Project.create(tmp_path / "other", Project.open(root).labels).root

    def leave() -> None:
        if command == "open":
            opened.commands.projects.open_root(other)
        else:
            opened.actions_by_id[command].trigger()

    run(opened, long_job, qtbot, root=root)
    seen: list[str] = []
    answer("Keep running", seen)
    leave()
    assert opened.app.session.project.root == root
    assert opened.app.runner.busy
    stopping = "Stop and open another project" if command == "open" else "Stop and close the project"
    answer(stopping, seen)
    with qtbot.waitSignal(opened.app.runner.cancelled):
        leave()
    assert long_job.closed
    assert not opened.app.runner.busy
    project = opened.app.session.project
    assert project is None if command == "project.close" else project.root == other


def test_a_job_that_does_not_need_the_project_goes_on(opened: MainWindow, long_job: LongJob, qtbot: QtBot) -> None:
    run(opened, long_job, qtbot)
    opened.actions_by_id["project.close"].trigger()
    assert opened.app.session.project is None
    assert opened.app.runner.busy


def restart(window: MainWindow, qtbot: QtBot, qapp: QApplication) -> MainWindow:
    seen: list[str] = []
    answer("Stop and quit", seen)
    assert window.close()
    made = app.make_window(app.make_application())
    qtbot.addWidget(made)
    made.show()
    return made


def test_resume_is_the_first_button_of_the_next_start(
    opened: MainWindow, root: Path, long_job: LongJob, qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interrupted_job, "find_interrupted", lambda path: object())
    run(opened, long_job, qtbot, root=root, to_resume=TrainingToResume(root))
    next_one = restart(opened, qtbot, qapp)
    button = part(next_one.panels.welcome, QPushButton, "resume_interrupted")
    assert button.isVisible()
    assert button.text() == "Resume training in project"
    first = min(
        (other for other in next_one.panels.welcome.findChildren(QPushButton) if other.isVisible()),
        key=lambda other: other.mapTo(next_one, other.rect().topLeft()).y(),
    )
    assert first is button
    resumed: list[Path] = []
    monkeypatch.setattr(
        type(next_one.commands.train),
        "resume_training",
        lambda self: resumed.append(next_one.app.session.project.root),
    )
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert resumed == [root]
    next_one.close()


def test_a_folder_run_is_offered_too_and_what_is_gone_is_not(
    opened: MainWindow, tmp_path: Path, long_job: LongJob, qtbot: QtBot, qapp: QApplication
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "model.safetensors").touch()
    request = Request(sources=(tmp_path,), output=tmp_path / "out", model=tmp_path / "model.safetensors")
    run(opened, long_job, qtbot, to_resume=FolderRunToResume(request, "eyes & more"))
    next_one = restart(opened, qtbot, qapp)
    button = part(next_one.panels.welcome, QPushButton, "resume_interrupted")
    assert button.text() == "Resume segmenting eyes && more"
    assert next_one.app.interrupted_job.find() == FolderRunToResume(request, "eyes & more")
    (tmp_path / "model.safetensors").unlink()
    assert next_one.app.interrupted_job.find() is None
    next_one.close()


def test_what_ended_while_the_program_ran_is_not_offered(
    opened: MainWindow, root: Path, long_job: LongJob, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interrupted_job, "find_interrupted", lambda path: object())
    run(opened, long_job, qtbot, root=root, to_resume=TrainingToResume(root))
    assert opened.app.interrupted_job.find() == TrainingToResume(root)
    with qtbot.waitSignal(opened.app.runner.cancelled):
        opened.actions_by_id["learn.stop"].trigger()
    assert opened.app.interrupted_job.find() is None


@pytest.mark.parametrize("stored", ["", "nonsense", [], 7, {"training": 7}, {"title": "x"}, {"sources": None}])
def test_damaged_settings_offer_nothing(opened: MainWindow, stored: object) -> None:
    opened.app.store.keep_interrupted_job(stored)
    assert opened.app.interrupted_job.find() is None
