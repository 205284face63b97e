"""What others do to a project while it is open is noticed before the next write and said; both versions are kept."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from drawings import picture
from gestures import drag
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton

from unet_desktop.gui.cases import mend_commands as commands
from unet_desktop.gui.window import shutdown
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.masks.file import read_mask, write_mask
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.project import trail
from unet_desktop.project.project import Project
from unet_desktop.project.versions import load_version, read_versions
from unet_desktop.tasks.check_project import check_project
from unet_desktop.tasks.events import CheckFinding


def paint_and_save(window: MainWindow, offset: int = 0) -> np.ndarray:
    drag(window.canvas, [(40 + offset, 40), (60 + offset, 60)])
    assert window.app.autosave.flush()
    return window.app.editor.mask.copy()


def kept_masks(root: Path, case_id: str) -> list[np.ndarray]:
    project = Project.open(root)
    case = project.case(case_id)
    versions = read_versions(project.layout, case_id).versions
    return [load_version(project.layout, project.labels, case, version) for version in versions]


@pytest.mark.parametrize("after_own", [False, True])
def test_a_mask_that_another_program_edited(opened: MainWindow, root: Path, after_own: bool) -> None:
    case_id, project = opened.app.session.case_id, Project.open(root)
    if after_own:
        paint_and_save(opened)
    theirs = np.zeros_like(opened.app.editor.mask)
    theirs[5:25, 5:25] = 1
    write_mask(project.layout.mask(case_id), theirs, project.labels)
    ours = paint_and_save(opened, offset=20)
    assert (Project.open(root).load_mask(case_id) == ours).all()
    assert any((kept == theirs).all() for kept in kept_masks(root, case_id))
    assert opened.panels.banner.isVisible()
    assert f"Another program changed the mask of {case_id}" in opened.panels.banner.text
    assert [entry.act for entry in trail.read(project.layout).entries].count("noticed") == 1
    opened.panels.banner.hide()
    paint_and_save(opened, offset=30)
    assert not opened.panels.banner.isVisible()


def test_an_older_state_that_somebody_put_back(opened: MainWindow, root: Path) -> None:
    """This session wrote it, and yet it is not what this session wrote last."""
    case_id, path = opened.app.session.case_id, Project.open(root).layout.mask(opened.app.session.case_id)
    older = paint_and_save(opened)
    content = path.read_bytes()
    paint_and_save(opened, offset=20)
    path.write_bytes(content)
    ours = paint_and_save(opened, offset=30)
    assert (Project.open(root).load_mask(case_id) == ours).all()
    assert any((kept == older).all() for kept in kept_masks(root, case_id))
    assert f"Another program changed the mask of {case_id}" in opened.panels.banner.text


def test_a_mask_that_another_program_drew_where_all_was_undone(opened: MainWindow, root: Path) -> None:
    case_id, project = opened.app.session.case_id, Project.open(root)
    paint_and_save(opened)
    theirs = np.zeros_like(opened.app.editor.mask)
    theirs[5:25, 5:25] = 1
    write_mask(project.layout.mask(case_id), theirs, project.labels)
    opened.app.editor.undo()
    assert opened.app.autosave.flush()
    assert not project.layout.mask(case_id).exists()
    assert any((kept == theirs).all() for kept in kept_masks(root, case_id))
    assert "nothing of yours is saved; the other is kept in the case's timeline" in opened.panels.banner.text


def test_own_saves_notice_nothing(opened: MainWindow, root: Path) -> None:
    for offset in (0, 10, 20):
        paint_and_save(opened, offset)
        opened.app.editor.undo()
        assert opened.app.autosave.flush()
    opened.app.session.open_case("b")
    opened.app.session.open_case("a")
    paint_and_save(opened, 30)
    assert not opened.panels.banner.isVisible()
    assert "noticed" not in [entry.act for entry in trail.read(Project.open(root).layout).entries]


def test_a_mask_that_another_program_deleted(opened: MainWindow, root: Path) -> None:
    case_id = opened.app.session.case_id
    paint_and_save(opened)
    Project.open(root).layout.mask(case_id).unlink()
    ours = paint_and_save(opened, offset=20)
    assert (Project.open(root).load_mask(case_id) == ours).all()
    assert f"deleted the mask of {case_id}" in opened.panels.banner.text


def test_a_file_that_is_no_mask_is_kept_too(opened: MainWindow, root: Path) -> None:
    case_id = opened.app.session.case_id
    paint_and_save(opened)
    mask = Project.open(root).layout.mask(case_id)
    mask.write_bytes(b"what another program wrote")
    ours = paint_and_save(opened, offset=20)
    assert (Project.open(root).load_mask(case_id) == ours).all()
    assert mask.with_name(f"{mask.name}.bad-1").read_bytes() == b"what another program wrote"
    assert "bad-1" in opened.panels.banner.text


def test_a_picture_that_was_replaced_is_not_opened_with_the_old_mask(
    opened: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = opened.app.session.project
    path = project.image_path("b")
    write_jpeg(path, picture(7))
    QTest.keyClick(opened, Qt.Key.Key_N)
    assert opened.app.session.open is None
    assert "is not the file that was added" in opened.panels.broken.words.text()
    monkeypatch.setattr(commands, "confirm", lambda *_: True)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    QTest.mouseClick(opened.panels.broken.findChild(QPushButton, "locate_picture"), Qt.MouseButton.LeftButton)
    assert opened.app.session.case_id == "b"


@pytest.mark.parametrize("how", ["painted", "flagged"])
@pytest.mark.parametrize("removed", [False, True])
def test_a_picture_that_is_replaced_while_its_case_is_open_is_noticed_once(
    opened: MainWindow, root: Path, how: str, removed: bool
) -> None:
    project = opened.app.session.project
    path, banner = project.image_path("a"), opened.panels.banner
    os.utime(path, (1, 1))  # no other content
    paint_and_save(opened)
    assert not banner.isVisible()
    path.unlink()
    if not removed:
        write_jpeg(path, picture(7))
    for expected in (True, False):
        if how == "painted":
            ours = paint_and_save(opened, offset=20 + 10 * expected)
            assert (Project.open(root).load_mask("a") == ours).all()
        else:
            opened.commands.cases.toggle_flagged()
        assert banner.isVisible() == expected
        assert not expected or f"{'removed' if removed else 'replaced or changed'} the picture of a" in banner.text
        banner.hide()
    assert [entry.act for entry in trail.read(project.layout).entries].count("picture replaced") == 1
    findings = [event.sentence for event in check_project(root, is_alone=False) if isinstance(event, CheckFinding)]
    assert len(findings) == 1
    assert "picture" in findings[0]


def test_what_others_wrote_into_a_record_stays(opened: MainWindow, root: Path) -> None:
    record = Project.open(root).layout.record("a")
    data = json.loads(record.read_text())
    record.write_text(json.dumps(data | {"notes": "by hand", "of_a_newer_program": {"x": [1]}}))
    paint_and_save(opened)
    opened.commands.cases.toggle_flagged()
    after = json.loads(record.read_text())
    assert (after["notes"], after["of_a_newer_program"], after["flagged"]) == ("by hand", {"x": [1]}, True)
    assert opened.app.session.project.case("a").notes == "by hand"


def test_a_record_that_was_damaged_meanwhile_is_kept(opened: MainWindow, root: Path) -> None:
    record = Project.open(root).layout.record("a")
    record.write_text('{"torn')
    opened.commands.cases.toggle_flagged()
    assert json.loads(record.read_text())["flagged"] is True
    assert record.with_name("a.json.bad-1").read_text() == '{"torn'


def test_what_a_newer_program_wrote_into_the_project_stays(root: Path) -> None:
    project = Project.open(root)
    data = json.loads(project.layout.manifest.read_text())
    project.layout.manifest.write_text(json.dumps(data | {"of_a_newer_program": 3}))
    project.set_scale(0.01)
    project.set_scale(None)
    after = json.loads(project.layout.manifest.read_text())
    assert after["of_a_newer_program"] == 3
    assert "mm_per_pixel" not in after


def test_a_project_that_was_replaced_by_its_backup(
    opened: MainWindow, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot
) -> None:
    qtbot.waitUntil(lambda: all(opened.panels.thumbnails.find(case_id) for case_id in "abcd"))  # they are written too
    monkeypatch.setattr(shutdown, "accepts_loss", lambda _window: True)  # asked when the test's window closes
    shutil.copytree(root, tmp_path / "backup")  # with a copy of the lock, which names this program
    before = {path: path.read_bytes() for path in (tmp_path / "backup").rglob("*") if path.is_file()}
    root.rename(tmp_path / "former")
    (tmp_path / "backup").rename(root)
    drag(opened.canvas, [(40, 40), (60, 60)])
    assert not opened.app.autosave.flush()
    banner = opened.panels.banner
    assert banner.isVisible()
    assert "was replaced by another one while it was open" in banner.text
    assert "No version" not in opened.panels.status.currentMessage()  # which the banner says better
    copy = root.with_name(f"{root.name} - unsaved masks") / "a.png"
    assert str(copy) in banner.text
    ours = opened.app.editor.mask
    assert (read_mask(copy, opened.app.session.project.labels, ours.shape) == ours).all()
    after = {
        tmp_path / "backup" / path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }
    assert after == before
    root.rename(tmp_path / "backup")
    (tmp_path / "former").rename(root)
    assert opened.app.autosave.flush()
    assert (Project.open(root).load_mask("a") == ours).all()
    assert not banner.isVisible()


def test_a_weak_lock_is_said(window: MainWindow, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_file: object) -> None:
        raise OSError(37, os.strerror(37))

    monkeypatch.setattr("unet_desktop.project.lock._lock", unknown)
    window.commands.projects.open_root(root)
    assert "has no file locks" in window.panels.banner.text
    QTest.mouseClick(window.panels.banner.findChild(QPushButton, "close_message"), Qt.MouseButton.LeftButton)
    assert window.app.session.lease.is_weak
