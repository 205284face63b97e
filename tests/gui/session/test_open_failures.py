"""A case that cannot be opened says why in the canvas' place and offers a way out; a project leaves what was open."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawings import picture
from gestures import drag
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMessageBox, QPushButton
from window_parts import case_rows

from unet_desktop.gui.cases import mend_commands as commands
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.project.case import CaseState


def sentence(window: MainWindow) -> str:
    """The dialog's text; it is closed."""
    boxes = [box for box in window.findChildren(QMessageBox) if box.isVisible()]
    assert len(boxes) == 1
    boxes[0].close()
    return boxes[0].text()


def broken(window: MainWindow) -> str:
    """What the page in the canvas' place says of the case; there is no dialog, and the case is marked in the list."""
    assert not [box for box in window.findChildren(QMessageBox) if box.isVisible()]
    assert window.app.session.open is None
    assert window.app.editor.mask is None
    assert window.pages.currentWidget() is window.panels.broken
    index = case_rows(window).currentIndex()
    assert index.data() == window.app.session.current_id
    assert window.panels.broken.words.text() in index.data(Qt.ItemDataRole.ToolTipRole)
    return window.panels.broken.words.text()


def button(window: MainWindow, name: str) -> QPushButton:
    found = window.panels.broken.findChild(QPushButton, name)
    assert found is not None
    return found


def offered(window: MainWindow) -> list[str]:
    """The buttons that the page shows."""
    return [one.objectName() for one in window.panels.broken.findChildren(QPushButton) if one.isVisible()]


def test_a_missing_picture(opened: MainWindow, root: Path) -> None:
    drag(opened.canvas, [(40, 40), (60, 60)])
    opened.app.session.project.image_path("b").unlink()
    QTest.keyClick(opened, Qt.Key.Key_N)
    assert "does not exist" in broken(opened)
    assert offered(opened) == ["locate_picture", "retry_case"]
    opened.commands.cases.open_case("a")
    assert opened.pages.currentWidget() is opened.split_view
    assert opened.app.editor.mask.any()
    assert opened.app.editor.history.can_undo


def test_a_picture_of_another_size(opened: MainWindow, root: Path) -> None:
    write_jpeg(opened.app.session.project.image_path("b"), picture(0)[:50])
    QTest.keyClick(opened, Qt.Key.Key_N)
    assert "160 x 50" in broken(opened)


def test_a_picture_that_was_moved_is_located(
    opened: MainWindow, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = opened.app.session.project
    moved = project.image_path("b").rename(tmp_path / "elsewhere.jpg")
    other = tmp_path / "other.jpg"
    write_jpeg(other, picture(9)[:50])
    QTest.keyClick(opened, Qt.Key.Key_N)
    before = project.case("b")
    monkeypatch.setattr(commands, "confirm", lambda *_: True)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(other), ""))
    button(opened, "locate_picture").click()
    assert "160 x 50" in sentence(opened)
    assert project.case("b") == before
    monkeypatch.setattr(commands, "confirm", None)  # the very file needs no question
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(moved), ""))
    button(opened, "locate_picture").click()
    assert opened.app.session.case_id == "b"
    assert type(project).open(root).image_path("b") == moved
    assert "cannot" not in case_rows(opened).currentIndex().data(Qt.ItemDataRole.ToolTipRole)


def test_a_damaged_mask_is_no_empty_mask_and_is_put_aside(opened: MainWindow, root: Path) -> None:
    project = opened.app.session.project
    project.layout.mask("d").write_bytes(b"\x89PNG no")
    opened.commands.cases.open_case("d")
    assert "cannot be read" in broken(opened)
    assert offered(opened) == ["empty_mask", "retry_case"]
    assert project.layout.mask("d").read_bytes() == b"\x89PNG no"
    button(opened, "empty_mask").click()
    assert opened.app.session.case_id == "d"
    assert not opened.app.editor.mask.any()
    assert project.case("d").state is CaseState.NEW
    assert not project.layout.mask("d").exists()
    assert (project.layout.masks / "d.png.bad-1").read_bytes() == b"\x89PNG no"


