"""Drives that cannot flush folders, have no locks or lose lock files; folders that are replaced; clocks that jump."""

from __future__ import annotations

import errno
import json
import math
import os
import shutil
import socket
import stat
import subprocess
import sys
import time

import numpy as np
import pytest

from unet_desktop import files, growing_files
from unet_desktop.engine.events import EpochDone
from unet_desktop.errors import ProjectError, ProjectLostError, WriteError
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.project import corrections, models
from unet_desktop.project import heartbeat as heartbeat_module
from unet_desktop.project import lock as lock_module
from unet_desktop.project.bin import empty_bin
from unet_desktop.project.holder import Holder
from unet_desktop.project.layout import Layout
from unet_desktop.project.lease import lease_exclusively, lease_project
from unet_desktop.project.lock import Lock, try_lock
from unet_desktop.project.manifest import read_manifest
from unet_desktop.project.project import Project
from unet_desktop.project.split import write_split
from unet_desktop.project.version_limits import VersionLimits, prune_versions
from unet_desktop.project.versions import VersionStep
from unet_desktop.tasks.runs import RunLog

CANNOT = [errno.EINVAL, errno.ENOTSUP, errno.ENOSYS]


@pytest.fixture
def project(project, tmp_path):
    write_jpeg(tmp_path / "photo.jpg", np.zeros((20, 30, 3), np.uint8))
    project.add_image(tmp_path / "photo.jpg")
    return project


@pytest.fixture
def no_locks(monkeypatch):
    def unknown(_file):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(lock_module, "_lock", unknown)


