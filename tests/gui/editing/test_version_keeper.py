"""When the window keeps versions of the open mask, and that neither brush nor saving ever waits for it."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from drawings import disc_mask
from gestures import drag
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from window_parts import timer_of

from unet_desktop import files
from unet_desktop.errors import WriteError
from unet_desktop.gui.editing import version_keeper
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.project.layout import Layout
from unet_desktop.project.project import Project
from unet_desktop.project.versions import Version, VersionStep, load_version, read_versions

CTRL = Qt.KeyboardModifier.ControlModifier


def versions(window: MainWindow, root, case_id="a") -> list[Version]:
    """Newest first, after what is being written."""
    window.app.version_keeper.wait()
    return list(read_versions(Layout(root), case_id).versions)


def mask_of(root, version: Version) -> np.ndarray:
    return load_version(Layout(root), DISC_AND_CUP, Project.open(root).case(version.case), version)


def stroke(window: MainWindow, x: float = 40) -> np.ndarray:
    drag(window.canvas, [(x, 40), (x + 20, 60)])
    return window.app.editor.mask.copy()


def test_leaving_the_case_keeps_one_version_of_all_its_strokes(opened, root):
    stroke(opened)
    painted = stroke(opened, 60)
    assert versions(opened, root) == []
    QTest.keyClick(opened, Qt.Key.Key_N)
    (version,) = versions(opened, root)
    assert (version.step, version.steps, version.passing) == (VersionStep.PAINTED, 2, False)
    np.testing.assert_array_equal(mask_of(root, version), painted)


def test_a_mask_that_was_saved_while_idle_is_kept_when_its_case_is_left(opened, root):
    stroke(opened)
    opened.app.autosave.flush()
    QTest.keyClick(opened, Qt.Key.Key_N)
    assert len(versions(opened, root)) == 1


@pytest.mark.parametrize("key", [(Qt.Key.Key_W, CTRL), (Qt.Key.Key_Q, CTRL)])
def test_closing_keeps_one(opened, root, key):
    stroke(opened)
    QTest.keyClick(opened, *key)
    (version,) = read_versions(Layout(root), "a").versions
    assert version.step is VersionStep.PAINTED


def test_looking_at_a_case_keeps_nothing(opened, root):
    for _ in range(4):
        QTest.keyClick(opened, Qt.Key.Key_N)
    assert versions(opened, root, "d") == []


def test_a_mask_that_no_version_holds_is_kept_before_its_first_change(opened, root):
    opened.app.session.open_case("d")
    stroke(opened)
    stroke(opened, 60)
    (version,) = versions(opened, root, "d")
    assert version.step is VersionStep.FOUND
    np.testing.assert_array_equal(mask_of(root, version), disc_mask())
    QTest.keyClick(opened, Qt.Key.Key_P)
    assert [version.step for version in versions(opened, root, "d")] == [VersionStep.PAINTED, VersionStep.FOUND]


def test_a_mask_that_another_program_drew_meanwhile_is_kept_too(opened, root):
    stroke(opened)
    QTest.keyClick(opened, Qt.Key.Key_N)
    opened.app.autosave.flush()
    Project.open(root).write_mask("a", disc_mask(20))
    opened.app.session.open_case("d")
    opened.app.session.open_case("a")
    stroke(opened, 60)
    found = versions(opened, root)
    assert [version.step for version in found] == [VersionStep.FOUND, VersionStep.PAINTED]
    np.testing.assert_array_equal(mask_of(root, found[0]), disc_mask(20))


def test_accepting_keeps_the_proposal_and_leaving_what_became_of_it(opened, root):
    opened.app.session.open_case("c")
    QTest.keyClick(opened, Qt.Key.Key_A)
    stroke(opened)
    QTest.keyClick(opened, Qt.Key.Key_N)
    painted, accepted = versions(opened, root, "c")
    assert (accepted.step, accepted.model) == (VersionStep.ACCEPTED, "f00d")
    np.testing.assert_array_equal(mask_of(root, accepted), disc_mask())
    assert (painted.step, painted.model, painted.steps) == (VersionStep.PAINTED, "f00d", 1)


def test_approving_is_noted_with_the_version(opened, root, monkeypatch):
    monkeypatch.setenv("UNET_DESKTOP_NAME", "Ada")
    opened.app.session.open_case("d")
    stroke(opened)
    QTest.keyClick(opened, Qt.Key.Key_Return, CTRL)
    (approved, found) = versions(opened, root, "d")
    assert (approved.is_approved, approved.approved_by, approved.who) == (True, "Ada", "Ada")
    assert not found.is_approved


def test_approving_a_mask_as_it_is_keeps_it(opened, root):
    opened.app.session.open_case("d")
    QTest.keyClick(opened, Qt.Key.Key_Return, CTRL)
    (version,) = versions(opened, root, "d")
    assert version.is_approved


def test_painting_for_minutes_keeps_passing_states(opened, root):
    timer = timer_of(opened.app.version_keeper, version_keeper.EVERY)
    stroke(opened)
    assert timer.isActive()
    timer.timeout.emit()
    (version,) = versions(opened, root)
    assert version.passing
    QTest.keyClick(opened, Qt.Key.Key_N)  # nothing was painted since
    (version,) = versions(opened, root)
    stroke(opened)
    assert version.number == 1


def test_what_was_undone_altogether_is_no_version(opened, root):
    stroke(opened)
    QTest.keyClick(opened, Qt.Key.Key_Z, CTRL)
    QTest.keyClick(opened, Qt.Key.Key_N)
    assert versions(opened, root) == []


def test_a_full_disk_keeps_the_mask_and_says_so_once(opened, root, monkeypatch, qtbot):
    real = files.write_bytes

    def full(path, data, **options):
        if path.is_relative_to(Layout(root).history):
            raise WriteError(f"{path} could not be written (No space left on device).")
        return real(path, data, **options)

    monkeypatch.setattr(files, "write_bytes", full)
    painted = stroke(opened)
    said = []
    opened.app.version_keeper.failed.connect(said.append)
    opened.app.version_keeper.keep_changes()
    opened.app.version_keeper.wait()
    opened.app.version_keeper.keep_changes()
    opened.app.version_keeper.wait()
    assert opened.app.autosave.flush()
    np.testing.assert_array_equal(Project.open(root).load_mask("a"), painted)
    assert len(said) == 1
    assert said[0] in opened.panels.status.currentMessage()
    monkeypatch.undo()
    QTest.keyClick(opened, Qt.Key.Key_N)  # what could not be kept is kept as soon as it can be
    assert [version.steps for version in versions(opened, root)] == [1]


def test_nothing_is_written_in_the_windows_thread(opened, root, monkeypatch):
    threads = set()
    real = files.write_bytes

    def note(path, data, **options):
        if path.is_relative_to(Layout(root).history):
            threads.add(threading.current_thread())
        return real(path, data, **options)

    monkeypatch.setattr(files, "write_bytes", note)
    opened.app.session.open_case("d")
    stroke(opened)
    timer_of(opened.app.version_keeper, version_keeper.EVERY).timeout.emit()
    QTest.keyClick(opened, Qt.Key.Key_Return, CTRL)
    QTest.keyClick(opened, Qt.Key.Key_P)
    assert len(versions(opened, root, "d")) == 2
    assert threads
    assert threading.main_thread() not in threads


def test_a_project_that_another_program_has_gets_no_versions(window, root):
    from unet_desktop.project.lease import lease_exclusively

    with lease_exclusively(root):
        window.commands.projects.open_root(root)
        QApplication.processEvents()
        drag(window.canvas, [(40, 40), (60, 60)])
        QTest.keyClick(window, Qt.Key.Key_N)
        assert versions(window, root) == []
        window.commands.projects.close()


def test_a_days_work_keeps_within_fifty_megabytes(opened, root):
    """A tenth of a day at a tenth of the bytes; how long it takes is measured by benchmarks/versions.py."""
    timer = timer_of(opened.app.version_keeper, version_keeper.EVERY)
    for number in range(300):
        if number % 30 == 0:
            opened.app.session.open_case("abd"[number // 30 % 3])
        drag(opened.canvas, [(20 + number % 100, 30), (40 + number % 90, 90)])
        if number % 19 == 18:
            timer.timeout.emit()
    opened.app.session.open_case("c")
    opened.app.version_keeper.wait()
    kept = [path.stat().st_size for path in Layout(root).history.rglob("*.png")]
    assert 10 <= len(kept) <= 40
    assert sum(kept) < 5_000_000
    assert max(kept) < 20_000
