"""Segmenting pictures from the window: the dialog, the run's window, pause and stop, and its results as proposals."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from drawings import disc_mask
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QListWidget, QPushButton
from pytestqt.qtbot import QtBot

from unet_desktop import files
from unet_desktop.engine.events import StopPoint
from unet_desktop.gui.folders.dialog import SegmentFolderDialog
from unet_desktop.gui.folders.import_results import ImportResultsDialog
from unet_desktop.gui.folders.run_window import FolderRunWindow
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.file import write_mask
from unet_desktop.project.case import CaseState
from unet_desktop.project.project import Project
from unet_desktop.tasks.events import FolderEvent, ItemDone
from unet_desktop.tasks.folders import run as folders
from unet_desktop.tasks.folders.ledger import NAME, Entry, GrowingLedger
from unet_desktop.tasks.folders.request import Request

FLAGGED = {"b", "d"}
"""Pictures of the fake run that are worth a look."""


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def faked(monkeypatch: pytest.MonkeyPatch, gate: threading.Event) -> None:
    """A run that finds the same disc in each picture, waiting for the gate before the third one."""

    def run(request: Request) -> Iterator[FolderEvent]:
        files.make_folder(request.output / "masks")
        ledger = GrowingLedger(request.output / NAME)
        try:
            for done, path in enumerate(request.sources, 1):
                if done == 3:
                    while not gate.wait(0.01):
                        yield StopPoint("read")
                mask = request.output / "masks" / f"{path.stem}.png"
                write_mask(mask, disc_mask(), DISC_AND_CUP)
                flags = "unfamiliar" if path.stem in FLAGGED else ""
                row = {"confidence": 0.8, "note": "", "optic_disc_expected_dice": 0.9, "flags": flags}
                digest = files.sha256(path)
                ledger.add(
                    Entry(
                        image=path.name,
                        name=path.stem,
                        path=str(path),
                        model="f00d",
                        outputs="",
                        sha256=digest,
                        row=row,
                    )
                )
                yield ItemDone(path.name, done, len(request.sources), note=flags, picture=path, mask=mask)
        finally:
            ledger.close()

    monkeypatch.setattr(folders, "segment_folder", run)


@pytest.fixture
def segmenting(opened: MainWindow, faked: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> MainWindow:
    """The window with a run over the project's own pictures under way."""
    from models import model

    monkeypatch.setattr("unet_desktop.gui.jobs.folder_run.read_header", lambda _: model(1).header)
    app = opened.app
    app.session.models = [model(1)]
    project = app.session.project
    assert project is not None

    def accept() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, SegmentFolderDialog)
        dialog.findChild(object, "source").setCurrentIndex(1)
        dialog.accept()

    QTimer.singleShot(0, accept)
    opened.commands.folders.segment()
    assert app.runner.busy
    return opened


def button(window: MainWindow, name: str) -> QPushButton:
    found = window.panels.folder_run.findChild(QPushButton, name)
    assert found is not None
    return found


def figure(window: MainWindow, name: str) -> str:
    return window.panels.folder_run.findChild(QLabel, f"run_{name}").text()


