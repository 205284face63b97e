"""Autosave: on disk soon after the stroke, on leaving the case, on closing; in memory while the disk refuses."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from gestures import drag
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from window_parts import banner_retry, timer_of

from unet_desktop import files, growing_files
from unet_desktop.errors import ProjectError, WriteError
from unet_desktop.gui.editing.autosave import IDLE
from unet_desktop.gui.jobs.runner import Job
from unet_desktop.gui.window import shutdown
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import DISC_AND_CUP, LabelSet
from unet_desktop.masks.measure import vertical_ratio
from unet_desktop.project.case import CaseState
from unet_desktop.project.journal import read_journal
from unet_desktop.project.project import Project


def saved(root: Path, case_id: str = "a"):
    return Project.open(root).load_mask(case_id)


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch):
    """A disk that refuses; call it to let it take masks again."""

    def refuse(*arguments: object, **options: object) -> None:
        raise WriteError("The disk is full.")

    places = {"write_bytes": files, "delete_file": files, "append_bytes": growing_files}
    real = {name: getattr(module, name) for name, module in places.items()}
    for name, module in places.items():
        monkeypatch.setattr(module, name, refuse)

    def relent() -> None:
        for name, function in real.items():
            monkeypatch.setattr(places[name], name, function)

    return relent


def test_a_stroke_is_in_the_journal_at_once_and_in_the_mask_soon(opened: MainWindow, root: Path, qtbot) -> None:
    drag(opened.canvas, [(40, 40), (60, 60)])
    assert opened.app.session.open.case.state is CaseState.CORRECTED
    qtbot.waitUntil(lambda: opened.app.autosave.safe, timeout=1000)
    assert read_journal(root / "masks" / "a.journal").steps == 1
    assert saved(root) is None
    qtbot.waitUntil(lambda: saved(root) is not None)
    assert (saved(root) == opened.app.editor.mask).all()
    assert opened.app.session.open.case.state is CaseState.CORRECTED


def test_leaving_the_case_saves(opened: MainWindow, root: Path, qtbot) -> None:
    drag(opened.canvas, [(40, 40), (60, 60)])
    QTest.keyClick(opened, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: saved(root) is not None)
    assert saved(root).any()


def test_closing_the_window_saves(opened: MainWindow, root: Path) -> None:
    drag(opened.canvas, [(40, 40), (60, 60)])
    assert opened.close()
    assert saved(root).any()


def test_closing_the_project_saves(opened: MainWindow, root: Path) -> None:
    drag(opened.canvas, [(40, 40), (60, 60)])
    QTest.keyClick(opened, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    assert saved(root).any()
    assert opened.pages.currentWidget() is opened.panels.welcome


def test_looking_at_a_case_writes_nothing(opened: MainWindow, root: Path) -> None:
    QTest.keyClick(opened, Qt.Key.Key_N)
    QTest.keyClick(opened, Qt.Key.Key_P)
    opened.app.autosave.flush()
    assert saved(root) is None
    assert Project.open(root).case("a").state is CaseState.NEW


def test_undoing_everything_leaves_the_case_as_it_was(opened: MainWindow, root: Path) -> None:
    drag(opened.canvas, [(40, 40), (60, 60)])
    opened.app.autosave.flush()
    assert saved(root).any()
    QTest.keyClick(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    opened.app.autosave.flush()
    assert saved(root) is None
    assert Project.open(root).case("a").state is CaseState.NEW


def test_a_mask_erased_by_hand_is_kept_empty(opened: MainWindow, root: Path) -> None:
    opened.app.session.open_case("d")
    opened.app.options.set_diameter(200)
    drag(opened.canvas, [(80, 60)], Qt.MouseButton.RightButton)
    opened.app.autosave.flush()
    assert saved(root, "d") is not None
    assert not saved(root, "d").any()


def test_a_refusing_disk_shows_one_banner_and_loses_nothing(opened: MainWindow, root: Path, refusing, qtbot) -> None:
    drag(opened.canvas, [(40, 40), (60, 60)])
    painted = opened.app.editor.mask.copy()
    assert not opened.app.autosave.flush()
    assert opened.panels.banner.isVisible()
    assert "The disk is full." in opened.panels.banner.text
    assert not opened.findChildren(QMessageBox)
    QTest.keyClick(opened, Qt.Key.Key_N)  # one may go on working
    assert opened.app.session.case_id == "b"
    QTest.keyClick(opened, Qt.Key.Key_P)  # and finds the unsaved mask when one comes back
    assert (opened.app.editor.mask == painted).all()
    assert opened.app.editor.history.can_undo
    refusing()
    qtbot.mouseClick(banner_retry(opened), Qt.MouseButton.LeftButton)
    assert not opened.panels.banner.isVisible()
    assert (saved(root) == painted).all()


def test_closing_asks_before_it_loses(
    opened: MainWindow, root: Path, refusing, monkeypatch: pytest.MonkeyPatch
) -> None:
    drag(opened.canvas, [(40, 40), (60, 60)])
    monkeypatch.setattr(shutdown, "accepts_loss", lambda window: False)
    assert not opened.close()
    assert opened.isVisible()
    refusing()
    assert opened.close()
    assert saved(root).any()


def test_one_mask_that_cannot_be_written_holds_up_no_other(
    opened: MainWindow, root: Path, tmp_path: Path, refusing
) -> None:
    drag(opened.canvas, [(40, 40), (60, 60)])
    opened.app.session.open_case("b")
    drag(opened.canvas, [(40, 40), (60, 60)])
    refusing()  # this disk takes masks again, but the case's own file is in the way
    opened.app.session.project.layout.mask("a").mkdir()
    assert not opened.app.autosave.flush()
    assert saved(root, "b").any()
    assert opened.panels.banner.isVisible()
    assert "a.png" in opened.panels.banner.text
    opened.app.session.project.layout.mask("a").rmdir()
    assert opened.app.autosave.flush()
    assert saved(root, "a").any()
    assert not opened.panels.banner.isVisible()


def test_several_masks_that_cannot_be_written_are_one_banner(opened: MainWindow, refusing) -> None:
    drag(opened.canvas, [(40, 40), (60, 60)])
    opened.app.session.open_case("b")
    drag(opened.canvas, [(40, 40), (60, 60)])
    assert not opened.app.autosave.flush()
    assert opened.panels.banner.text.startswith("2 masks cannot be saved. The disk is full.")
    assert not opened.findChildren(QMessageBox)
    refusing()


def test_several_reasons_are_all_named(opened: MainWindow) -> None:
    layout = opened.app.session.project.layout
    for case_id in ("a", "b"):
        opened.app.session.open_case(case_id)
        drag(opened.canvas, [(40, 40), (60, 60)])
        layout.mask(case_id).mkdir()
    assert not opened.app.autosave.flush()
    for case_id in ("a", "b"):
        assert f"{case_id}.png" in opened.panels.banner.text
        layout.mask(case_id).rmdir()
    assert opened.app.autosave.flush()


@pytest.mark.parametrize("error", [ProjectError("The record is damaged."), OSError(5, "Input/output error")])
def test_whatever_hinders_writing_keeps_the_mask(
    opened: MainWindow, root: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*arguments: object, **more: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(Project, "write_mask", fail)
        drag(opened.canvas, [(40, 40), (60, 60)])
        assert not opened.app.autosave.flush()
        assert (getattr(error, "strerror", None) or str(error)) in opened.panels.banner.text
        assert "Errno" not in opened.panels.banner.text
        patched.setattr(shutdown, "accepts_loss", lambda window: False)
        assert not opened.close()
    assert opened.app.autosave.flush()
    assert saved(root).any()


def test_an_error_while_closing_leaves_a_window_that_works(
    opened: MainWindow, root: Path, monkeypatch: pytest.MonkeyPatch, qtbot
) -> None:
    def fail(*arguments: object, **more: object) -> None:
        raise ValueError("a bug")

    with monkeypatch.context() as patched:
        patched.setattr(Project, "write_mask", fail)
        drag(opened.canvas, [(40, 40), (60, 60)])
        assert not opened.close()
    assert opened.isVisible()
    (box,) = opened.findChildren(QMessageBox)
    assert "a bug" in box.informativeText()
    box.close()
    with qtbot.waitSignal(opened.app.runner.succeeded):
        assert opened.app.runner.start(Job("Testing", lambda: iter(())))
    assert opened.close()
    assert saved(root).any()


def test_the_window_does_not_measure_what_it_saves(opened: MainWindow, qtbot, monkeypatch) -> None:
    threads = []

    def noting(mask: np.ndarray, labels: LabelSet) -> float | None:
        threads.append(threading.current_thread())
        return vertical_ratio(mask, labels)

    monkeypatch.setattr("unet_desktop.project.project.vertical_ratio", noting)
    opened.app.session.open_case("d")
    opened.app.options.choose_label(1)
    opened.app.options.set_diameter(20)
    drag(opened.canvas, [(80, 60), (80, 80)])
    expected = vertical_ratio(opened.app.editor.mask, DISC_AND_CUP)
    assert expected != opened.app.session.project.case("d").vcdr
    timer_of(opened.app.autosave, IDLE).timeout.emit()
    qtbot.waitUntil(lambda: opened.app.session.project.case("d").vcdr == expected)
    assert threads
    assert threading.main_thread() not in threads
