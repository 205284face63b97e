"""The label editor: a project's labels change in the window, with its masks, list, keys and palette."""

from __future__ import annotations

import numpy as np
import pytest
from drawings import disc_mask
from gestures import drag
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QProgressDialog,
    QPushButton,
    QTableWidget,
    QToolButton,
)
from window_parts import case_rows, part

from unet_desktop import label_edits as edits
from unet_desktop.gui.projects.label_editor import LabelEditor
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.project import lease
from unet_desktop.project.label_changes import read_changes

THREE = edits.add(DISC_AND_CUP, "vessel")


def click(qtbot, widget) -> None:
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


@pytest.fixture
def editor(qtbot) -> LabelEditor:
    made = LabelEditor(None, THREE, worked_on=3, models=[("model-001", THREE)])
    qtbot.addWidget(made)
    made.show()
    return made


def cell(editor: LabelEditor, row: int, column: int):
    return part(editor, QTableWidget, "labels").cellWidget(row, column)


def button(editor: LabelEditor, row: int, name: str) -> QToolButton:
    return cell(editor, row, 4).findChild(QToolButton, f"{name}_{row}")


def write(qtbot, field: QLineEdit, text: str) -> None:
    field.selectAll()
    qtbot.keyClicks(field, text)


def effects(editor: LabelEditor) -> str:
    return part(editor, QLabel, "effects").text()


def removing_menu(editor: LabelEditor, row: int) -> QMenu:
    menu = cell(editor, row, 4).findChild(QMenu)
    menu.aboutToShow.emit()
    return menu


def merge(editor: LabelEditor, row: int, text: str) -> None:
    menu = removing_menu(editor, row)
    (action,) = [action for action in menu.actions() if action.text() == text]
    action.trigger()


def test_labels_are_renamed_added_and_moved(editor, qtbot):
    write(qtbot, cell(editor, 1, 0), "excavation")
    click(qtbot, part(editor, QPushButton, "add_label"))
    qtbot.keyClicks(editor.focusWidget(), "fovea")
    click(qtbot, button(editor, 3, "up"))
    click(qtbot, button(editor, 2, "up"))
    labels = editor.labels()
    assert [(label.name, label.value) for label in labels] == [
        ("optic disc", 1),
        ("fovea", 4),
        ("excavation", 2),
        ("vessel", 3),
    ]
    assert labels.by_name("excavation").formerly == ("optic cup",)
    assert "not annotated in the 3 cases" in effects(editor)
    assert "model-001" in effects(editor)
    assert not button(editor, 0, "up").isEnabled()
    cell(editor, 3, 2).setCurrentIndex(1)
    cell(editor, 3, 3).setChecked(True)
    assert editor.labels().by_name("vessel").inside == "optic disc"
    assert editor.labels().by_name("vessel").unique


def test_a_label_does_not_move_above_the_one_that_it_is_inside(editor):
    assert not button(editor, 1, "up").isEnabled()
    assert not button(editor, 0, "down").isEnabled()
    assert button(editor, 2, "up").isEnabled()
    cell(editor, 2, 2).setCurrentIndex(2)
    assert not button(editor, 2, "up").isEnabled()


def test_removing_asks_what_its_pixels_become(editor):
    texts = [action.text() for action in removing_menu(editor, 1).actions()]
    assert texts == ["Remove: its pixels become optic disc", "", "Merge into optic disc", "Merge into vessel"]
    merge(editor, 0, "Merge into vessel")
    assert editor.labels().present_values() == {1: 3}
    assert [(label.name, label.inside) for label in editor.labels()] == [("vessel", None), ("optic cup", "vessel")]
    assert '"optic disc" merged into "vessel"' in effects(editor)
    merge(editor, 1, "Remove: its pixels become vessel")
    assert editor.labels().present_values() == {1: 3, 2: 3}


@pytest.mark.parametrize(("name", "says"), [("", "Give each label a name."), ("Optic Disc", "unique name")])
def test_what_does_not_fit_is_said_and_cannot_be_accepted(editor, qtbot, name, says):
    write(qtbot, cell(editor, 1, 0), name or " ")
    assert says in part(editor, QLabel, "problem").text()
    assert not editor.acceptable


def answer(monkeypatch, fill) -> None:
    def exec_(dialog: QDialog) -> int:
        fill(dialog)
        assert dialog.acceptable
        part(dialog, QPushButton, "accept").click()
        return dialog.result()

    monkeypatch.setattr(LabelEditor, "exec", exec_)


