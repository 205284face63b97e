"""What is noted of a case can be read and changed; the folder can be read again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from gestures import drag
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QLineEdit, QMessageBox, QPlainTextEdit
from window_parts import case_rows

from unet_desktop.errors import WriteError
from unet_desktop.gui.cases.dialogs import CaseDetailsDialog
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.images.laterality import Eye
from unet_desktop.project.case import CaseState
from unet_desktop.project.project import Project


def with_dialog(window: MainWindow, act: Callable[[CaseDetailsDialog], None]) -> None:
    """Open the dialog and do this in it."""
    seen = []

    def find() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, CaseDetailsDialog)
        seen.append(dialog)
        try:
            act(dialog)
        finally:
            dialog.close()

    QTimer.singleShot(0, find)
    window.actions_by_id["case.details"].trigger()
    assert seen


def fill_in(dialog: CaseDetailsDialog) -> None:
    patient = dialog.findChild(QLineEdit, "patient")
    patient.selectAll()
    QTest.keyClicks(patient, "P-17 ")
    QTest.keyClicks(dialog.findChild(QComboBox, "eye"), "L")
    QTest.keyClicks(dialog.findChild(QPlainTextEdit, "notes"), "Haemorrhage")
    dialog.findChild(QCheckBox, "flagged").click()
    QTest.keyClick(patient, Qt.Key.Key_Return)


def test_what_is_filled_in_is_kept(opened: MainWindow, root: Path) -> None:
    with_dialog(opened, fill_in)
    case = Project.open(root).case("a")
    assert (case.patient, case.eye, case.notes, case.flagged) == ("P-17", Eye.LEFT, "Haemorrhage", True)
    assert opened.app.session.open.case == case
    assert opened.actions_by_id["case.flag"].isChecked()


def test_cancelling_or_changing_nothing_writes_nothing(opened: MainWindow, root: Path) -> None:
    def abandon(dialog: CaseDetailsDialog) -> None:
        QTest.keyClicks(dialog.findChild(QLineEdit, "patient"), "P-17")
        QTest.keyClick(dialog, Qt.Key.Key_Escape)

    with_dialog(opened, abandon)
    with_dialog(opened, lambda dialog: dialog.accept())
    case = Project.open(root).case("a")
    assert (case.patient, case.changed_at) == ("", "")


def test_it_tells_what_cannot_be_changed(opened: MainWindow, root: Path) -> None:
    texts = {}

    def read(dialog: CaseDetailsDialog) -> None:
        texts.update({label.objectName(): label.text() for label in dialog.findChildren(QLabel)})

    drag(opened.canvas, [(40, 40), (60, 60)])
    with_dialog(opened, read)
    assert texts["picture"] == str(root / "images" / "a.jpg")
    assert texts["size"] == "160 × 120 pixels"
    assert texts["state"] == "Incomplete: no optic cup is drawn"
    assert texts["changed"][:2] == "20"


def test_what_cannot_be_written_is_said(opened: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **more: object) -> None:
        raise WriteError("The folder is read-only.")

    monkeypatch.setattr(Project, "mark", refuse)
    with_dialog(opened, fill_in)
    (box,) = opened.findChildren(QMessageBox)
    assert box.text() == "The folder is read-only."
    box.close()


def test_reading_the_folder_again_takes_in_what_other_programs_did(opened: MainWindow, root: Path) -> None:
    (root / "masks" / "b.png").write_bytes((root / "masks" / "d.png").read_bytes())
    (root / "cases" / "c.json").unlink()
    drag(opened.canvas, [(40, 40), (60, 60)])
    opened.actions_by_id["project.read_again"].trigger()
    session = opened.app.session
    assert session.case_ids == ["a", "b", "d"]
    assert session.project.case("b").state is CaseState.CORRECTED
    assert session.counts == (2, 3)  # a has a disc and no cup
    assert session.case_id == "a"
    assert case_rows(opened).model().rowCount() == 3


def test_reading_the_folder_again_closes_a_case_that_is_gone(opened: MainWindow, root: Path) -> None:
    (root / "cases" / "a.json").unlink()
    opened.actions_by_id["project.read_again"].trigger()
    assert opened.app.session.open is None
    assert opened.app.editor.mask is None
    QTest.keyClick(opened, Qt.Key.Key_N)
    assert opened.app.session.case_id == "b"
