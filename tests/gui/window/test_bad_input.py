"""Files that cannot be right: a sentence, no crash, nothing overwritten."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from drawings import disc_mask, picture
from gestures import drag, wheel
from PIL import Image as Pillow
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from window_parts import case_counts, case_rows

from unet_desktop.errors import ImageError
from unet_desktop.gui.widgets.thumbnails import Thumbnails
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.project.case import CaseState
from unet_desktop.project.project import Project
from unet_desktop.tasks.import_images import import_images


def sentence(window: MainWindow) -> str:
    """The dialog's text; it is closed."""
    boxes = [box for box in window.findChildren(QMessageBox) if box.isVisible()]
    assert len(boxes) == 1
    boxes[0].close()
    return boxes[0].text()


def stored(root: Path) -> dict[str, bytes]:
    """Pictures, masks, predictions and records: what nobody may overwrite."""
    folders = ("images", "masks", "predictions", "cases")
    return {str(path): path.read_bytes() for name in folders for path in (root / name).rglob("*") if path.is_file()}


def huge_png(path: Path, width: int = 30_000, height: int = 20_000) -> Path:
    """A whole PNG of that size in a few kilobytes: its rows of zeros compress to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    rows = [packer.compress(bytes(1 + width // 8)) for _ in range(height)]
    rows.append(packer.flush())
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", b"".join(rows)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    return path


def spoil_values(root: Path) -> None:
    mask = disc_mask()
    mask[:5] = 77
    Pillow.fromarray(mask).save(root / "masks" / "d.png")


def spoil_size(root: Path) -> None:
    Pillow.fromarray(disc_mask()[:50]).save(root / "masks" / "d.png")


def shrink_picture(root: Path) -> None:
    write_jpeg(root / "images" / "d.jpg", picture(3)[:50, :60])


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda root: (root / "images" / "d.jpg").unlink(), "does not exist"),
        (shrink_picture, "60 x 50 pixels now but had 160 x 120"),
        (spoil_values, "values [77], which are not labels"),
        (spoil_size, "160 x 50 pixels but its picture 160 x 120"),
    ],
)
def test_a_case_whose_files_do_not_fit(
    opened: MainWindow, root: Path, spoil: Callable[[Path], None], said: str
) -> None:
    spoil(root)
    before = stored(root)
    opened.commands.cases.open_case("d")
    assert said in opened.panels.broken.words.text()
    assert opened.app.session.case_id is None
    opened.app.autosave.flush()
    assert stored(root) == before
    opened.commands.cases.open_case("a")
    drag(opened.canvas, [(40, 40), (60, 60)])  # what is open can be worked on
    assert opened.app.editor.mask.any()


def test_a_huge_picture_is_refused_at_import_before_it_is_decoded(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = huge_png(tmp_path / "huge.png")
    monkeypatch.setattr(Pillow.Image, "load", lambda self: pytest.fail("it was decoded"))
    before = stored(root)
    (event,) = import_images(root, path)
    assert "30000 x 20000 pixels; at most 100 million are allowed" in event.problem
    assert stored(root) == before
    with pytest.raises(ImageError, match="Reduce it first"):
        Project.open(root).add_image(path, copy=False)


def test_a_project_that_holds_a_huge_picture_goes_on(window: MainWindow, root: Path, tmp_path: Path, qtbot) -> None:
    path = huge_png(tmp_path / "huge.png")
    project = Project.open(root)
    huge = replace(project.case("b"), image=str(path), width=30_000, height=20_000)
    project.layout.record("b").write_text(json.dumps(huge.to_json()))
    Pillow.new("L", (160, 120)).save(project.layout.mask("b"))
    window.commands.projects.open_root(root)
    assert window.app.session.case_id == "a"
    QTest.keyClick(window.canvas, Qt.Key.Key_N)
    assert "30000 x 20000 pixels" in window.panels.broken.words.text()
    assert window.app.session.current_id == "b"
    qtbot.waitUntil(lambda: window.panels.thumbnails.find("b") is not None)
    assert window.panels.thumbnails.find("b").isNull()
    window.commands.cases.step(1)
    assert window.app.session.case_id == "c"


def test_a_picture_of_one_pixel_can_be_opened_zoomed_and_painted(window: MainWindow, tmp_path: Path, qtbot) -> None:
    write_jpeg(tmp_path / "dot.jpg", np.full((1, 1, 3), 200, np.uint8))
    project = Project.create(tmp_path / "project", DISC_AND_CUP)
    project.add_image(tmp_path / "dot.jpg")
    window.commands.projects.open_root(project.root)
    assert window.canvas.image_size == (1, 1)
    middle = QPoint(window.canvas.width() // 2, window.canvas.height() // 2)
    for notches in (3, -6, 2):
        wheel(window.canvas, middle, notches)
    window.commands.view.fit()
    window.canvas.grab()
    drag(window.canvas, [(0.5, 0.5)])
    assert window.app.editor.mask.tolist() == [[1]]
    window.commands.view.zoom_mask()
    assert window.app.autosave.flush()
    assert Project.open(project.root).load_mask("dot").tolist() == [[1]]
    qtbot.waitUntil(lambda: window.panels.thumbnails.find("dot") is not None)


def test_a_project_without_cases_says_what_to_do(window: MainWindow, tmp_path: Path) -> None:
    project = Project.create(tmp_path / "project", DISC_AND_CUP)
    window.commands.projects.open_root(project.root)
    assert window.pages.currentWidget() is window.panels.no_cases
    for key in (Qt.Key.Key_N, Qt.Key.Key_P, Qt.Key.Key_U):
        QTest.keyClick(window, key)
    assert not window.panels.cases.filter.isEnabled()
    assert (window.app.session.open, case_rows(window).model().rowCount()) == (None, 0)
    assert case_counts(window) == "No cases"


@pytest.mark.parametrize(
    ("name", "content"),
    [("c.png", b"\x89PNG no"), ("c.png", b""), ("c.json", b"{"), ("c.json", b'{"confidence": "high"}')],
)
def test_a_damaged_prediction_leaves_the_case_to_be_worked_on(
    window: MainWindow, root: Path, name: str, content: bytes
) -> None:
    (root / "predictions" / name).write_bytes(content)
    before = stored(root)
    window.commands.projects.open_root(root)
    window.commands.cases.open_case("c")
    assert window.app.session.case_id == "c"
    assert window.panels.banner.isVisible()
    assert name in window.panels.banner.text
    assert window.app.proposal.prediction is None
    assert window.app.session.open.case.state is CaseState.PREDICTED
    assert stored(root) == before
    drag(window.canvas, [(40, 40), (60, 60)])
    assert window.app.autosave.flush()
    assert Project.open(root).load_mask("c").any()


def test_a_damaged_thumbnail_is_made_anew(root: Path, qtbot) -> None:
    project = Project.open(root)
    kept = project.layout.thumbnail("a")
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(b"\xff\xd8\xff damaged")
    thumbnails = Thumbnails()
    thumbnails.set_project(project)
    with qtbot.waitSignal(thumbnails.loaded):
        thumbnails.find("a")
    assert not thumbnails.find("a").isNull()
    with Pillow.open(kept) as opened:
        opened.load()
    thumbnails.shutdown()
