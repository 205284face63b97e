"""Several cases selected in the list: what opens, what is marked, removed and restored, and how long it takes."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from drawings import disc_mask
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot
from window_parts import case_counts, case_rows, part

from unet_desktop.gui.cases.panel import CasesPanel
from unet_desktop.gui.cases.presenter import several_menu
from unet_desktop.gui.cases.several import SeveralDetailsDialog
from unet_desktop.gui.widgets.thumbnails import Thumbnails
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.images.laterality import Eye
from unet_desktop.project.bin import list_bin
from unet_desktop.project.case import CaseState
from unet_desktop.project.case_query import CaseFilter, CaseQuery
from unet_desktop.project.project import Project

LEFT, SHIFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier


def click(window: MainWindow, row: int, keys: Qt.KeyboardModifier = NONE, button: Qt.MouseButton = LEFT) -> None:
    rows = case_rows(window)
    QTest.mouseClick(rows.viewport(), button, keys, rows.visualRect(rows.model().index(row, 0)).center())


def selected(window: MainWindow) -> list[str]:
    return sorted(index.data() for index in case_rows(window).selectionModel().selectedIndexes())


def wait(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.app.runner.busy)


def test_extending_the_selection_opens_no_case(opened: MainWindow) -> None:
    session = opened.app.session
    click(opened, 2, SHIFT)
    assert (selected(opened), session.case_id, session.selected_ids) == (["a", "b", "c"], "a", ("a", "b", "c"))
    click(opened, 1, CTRL)
    assert (selected(opened), session.case_id) == (["a", "c"], "a")
    assert case_counts(opened) == "2 selected"
    click(opened, 2, CTRL)
    assert (selected(opened), session.case_id) == (["a"], "a")
    rows = case_rows(opened)
    rows.setFocus()
    QTest.keyClick(rows, Qt.Key.Key_A, CTRL)
    assert (selected(opened), session.case_id) == (["a", "b", "c", "d"], "a")
    click(opened, 3)
    assert (selected(opened), session.case_id, session.selected_ids) == (["d"], "d", ("d",))
    QTest.keyClick(rows, Qt.Key.Key_Up, SHIFT)
    assert (selected(opened), session.case_id) == (["c", "d"], "d")
    QTest.keyClick(rows, Qt.Key.Key_Up)
    assert (selected(opened), session.case_id) == (["b"], "b")


def test_commands_say_how_many_and_painting_ends_the_selection(opened: MainWindow) -> None:
    action = opened.actions_by_id["case.approve"]
    click(opened, 3, SHIFT)
    assert action.text() == "&Approve 4 cases"
    assert "Approve 4 cases" in action.toolTip()
    assert opened.actions_by_id["case.remove"].text() == "Rem&ove 4 cases"
    QTest.mouseClick(opened.canvas, LEFT, NONE, opened.canvas.rect().center())
    assert selected(opened) == ["a"]
    assert action.text() == "&Approved"


def test_the_menu_of_a_selected_case_is_for_all_of_them(opened: MainWindow) -> None:
    click(opened, 1, SHIFT)
    menu = several_menu(opened)
    texts = [action.text() for action in menu.actions() if action.text()]
    menu.deleteLater()
    assert texts[0] == "&Approve 2 cases"
    assert texts[-1] == "Rem&ove 2 cases"
    assert opened.app.session.case_id == "a"


def test_cases_are_approved_and_flagged_together(qtbot: QtBot, opened: MainWindow, root: Path) -> None:
    project = Project.open(root)
    project.save_mask("b", disc_mask())
    project.mark("b", no_cup=True)
    project.mark("d", no_cup=True)
    opened.app.session.read_folder_again()
    click(opened, 3, SHIFT)
    opened.actions_by_id["case.flag"].trigger()
    wait(qtbot, opened)
    assert all(case.flagged for case in Project.open(root).cases())
    assert opened.actions_by_id["case.flag"].isChecked()
    assert opened.app.session.open.case.flagged
    opened.actions_by_id["case.approve"].trigger()
    wait(qtbot, opened)
    states = {case.id: case.state for case in Project.open(root).cases()}
    assert states == {
        "a": CaseState.NEW,
        "b": CaseState.APPROVED,
        "c": CaseState.PREDICTED,
        "d": CaseState.APPROVED,
    }
    assert opened.panels.banner.text.startswith("2 could not be done. a has no mask yet.")
    qtbot.mouseClick(part(opened.panels.banner, QPushButton, "act"), LEFT)
    box = next(box for box in opened.findChildren(QMessageBox) if box.isVisible())
    assert "c has no mask yet." in box.detailedText()
    box.close()
    assert [case.id for case in opened.app.session.project.cases() if case.state is CaseState.APPROVED] == ["b", "d"]


def test_patient_eye_and_note_for_several(
    qtbot: QtBot, opened: MainWindow, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.app.session.mark("b", notes="before", patient="P0")

    def fill(dialog: SeveralDetailsDialog) -> bool:
        assert not dialog.acceptable
        qtbot.keyClicks(dialog._note, "look again")
        dialog._eye.setCurrentIndex(2)
        return dialog.acceptable

    monkeypatch.setattr(SeveralDetailsDialog, "exec", fill)
    click(opened, 1, SHIFT)
    opened.actions_by_id["case.details"].trigger()
    wait(qtbot, opened)
    a, b = Project.open(root).cases()[:2]
    assert (a.notes, a.eye, a.patient) == ("look again", Eye.LEFT, "")
    assert (b.notes, b.eye, b.patient) == ("before\nlook again", Eye.LEFT, "P0")


def test_cases_are_removed_together_and_come_back(qtbot: QtBot, opened: MainWindow, root: Path) -> None:
    click(opened, 2, SHIFT)
    opened.actions_by_id["case.remove"].trigger()
    wait(qtbot, opened)
    assert list(opened.app.session.case_ids) == ["d"]
    assert opened.app.session.case_id == "d"
    assert [entry.name for entry in list_bin(Project.open(root).layout)] == ["c", "b", "a"]
    assert opened.panels.banner.text == "3 cases are in the bin."
    qtbot.mouseClick(part(opened.panels.banner, QPushButton, "act"), LEFT)
    wait(qtbot, opened)
    assert list(opened.app.session.case_ids) == ["a", "b", "c", "d"]
    assert Project.open(root).load_prediction("c") is not None


def test_what_the_filter_hides_is_not_selected(opened: MainWindow) -> None:
    click(opened, 3, SHIFT)
    opened.app.session.cases.set_query(CaseQuery(filter=CaseFilter.NEW))
    assert opened.app.session.selected_ids == ("a", "b")
    assert selected(opened) == ["a", "b"]


def test_a_running_job_is_named(opened: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    click(opened, 3, SHIFT)
    monkeypatch.setattr(type(opened.app.runner), "busy", property(lambda _: True))
    monkeypatch.setattr(type(opened.app.runner), "title", property(lambda _: "Training"))
    part(opened, QAction, "case.flag").trigger()
    box = next(box for box in opened.findChildren(QMessageBox) if box.isVisible())
    assert box.text() == "Training is running. Wait until it has ended, then try again."
    box.close()


def test_ten_thousand_are_selected_at_once(root: Path, qtbot: QtBot) -> None:
    project = Project.open(root)
    case = project.case("a")
    ids = [f"case-{number}" for number in range(10_000)]
    project._records.cases = {case_id: replace(case, id=case_id) for case_id in ids}
    thumbnails = Thumbnails()
    panel = CasesPanel(thumbnails)
    qtbot.addWidget(panel)
    panel.resize(250, 700)
    panel.show()
    panel.set_cases(project, ids, CaseQuery(), "case-5")
    chosen: list[tuple[str, ...]] = []
    panel.cases_selected.connect(chosen.append)
    rows = part(panel, type(panel._list), "cases")
    rows.setFocus()
    started = time.process_time()
    QTest.keyClick(rows, Qt.Key.Key_A, CTRL)
    panel.set_selected(chosen[-1])
    panel.set_cases(project, ids, CaseQuery(), "case-5")
    panel.grab()
    assert time.process_time() - started < 0.5
    assert len(chosen[-1]) == 10_000
    assert len(rows.selectionModel().selection()) == 1
    thumbnails.shutdown()
