"""A failed opening leaves what was open as it was, and says why."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawings import picture
from gestures import drag
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from unet_desktop.gui.window import MainWindow
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.project.case import CaseState


def sentence(window: MainWindow) -> str:
    """The dialog's text; it is closed."""
    boxes = [box for box in window.findChildren(QMessageBox) if box.isVisible()]
    assert len(boxes) == 1
    boxes[0].close()
    return boxes[0].text()


def test_a_missing_picture(opened: MainWindow, root: Path) -> None:
    drag(opened.canvas, [(40, 40), (60, 60)])
    painted = opened.bench.editor.mask
    opened.bench.session.project.image_path("b").unlink()
    QTest.keyClick(opened, Qt.Key.Key_N)
    assert "not there" in sentence(opened)
    assert opened.bench.session.case_id == "a"
    assert opened.bench.editor.mask is painted
    assert opened.bench.editor.history.can_undo


def test_a_picture_of_another_size(opened: MainWindow, root: Path) -> None:
    write_jpeg(opened.bench.session.project.image_path("b"), picture(0)[:50])
    QTest.keyClick(opened, Qt.Key.Key_N)
    assert "160 x 50" in sentence(opened)
    assert opened.bench.session.case_id == "a"


def test_a_damaged_mask_is_no_empty_mask(opened: MainWindow, root: Path) -> None:
    opened.bench.session.project.layout.mask("d").write_bytes(b"\x89PNG no")
    opened.handlers.find("cases.open_case")("d")
    assert "cannot be read" in sentence(opened)
    assert opened.bench.session.case_id == "a"
    assert opened.panels.cases._list.currentIndex().row() == 0


@pytest.mark.parametrize("content", [None, "{", '{"format": 99}'])
def test_no_project(opened: MainWindow, root: Path, tmp_path: Path, content: str | None) -> None:
    other = tmp_path / "other"
    other.mkdir()
    if content is not None:
        (other / "project.json").write_text(content)
    opened.handlers.find("project.open_root")(other)
    assert str(other) in sentence(opened)
    assert opened.bench.session.project.root == root
    assert opened.bench.session.case_id == "a"


def test_stepping_goes_past_a_missing_picture(opened: MainWindow, root: Path) -> None:
    opened.bench.session.project.image_path("b").unlink()
    QTest.keyClick(opened, Qt.Key.Key_N)
    assert "not there" in sentence(opened)
    QTest.keyClick(opened, Qt.Key.Key_N)
    assert opened.bench.session.case_id == "c"
    QTest.keyClick(opened, Qt.Key.Key_P)
    assert "not there" in sentence(opened)
    QTest.keyClick(opened, Qt.Key.Key_P)
    assert opened.bench.session.case_id == "a"
    QTest.keyClick(opened, Qt.Key.Key_U)
    assert "not there" in sentence(opened)
    QTest.keyClick(opened, Qt.Key.Key_U)
    assert opened.bench.session.case_id == "c"


def test_missing_pictures_at_both_ends_hold_nobody_up(window: MainWindow, root: Path) -> None:
    for name in "ad":
        (root / "images" / f"{name}.jpg").unlink()
    window.handlers.find("project.open_root")(root)
    assert "not there" in sentence(window)
    QTest.keyClick(window, Qt.Key.Key_N)
    assert window.bench.session.case_id == "b"
    window.handlers.find("cases.open_case")("d")
    assert "not there" in sentence(window)
    QTest.keyClick(window, Qt.Key.Key_N)  # from the one that is open and marked in the list
    assert window.bench.session.case_id == "c"
    QTest.keyClick(window, Qt.Key.Key_N)
    assert "not there" in sentence(window)
    QTest.keyClick(window, Qt.Key.Key_P)
    assert window.bench.session.case_id == "c"


def test_reading_the_cases_again_knows_what_was_just_painted(opened: MainWindow, root: Path) -> None:
    drag(opened.canvas, [(40, 40), (60, 60)])
    opened.bench.session.reload_cases()
    assert opened.bench.session.project.case("a").state is CaseState.CORRECTED
    assert opened.bench.session.counts == (2, 4)


def test_opening_the_same_project_again_knows_what_was_just_painted(opened: MainWindow, root: Path) -> None:
    drag(opened.canvas, [(40, 40), (60, 60)])
    opened.handlers.find("project.open_root")(root)
    assert opened.bench.session.project.case("a").state is CaseState.CORRECTED
    assert opened.bench.session.case_id == "b"
