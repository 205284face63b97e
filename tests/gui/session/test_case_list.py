"""The order of the list governs where one goes; what is worked on keeps its place until it is left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from gestures import drag
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
)
from window_parts import case_rows, status_text, timer_of

from unet_desktop.gui.cases.dialogs import CaseNoteDialog
from unet_desktop.gui.cases.presenter import CaseMenu
from unet_desktop.gui.session.case_list import CaseList
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.project.case_query import CaseFilter, CaseOrder, CaseQuery
from unet_desktop.project.project import Project


@pytest.fixture
def cases(root: Path, qapp: QApplication) -> CaseList:
    made = CaseList()
    made.set_project(Project.open(root))
    return made


def shown(window: MainWindow) -> list[str]:
    model = case_rows(window).model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def counts(window: MainWindow) -> str:
    return window.panels.cases.findChild(QLabel, "case_counts").text()


def choose(window: MainWindow, name: str, text: str) -> None:
    box = window.panels.cases.findChild(QComboBox, name)
    box.setCurrentIndex(next(place for place in range(box.count()) if box.itemText(place).startswith(text)))


def test_stepping_goes_over_what_is_shown_from_where_one_is(cases: CaseList) -> None:
    cases.set_query(CaseQuery(filter=CaseFilter.NEW))
    assert cases.shown == ["a", "b"]
    assert (cases.step("c", -1), cases.step("c", 1), cases.step("a", 1), cases.step("a", -1)) == ("b", None, "b", None)
    assert (cases.step(None, 1), cases.step("gone", 1)) == ("a", "a")
    cases.set_query(CaseQuery(backwards=True))
    assert (cases.step("c", 1), cases.step("c", 2), cases.step("c", 3)) == ("b", "a", None)


def test_the_next_uncorrected_is_among_those_shown_if_there_is_one(cases: CaseList) -> None:
    assert [cases.next_uncorrected(start) for start in ("a", "b", "c", "d", None)] == ["b", "c", "a", "a", "a"]
    cases.set_query(CaseQuery(filter=CaseFilter.PREDICTED))
    assert [cases.next_uncorrected(start) for start in ("a", "d")] == ["c", "c"]
    cases.set_query(CaseQuery(filter=CaseFilter.CORRECTED))
    assert cases.next_uncorrected("a") == "b"


def test_without_a_project_there_is_nowhere_to_go(qapp: QApplication) -> None:
    cases = CaseList()
    assert (cases.shown, cases.counts, cases.step(None, 1), cases.next_uncorrected(None)) == ([], (0, 0), None, None)


def test_the_count_of_each_kind_follows_the_cases(cases: CaseList, root: Path) -> None:
    assert dict(cases.tally) == {CaseFilter.ALL: 4, CaseFilter.NEW: 2, CaseFilter.PREDICTED: 1, CaseFilter.CORRECTED: 1}
    project = Project.open(root)
    cases.note(project.mark("a", flagged=True, notes="x"))
    cases.note(project.mark("d", approved=True))
    assert {kept: number for kept, number in cases.tally.items() if number} == {
        CaseFilter.ALL: 4,
        CaseFilter.NEW: 2,
        CaseFilter.PREDICTED: 1,
        CaseFilter.APPROVED: 1,
        CaseFilter.FLAGGED: 1,
        CaseFilter.NOTED: 1,
    }
    assert cases.counts == (1, 4)
    timer_of(cases).stop()


def test_searching_and_clearing(opened: MainWindow) -> None:
    QTest.keyClick(opened, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    field = opened.panels.cases.findChild(QLineEdit, "case_words")
    QTest.keyClicks(field, "b")
    assert shown(opened) == ["b"]
    assert counts(opened) == "1 of 4 shown"
    QTest.keyClicks(field, "n")  # a shortcut's letter is a letter here
    assert (shown(opened), counts(opened), opened.app.session.case_id) == ([], "0 of 4 shown", "a")
    clear = opened.panels.cases.findChild(QPushButton, "clear_search")
    assert clear.isVisible()
    QTest.mouseClick(clear, Qt.MouseButton.LeftButton)
    assert (shown(opened), counts(opened), field.text()) == (["a", "b", "c", "d"], "1 of 4 corrected", "")
    assert case_rows(opened).currentIndex().data() == "a"
    QTest.keyClicks(field, "c")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert (shown(opened), field.text()) == (["a", "b", "c", "d"], "")
    assert opened.canvas.hasFocus()  # the next key is a command again
    QTest.keyClick(opened, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert opened.canvas.hasFocus()


def test_another_case_forgets_what_was_under_the_pointer(opened: MainWindow) -> None:
    opened.panels.status.set_pointer("x 1  y 1", "optic disc")
    opened.commands.cases.step(1)
    assert status_text(opened, "pointer") == status_text(opened, "region") == ""


def test_filter_and_order_govern_next_and_previous(opened: MainWindow) -> None:
    choose(opened, "case_order", "Uncertainty")
    assert shown(opened) == ["c", "a", "b", "d"]
    QTest.mouseClick(opened.panels.cases.findChild(QToolButton, "case_backwards"), Qt.MouseButton.LeftButton)
    choose(opened, "case_order", "Name")
    assert shown(opened) == ["d", "c", "b", "a"]
    QTest.keyClick(opened.canvas, Qt.Key.Key_P)
    assert opened.app.session.case_id == "b"
    choose(opened, "case_filter", "Predicted (1)")
    assert shown(opened) == ["c"]
    QTest.keyClick(opened.canvas, Qt.Key.Key_P)
    assert opened.app.session.case_id == "c"


def test_what_is_worked_on_stays_until_it_is_left(opened: MainWindow) -> None:
    choose(opened, "case_filter", "New (2)")
    drag(opened.canvas, [(40, 40), (60, 60)])
    assert opened.app.autosave.flush()
    opened.app.session.cases.settle()
    assert shown(opened) == ["a", "b"]
    QTest.keyClick(opened.canvas, Qt.Key.Key_N)
    assert opened.app.session.case_id == "b"
    assert shown(opened) == ["b"]
    assert opened.panels.cases.findChild(QComboBox, "case_filter").currentText() == "New (1)"


def test_another_project_is_shown_whole(opened: MainWindow, root: Path) -> None:
    choose(opened, "case_order", "vCDR")
    choose(opened, "case_filter", "New")
    opened.commands.projects.open_root(root)
    assert opened.app.session.cases.query == CaseQuery(order=CaseOrder.VCDR)
    assert shown(opened) == ["c", "d", "a", "b"]
    assert opened.panels.cases.findChild(QComboBox, "case_filter").currentText() == "All (4)"


def test_the_menu_of_a_row_flags_and_notes_without_opening(
    opened: MainWindow, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CaseMenu, "popup", lambda *arguments: None)  # grabbing the keyboard needs a screen
    rows = case_rows(opened)
    place = rows.visualRect(rows.model().index(1, 0)).center()

    def menu() -> CaseMenu:
        rows.customContextMenuRequested.emit(QPoint(place))
        return opened.findChildren(CaseMenu)[-1]

    def click(found: CaseMenu, text: str) -> None:
        action = next(action for action in found.actions() if text in action.text())
        action.trigger()

    click(menu(), "lag: leave")
    assert Project.open(root).case("b").flagged
    assert opened.app.session.case_id == "a"

    def write() -> None:
        dialog = QApplication.activeModalWidget()
        try:
            assert isinstance(dialog, CaseNoteDialog)
            QTest.keyClicks(dialog.findChild(QPlainTextEdit, "notes"), "blurred")
            dialog.findChild(QPushButton, "accept").click()
        finally:
            dialog.close()

    QTimer.singleShot(0, write)
    click(menu(), "note")
    assert Project.open(root).case("b").notes == "blurred"
    assert "note: blurred" in rows.model().index(1, 0).data(Qt.ItemDataRole.ToolTipRole)
    click(menu(), "Remove the")
    assert not Project.open(root).case("b").flagged


def test_a_click_on_a_case_that_cannot_be_opened_is_marked_itself(opened: MainWindow) -> None:
    opened.app.session.project.image_path("b").unlink()
    rows = case_rows(opened)
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualRect(rows.model().index(1, 0)).center())
    assert opened.app.session.case_id is None
    assert rows.currentIndex().data() == "b"
    assert [index.data() for index in rows.selectedIndexes()] == ["b"]
    assert "does not exist" in rows.currentIndex().data(Qt.ItemDataRole.ToolTipRole)
    assert not opened.findChildren(QMessageBox)


def test_ratios_that_older_programs_did_not_note_are_measured_when_they_are_wanted(
    window: MainWindow, root: Path, qtbot
) -> None:
    records = [root / "cases" / "d.json", root / "predictions" / "c.json"]
    for path in records:
        path.write_text(
            json.dumps({name: value for name, value in json.loads(path.read_text()).items() if name != "vcdr"})
        )
    written = [path.read_bytes() for path in records]
    (root / "masks" / "a.png").write_bytes(b"damaged")
    window.commands.projects.open_root(root)
    session = window.app.session
    assert session.project.case("d").best_vcdr is None
    choose(window, "case_order", "vCDR")
    qtbot.waitUntil(lambda: shown(window)[:2] == ["d", "c"] or shown(window)[:2] == ["c", "d"])
    assert session.project.case("d").best_vcdr == session.project.case("c").best_vcdr == pytest.approx(0.49, abs=0.02)
    assert session.project.case("a").best_vcdr is None
    assert [path.read_bytes() for path in records] == written
    for box in window.findChildren(QMessageBox):
        box.close()


def test_the_keys_of_commands_work_at_once_in_a_project_that_was_just_opened(opened: MainWindow) -> None:
    assert opened.focusWidget() is opened.canvas
    opened.commands.projects.close()
    opened.commands.projects.open_root(opened.app.store.settings.recent[0])
    assert opened.focusWidget() is opened.canvas
