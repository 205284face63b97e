"""Removing a case, the bin, the check and the name, as people use them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from gestures import drag
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QTreeWidget,
)
from pytestqt.qtbot import QtBot
from window_parts import part

from unet_desktop import person
from unet_desktop.gui.cases.presenter import CaseMenu
from unet_desktop.gui.projects.bin_dialog import BinDialog
from unet_desktop.gui.projects.check_dialog import CheckDialog
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.project.bin import Removed, list_bin
from unet_desktop.project.journal import read_journal
from unet_desktop.project.project import Project
from unet_desktop.project.trail import read
from unet_desktop.tasks import review
from unet_desktop.tasks.events import CheckFinding


def click(button: QPushButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def in_dialog(act: Callable[[QDialog], None]) -> None:
    """Do this as soon as a dialog is open, then close it if it still is."""

    def found() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QDialog):
            QTimer.singleShot(20, found)
            return
        try:
            act(dialog)
        finally:
            dialog.close()

    QTimer.singleShot(0, found)


def test_a_removed_case_is_back_with_one_click(opened: MainWindow, root: Path) -> None:
    session, banner = opened.app.session, opened.panels.banner
    session.open_case("d")
    drag(opened.canvas, [(40, 40), (60, 60)])
    mask = opened.app.editor.mask.copy()
    QTest.keyClick(opened, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert "d" not in session.case_ids
    assert session.case_id == "c"
    assert not (root / "cases" / "d.json").exists()
    assert not (root / "masks" / "d.png").exists()
    assert banner.text == "d is in the bin."
    click(part(banner, QPushButton, "act"))
    assert session.case_id == "d"
    assert (opened.app.editor.mask == mask).all()
    assert banner.isHidden()
    drag(opened.canvas, [(60, 60), (80, 80)])
    assert opened.app.autosave.flush()
    assert Project.open(root).case("d").state == "corrected"
    assert [entry.act for entry in read(session.project.layout).entries][-3:] == ["removed", "restored", "changed"]


def test_a_case_that_cannot_be_removed_goes_on_as_before(opened: MainWindow, root: Path, monkeypatch) -> None:
    drag(opened.canvas, [(40, 40), (60, 60)])
    assert opened.app.autosave.flush()
    (root / "bin").write_text("a file in the place of its folder")
    shown: list[Exception] = []
    monkeypatch.setattr(opened.errors, "show", shown.append)
    QTest.keyClick(opened, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert len(shown) == 1
    case_id = opened.app.session.case_id
    drag(opened.canvas, [(60, 60), (80, 80)])
    assert opened.app.autosave.flush()
    journal = read_journal(opened.app.session.project.layout.journal(case_id))
    assert journal is not None
    assert journal.steps == 2
    assert "noticed" not in [entry.act for entry in read(Project.open(root).layout).entries]


def test_removing_all_cases_leaves_an_empty_project_that_can_be_filled_from_the_bin(opened, root) -> None:
    for _ in "abcd":
        QTest.keyClick(opened, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    session = opened.app.session
    assert session.case_ids == []
    assert session.case_id is None
    QTest.keyClick(opened, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)  # there is nothing left to remove
    shown: list[int] = []

    def put_all_back(dialog: QDialog) -> None:
        entries = part(dialog, QTreeWidget, "bin_list")
        entries.selectAll()
        shown.append(entries.topLevelItemCount())
        click(part(dialog, QPushButton, "put_back"))
        shown.append(entries.topLevelItemCount())

    in_dialog(put_all_back)
    QTest.keyClick(opened, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert shown == [4, 0]
    assert session.case_ids == ["a", "b", "c", "d"]
    assert session.case_id is not None


def test_the_bin_is_emptied_only_when_somebody_means_it(opened: MainWindow, root: Path, monkeypatch) -> None:
    opened.commands.keeping.remove_case()
    asked: list[str] = []
    for answer in (False, True):
        monkeypatch.setattr(
            "unet_desktop.gui.projects.keeping_commands.confirm",
            lambda _window, _title, question, _yes, answer=answer: asked.append(question) or answer,
        )
        in_dialog(lambda dialog: click(part(dialog, QPushButton, "empty_bin")))
        opened.commands.keeping.show_bin()
        assert bool(list_bin(opened.app.session.project.layout)) is not answer
    assert asked[0].startswith("Delete the 1 entry in the bin for good?")
    assert read(opened.app.session.project.layout).entries[-1].act == "bin emptied"


def test_a_case_that_cannot_be_opened_can_be_removed(opened: MainWindow, root: Path) -> None:
    (root / "masks" / "d.png").write_bytes(b"damaged")
    opened.commands.cases.open_case("d")
    assert opened.app.session.broken is not None
    opened.actions_by_id["case.remove"].trigger()
    assert "d" not in opened.app.session.case_ids
    assert opened.app.session.case_id == "c"


def test_another_case_than_the_open_one_is_removed_from_its_menu_in_the_list(opened: MainWindow) -> None:
    drag(opened.canvas, [(40, 40), (60, 60)])
    mask = opened.app.editor.mask.copy()
    menu = CaseMenu(
        opened.app.session.project.case("c"), opened.commands.cases, opened, opened.panels.cases.remove_requested.emit
    )
    menu.actions()[-1].trigger()
    menu.deleteLater()
    assert opened.app.session.case_ids == ["a", "b", "d"]
    assert opened.app.session.case_id == "a"
    assert (opened.app.editor.mask == mask).all()
    click(part(opened.panels.banner, QPushButton, "act"))
    assert opened.app.session.case_id == "c"


def test_check_finds_and_repairs_in_the_window(opened: MainWindow, root: Path, qtbot, monkeypatch) -> None:
    monkeypatch.setattr(review, "review_pictures", lambda _root: iter(()))  # the drawn ones are all alike
    (root / "masks" / "gone.png").write_bytes((root / "masks" / "d.png").read_bytes())
    seen: list[list[str]] = []

    def answer(dialog: CheckDialog) -> int:
        findings = part(dialog, QListWidget, "findings")
        seen.append([findings.item(row).text() for row in range(findings.count())])
        dialog.show()
        repair = part(dialog, QPushButton, "repair")
        if repair.isVisible():
            click(repair)
        dialog.close()
        return dialog.result()

    monkeypatch.setattr(CheckDialog, "exec", answer)
    QTest.keyClick(opened, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: len(seen) == 2 and not opened.app.runner.busy)
    assert "masks/gone.png. Can be repaired: It goes to the bin." in seen[0][0]
    assert "Repaired: It is in the bin." in seen[1][0]
    assert not (root / "masks" / "gone.png").exists()
    opened.commands.keeping.check_project()
    qtbot.waitUntil(lambda: "everything is as it should be" in opened.panels.status.currentMessage())
    assert len(seen) == 2


def test_the_name_is_asked_once_on_the_first_change_and_noted(opened: MainWindow, root: Path, monkeypatch) -> None:
    monkeypatch.delenv(person.VARIABLE)
    banner = opened.panels.banner
    assert banner.isHidden()
    drag(opened.canvas, [(40, 40), (60, 60)])
    assert banner.text.endswith("Under which name?")

    def answer(dialog: QDialog) -> None:
        field = part(dialog, QLineEdit, "person_name")
        QTest.keyClicks(field, "Dr. Anna Green")
        QTest.keyClick(field, Qt.Key.Key_Return)

    in_dialog(answer)
    click(part(banner, QPushButton, "act"))
    assert banner.isHidden()
    assert person.read_name() == "Dr. Anna Green"
    drag(opened.canvas, [(60, 60), (80, 80)])
    assert opened.app.autosave.flush()
    assert banner.isHidden()
    assert read(opened.app.session.project.layout).entries[-1].who == "Dr. Anna Green"
    assert Project.open(root).case("a").changed_by == "Dr. Anna Green"


@pytest.mark.parametrize("act", ["flag", "describe"])
def test_the_name_is_asked_when_the_first_change_is_no_stroke(opened: MainWindow, monkeypatch, act: str) -> None:
    monkeypatch.delenv(person.VARIABLE)
    if act == "flag":
        opened.commands.cases.toggle_flagged()
    else:
        opened.app.session.mark(notes="x")
    assert opened.panels.banner.text.endswith("Under which name?")


def test_nothing_is_offered_to_be_repaired_right_after_repairing(window: MainWindow) -> None:
    left = CheckFinding("It is damaged. It could not be repaired: the disk is full.", "It goes.", "It went.")
    after = CheckDialog(window, [left], writable=True, after_repair=True)
    assert part(after, QPushButton, "repair").isHidden()
    assert not part(CheckDialog(window, [left], writable=True), QPushButton, "repair").isHidden()


def test_unusual_masks_and_copies_are_shown(opened: MainWindow, root: Path, qtbot: QtBot, monkeypatch) -> None:
    assert opened.app.autosave.flush()
    Project.open(root).save_mask("b", np.zeros((120, 160), np.uint8))
    seen: list[list[str]] = []

    def answer(dialog: CheckDialog) -> int:
        findings = part(dialog, QListWidget, "findings")
        said = [label.text() for label in dialog.findChildren(QLabel)]
        seen.append([*said, *(findings.item(row).text() for row in range(findings.count()))])
        return 0

    monkeypatch.setattr(CheckDialog, "exec", answer)
    opened.commands.keeping.check_project()
    qtbot.waitUntil(lambda: bool(seen))
    assert "masks/b.png: it is empty." in seen[0]
    assert "images/b.jpg: it is a copy of images/c.jpg, or nearly (likeness 1.00)." in seen[0]
    assert "Everything is as it should be. 7 remarks on masks and pictures, which may be meant." in seen[0]


def test_who_closes_the_question_is_not_named_and_not_asked_again(opened: MainWindow, monkeypatch) -> None:
    monkeypatch.delenv(person.VARIABLE)
    drag(opened.canvas, [(40, 40), (60, 60)])
    click(part(opened.panels.banner, QPushButton, "close_message"))
    assert person.was_asked()
    assert person.read_name() == ""
    opened.app.autosave.flush()
    assert read(opened.app.session.project.layout).entries[-1].who == ""


def test_the_trail_is_exported(opened: MainWindow, tmp_path: Path, monkeypatch) -> None:
    target = tmp_path / "who.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    opened.commands.cases.toggle_flagged()
    opened.actions_by_id["project.trail"].trigger()
    with target.open(newline="") as file:
        assert list(csv.DictReader(file))[-1]["act"] == "flagged"


def test_who_only_looks_can_read_the_bin_and_change_nothing(opened: MainWindow, monkeypatch) -> None:
    opened.commands.keeping.remove_case()
    monkeypatch.setattr(opened.app.session.project, "read_only", True, raising=False)
    enabled: list[bool] = []

    def look(dialog: QDialog) -> None:
        enabled.extend(part(dialog, QPushButton, name).isEnabled() for name in ("put_back", "empty_bin"))

    in_dialog(look)
    opened.commands.keeping.show_bin()
    assert enabled == [False, False]


@pytest.mark.parametrize("command", ["case.remove", "project.bin", "project.check", "project.trail"])
def test_without_a_project_there_is_nothing_to_do(window: MainWindow, command: str) -> None:
    assert not window.actions_by_id[command].isEnabled()


def test_what_names_and_times_hold_is_shown_escaped_in_the_bin(window: MainWindow) -> None:
    dialog = BinDialog(window, writable=True)
    when = "0001-01-01T00:00:00+14:00"
    dialog.set_entries([Removed(Path("bin"), 1, "files", "x\udcff", "", when, ("masks/x\udcff.png",))])
    item = dialog.findChild(QTreeWidget, "bin_list").topLevelItem(0)
    assert item.text(0) == r"Files x\xff"
    assert item.text(1) == ""
    assert r"x\xff.png" in item.toolTip(0)
