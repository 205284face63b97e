"""The dialogs that ask: they hand back a request, and cannot be accepted before it is whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from dialogs import can_be_accepted, problem, shown, texts, type_path
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QCheckBox,
    QColorDialog,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QTableWidget,
    QToolButton,
)
from pytestqt.qtbot import QtBot
from window_parts import part

from unet_desktop.gui.folders.dialog import ProjectPictures, SegmentFolderDialog
from unet_desktop.gui.projects.colour_button import ColourButton
from unet_desktop.gui.projects.import_images import ImportImagesDialog, ImportRequest
from unet_desktop.gui.projects.import_set import ImportSetDialog
from unet_desktop.gui.projects.new_project import NewProjectDialog, NewProjectRequest
from unet_desktop.gui.widgets.path_field import PathField
from unet_desktop.labels import DISC_AND_CUP, Label
from unet_desktop.project.models import Model
from unet_desktop.tasks.folders.outputs import Outputs


def test_the_first_field_has_the_keyboard_and_cancel_is_no_default(qtbot: QtBot) -> None:
    for dialog, name in (
        (NewProjectDialog(), "name"),
        (ImportImagesDialog(None, DISC_AND_CUP), "line"),
        (ImportSetDialog(None), "line"),
    ):
        shown(qtbot, dialog)
        field = dialog.focusWidget()
        assert isinstance(field, QLineEdit)
        assert field.objectName() == name
        qtbot.keyClicks(field, " ")
        assert dialog.isVisible()
        for button in dialog.findChildren(QPushButton):
            assert not (button.isDefault() and "Cancel" in button.text())
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
        assert dialog.isVisible()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.png").touch()
    return folder


@pytest.fixture
def new_project(qtbot: QtBot, tmp_path: Path) -> NewProjectDialog:
    dialog = NewProjectDialog()
    shown(qtbot, dialog)
    type_path(qtbot, dialog, "place", tmp_path)
    return dialog


def test_a_new_project_needs_a_name_and_gets_a_folder_of_that_name(
    qtbot: QtBot, new_project: NewProjectDialog, tmp_path: Path
) -> None:
    assert problem(new_project) == "Give the project a name."
    assert not can_be_accepted(new_project)
    qtbot.keyClicks(part(new_project, QLineEdit, "name"), "Clinic")
    assert problem(new_project) == ""
    with qtbot.waitSignal(new_project.accepted):
        qtbot.mouseClick(part(new_project, QPushButton, "accept"), Qt.MouseButton.LeftButton)
    assert new_project.request() == NewProjectRequest(tmp_path / "Clinic", "Clinic", DISC_AND_CUP, None, True)
    assert not (tmp_path / "Clinic").exists()


@pytest.mark.parametrize("name", ["a/b", "..", 'what"', "x:y"])
def test_a_name_that_is_no_folders_name_is_refused(qtbot: QtBot, new_project: NewProjectDialog, name: str) -> None:
    qtbot.keyClicks(part(new_project, QLineEdit, "name"), name)
    assert "cannot contain" in problem(new_project)


def test_a_folder_that_holds_something_is_refused(qtbot: QtBot, new_project: NewProjectDialog, pictures: Path) -> None:
    qtbot.keyClicks(part(new_project, QLineEdit, "name"), pictures.name)
    assert problem(new_project) == f"{pictures} is not empty. Choose another name or location."
    type_path(qtbot, new_project, "place", "")
    assert problem(new_project) == "Choose a location for the project's folder."
    type_path(qtbot, new_project, "place", "photos")
    assert "Enter an absolute path" in problem(new_project)
    type_path(qtbot, new_project, "place", pictures / "0.png")
    assert "cannot create files" in problem(new_project)


def test_pictures_can_come_at_once_copied_or_referred_to(
    qtbot: QtBot, new_project: NewProjectDialog, pictures: Path
) -> None:
    qtbot.keyClicks(part(new_project, QLineEdit, "name"), "Clinic")
    refer = part(new_project, QRadioButton, "refer")
    assert not refer.isEnabled()
    type_path(qtbot, new_project, "images", pictures / "none")
    assert problem(new_project) == f"There is no folder {pictures / 'none'}."
    type_path(qtbot, new_project, "images", pictures)
    refer.click()
    request = new_project.request()
    assert (request.images, request.copy) == (pictures, False)


def custom(qtbot: QtBot, dialog: NewProjectDialog) -> QTableWidget:
    qtbot.keyClicks(part(dialog, QLineEdit, "name"), "Cells")
    part(dialog, QComboBox, "template").setCurrentText("Custom")
    return part(dialog, QTableWidget, "labels")


def test_own_labels_are_named_nested_and_coloured(
    qtbot: QtBot, new_project: NewProjectDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = custom(qtbot, new_project)
    assert problem(new_project) == "Give each label a name."
    qtbot.keyClicks(table.cellWidget(0, 0), "cell")
    qtbot.mouseClick(part(new_project, QPushButton, "add_label"), Qt.MouseButton.LeftButton)
    qtbot.keyClicks(table.cellWidget(1, 0), "cell")
    assert "taken" in problem(new_project)
    qtbot.keyClicks(table.cellWidget(1, 0), " nucleus")
    inside, unique, colour = (table.cellWidget(1, column) for column in (2, 3, 1))
    assert isinstance(inside, QComboBox)
    assert isinstance(unique, QCheckBox)
    assert isinstance(colour, ColourButton)
    assert [inside.itemText(index) for index in range(inside.count())] == ["nothing", "cell"]
    inside.setCurrentIndex(1)
    unique.click()
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_: QColor("#123456"))
    qtbot.mouseClick(colour, Qt.MouseButton.LeftButton)
    assert can_be_accepted(new_project)
    first, second = new_project.request().labels
    assert (first.value, first.name, first.inside, first.unique) == (1, "cell", None, False)
    assert second == Label(2, "cell nucleus", "#123456", "cell", True)


def test_removing_a_label_keeps_the_nesting_of_the_others(qtbot: QtBot, new_project: NewProjectDialog) -> None:
    table = custom(qtbot, new_project)
    for _ in range(3):
        qtbot.mouseClick(part(new_project, QPushButton, "add_label"), Qt.MouseButton.LeftButton)
    for row, (name, parent) in enumerate([("a", 0), ("b", 0), ("c", 2), ("d", 1)]):
        qtbot.keyClicks(table.cellWidget(row, 0), name)
        inside = table.cellWidget(row, 2)
        assert isinstance(inside, QComboBox)
        inside.setCurrentIndex(parent)
    assert [(label.name, label.inside) for label in new_project.request().labels] == [
        ("a", None),
        ("b", None),
        ("c", "b"),
        ("d", "a"),
    ]
    qtbot.mouseClick(table.cellWidget(0, 4).findChild(QToolButton, "remove_0"), Qt.MouseButton.LeftButton)
    assert [(label.value, label.name, label.inside) for label in new_project.request().labels] == [
        (1, "b", None),
        (2, "c", "b"),
        (3, "d", None),
    ]


def test_the_last_label_cannot_be_removed(qtbot: QtBot, new_project: NewProjectDialog) -> None:
    custom(qtbot, new_project)
    assert not part(new_project, QToolButton, "remove_0").isEnabled()


def test_importing_counts_the_pictures_and_asks_for_a_folder_that_has_some(
    qtbot: QtBot, pictures: Path, tmp_path: Path
) -> None:
    dialog = shown(qtbot, ImportImagesDialog(None, DISC_AND_CUP))
    assert isinstance(dialog, ImportImagesDialog)
    assert problem(dialog) == "Choose the folder with the pictures."
    type_path(qtbot, dialog, "source", tmp_path)
    assert "holds no pictures" in problem(dialog)
    part(dialog, QCheckBox, "recursive").click()
    assert problem(dialog) == ""
    part(dialog, QCheckBox, "recursive").click()
    type_path(qtbot, dialog, "source", pictures)
    assert "3 pictures." in texts(dialog)
    type_path(qtbot, dialog, "masks", pictures / "0.png")
    assert "holds no annotations" in problem(dialog)
    type_path(qtbot, dialog, "masks", pictures / "absent")
    assert problem(dialog).startswith("There is no folder")
    type_path(qtbot, dialog, "masks", tmp_path)
    assert dialog.request() == ImportRequest(pictures, True, tmp_path, False)


def test_importing_tells_of_masks_beside_the_pictures(qtbot: QtBot, pictures: Path) -> None:
    (pictures / "0_mask.png").touch()
    dialog = shown(qtbot, ImportImagesDialog(None, DISC_AND_CUP))
    type_path(qtbot, dialog, "source", pictures)
    found = "3 pictures, and 1 mask beside them."
    assert f"{found} To import the masks, too, choose the same folder below." in texts(dialog)
    type_path(qtbot, dialog, "masks", pictures)
    assert found in texts(dialog)
    assert can_be_accepted(dialog)


def test_importing_tells_of_files_that_are_passed_over(qtbot: QtBot, pictures: Path) -> None:
    for name in ("a.heic", "b.heic", "c.heic", "noext", "notes.txt"):
        (pictures / name).touch()
    dialog = shown(qtbot, ImportImagesDialog(None, DISC_AND_CUP))
    type_path(qtbot, dialog, "source", pictures)
    assert "3 pictures. 4 files of other kinds are passed over (a.heic, b.heic, c.heic, ...)." in texts(dialog)
    assert can_be_accepted(dialog)


def test_segmenting_a_folder_suggests_a_place_beside_it(qtbot: QtBot, pictures: Path, tmp_path: Path) -> None:
    from models import model

    models: list[Model] = [model(2), model(1)]
    dialog = shown(qtbot, SegmentFolderDialog(None, models))
    assert isinstance(dialog, SegmentFolderDialog)
    assert problem(dialog) == "Choose the folder with the pictures."
    type_path(qtbot, dialog, "folder", pictures)
    first = dialog.request()
    assert (first.sources, first.model) == ((pictures,), models[0].path)
    assert first.output == tmp_path / "photos-segmented"
    assert can_be_accepted(dialog)
    part(dialog, QComboBox, "model").setCurrentIndex(1)
    type_path(qtbot, dialog, "output", pictures / "masks")
    assert "outside the pictures' folder" in problem(dialog)
    type_path(qtbot, dialog, "output", tmp_path / "mine")
    type_path(qtbot, dialog, "folder", tmp_path)
    type_path(qtbot, dialog, "folder", pictures)
    assert (dialog.request().model, dialog.request().output) == (models[1].path, tmp_path / "mine")
    type_path(qtbot, dialog, "output", tmp_path / ("x" * 300))
    assert "cannot be used (File name too long)" in problem(dialog)
    assert not can_be_accepted(dialog)
    for box in dialog.findChildren(QCheckBox):
        assert box.width() >= box.sizeHint().width(), f'"{box.text()}" is cut'


def test_the_projects_own_pictures_can_be_segmented(qtbot: QtBot, pictures: Path, tmp_path: Path) -> None:
    from models import model

    own = ProjectPictures(tmp_path / "clinic", sorted(pictures.glob("*.png")) or [pictures / "a.jpg"])
    dialog = shown(qtbot, SegmentFolderDialog(None, [model(1)], own, pace=0.5))
    assert isinstance(dialog, SegmentFolderDialog)
    part(dialog, QComboBox, "source").setCurrentIndex(1)
    assert problem(dialog) == ""
    assert dialog.request().sources == tuple(own.pictures)
    assert dialog.request().output == tmp_path / "clinic-segmented"
    assert dialog.title() == "clinic"
    assert any("At the last run's pace" in label.text() for label in dialog.findChildren(QLabel))
    assert not part(dialog, PathField, "folder").isVisible()


def test_what_is_ticked_is_written(qtbot: QtBot, pictures: Path) -> None:
    from models import model

    kept = Outputs(masks=False, contours=frozenset({"coco"}), tables=("xlsx",))
    dialog = shown(qtbot, SegmentFolderDialog(None, [model(1)], outputs=kept))
    assert isinstance(dialog, SegmentFolderDialog)
    type_path(qtbot, dialog, "folder", pictures)
    assert dialog.request().outputs == kept
    for name in ("coco", "xlsx"):
        part(dialog, QCheckBox, f"output_{name}").click()
    assert problem(dialog) == "Tick at least one thing to write."
    part(dialog, QCheckBox, "output_probabilities").click()
    assert dialog.request().outputs == Outputs(masks=False, probabilities="8", tables=())


def test_without_a_model_no_folder_can_be_segmented(qtbot: QtBot, pictures: Path) -> None:
    dialog = shown(qtbot, SegmentFolderDialog(None, []))
    type_path(qtbot, dialog, "folder", pictures)
    assert problem(dialog) == "There is no model yet. Train one first."
    assert not can_be_accepted(dialog)


def test_a_folder_can_be_browsed_for_dropped_and_written_with_a_tilde(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    field = PathField("Folder")
    qtbot.addWidget(field)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    with qtbot.waitSignal(field.path_changed):
        qtbot.mouseClick(part(field, QPushButton, "browse"), Qt.MouseButton.LeftButton)
    assert field.path() == tmp_path
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    qtbot.mouseClick(part(field, QPushButton, "browse"), Qt.MouseButton.LeftButton)
    assert field.path() == tmp_path
    part(field, QLineEdit, "line").setText(QUrl.fromLocalFile(str(tmp_path / "a b")).toString())
    assert field.path() == tmp_path / "a b"
    part(field, QLineEdit, "line").setText("~/x")
    assert field.path() == Path.home() / "x"
    field.set_path(None)
    assert field.path() is None
