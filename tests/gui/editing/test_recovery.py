"""What a program had not saved when it ended comes back with the next start, with its history, and is said."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from gestures import drag
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from window_parts import banner_retry, timer_of

from unet_desktop.gui.editing.autosave import IDLE
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.masks.file import write_mask
from unet_desktop.project.case import CaseState
from unet_desktop.project.journal import MaskWriteStarted, checksum_of, read_journal
from unet_desktop.project.lease import lease_project
from unet_desktop.project.project import Project


@pytest.fixture
def left(opened: MainWindow, root: Path, tmp_path: Path, qtbot) -> tuple[Path, np.ndarray]:
    """A copy of the project as a kill after two strokes and an undo leaves it, and the mask that was shown."""
    timer_of(opened.app.autosave, IDLE).setInterval(60_000)  # else a busy machine may write the mask before the kill
    drag(opened.canvas, [(40, 40), (60, 60)])
    drag(opened.canvas, [(80, 80), (100, 60)])
    drag(opened.canvas, [(30, 90), (50, 90)])
    QTest.keyClick(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: opened.app.autosave.safe)
    killed = Path(shutil.copytree(root, tmp_path / "killed"))
    mask = opened.app.editor.mask.copy()
    opened.commands.projects.close()
    return killed, mask


def open_case(window: MainWindow, root: Path, case_id: str = "a") -> None:
    window.commands.projects.open_root(root)
    window.commands.cases.open_case(case_id)


def test_mask_history_and_state_come_back_and_the_banner_says_so(opened: MainWindow, left) -> None:
    killed, mask = left
    assert Project.open(killed).load_mask("a") is None  # it is in the journal alone
    open_case(opened, killed)
    assert opened.panels.banner.text == "Recovered 4 steps of a that had not been saved when the program ended."
    editor = opened.app.editor
    assert np.array_equal(editor.mask, mask)
    assert np.array_equal(Project.open(killed).load_mask("a"), mask)  # training reads the files
    assert opened.app.session.open.case.state is CaseState.CORRECTED
    assert (len(editor.history.names), len(editor.history.undone_names)) == (2, 1)
    for _ in range(2):
        QTest.keyClick(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not editor.mask.any()
    assert opened.app.session.open.case.state is CaseState.NEW  # it had begun without a mask
    assert opened.app.autosave.flush()
    assert not (killed / "masks" / "a.png").exists()


def test_a_second_kill_loses_nothing_either(opened: MainWindow, left, tmp_path: Path, qtbot) -> None:
    killed, _ = left
    open_case(opened, killed)
    drag(opened.canvas, [(20, 20), (20, 30)])
    qtbot.waitUntil(lambda: opened.app.autosave.safe)
    names, mask = opened.app.editor.history.names, opened.app.editor.mask.copy()
    again = Path(shutil.copytree(killed, tmp_path / "again"))
    open_case(opened, again)
    assert opened.app.editor.history.names == names
    assert len(names) == 3
    assert np.array_equal(opened.app.editor.mask, mask)


def test_an_end_that_was_well_leaves_no_journal_and_no_message(opened: MainWindow, root: Path) -> None:
    drag(opened.canvas, [(40, 40), (60, 60)])
    opened.commands.projects.close()
    assert list((root / "masks").glob("*.journal*")) == []
    open_case(opened, root)
    assert not opened.panels.banner.isVisible()


def test_reading_the_cases_again_goes_on_with_the_journal(opened: MainWindow, root: Path, qtbot) -> None:
    drag(opened.canvas, [(40, 40), (60, 60)])
    opened.app.session.reload_cases()
    drag(opened.canvas, [(80, 80), (100, 60)])
    qtbot.waitUntil(lambda: opened.app.autosave.safe)
    assert opened.app.autosave.flush()


def test_a_mask_that_somebody_else_put_there_is_left_alone(opened: MainWindow, left) -> None:
    killed, _ = left
    project = Project.open(killed)
    other = np.full((opened.app.editor.mask if opened.app.editor.mask is not None else left[1]).shape, 1, np.uint8)
    write_mask(project.layout.mask("a"), other, project.labels)
    open_case(opened, killed)
    assert "belongs to another mask, so the mask was left unchanged" in opened.panels.banner.text
    assert np.array_equal(opened.app.editor.mask, other)
    assert not opened.app.editor.history.can_undo
    assert (killed / "masks" / "a.journal.aside-1").exists()
    assert not (killed / "masks" / "a.journal").exists()


def test_a_picture_that_is_gone_keeps_nobody_from_recovering_its_mask(window: MainWindow, left) -> None:
    killed, mask = left
    Project.open(killed).image_path("a").unlink()
    window.commands.projects.open_root(killed)
    assert np.array_equal(Project.open(killed).load_mask("a"), mask)


@pytest.mark.parametrize("content", [b"\x89PNG no", None])
def test_a_mask_that_cannot_be_read_is_not_written_over(left, content: bytes | None) -> None:
    killed, mask = left
    path = killed / "masks" / "a.png"
    if content is None:  # a value that is no label
        from PIL import Image

        Image.fromarray(np.full(mask.shape, 77, np.uint8)).save(path)
    else:
        path.write_bytes(content)
    before, journal = path.read_bytes(), (killed / "masks" / "a.journal").read_bytes()
    access = lease_project(killed)
    access.release()
    assert len(access.recovered) == 1
    assert "could not be recovered" in access.recovered[0]
    assert path.read_bytes() == before
    assert (killed / "masks" / "a.journal").read_bytes() == journal
    path.unlink()
    access = lease_project(killed)  # when the mask is mended, its steps come after all
    access.release()
    assert "Recovered 4 steps" in access.recovered[0]
    assert np.array_equal(Project.open(killed).load_mask("a"), mask)


def test_a_kill_between_a_mask_and_its_note_leaves_nothing_behind(window: MainWindow, left) -> None:
    killed, mask = left
    Project.open(killed).save_mask("a", mask)
    recording = read_journal(killed / "masks" / "a.journal")
    journal = recording.resume()
    journal.add(MaskWriteStarted(checksum_of(mask), recording.steps))
    journal.flush()
    open_case(window, killed)
    assert not window.panels.banner.isVisible()
    assert len(window.app.editor.history.names) == 2
    window.commands.projects.close()
    assert list((killed / "masks").glob("*.journal*")) == []


def test_a_journal_that_is_damaged_is_used_up_to_the_damage_and_kept(left) -> None:
    killed, mask = left
    path = killed / "masks" / "a.journal"
    data = bytearray(path.read_bytes())
    data[-60] ^= 1  # in the step that was undone last
    data += data[-8:]
    path.write_bytes(data)
    access = lease_project(killed)
    access.release()
    assert "is damaged" in access.recovered[0]
    assert "Recovered 3 steps" in access.recovered[1]
    assert (killed / "masks" / "a.journal.aside-1").read_bytes() == data
    assert not np.array_equal(Project.open(killed).load_mask("a"), mask)  # the undo is lost, the strokes are not
    assert Project.open(killed).load_mask("a").sum() > mask.sum()


def test_a_journal_that_is_none_is_put_aside(left) -> None:
    killed, _ = left
    (killed / "masks" / "a.journal").write_bytes(b"something else")
    access = lease_project(killed)
    access.release()
    assert "a.journal.aside-1" in access.recovered[0]
    assert not (killed / "masks" / "a.png").exists()


def test_a_case_of_another_size_is_left_alone(left) -> None:
    killed, _ = left
    record = killed / "cases" / "a.json"
    record.write_text(record.read_text().replace('"height": ', '"height": 1'))
    access = lease_project(killed)
    access.release()
    assert "was left unchanged" in access.recovered[0]
    assert not (killed / "masks" / "a.png").exists()


@pytest.fixture
def tiny_disk(root: Path, tmp_path: Path) -> Iterator[Path]:
    """The project on a disk of its own with little room."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.name == "nt" or shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("only root can mount a disk to fill")
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(disk)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip(f"no disk can be mounted here: {made.stderr!r}")
    try:
        yield Path(shutil.copytree(root, disk / "project"))
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(path: Path) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT)
    with contextlib.suppress(OSError):
        while os.write(handle, b"x" * 4096):
            pass
    os.close(handle)