def test_the_whole_window_follows_a_renamed_and_an_added_label(opened: MainWindow, qtbot, monkeypatch) -> None:
    opened.app.session.open_case("d")
    drag(opened.canvas, [(20, 20), (30, 20)])
    QTest.keyClick(opened, Qt.Key.Key_2)

    def fill(dialog: LabelEditor) -> None:
        write(qtbot, cell(dialog, 1, 0), "excavation")
        click(qtbot, part(dialog, QPushButton, "add_label"))
        write(qtbot, cell(dialog, 2, 0), "vessel")

    answer(monkeypatch, fill)
    opened.actions_by_id["project.labels"].trigger()
    assert opened.app.session.case_id == "d"
    assert opened.app.options.label.name == "excavation"  # the same label, under its new name
    drawn = opened.app.editor.mask
    assert drawn is not None
    assert drawn[20, 25] == 1  # what was drawn before is there
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    texts = [button.text() for button in opened.panels.tools.label_list.findChildren(QPushButton)]
    assert [text.split(maxsplit=1)[1] for text in texts] == ["optic disc", "excavation", "vessel"]
    assert opened.app.session.project.case("d").not_annotated == (3,)
    tip = case_rows(opened).model().index(3, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "not annotated: vessel" in tip
    assert opened.app.session.project.case("a").not_annotated == ()
    QTest.keyClick(opened, Qt.Key.Key_3)
    assert opened.app.options.label.name == "vessel"
    drag(opened.canvas, [(20, 100), (30, 100)])
    assert drawn is opened.app.editor.mask
    assert drawn[100, 25] == 3
    assert opened.app.autosave.flush()
    assert opened.app.session.project.load_mask("d")[100, 25] == 3


def test_merging_in_the_window_rewrites_masks_and_is_undone_there(opened: MainWindow, monkeypatch) -> None:
    opened.app.session.open_case("d")
    answer(monkeypatch, lambda dialog: merge(dialog, 1, "Merge into optic disc"))
    opened.actions_by_id["project.labels"].trigger()
    np.testing.assert_array_equal(opened.app.editor.mask, np.minimum(disc_mask(), 1))
    assert not opened.app.editor.history.can_undo
    answer(monkeypatch, lambda dialog: None)
    monkeypatch.setattr(
        LabelEditor, "exec", lambda dialog: part(dialog, QPushButton, "undo_labels").click() or dialog.result()
    )
    opened.actions_by_id["project.labels"].trigger()
    np.testing.assert_array_equal(opened.app.editor.mask, disc_mask())
    assert [change.undoes for change in read_changes(opened.app.session.project.layout)] == [0, 1]


def test_a_full_disk_leaves_the_project_open_with_its_labels(opened: MainWindow, monkeypatch) -> None:
    from unet_desktop import files
    from unet_desktop.errors import WriteError

    answer(monkeypatch, lambda dialog: merge(dialog, 1, "Merge into optic disc"))

    def full(*_: object, **__: object) -> None:
        raise WriteError("project.json could not be written (No space left on device).")

    shown: list[str] = []
    monkeypatch.setattr(opened.errors, "show", lambda error: shown.append(str(error)))
    monkeypatch.setattr(files, "write_json", full)
    opened.actions_by_id["project.labels"].trigger()
    assert "No space left" in shown[0]
    assert opened.app.session.project.labels == DISC_AND_CUP
    assert opened.app.session.case_id == "a"


def test_masks_can_be_left_to_be_rewritten_later(opened: MainWindow, monkeypatch) -> None:
    monkeypatch.setattr(QProgressDialog, "wasCanceled", lambda _: True)
    monkeypatch.setattr(lease, "_PATIENCE", 0.0)
    opened.app.session.open_case("d")
    opened.app.editor.replace_mask("Test", disc_mask(20))
    opened.app.session.open_case("a")
    opened.app.editor.replace_mask("Test", disc_mask(20))
    answer(monkeypatch, lambda dialog: merge(dialog, 1, "Merge into optic disc"))
    opened.actions_by_id["project.labels"].trigger()
    opened.app.session.open_case("d")
    np.testing.assert_array_equal(opened.app.editor.mask, np.minimum(disc_mask(20), 1))
