"""Files dropped anywhere on the window: what hovers is described, what is dropped is done or refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawings import disc_mask, picture
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QMessageBox, QWidget
from pytestqt.qtbot import QtBot
from window_parts import case_rows, part

from unet_desktop.gui.projects.import_images import ImportImagesDialog
from unet_desktop.gui.projects.new_project import NewProjectDialog
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.project.project import Project

COPY, KEYS = Qt.DropAction.CopyAction, (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
MOVE = Qt.DropAction.MoveAction


def data_of(*places: Path | str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl(place) if isinstance(place, str) else QUrl.fromLocalFile(str(place)) for place in places])
    return data


def hover(widget: QWidget, data: QMimeData) -> bool:
    enter = QDragEnterEvent(QPoint(5, 5), COPY | MOVE, data, *KEYS)
    enter.ignore()
    QApplication.sendEvent(widget, enter)
    return enter.isAccepted()


def drop(widget: QWidget, *places: Path | str) -> Qt.DropAction:
    data = data_of(*places)
    assert hover(widget, data)
    event = QDropEvent(QPointF(5, 5), COPY | MOVE, data, *KEYS)
    QApplication.sendEvent(widget, event)
    QApplication.processEvents()
    return event.dropAction()


def hint(window: MainWindow) -> tuple[bool, str]:
    frame = part(window, QFrame, "drop_hint")
    return frame.isVisible(), frame.accessibleName()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "more"
    folder.mkdir()
    for seed, name in enumerate(("one.jpg", "two.jpg")):
        write_jpeg(folder / name, picture(seed + 20))
    return folder


def test_what_hovers_is_described_until_it_leaves(opened: MainWindow, pictures: Path, root: Path) -> None:
    for place, said in (
        (pictures, "Import 2 pictures"),
        (root, "The project project is open already."),
        ("https://example.org/a.jpg", "https://example.org/a.jpg is not a file on this computer."),
    ):
        assert hover(opened, data_of(place))
        shown, text = hint(opened)
        assert shown
        assert text.startswith(said)
        QApplication.sendEvent(opened, QDragLeaveEvent())
        assert not hint(opened)[0]
    text = QMimeData()
    text.setText("hello")
    assert not hover(opened, text)
    assert not hint(opened)[0]


def test_files_on_the_case_list_are_imported_and_stay_where_they_were(
    qtbot: QtBot, opened: MainWindow, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = []
    monkeypatch.setattr(
        ImportImagesDialog, "exec", lambda dialog: said.append(part(dialog, QLabel, "fixed").text()) or True
    )
    rows = case_rows(opened)
    assert not rows.viewport().acceptDrops(), "the event goes up to the window"
    assert drop(opened, pictures / "one.jpg", pictures / "two.jpg", "https://example.org/a.jpg") is COPY
    qtbot.waitUntil(lambda: list(opened.app.session.case_ids) == ["a", "b", "c", "d", "one", "two"])
    assert said == [f"one.jpg, two.jpg in {pictures}"]
    assert (pictures / "one.jpg").exists()
    assert opened.app.session.case_id == "a"


def test_masks_are_imported_for_cases_that_are_there(
    qtbot: QtBot, opened: MainWindow, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    masks = tmp_path / "masks"
    masks.mkdir()
    for name in ("b.png", "stranger.png", "a.png"):
        Image.fromarray(disc_mask()).save(masks / name)
    monkeypatch.setattr(ImportImagesDialog, "exec", lambda _: True)
    drop(opened, masks / "b.png", masks / "stranger.png")
    qtbot.waitUntil(lambda: not opened.app.runner.busy and Project.open(root).load_mask("b") is not None)
    assert Project.open(root).load_mask("a") is None, "only what was dropped"
    assert "stranger.png" in opened.panels.banner.text
    assert list(opened.app.session.case_ids) == ["a", "b", "c", "d"]


def test_a_project_and_pictures_are_dropped_on_the_start_page(
    qtbot: QtBot, window: MainWindow, root: Path, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(window, root / "project.json")
    assert window.app.session.project is not None
    assert window.app.session.project.root == root
    window.commands.projects.close()

    def fill(dialog: NewProjectDialog) -> bool:
        dialog._place.set_path(tmp_path / "made")
        assert dialog.acceptable, dialog.problem()
        return True

    (tmp_path / "made").mkdir()
    monkeypatch.setattr(NewProjectDialog, "exec", fill)
    drop(window, pictures)
    qtbot.waitUntil(lambda: list(window.app.session.case_ids) == ["one", "two"])
    assert window.app.session.project.root == tmp_path / "made" / "more"


def test_what_cannot_be_used_is_one_sentence_and_two_uses_are_asked_about(
    qtbot: QtBot, opened: MainWindow, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("hello")
    drop(opened, text)
    assert opened.panels.banner.text == "notes.txt cannot be used: it is no picture, mask, model or project."
    asked = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: asked.append([button.text() for button in box.buttons()]) or 0)
    model = tmp_path / "broken.safetensors"
    model.write_bytes(bytes(8))
    drop(opened, pictures, model)
    assert asked[0][:2] == ["Import 2 pictures…", "Add model broken"]
    assert not opened.app.runner.busy
    drop(opened, model)
    qtbot.waitUntil(lambda: not opened.app.runner.busy)
    box = next(box for box in opened.findChildren(QMessageBox) if box.isVisible())
    assert "broken.safetensors" in box.text()
    box.close()


def test_while_a_job_runs_nothing_is_added(opened: MainWindow, pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(opened.app.runner), "busy", property(lambda _: True))
    monkeypatch.setattr(type(opened.app.runner), "title", property(lambda _: "Training"))
    drop(opened, pictures)
    assert opened.panels.banner.text == "Training is running. Wait until it has ended, then drop the files again."