def test_a_full_disk(window: MainWindow, tiny_disk: Path, qtbot) -> None:
    open_case(window, tiny_disk)
    filler = tiny_disk.parent / "filler"
    fill(filler)
    drag(window.canvas, [(40, 40), (60, 60)])
    qtbot.waitUntil(window.panels.banner.isVisible)
    assert "No space left on device" in window.panels.banner.text
    assert "kept in memory" in window.panels.banner.text
    drag(window.canvas, [(80, 80), (100, 60)])
    assert not window.app.autosave.flush()
    mask = window.app.editor.mask.copy()
    filler.unlink()
    qtbot.mouseClick(banner_retry(window), Qt.MouseButton.LeftButton)
    assert window.app.autosave.complete
    assert not window.panels.banner.isVisible()
    assert np.array_equal(Project.open(tiny_disk).load_mask("a"), mask)
    assert list(tiny_disk.rglob("*.unet-tmp")) == []


def test_a_read_only_folder(window: MainWindow, tiny_disk: Path, qtbot) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(tiny_disk.parent)], check=True)
    open_case(window, tiny_disk)
    assert window.app.session.case_id == "a"
    drag(window.canvas, [(40, 40), (60, 60)])
    qtbot.waitUntil(window.panels.banner.isVisible)
    assert "Read-only file system" in window.panels.banner.text
    assert window.app.editor.mask.any()
    subprocess.run(["mount", "-o", "remount,rw", str(tiny_disk.parent)], check=True)
    qtbot.waitUntil(lambda: window.app.autosave.complete)  # it tries again by itself
    assert not window.panels.banner.isVisible()
    assert Project.open(tiny_disk).load_mask("a").any()


def test_a_project_without_cases_writes_nothing(window: MainWindow, tmp_path: Path) -> None:
    from unet_desktop.labels import DISC_AND_CUP

    root = Project.create(tmp_path / "empty", DISC_AND_CUP).root
    window.commands.projects.open_root(root)
    assert window.app.autosave.flush()
    window.commands.projects.close()
    assert [path.name for path in root.rglob("*") if path.is_file()] == ["project.json"]
