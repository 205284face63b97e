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
