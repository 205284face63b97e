"""The first page and the page of an empty project: what is not found, what to do first, pictures dropped."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawings import picture
from PySide6.QtCore import QEvent, QMimeData, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from window_parts import part

from unet_desktop.gui import app
from unet_desktop.gui.projects.import_images import ImportImagesDialog
from unet_desktop.gui.settings.settings import Store
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.gui.window.welcome import Welcome
from unet_desktop.labels import ONE_STRUCTURE
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.project.project import Project


def missing_projects(welcome: Welcome) -> list[str]:
    labels = welcome.findChildren(QLabel, "missing_project")
    return [label.toolTip() for label in labels if label.isVisible() and not label.isEnabled()]


def test_a_recent_project_that_is_gone_says_so_and_can_be_removed(qtbot: QtBot, root: Path, tmp_path: Path) -> None:
    qt = app.make_application()  # settings are named after it
    for recent in (root, tmp_path / "R&D", tmp_path / "gone"):
        Store().add_recent(recent)
    window = app.make_window(qt)
    qtbot.addWidget(window)
    window.show()
    welcome = window.panels.welcome
    assert missing_projects(welcome) == [str(tmp_path / "gone"), str(tmp_path / "R&D")]
    assert welcome.findChild(QLabel, "missing_project").text().endswith("not found")
    assert (
        welcome.findChild(QLabel, "missing_projects").text().startswith("2 projects are not found. Connect the drive")
    )
    remove = welcome.findChild(QPushButton, "forget_project")
    assert "nothing is deleted" in remove.toolTip()
    qtbot.mouseClick(remove, Qt.MouseButton.LeftButton)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    assert missing_projects(welcome) == [str(tmp_path / "R&D")]
    assert welcome.findChild(QLabel, "missing_projects").text().startswith("1 project is not found.")
    assert Store().settings.recent == (tmp_path / "R&D", root)
    qtbot.mouseClick(welcome.findChild(QPushButton, "forget_project"), Qt.MouseButton.LeftButton)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    assert missing_projects(welcome) == []
    assert welcome.findChild(QLabel, "missing_projects") is None
    window.close()


def test_a_recent_project_is_found_again_when_its_drive_is_back(qtbot: QtBot, root: Path) -> None:
    qt = app.make_application()  # settings are named after it
    Store().add_recent(root)
    away = root.rename(root.with_name("away"))
    window = app.make_window(qt)
    qtbot.addWidget(window)
    window.show()
    assert missing_projects(window.panels.welcome) == [str(root)]
    away.rename(root)
    QApplication.sendEvent(window, QEvent(QEvent.Type.WindowActivate))
    assert missing_projects(window.panels.welcome) == []
    (button,) = [one for one in window.panels.welcome.findChildren(QPushButton) if one.toolTip() == str(root)]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.app.session.case_id == "a"
    window.close()


def drop(widget: QWidget, *paths: Path) -> bool:
    """Drop files on a widget; False if it refuses them."""
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    place, copy = widget.rect().center(), Qt.DropAction.CopyAction
    keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place, copy, dropped, *keys)
    enter.ignore()
    QApplication.sendEvent(widget, enter)
    if not enter.isAccepted():
        return False
    QApplication.sendEvent(widget, QDropEvent(place, copy, dropped, *keys))
    return True


@pytest.mark.parametrize("what", ["folder", "pictures"])
def test_pictures_are_dropped_on_an_empty_project(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for seed, name in enumerate(("one.jpg", "two.jpg")):
        write_jpeg(pictures / name, picture(seed))
    Project.create(tmp_path / "empty", ONE_STRUCTURE)
    window.commands.projects.open_root(tmp_path / "empty")
    page = window.panels.no_cases
    assert "Drop pictures or folders anywhere" in page.words.text()
    hint = part(window.panels.cases, QLabel, "no_cases")
    assert hint.isVisible()
    assert "Import pictures first" in hint.text()
    monkeypatch.setattr(ImportImagesDialog, "exec", lambda dialog: True)
    assert drop(window, *([pictures] if what == "folder" else sorted(pictures.iterdir())))
    qtbot.waitUntil(lambda: list(window.app.session.case_ids) == ["one", "two"])
    assert not hint.isVisible()


def test_the_sentence_of_an_empty_project_is_not_cut(window: MainWindow, tmp_path: Path) -> None:
    Project.create(tmp_path / "empty", ONE_STRUCTURE)
    window.commands.projects.open_root(tmp_path / "empty")
    QApplication.processEvents()
    words = window.panels.no_cases.words
    assert words.height() >= words.heightForWidth(words.width())
