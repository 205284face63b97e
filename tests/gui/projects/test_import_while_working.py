"""Cases are opened, painted, saved and undone while an import runs; the list grows; what was imported stays."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from drawings import picture
from gestures import drag
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from unet_desktop.gui.projects.import_images import ImportRequest
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.project import case_batch
from unet_desktop.project.project import Project
from unet_desktop.tasks import import_images


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """Lets one picture after the other through; each is written at once."""
    gate = threading.Semaphore(0)
    real = import_images._import_one

    def wait(*args: object) -> tuple[str, str]:
        gate.acquire(timeout=20)
        return real(*args)

    monkeypatch.setattr(import_images, "_import_one", wait)
    monkeypatch.setattr(case_batch, "_MAX_SECONDS", -1.0)
    return gate


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(5):
        write_jpeg(folder / f"n{number}.jpg", picture(number + 30))
    return folder


def test_work_goes_on_while_the_list_grows(
    qtbot: QtBot, opened: MainWindow, root: Path, source: Path, gate: threading.Semaphore
) -> None:
    session = opened.app.session
    opened.commands.projects._import(ImportRequest(source, True, None, recursive=False))
    gate.release(2)
    qtbot.waitUntil(lambda: "n0" in session.case_ids)
    assert opened.app.runner.busy
    assert session.case_id == "a"
    session.open_case("n0")
    assert session.case_id == "n0"
    drag(opened.canvas, [(20, 20), (40, 30)])
    drag(opened.canvas, [(50, 40), (60, 45)])
    opened.actions_by_id["edit.undo"].trigger()
    painted = opened.app.editor.mask.copy()
    assert painted.any()
    assert opened.app.autosave.flush()
    gate.release(2)
    qtbot.waitUntil(lambda: "n2" in session.case_ids)
    assert np.array_equal(opened.app.editor.mask, painted), "the open case is left alone"
    session.mark("b", flagged=True)
    gate.release(1)
    qtbot.waitUntil(lambda: not opened.app.runner.busy)
    assert list(session.case_ids) == ["a", "b", "c", "d", "n0", "n1", "n2", "n3", "n4"]
    assert session.case_id == "n0"
    stored = Project.open(root)
    assert np.array_equal(stored.load_mask("n0"), painted)
    assert stored.case("b").flagged
    assert len(stored.cases()) == 9


def test_a_stopped_import_keeps_what_it_has_and_resumes(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, source: Path, gate: threading.Semaphore
) -> None:
    Project.create(tmp_path / "new", DISC_AND_CUP)
    window.commands.projects.open_root(tmp_path / "new")
    session = window.app.session
    window.commands.projects._import(ImportRequest(source, True, None, recursive=False))
    gate.release(2)
    qtbot.waitUntil(lambda: session.case_id == "n0")
    assert window.pages.currentWidget() is not window.panels.no_cases
    window.app.runner.cancel()
    gate.release(1)
    qtbot.waitUntil(lambda: not window.app.runner.busy)
    kept = list(session.case_ids)
    assert kept[:2] == ["n0", "n1"]
    assert len(Project.open(tmp_path / "new").cases()) == len(kept) < 5
    gate.release(5)
    window.commands.projects._import(ImportRequest(source, True, None, recursive=False))
    qtbot.waitUntil(lambda: not window.app.runner.busy)
    assert list(session.case_ids) == ["n0", "n1", "n2", "n3", "n4"]
    QTest.qWait(1)
