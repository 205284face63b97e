"""Keys of the grader's flow: accept and next, and from the search to its only hit."""

from __future__ import annotations

from pathlib import Path

from drawings import disc_mask
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from window_parts import case_rows, part

from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.project.case import CaseState
from unet_desktop.project.project import Project

ACCEPT_AND_NEXT = (Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)


def test_one_key_accepts_and_goes_to_the_next(opened: MainWindow, root: Path) -> None:
    opened.commands.cases.open_case("c")
    QTest.keyClick(opened, *ACCEPT_AND_NEXT)
    assert opened.app.session.case_id == "a"  # the first uncorrected one after the end of the list
    assert opened.app.autosave.flush()
    assert Project.open(root).case("c").state is CaseState.CORRECTED
    assert (Project.open(root).load_mask("c") == disc_mask()).all()


def test_a_mask_that_was_drawn_is_accepted_as_it_is(opened: MainWindow, root: Path) -> None:
    opened.app.editor.replace_mask("Drawn", disc_mask(20), model="")
    QTest.keyClick(opened, *ACCEPT_AND_NEXT)
    assert opened.app.session.case_id == "b"
    assert opened.app.autosave.flush()
    assert Project.open(root).case("a").state is CaseState.CORRECTED


def test_a_proposal_over_a_mask_is_accepted_but_not_left_unseen(opened: MainWindow) -> None:
    opened.commands.cases.open_case("c")
    opened.app.editor.replace_mask("Drawn", disc_mask(20), model="")
    assert opened.app.proposal.prediction is not None
    QTest.keyClick(opened, *ACCEPT_AND_NEXT)
    assert opened.app.session.case_id == "c"
    assert opened.panels.status.currentMessage() == "Accepted over your mask; undo brings it back."
    opened.app.editor.undo()
    assert (opened.app.editor.mask == disc_mask(20)).all()


def test_where_nothing_is_to_be_accepted_it_stays_and_says_so(opened: MainWindow) -> None:
    QTest.keyClick(opened, *ACCEPT_AND_NEXT)
    assert opened.app.session.case_id == "a"
    assert opened.panels.status.currentMessage().startswith("There is nothing to accept here")


def test_after_the_last_one_it_says_so(opened: MainWindow) -> None:
    for case_id in "ab":
        opened.commands.cases.open_case(case_id)
        opened.app.editor.replace_mask("Drawn", disc_mask(), model="")
    opened.commands.cases.open_case("c")
    assert opened.app.autosave.flush()
    QTest.keyClick(opened, *ACCEPT_AND_NEXT)
    assert opened.app.session.case_id == "c"
    assert opened.panels.status.currentMessage() == "Accepted. No other case is uncorrected."


def search(window: MainWindow, words: str) -> QLineEdit:
    window.activateWindow()
    window.actions_by_id["case.search"].trigger()
    field = part(window.panels.cases, QLineEdit, "case_words")
    QTest.keyClicks(field, words)
    QTest.keyClick(field, Qt.Key.Key_Return)
    QApplication.processEvents()
    return field


def test_return_in_the_search_opens_the_only_hit(opened: MainWindow) -> None:
    search(opened, "b")
    assert opened.app.session.case_id == "b"
    assert opened.focusWidget() is opened.canvas


def test_of_several_hits_the_list_gets_the_keyboard(opened: MainWindow, root: Path) -> None:
    opened.app.session.mark("c", notes="bleeding")
    search(opened, "b")
    assert opened.app.session.case_id == "a"
    assert opened.focusWidget() is case_rows(opened)


def test_without_a_hit_nothing_opens(opened: MainWindow) -> None:
    search(opened, "zzz")
    assert opened.app.session.case_id == "a"