def fail_for_folders(monkeypatch, number):
    real = os.fsync

    def fsync(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(number, os.strerror(number))
        real(handle)

    monkeypatch.setattr(files.os, "fsync", fsync)


@pytest.mark.skipif(os.name == "nt", reason="Windows flushes no folders")
@pytest.mark.parametrize("number", [*CANNOT, errno.EBADF, errno.EACCES])
def test_a_folder_that_cannot_be_flushed_is_no_failure(tmp_path, monkeypatch, number):
    fail_for_folders(monkeypatch, number)
    files.write_bytes(tmp_path / "a", b"new")
    files.write_together({tmp_path / "b": b"new", tmp_path / "c": b"new"})
    files.move_file(tmp_path / "b", tmp_path / "d")
    files.flush_files([tmp_path / "d"])
    assert [(tmp_path / name).read_bytes() for name in "acd"] == [b"new"] * 3


@pytest.mark.skipif(os.name == "nt", reason="Windows flushes no folders")
def test_a_drive_that_fails_is_reported_and_not_as_an_old_file(tmp_path, monkeypatch):
    fail_for_folders(monkeypatch, errno.EIO)
    with pytest.raises(WriteError, match="Check the drive") as caught:
        files.write_bytes(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"
    assert "unchanged" not in str(caught.value)


@pytest.mark.parametrize("call", ["fsync", "chmod"])
def test_a_drive_without_flush_or_permissions_is_written(tmp_path, monkeypatch, call):
    def refuse(*_arguments):
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    monkeypatch.setattr(files.os, call, refuse)
    files.write_bytes(tmp_path / "a", b"new")
    files.write_together({tmp_path / "b": b"new"})
    assert (tmp_path / "a").read_bytes() + (tmp_path / "b").read_bytes() == b"newnew"


def test_a_clock_that_jumps_removes_no_temporary_that_is_being_written(tmp_path, monkeypatch):
    with files.replace_file(tmp_path / "a") as file:
        file.write(b"new")
        monkeypatch.setattr(files.time, "time", lambda: 4e9)
        files.remove_temporaries(tmp_path)
        files.remove_temporaries(tmp_path, alone=True)
    assert (tmp_path / "a").read_bytes() == b"new"


def test_without_locks_a_heartbeat_keeps_the_second_out(project, no_locks):
    with lease_exclusively(project.root) as lease:
        assert lease.is_weak
        second = lease_project(project.root)
        assert second.project.read_only
        assert f"process {os.getpid()}" in second.obstacle
    with lease_exclusively(project.root) as lease:
        lease.project.writable().mark("photo", notes="written")
    assert not list(project.root.glob(".lock*"))


def test_one_with_locks_sees_one_without(tmp_path, monkeypatch):
    def unknown(_file):
        raise OSError(errno.ENOSYS, "")

    with monkeypatch.context() as here:
        here.setattr(lock_module, "_lock", unknown)
        first = try_lock(tmp_path / ".lock")
    assert isinstance(first, Lock)
    assert isinstance(try_lock(tmp_path / ".lock"), Holder)
    first.release()
    second = try_lock(tmp_path / ".lock")
    assert isinstance(second, Lock)
    assert not second.is_weak
    second.release()


def heartbeat_of(path, **changes):
    values = {"user": "anna", "host": "ward-3", "process": 7, "since": "2026-01-01T10:00:00", "token": "x"} | changes
    path.write_text(json.dumps(values))


@pytest.mark.parametrize("shift", [-heartbeat_module.STALE - 10, heartbeat_module.STALE + 3600])
def test_a_heartbeat_that_stopped_is_taken_over(tmp_path, no_locks, shift):
    """Also one from the future: the drive's clock was put back."""
    path = tmp_path / ".lock.alive"
    heartbeat_of(path)
    assert isinstance(try_lock(tmp_path / ".lock"), Holder)
    os.utime(path, (time.time() + shift,) * 2)
    found = try_lock(tmp_path / ".lock")
    assert isinstance(found, Lock)
    found.release()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="no signal asks Windows whether a process is there")
def test_a_heartbeat_of_a_process_that_ended_is_taken_over_at_once(tmp_path, no_locks):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    heartbeat_of(tmp_path / ".lock.alive", host=socket.gethostname(), process=ended.pid)
    found = try_lock(tmp_path / ".lock")
    assert isinstance(found, Lock)
    found.release()


def test_a_heartbeat_beats(tmp_path, no_locks, monkeypatch):
    monkeypatch.setattr(heartbeat_module, "INTERVAL", 0.01)
    found = try_lock(tmp_path / ".lock")
    path = tmp_path / ".lock.alive"
    os.utime(path, (0, 0))
    deadline = time.monotonic() + 20
    while path.stat().st_mtime == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert path.stat().st_mtime > 0
    found.release()


def test_a_removed_lock_is_taken_again(project):
    with lease_exclusively(project.root) as lease:
        project.layout.lock.unlink()
        lease.project.writable().mark("photo", notes="written")
        assert isinstance(try_lock(project.layout.lock), Holder)
    assert not project.layout.lock.exists()


@pytest.mark.parametrize("weak", [False, True])
def test_two_programs_never_both_write_after_a_lock_was_removed(project, monkeypatch, weak):
    if weak:
        monkeypatch.setattr(lock_module, "_lock", lambda _file: (_ for _ in ()).throw(OSError(errno.ENOLCK, "")))
        monkeypatch.setattr("unet_desktop.project.guard._WEAK_INTERVAL", 0.0)
    first = lease_exclusively(project.root)
    for left in project.root.glob(".lock*"):
        left.unlink()
    code = (
        "import sys, errno\nfrom pathlib import Path\nfrom unet_desktop.project import lock\n"
        "def unknown(_file): raise OSError(errno.ENOLCK, '')\n"
        "if sys.argv[2] == 'True': lock._lock = unknown\n"
        "from unet_desktop.project.lease import lease_exclusively\n"
        "with lease_exclusively(Path(sys.argv[1])) as lease:\n"
        "    print('held', flush=True)\n    sys.stdin.readline()\n"
        "    lease.project.writable().mark('photo', notes='second')\n"
    )
    second = subprocess.Popen(
        [sys.executable, "-c", code, str(project.root), str(weak)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert second.stdout.readline() == "held\n"
    with pytest.raises(ProjectLostError, match=rf"another program.*process {second.pid}"):
        first.project.writable().mark("photo", notes="first")
    with pytest.raises(ProjectLostError):
        first.project.writable().save_mask("photo", np.ones((20, 30), np.uint8))
    second.communicate("go\n")
    assert second.returncode == 0
    assert Project.open(project.root).case("photo").notes == "second"
    first.release()


def test_a_folder_that_was_moved_removed_or_replaced_is_not_written(project, tmp_path):
    backup = tmp_path / "backup"
    shutil.copytree(project.root, backup)
    mask = np.ones((20, 30), np.uint8)
    with lease_exclusively(project.root) as lease:
        opened = lease.project.writable()
        project.root.rename(tmp_path / "moved")
        with pytest.raises(ProjectLostError, match="moved or removed"):
            opened.save_mask("photo", mask)
        assert not project.root.exists()
        shutil.copytree(backup, project.root)
        for write in (
            lambda: opened.save_mask("photo", mask),
            lambda: opened.mark("photo", notes="x"),
            lambda: opened.set_scale(0.1),
            lambda: opened.delete_mask("photo"),
            lambda: opened.save_prediction("photo", mask, model="m", confidence=0.5),
            lambda: opened.discard_prediction("photo"),
            lambda: opened.add_image(tmp_path / "photo.jpg"),
        ):
            with pytest.raises(ProjectLostError, match="replaced by another one"):
                write()
        assert not project.layout.mask("photo").exists()
        shutil.rmtree(project.root)
        (tmp_path / "moved").rename(project.root)
        opened.save_mask("photo", mask)
    assert Project.open(project.root).load_mask("photo").all()


@pytest.fixture
def replaced(project, tmp_path):
    """A held project whose folder was replaced by a copy."""
    with lease_exclusively(project.root) as lease:
        mask = np.ones((20, 30), np.uint8)
        lease.project.writable().save_prediction("photo", mask, model="m", confidence=0.5)
        lease.project.writable().save_mask("photo", mask, step=VersionStep.PAINTED)
        lease.project.writable().save_mask("photo", 0 * mask, step=VersionStep.PAINTED)
        shutil.copytree(project.root, tmp_path / "backup")
        project.root.rename(tmp_path / "moved")
        (tmp_path / "backup").rename(project.root)
        yield lease.project.writable()


EPOCH = EpochDone("segment", 1, 2, 0.5, {"dice": 0.5}, 1e-3, 1.0, math.nan, saved=False)
WRITERS = {
    "notes on a model": lambda layout: models.write_notes(layout, "model-001", "good"),
    "no notes": lambda layout: models.write_notes(layout, "model-001", ""),
    "a model to the bin": lambda layout: models.remove_model(layout, "model-001"),
    "corrections": lambda layout: corrections.record_corrections(
        layout, DISC_AND_CUP, Project(layout, read_manifest(layout.manifest)).cases()
    ),
    "split": lambda layout: write_split(layout.split, {"photo": "train"}),
    "begin of a run": lambda layout: RunLog(layout, "model-002").begin("fast", 1, 1, None),
    "epoch of a run": lambda layout: RunLog(layout, "model-002").add(EPOCH),
    "checkpoint": lambda layout: files.write_bytes(layout.model("model-002"), b"weights"),
    "training state": lambda layout: list(files.write_in_steps(layout.training_state("model-002"), [b"state"])),
    "no training state": lambda layout: files.delete_file(layout.training_state("model-001")),
    "thumbnail": lambda layout: write_jpeg(layout.thumbnail("photo"), np.zeros((4, 4, 3), np.uint8)),
    "another opening": lambda layout: Project.open(layout.root),
    "steps": lambda layout: growing_files.append_bytes(layout.journal("photo"), b"step", 7),
    "bin emptied": empty_bin,
}


@pytest.mark.parametrize("name", WRITERS)
def test_no_writer_reaches_a_folder_that_was_put_in_the_project_s_place(replaced, name):
    layout = replaced.layout
    for path in (layout.training_state("model-001"), layout.model("model-001"), layout.journal("photo")):
        path.write_bytes(b"of the backup")
    (layout.bin / "000001-x" / "masks").mkdir(parents=True)
    (layout.bin / "000001-x" / "removed.json").write_text(
        json.dumps({"kind": "case", "name": "x", "paths": ["masks/x.png"]})
    )
    before = {path: path.read_bytes() for path in layout.root.rglob("*") if path.is_file()}
    with pytest.raises(ProjectLostError, match="replaced by another one"):
        WRITERS[name](layout)
    assert {path: path.read_bytes() for path in layout.root.rglob("*") if path.is_file()} == before


def test_no_version_is_dropped_from_a_folder_that_was_put_in_the_project_s_place(replaced):
    before = sorted(replaced.layout.history.rglob("*.png"))
    assert len(before) > 1
    prune_versions(replaced.layout, VersionLimits(megabytes=0))
    assert sorted(replaced.layout.history.rglob("*.png")) == before


def test_files_with_new_numbers_are_no_other_folder(project, monkeypatch):
    """Some network drives give a folder another inode from time to time."""
    with lease_exclusively(project.root) as lease:
        monkeypatch.setattr("unet_desktop.project.guard._identity", lambda _root: (1, 2))
        monkeypatch.setattr("unet_desktop.project.lock._still_named", lambda _file, _path: False)
        lease.project.writable().mark("photo", notes="written")


def test_a_copy_of_the_lock_in_a_backup_is_not_the_lock(project, tmp_path, no_locks):
    with lease_exclusively(project.root) as lease:
        shutil.copytree(project.root, tmp_path / "backup")
        project.root.rename(tmp_path / "moved")
        (tmp_path / "backup").rename(project.root)
        with pytest.raises(ProjectLostError, match="replaced by another one"):
            lease.project.writable().mark("photo", notes="x")


def test_looking_before_each_write_takes_microseconds(project):
    from unet_desktop.project.guard import check_project

    with lease_exclusively(project.root):
        start = time.process_time()
        for _ in range(1000):
            check_project(project.root)
        assert time.process_time() - start < 1.0  # seconds for a thousand


def test_a_project_whose_making_was_killed_is_made_again(tmp_path):
    layout = Layout(tmp_path / "new")
    for folder in layout.folders[:4]:
        files.make_folder(folder)
    (layout.root / ".project.json.abc.unet-tmp").write_bytes(b"{")
    assert Project.create(layout.root, DISC_AND_CUP).cases() == []
    (tmp_path / "other" / "images").mkdir(parents=True)
    (tmp_path / "other" / "images" / "mine.jpg").write_bytes(b"x")
    with pytest.raises(ProjectError, match="is not empty"):
        Project.create(tmp_path / "other", DISC_AND_CUP)


SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <sys/stat.h>
int flock(int file, int operation) { errno = ENOLCK; return -1; }
int fsync(int file) {
    struct stat status;
    if (fstat(file, &status) == 0 && S_ISDIR(status.st_mode)) { errno = EINVAL; return -1; }
    return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(file);
}
"""


@pytest.mark.skipif(not sys.platform.startswith("linux") or shutil.which("cc") is None, reason="no C compiler")
def test_on_a_drive_without_locks_and_folder_flush(project, tmp_path):
    """The system's own calls fail as they do on such a network drive, below Python."""
    (tmp_path / "drive.c").write_text(SOURCE)
    library = tmp_path / "drive.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, tmp_path / "drive.c", "-ldl"], check=True)
    code = (
        "import sys\nimport numpy as np\nfrom pathlib import Path\n"
        "from unet_desktop.project.lease import lease_project, lease_exclusively\n"
        "with lease_exclusively(Path(sys.argv[1])) as lease:\n"
        "    assert lease.is_weak\n"
        "    assert lease_project(Path(sys.argv[1])).project.read_only\n"
        "    lease.project.writable().save_mask('photo', np.ones((20, 30), np.uint8))\n"
    )
    subprocess.run(
        [sys.executable, "-c", code, str(project.root)], env=os.environ | {"LD_PRELOAD": str(library)}, check=True
    )
    assert Project.open(project.root).load_mask("photo").all()


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
@pytest.mark.parametrize("name", ["masks", "cases", "history", "predictions"])
def test_a_folder_that_becomes_a_link_while_open_is_not_written_through(project, tmp_path, name):
    lease = lease_project(project.root)
    folder, elsewhere = project.root / name, tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.rmtree(folder, ignore_errors=True)
    folder.symlink_to(elsewhere)
    with pytest.raises(ProjectLostError, match=f"{name} was replaced by a link"):
        lease.project.save_mask("photo", np.ones((20, 30), np.uint8))
    assert not list(elsewhere.iterdir())
    folder.unlink()
    folder.mkdir()
    lease.release()


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_in_the_lock_s_place_is_called_that(project, tmp_path):
    lease = lease_project(project.root)
    (tmp_path / "precious.txt").write_text("precious")
    project.layout.lock.unlink()
    project.layout.lock.symlink_to(tmp_path / "precious.txt")
    with pytest.raises(ProjectLostError, match=r"\.lock is a link to .*precious\.txt"):
        lease.project.save_mask("photo", np.ones((20, 30), np.uint8))
    assert (tmp_path / "precious.txt").read_text() == "precious"
    project.layout.lock.unlink()
    lease.project.save_mask("photo", np.ones((20, 30), np.uint8))
    lease.release()
