"""The grading panel and the form editor: with keys and clicks, saved at once, never a key for the wrong one."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QWidget
from window_parts import part

from unet_desktop.errors import ProjectError
from unet_desktop.gui.grading.form_editor import FormEditor
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.project.form import TEMPLATES, Form, Item, ItemKind

FORM = Form(
    (
        TEMPLATES["image_quality"],
        TEMPLATES["notch"],
        Item("tilt", "Tilt", ItemKind.NUMBER, unit="°", lowest=0, highest=90),
        Item("remark", "Remark", ItemKind.TEXT),
    )
)


@pytest.fixture
def graded(opened: MainWindow) -> MainWindow:
    """The window with a form of all kinds of items."""
    opened.app.session.set_form(FORM)
    return opened


def press(key: Qt.Key) -> None:
    QTest.keyClick(QApplication.focusWidget(), key)


def grades(window: MainWindow, case: str = "a") -> dict[str, object]:
    return dict(window.app.session.project.reopen().case(case).grades)


def test_digits_grade_and_go_on(graded: MainWindow) -> None:
    label = graded.app.options.label
    QTest.keyClick(graded, Qt.Key.Key_Y)
    press(Qt.Key.Key_2)
    assert grades(graded) == {"image_quality": "usable"}
    press(Qt.Key.Key_3)
    assert grades(graded) == {"image_quality": "usable", "notch": "inferior"}
    QTest.keyClicks(QApplication.focusWidget(), "12,5")
    press(Qt.Key.Key_Return)
    QTest.keyClicks(QApplication.focusWidget(), "seen twice")
    press(Qt.Key.Key_Escape)
    assert grades(graded) == {
        "image_quality": "usable",
        "notch": "inferior",
        "tilt": 12.5,
        "remark": "seen twice",
    }
    assert QApplication.focusWidget() is graded.canvas
    assert graded.app.options.label is label  # the digits were no labels
    assert part(graded.panels.grading, QLabel, "grading_state").text() == "4 of 4 graded."


def test_a_grade_is_changed_and_taken_back(graded: MainWindow) -> None:
    QTest.keyClick(graded, Qt.Key.Key_Y)
    press(Qt.Key.Key_1)
    press(Qt.Key.Key_Up)
    press(Qt.Key.Key_3)
    assert grades(graded) == {"image_quality": "reject"}
    press(Qt.Key.Key_Up)
    press(Qt.Key.Key_Delete)
    assert grades(graded) == {}
    row = graded.panels.grading._rows["image_quality"]
    QTest.mouseClick(part(row, QPushButton, "choice.2"), Qt.MouseButton.LeftButton)
    assert grades(graded) == {"image_quality": "usable"}
    assert part(row, QLabel, "grade").text() == "usable"


def test_what_cannot_be_is_said_and_not_saved(graded: MainWindow) -> None:
    row = graded.panels.grading._rows["tilt"]
    graded.docks.bring_forward(graded.docks.grading)
    row.field.setFocus()
    QTest.keyClicks(row.field, "91")
    press(Qt.Key.Key_Return)
    assert part(row, QLabel, "problem").text() == "Tilt: 91 is not from 0 to 90."
    assert QApplication.focusWidget() is row.field
    assert grades(graded) == {}
    row.field.selectAll()
    QTest.keyClicks(row.field, "9")
    press(Qt.Key.Key_Return)
    assert part(row, QLabel, "problem").isHidden()
    assert grades(graded) == {"tilt": 9.0}


def test_what_was_typed_is_saved_for_its_case_when_another_is_opened(graded: MainWindow) -> None:
    row = graded.panels.grading._rows["remark"]
    graded.docks.bring_forward(graded.docks.grading)
    row.field.setFocus()
    QTest.keyClicks(row.field, "of a")
    graded.app.session.open_case("b")
    assert (grades(graded, "a"), grades(graded, "b")) == ({"remark": "of a"}, {})
    assert part(row, QPlainTextEdit, "field").toPlainText() == ""


def test_the_next_case_begins_with_its_first_open_item(graded: MainWindow) -> None:
    graded.app.session.grade("b", grades={"image_quality": "good"})
    QTest.keyClick(graded, Qt.Key.Key_Y)
    press(Qt.Key.Key_1)
    press(Qt.Key.Key_N)
    assert graded.app.session.case_id == "b"
    press(Qt.Key.Key_1)
    assert grades(graded, "b") == {"image_quality": "good", "notch": "none"}


def test_a_case_without_required_grades_is_not_approved(graded: MainWindow) -> None:
    graded.app.session.open_case("d")
    with pytest.raises(ProjectError, match="Image quality"):
        graded.app.session.mark(approved=True)
    graded.app.session.grade(grades={"image_quality": "good"})
    graded.app.session.mark(approved=True)


def test_a_form_is_made_in_the_editor(qtbot) -> None:
    editor = FormEditor(None, Form((TEMPLATES["notch"],)), shows_eye=True)
    qtbot.addWidget(editor)
    editor._menu.actions()[0].trigger()  # a choice
    assert not editor.acceptable
    assert part(editor, QLabel, "problem").text() == "Item 2: its question is empty."
    QTest.keyClicks(part(editor, QLineEdit, "question"), "Cup depth")
    part(editor, QPlainTextEdit, "choices").setPlainText("flat\ndeep\n")
    part(editor, QCheckBox, "required").click()
    assert editor.acceptable
    part(editor, QPushButton, "up").click()
    expected = Item("cup_depth", "Cup depth", choices=("flat", "deep"), required=True)
    assert editor.result_form() == Form((expected, TEMPLATES["notch"]))
    part(editor, QPushButton, "remove").click()
    assert editor.result_form() == Form((TEMPLATES["notch"],))


def test_a_changed_question_keeps_its_key(qtbot) -> None:
    editor = FormEditor(None, FORM, shows_eye=True)
    qtbot.addWidget(editor)
    field = part(editor, QLineEdit, "question")
    field.selectAll()
    QTest.keyClicks(field, "Quality")
    items = editor.result_form().items
    assert [item.key for item in items] == [item.key for item in FORM.items]
    assert items[0].question == "Quality"
    assert items[1:] == FORM.items[1:]


def test_what_is_being_typed_is_noted_when_a_job_gives_the_case_another_mask(graded: MainWindow) -> None:
    field = part(part(graded.panels.grading, QWidget, "item.remark"), QPlainTextEdit, "field")
    field.setPlainText("tilted")
    graded.app.session.reopen_case()
    assert grades(graded) == {"remark": "tilted"}
