"""Masked reading in the window: make one, draw, go back; names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from gestures import drag
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QDialog, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot
from window_parts import part

from unet_desktop import person
from unet_desktop.gui.readers.read_masked_dialog import ReadMaskedDialog
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.project.project import Project
from unet_desktop.project.reader_names import is_name_taken, note_name
from unet_desktop.project.trail import read
from unet_desktop.project.workbooks import list_workbooks, make_workbook


@pytest.fixture(autouse=True)
def _named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person of this computer, whose name is kept and can be changed."""
    monkeypatch.delenv(person.VARIABLE)
    person.keep_name("Anna")


def answer(monkeypatch: pytest.MonkeyPatch, fill: Callable[[QDialog], None], *, accept: bool = True) -> None:
    def exec_(dialog: QDialog) -> int:
        dialog.show()
        QApplication.processEvents()
        fill(dialog)
        dialog.close()
        return int(accept)

    monkeypatch.setattr(QDialog, "exec", exec_)


def trigger(window: MainWindow, command: str) -> None:
    window.actions_by_id[command].trigger()


def test_read_masked_and_return(opened: MainWindow, root: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    opened.app.session.open_case("d")
    assert opened.windowTitle() == "d – Test – Anna – U-Net Desktop"

    def fill(dialog: QDialog) -> None:
        assert part(dialog, QLineEdit, "reader_name").text() == "Anna"
        assert not part(dialog, QCheckBox, "show_predictions").isChecked()

    answer(monkeypatch, fill)
    trigger(opened, "readers.read_masked")
    session = opened.app.session
    qtbot.waitUntil(lambda: session.project is not None and session.project.workbook is not None)
    assert opened.windowTitle() == "a – Test – reading: Anna, masked – U-Net Desktop"
    assert session.counts == (0, 4)
    session.open_case("d")
    assert not opened.app.editor.mask.any()
    drag(opened.canvas, [(40, 40), (60, 60)])
    trigger(opened, "readers.back")
    assert session.project.root == root
    workbook = Project.open(list_workbooks(session.project.layout)[0].root)
    assert workbook.load_mask("d").any()
    assert workbook.case("d").changed_by == "Anna"
    assert {entry.who for entry in read(workbook.layout).entries} == {"Anna"}
    assert not is_name_taken(root, "Anna", person.computer_id())
    assert is_name_taken(root, "Anna", "another")


def test_a_reading_that_is_there_is_opened_in_its_readers_name(
    opened: MainWindow, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = make_workbook(Project.open(root), "Ben", case_ids=["a"])

    def fill(dialog: QDialog) -> None:
        readings = part(dialog, QComboBox, "reading")
        assert [readings.itemText(row) for row in range(readings.count())] == ["Ben", "A new one"]
        assert readings.currentIndex() == 1
        part(dialog, QLineEdit, "reader_name").setText("ben")
        assert not part(dialog, QPushButton, "accept").isEnabled()
        problem = part(dialog, QLabel, "problem").text()
        assert problem == "The name ben is taken by another reader of this project."
        readings.setCurrentIndex(0)
        assert part(dialog, QPushButton, "accept").isEnabled()

    answer(monkeypatch, fill)
    trigger(opened, "readers.read_masked")
    assert opened.app.session.project.root == found.root
    assert person.read_name() == "Ben"
    assert opened.windowTitle() == "a – Test – reading: Ben, masked – U-Net Desktop"
    trigger(opened, "readers.back")
    assert opened.app.session.project.root == root
    assert person.read_name() == "Anna"  # or what she adjudicates would be noted as Ben's
    assert opened.windowTitle() == "a – Test – Anna – U-Net Desktop"


def test_a_reading_that_cannot_be_opened_leaves_the_name(
    opened: MainWindow, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = make_workbook(Project.open(root), "Ben", case_ids=["a"])

    def fill(dialog: QDialog) -> None:
        part(dialog, QComboBox, "reading").setCurrentIndex(0)
        (found.root / "project.json").unlink()

    answer(monkeypatch, fill)
    trigger(opened, "readers.read_masked")
    assert opened.app.session.project.root == root
    assert person.read_name() == "Anna"


def test_another_readers_reading_says_whose_it_is(opened: MainWindow, root: Path) -> None:
    found = make_workbook(Project.open(root), "Ben", case_ids=["a"])
    opened.commands.projects.open_root(found.root)
    banner = opened.panels.banner
    assert banner.text == "This is the reading of Ben, and your name is Anna. Your work is noted under your name."
    part(banner, QPushButton, "act").click()
    assert person.read_name() == "Ben"
    assert banner.isHidden()


def test_a_name_that_is_taken_is_noticed_at_the_first_change(opened: MainWindow, root: Path) -> None:
    note_name(root, "Anna", "another computer")
    drag(opened.canvas, [(40, 40), (60, 60)])
    banner = opened.panels.banner
    assert banner.text.startswith("Somebody works in this project under the name Anna on another computer.")
    part(banner, QPushButton, "close_message").click()
    assert not is_name_taken(root, "Anna", person.computer_id())


def test_the_dialog_offers_the_own_reading_once_more(qtbot: QtBot, root: Path) -> None:
    make_workbook(Project.open(root), "Anna", case_ids=["a"])
    dialog = ReadMaskedDialog(None, list_workbooks(Project.open(root).layout), "Anna", predictions=True)
    qtbot.addWidget(dialog)
    assert dialog.request().found is not None
    part(dialog, QComboBox, "reading").setCurrentIndex(1)
    assert not dialog.acceptable
    part(dialog, QCheckBox, "again").setChecked(True)
    assert dialog.acceptable
    assert dialog.request().again
