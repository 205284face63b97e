"""The lock: one at a time, known by name, free again however its holder ended."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from unet_desktop.errors import ProjectError, WriteError
from unet_desktop.project import lock as lock_module
from unet_desktop.project.holder import Holder
from unet_desktop.project.lease import lease_exclusively, lease_project
from unet_desktop.project.lock import Lock, try_lock
from unet_desktop.project.project import Project


def test_one_at_a_time_and_the_second_learns_who(tmp_path):
    path = tmp_path / ".lock"
    first = try_lock(path)
    second = try_lock(path)
    assert isinstance(first, Lock)
    assert isinstance(second, Holder)
    assert second.process == os.getpid()
    assert f"process {os.getpid()}, since " in str(second)
    first.release()
    first.release()
    assert not path.exists()
    third = try_lock(path)
    assert isinstance(third, Lock)
    third.release()


def test_a_holder_that_cannot_be_read_is_no_error(tmp_path):
    held = try_lock(tmp_path / ".lock")
    (tmp_path / ".lock").write_text("{")
    found = try_lock(tmp_path / ".lock")
    assert isinstance(found, Holder)
    assert str(found) == "its user could not be determined"
    held.release()


def test_since_yesterday_has_a_date():
    assert str(Holder("anna", "ward-3", 7, "2020-01-02T09:30:00")) == (
        "anna on ward-3, process 7, since 2020-01-02 09:30"
    )
    assert "unknown time" in str(Holder("anna", "ward-3", 7, "?"))


def test_a_killed_program_holds_nothing(tmp_path):
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom unet_desktop.project.lock import try_lock\n"
        "lock = try_lock(Path(sys.argv[1]))\nprint('held', flush=True)\ntime.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / ".lock")], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    assert isinstance(try_lock(tmp_path / ".lock"), Holder)
    process.kill()
    process.communicate()
    found = try_lock(tmp_path / ".lock")
    assert isinstance(found, Lock)
    found.release()


def test_many_that_take_and_release_never_hold_it_together(tmp_path):
    path, inside, worst = tmp_path / ".lock", [], []

    def work():
        for _ in range(100):
            found = try_lock(path)
            if isinstance(found, Lock):
                inside.append(1)
                worst.append(len(inside))
                inside.pop()
                found.release()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(worst) == 1


def test_where_nothing_can_be_locked_one_works_without(tmp_path, monkeypatch):
    assert isinstance(try_lock(tmp_path / "gone" / ".lock"), Lock)

    def unknown(_file):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(lock_module, "_lock", unknown)
    found = try_lock(tmp_path / ".lock")
    assert isinstance(found, Lock)
    found.release()


def test_access_of_a_project_that_another_has(project):
    with lease_exclusively(project.root):
        with pytest.raises(ProjectError, match=rf"process {os.getpid()}.*Close it there"):
            lease_exclusively(project.root)
        second = lease_project(project.root)
        assert second.holder is not None
        assert second.project.read_only
        with pytest.raises(WriteError, match="another program"):
            second.project.writable().mark("a", flagged=True)
        second.release()
    third = lease_project(project.root)
    assert third.holder is None
    third.release()


def test_no_lock_is_put_into_a_folder_that_is_no_project(tmp_path):
    with pytest.raises(ProjectError):
        lease_project(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_project_that_cannot_be_opened_is_let_go(project):
    project.layout.manifest.write_text("{")
    with pytest.raises(ProjectError):
        lease_project(project.root)
    assert not project.layout.lock.exists()


def test_entering_clears_what_was_torn(project):
    for folder in (project.root, project.layout.masks, project.layout.cases):
        (folder / ".x.png.abc.unet-tmp").write_bytes(b"half")
    Project.open(project.root)
    assert len(list(project.root.rglob("*.unet-tmp"))) == 3  # a job must not sweep what the window is writing
    lease_project(project.root).release()
    assert list(project.root.rglob("*.unet-tmp")) == []