def test_a_damaged_record_is_marked_and_the_others_open(window: MainWindow, root: Path) -> None:
    path = root / "cases" / "a.json"
    whole = path.read_text()
    path.write_text(whole[:40])
    window.commands.projects.open_root(root)
    assert window.app.session.case_id == "b"
    first = case_rows(window).model().index(0, 0)
    assert "a.json" in first.data(Qt.ItemDataRole.ToolTipRole)
    QTest.keyClick(window, Qt.Key.Key_P)
    assert "a.json" in broken(window)
    assert offered(window) == ["retry_case"]
    drag(window.canvas, [(40, 40), (60, 60)])
    window.commands.cases.toggle_flagged()
    assert path.read_text() == whole[:40]
    path.write_text(whole)
    window.commands.projects.read_folder_again()
    assert window.app.session.case_id == "a"


@pytest.mark.parametrize("content", [None, "{", '{"format": 99}'])
def test_no_project(opened: MainWindow, root: Path, tmp_path: Path, content: str | None) -> None:
    other = tmp_path / "other"
    other.mkdir()
    if content is not None:
        (other / "project.json").write_text(content)
    opened.commands.projects.open_root(other)
    assert str(other) in sentence(opened)
    assert opened.app.session.project.root == root
    assert opened.app.session.case_id == "a"


def test_stepping_goes_past_a_missing_picture(opened: MainWindow, root: Path) -> None:
    opened.app.session.project.image_path("b").unlink()
    QTest.keyClick(opened, Qt.Key.Key_N)
    assert "does not exist" in broken(opened)
    QTest.keyClick(opened, Qt.Key.Key_N)
    assert opened.app.session.case_id == "c"
    QTest.keyClick(opened, Qt.Key.Key_P)
    assert "does not exist" in broken(opened)
    QTest.keyClick(opened, Qt.Key.Key_P)
    assert opened.app.session.case_id == "a"
    QTest.keyClick(opened, Qt.Key.Key_U)
    assert "does not exist" in broken(opened)
    QTest.keyClick(opened, Qt.Key.Key_U)
    assert opened.app.session.case_id == "c"


def test_missing_pictures_at_both_ends_hold_nobody_up(window: MainWindow, root: Path) -> None:
    for name in "ad":
        (root / "images" / f"{name}.jpg").unlink()
    window.commands.projects.open_root(root)
    assert window.app.session.case_id == "b"
    window.commands.cases.open_case("d")
    assert "does not exist" in broken(window)
    QTest.keyClick(window, Qt.Key.Key_N)  # it is the last one
    assert "does not exist" in broken(window)
    QTest.keyClick(window, Qt.Key.Key_P)
    assert window.app.session.case_id == "c"


def test_without_any_picture_the_first_case_says_why(window: MainWindow, root: Path) -> None:
    for name in "abcd":
        (root / "images" / f"{name}.jpg").unlink()
    window.commands.projects.open_root(root)
    assert "a.jpg" in broken(window)


def test_reading_the_cases_again_knows_what_was_just_painted(opened: MainWindow, root: Path) -> None:
    drag(opened.canvas, [(40, 40), (60, 60)])
    opened.app.session.reload_cases()
    case = opened.app.session.project.case("a")
    assert (case.state, case.incomplete) == (CaseState.CORRECTED, True)  # a disc without a cup
    assert opened.app.session.counts == (1, 4)


def test_opening_the_same_project_again_knows_what_was_just_painted(opened: MainWindow, root: Path) -> None:
    drag(opened.canvas, [(40, 40), (60, 60)])
    opened.commands.projects.open_root(root)
    assert opened.app.session.project.case("a").state is CaseState.CORRECTED
    assert opened.app.session.case_id == "a"  # the one that was open
