"""Assign, copy, collect and compare readers in the window; back up and restore a project."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from drawings import disc_mask
from gestures import drag
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QSpinBox,
    QTreeWidget,
)
from pytestqt.qtbot import QtBot
from window_parts import part

from unet_desktop.gui.widgets.path_field import PathField
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.project.project import Project
from unet_desktop.project.workbooks import list_workbooks, make_workbook
from unet_desktop.tasks.backup.restore import restore_backup


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


def problem(dialog: QDialog) -> str:
    return part(dialog, QLabel, "problem").text()


def finish(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.app.runner.busy)


def test_a_project_is_backed_up_with_what_was_just_drawn_and_restored(
    opened: MainWindow, root: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    drag(opened.canvas, [(40, 40), (60, 60)])
    drawn = opened.app.editor.mask.copy()

    def fill(dialog: QDialog) -> None:
        field = part(dialog, PathField, "backup_file")
        assert field.path().parent == tmp_path
        field.set_path(root / "inside.zip")
        assert "is in the project itself" in problem(dialog)
        field.set_path(tmp_path / "nowhere" / "a.zip")
        assert problem(dialog) == f"There is no folder {tmp_path / 'nowhere'}."
        field.set_path(tmp_path / "kept")
        assert problem(dialog) == ""

    answer(monkeypatch, fill)
    trigger(opened, "project.back_up")
    finish(opened, qtbot)
    assert (tmp_path / "kept.zip").is_file()
    assert "kept.zip was written to" in opened.panels.status.currentMessage() + opened.panels.banner.text
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "kept.zip"), ""))

    def choose(dialog: QDialog) -> None:
        field = part(dialog, PathField, "restore_folder")
        assert field.path() == tmp_path / "kept"  # a file of this name has a suffix
        field.set_path(root)
        assert "is not empty" in problem(dialog)
        field.set_path(tmp_path / "again")
        assert problem(dialog) == ""

    answer(monkeypatch, choose)
    trigger(opened, "project.restore_backup")
    finish(opened, qtbot)
    assert opened.app.session.project.root == tmp_path / "again"
    np.testing.assert_array_equal(Project.open(tmp_path / "again").load_mask("a"), drawn)


def test_a_file_that_is_no_backup_is_said(opened: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a", "b")
    shown: list[str] = []
    monkeypatch.setattr(opened.errors, "show", lambda error: shown.append(str(error)))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "other.zip"), ""))
    trigger(opened, "project.restore_backup")
    assert shown[0].startswith(f"{tmp_path / 'other.zip'} is not a backup of this program")


def test_cases_are_assigned_and_found(opened: MainWindow, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(dialog: QDialog) -> None:
        names, per_case = part(dialog, QLineEdit, "assigned_names"), part(dialog, QSpinBox, "per_case")
        names.setText("Anna, anna")
        assert problem(dialog) == "A name is given twice."
        names.setText("Anna, Ben")
        per_case.setValue(3)
        assert problem(dialog) == "Each case is to be read by 3 readers; name as many."
        per_case.setValue(1)

    answer(monkeypatch, fill)
    trigger(opened, "readers.assign")
    assigned = [case.assigned_to for case in Project.open(root).cases()]
    assert sorted(assigned) == [("Anna",), ("Anna",), ("Ben",), ("Ben",)]
    part(opened.panels.cases, QLineEdit).setText("assigned:anna")
    QApplication.processEvents()
    expected = [case.id for case in Project.open(root).cases() if case.assigned_to == ("Anna",)]
    assert list(opened.app.session.cases.shown) == expected


def test_a_copy_goes_out_and_is_collected(
    opened: MainWindow, root: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(dialog: QDialog) -> None:
        assert not part(dialog, QPushButton, "accept").isEnabled()
        part(dialog, QComboBox, "copy_reader").setEditText("Zoe")
        assert part(dialog, PathField, "copy_file").path() == tmp_path / "project for Zoe.zip"
        assert problem(dialog) == ""

    answer(monkeypatch, fill)
    trigger(opened, "readers.copy")
    finish(opened, qtbot)
    list(restore_backup(tmp_path / "project for Zoe.zip", tmp_path / "zoe"))
    Project.open(tmp_path / "zoe").save_mask("b", disc_mask(20))
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(tmp_path / "zoe" / "project.json")], ""))
    trigger(opened, "readers.collect")
    finish(opened, qtbot)
    (workbook,) = list_workbooks(Project.open(root).layout)
    np.testing.assert_array_equal(Project.open(workbook.root).load_mask("b"), disc_mask(20))
    opened.app.session.open_case("b")
    qtbot.waitUntil(lambda: len(opened.app.adjudication.drawn) == 1)


def test_the_open_case_shows_the_mask_that_a_copy_gave_it(
    opened: MainWindow, root: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Project.open(shutil.copytree(root, tmp_path / "copy"))
    open_id = opened.app.session.case_id
    assert open_id is not None
    copy.save_mask(open_id, disc_mask(20))
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(copy.root / "project.json")], ""))
    answer(monkeypatch, lambda _: None)
    trigger(opened, "readers.collect")
    finish(opened, qtbot)
    np.testing.assert_array_equal(opened.app.editor.mask, disc_mask(20))
    drag(opened.canvas, [(40, 40), (60, 60)])
    drawn = opened.app.editor.mask.copy()
    assert opened.app.autosave.flush()
    np.testing.assert_array_equal(Project.open(root).load_mask(open_id), drawn)


def test_conflicts_are_all_listed(
    opened: MainWindow, root: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Project.open(shutil.copytree(root, tmp_path / "copy"))
    for case in ("a", "d"):
        copy.save_mask(case, disc_mask(20))
        opened.app.session.open_case(case)
        drag(opened.canvas, [(40, 40), (60, 60)])
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(copy.root / "project.json")], ""))
    seen: list[str] = []

    def look(dialog: QDialog) -> None:
        listed = part(dialog, QListWidget, "conflicts")
        seen.extend(listed.item(row).text() for row in range(listed.count()))

    answer(monkeypatch, look)
    trigger(opened, "readers.collect")
    qtbot.waitUntil(lambda: bool(seen))
    assert [sentence[:28] for sentence in seen] == ["a: the mask was changed in t", "d: the mask was changed in t"]
    assert not opened.app.runner.busy


def test_the_agreement_of_readers_is_a_table_that_can_be_saved(
    opened: MainWindow, root: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, name in enumerate(("Anna", "Ben")):
        workbook = Project.open(make_workbook(Project.open(root), name).root)
        for case in "ab":
            workbook.save_mask(case, disc_mask(20 + 4 * number))
    seen: list[str] = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "table"), "CSV (*.csv)"))

    def look(dialog: QDialog) -> None:
        table = part(dialog, QTreeWidget, "agreement")
        seen.append(table.topLevelItem(0).text(0))
        part(dialog, QPushButton, "save_agreement").click()

    answer(monkeypatch, look)
    trigger(opened, "readers.agreement")
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == ["Anna and Ben (two readers)"]
    assert (tmp_path / "table.csv").read_text().startswith("first,second,kind,period,measure")


def test_it_is_refused_in_a_masked_reading(opened: MainWindow, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = make_workbook(Project.open(root), "Anna", case_ids=["a"])
    opened.commands.projects.open_root(found.root)
    shown: list[str] = []
    monkeypatch.setattr(opened.errors, "show", lambda error: shown.append(str(error)))
    for command in ("readers.assign", "readers.copy", "readers.collect", "readers.agreement", "readers.compare"):
        trigger(opened, command)
    assert len(shown) == 5
    assert all("Go back to the project first." in sentence for sentence in shown)
    trigger(opened, "project.import_images")  # before anything is asked, and for pictures that are dropped, too
    opened.commands.projects.import_sources([found.root.parent / "photo.png"], (), recursive=False)
    assert (
        shown[5:] == ["This is the reading of Anna, who reads the cases of Test. Import pictures in that project."] * 2
    )
    assert not part(opened.panels.readers, QCheckBox, "reader_outlines").isVisible()