def test_a_run_is_shown_rests_goes_on_and_ends(segmenting: MainWindow, gate: threading.Event, qtbot: QtBot) -> None:
    run = segmenting.panels.folder_run
    assert run.isVisible()
    qtbot.waitUntil(lambda: figure(segmenting, "done") == "2")
    qtbot.mouseClick(button(segmenting, "run_pause"), Qt.MouseButton.LeftButton)
    assert segmenting.app.runner.paused
    assert button(segmenting, "run_unpause").isVisible()
    qtbot.wait(150)  # the event in hand
    gate.set()
    qtbot.wait(150)
    assert figure(segmenting, "done") == "2"
    qtbot.mouseClick(button(segmenting, "run_unpause"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not segmenting.app.runner.busy)
    assert figure(segmenting, "done") == "4"
    assert run.findChild(QLabel, "run_words").text() == "4 of 4 pictures segmented."
    pictures = run.findChild(QListWidget, "run_pictures")
    qtbot.waitUntil(lambda: pictures.count() > 0)
    assert not button(segmenting, "run_resume").isVisible()


def test_a_stopped_run_goes_on(segmenting: MainWindow, gate: threading.Event, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: figure(segmenting, "done") == "2")
    qtbot.mouseClick(button(segmenting, "run_stop"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not segmenting.app.runner.busy)
    words = segmenting.panels.folder_run.findChild(QLabel, "run_words").text()
    assert words == "2 of 4 pictures segmented. The run was stopped; it can be resumed."
    gate.set()
    qtbot.mouseClick(button(segmenting, "run_resume"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not segmenting.app.runner.busy)
    assert figure(segmenting, "done") == "4"


def test_the_run_can_be_closed_and_shown_again(segmenting: MainWindow, gate: threading.Event, qtbot: QtBot) -> None:
    run = segmenting.panels.folder_run
    run.close()
    assert segmenting.app.runner.busy
    segmenting.actions_by_id["project.show_run"].trigger()
    assert run.isVisible()
    gate.set()
    qtbot.waitUntil(lambda: not segmenting.app.runner.busy)


def test_without_a_run_there_is_nothing_to_show(opened: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Exception] = []
    monkeypatch.setattr(opened.errors, "show", said.append)
    opened.commands.folders.show_run()
    assert "No folder has been segmented" in str(said[0])


def test_results_become_proposals_of_the_open_project(
    segmenting: MainWindow, gate: threading.Event, qtbot: QtBot
) -> None:
    gate.set()
    qtbot.waitUntil(lambda: not segmenting.app.runner.busy)
    session = segmenting.app.session
    before = session.project.load_mask("d")

    def accept() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ImportResultsDialog)
        dialog.accept()

    QTimer.singleShot(0, accept)
    qtbot.mouseClick(button(segmenting, "run_import"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not segmenting.app.runner.busy)
    cases = {case.id: case for case in session.project.cases()}
    assert set(cases) == set("abcd")
    assert {cases[name].state for name in "abc"} == {CaseState.PREDICTED}
    assert cases["d"].state is CaseState.CORRECTED
    assert np.array_equal(session.project.load_mask("d"), before)
    assert cases["a"].confidence == 0.8


def test_results_become_a_new_project(
    segmenting: MainWindow, gate: threading.Event, qtbot: QtBot, tmp_path: Path
) -> None:
    gate.set()
    qtbot.waitUntil(lambda: not segmenting.app.runner.busy)

    def accept() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ImportResultsDialog)
        into = dialog.findChild(object, "into")
        into.setCurrentIndex(1)
        dialog.findChild(object, "root").set_path(tmp_path / "new")
        assert dialog.problem() == ""
        dialog.accept()

    QTimer.singleShot(0, accept)
    qtbot.mouseClick(button(segmenting, "run_import"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not segmenting.app.runner.busy)
    project = Project.open(tmp_path / "new")
    assert len(project.cases()) == 4
    assert {case.state for case in project.cases()} == {CaseState.PREDICTED}
    assert segmenting.app.session.project.root == tmp_path / "new"
    assert segmenting.app.session.case_id is not None


def test_a_new_project_for_results_squeezes_no_row(qtbot: QtBot, project: Project, tmp_path: Path) -> None:
    dialog = ImportResultsDialog(None, tmp_path / "out", project.root)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.findChild(object, "into").setCurrentIndex(1)
    qtbot.waitUntil(lambda: dialog.findChild(object, "root").isVisible())
    QApplication.processEvents()
    for name in ("copy", "refer"):
        choice = dialog.findChild(object, name)
        assert choice.height() >= choice.sizeHint().height()


def test_what_is_worth_a_look_opens_with_outlines_ready_to_be_corrected(
    segmenting: MainWindow, gate: threading.Event, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(segmenting.errors, "show", lambda error: said.append(str(error)))
    run = segmenting.panels.folder_run
    listed = run.findChild(QListWidget, "run_to_check")
    qtbot.waitUntil(lambda: figure(segmenting, "done") == "2")
    assert [listed.item(row).text() for row in range(listed.count())] == ["b.jpg\nunfamiliar"]
    run.picture_chosen.emit(listed.item(0).data(Qt.ItemDataRole.UserRole))
    assert said[0].startswith("Wait until the run has ended")
    gate.set()
    qtbot.waitUntil(lambda: not segmenting.app.runner.busy)
    assert run.findChild(QLabel, "run_to_check_words").text() == "2 pictures are worth a look. Click one to correct it."

    def accept() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ImportResultsDialog)
        dialog.accept()

    QTimer.singleShot(0, accept)
    segmenting.app.view_options.change("visible", False)
    qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=listed.visualItemRect(listed.item(0)).center())
    qtbot.waitUntil(lambda: segmenting.app.session.case_id == "b")
    qtbot.waitUntil(lambda: not segmenting.app.runner.busy)
    assert segmenting.app.proposal.prediction is not None
    assert segmenting.app.view_options.view.visible
    listed.itemActivated.emit(listed.item(1))  # it is a case by now: no question
    assert segmenting.app.session.case_id == "d"


def test_the_run_opens_beside_the_case_list(segmenting: MainWindow) -> None:
    docks, run = segmenting.docks, segmenting.panels.folder_run
    right = docks.cases.mapToGlobal(docks.cases.rect().topRight()).x()
    assert run.geometry().left() > right
    assert (
        run.geometry().top() >= segmenting.centralWidget().mapToGlobal(segmenting.centralWidget().rect().topLeft()).y()
    )


def test_all_that_is_worth_a_look_is_listed(qtbot: QtBot) -> None:
    run = FolderRunWindow()
    qtbot.addWidget(run)
    run.set_to_check([(f"{number}.jpg", Path(f"{number}.jpg"), "unfamiliar") for number in range(300)])
    assert run.findChild(QListWidget, "run_to_check").count() == 300
