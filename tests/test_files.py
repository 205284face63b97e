from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop import files
from unet_desktop.errors import WriteError

OLD, NEW = b"what stood there", b"what shall stand there"


@pytest.fixture
def target(tmp_path):
    path = tmp_path / "folder" / "file.bin"
    path.parent.mkdir()
    path.write_bytes(OLD)
    return path


def fails(number=errno.ENOSPC):
    def call(*_arguments, **_named):
        raise OSError(number, os.strerror(number))

    return call


def test_content_is_replaced_and_nothing_else_is_left(target):
    files.write_bytes(target, NEW)
    assert target.read_bytes() == NEW
    assert os.listdir(target.parent) == [target.name]


def test_a_new_file_is_made(tmp_path):
    files.write_bytes(tmp_path / "new", b"")
    assert (tmp_path / "new").read_bytes() == b""


@given(data=st.binary(max_size=5000))
def test_bytes_come_back(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.bin"
    files.write_bytes(path, data)
    assert path.read_bytes() == data


@pytest.mark.parametrize("call", ["fsync", "replace", "chmod", "fdopen"])
def test_a_failure_keeps_the_old_content(target, monkeypatch, call):
    monkeypatch.setattr(files.os, call, fails())
    with pytest.raises(WriteError) as caught:
        files.write_bytes(target, NEW)
    monkeypatch.undo()
    assert target.read_bytes() == OLD
    assert os.listdir(target.parent) == [target.name]
    assert str(target) in str(caught.value)
    assert os.strerror(errno.ENOSPC) in str(caught.value)


def test_a_short_write_is_noticed(target, monkeypatch):
    class Short:
        st_size = len(NEW) - 1

    monkeypatch.setattr(files.os, "fstat", lambda _number: Short)
    with pytest.raises(WriteError, match=f"only {len(NEW) - 1} of {len(NEW)} bytes"):
        files.write_bytes(target, NEW)
    assert target.read_bytes() == OLD
    assert os.listdir(target.parent) == [target.name]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on a process's file size")
def test_no_room_keeps_the_old_content(target):
    code = f"""
import resource, signal, sys
from pathlib import Path
from unet_desktop import files
from unet_desktop.errors import WriteError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    files.write_bytes(Path({str(target)!r}), b"x" * 100_000)
except WriteError:
    sys.exit(7)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 7, done.stderr
    assert target.read_bytes() == OLD
    assert os.listdir(target.parent) == [target.name]


def test_a_missing_folder_is_a_sentence(tmp_path):
    with pytest.raises(WriteError, match="could not be written"):
        files.write_bytes(tmp_path / "gone" / "file", NEW)


def test_a_folder_in_the_place_of_the_file_is_a_sentence(tmp_path):
    (tmp_path / "file").mkdir()
    with pytest.raises(WriteError, match="could not be written"):
        files.write_bytes(tmp_path / "file", NEW)
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_a_sentence(target):
    target.parent.chmod(0o555)
    try:
        with pytest.raises(WriteError, match="could not be written"):
            files.write_bytes(target, NEW)
    finally:
        target.parent.chmod(0o755)
    assert target.read_bytes() == OLD


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_the_old_permissions_are_kept(target, mode):
    target.chmod(mode)
    files.write_bytes(target, NEW)
    assert stat.S_IMODE(target.stat().st_mode) == mode


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_a_new_file_has_the_permissions_that_the_umask_allows(tmp_path):
    before = os.umask(0o027)
    try:
        files.write_bytes(tmp_path / "new", NEW)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640


def test_the_longest_name_a_folder_takes_can_be_written(tmp_path):
    path = tmp_path / ("n" * 255)
    files.write_bytes(path, NEW)
    assert path.read_bytes() == NEW


def test_a_name_of_many_bytes_can_be_written(tmp_path):
    path = tmp_path / ("視" * 84)  # 252 bytes
    files.write_bytes(path, NEW)
    assert path.read_bytes() == NEW


def test_text_and_json_are_utf_8(tmp_path):
    files.write_text(tmp_path / "text", "Größe\n")
    assert (tmp_path / "text").read_bytes() == "Größe\n".encode()
    files.write_json(tmp_path / "data.json", {"name": "Größe"})
    assert json.loads((tmp_path / "data.json").read_text("utf-8")) == {"name": "Größe"}
    assert "Größe" in (tmp_path / "data.json").read_text("utf-8")


def test_sha256_is_the_known_one(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    assert files.sha256(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_only_temporaries_are_swept(tmp_path, monkeypatch):
    (tmp_path / "mask.png").write_bytes(OLD)
    (tmp_path / ".hidden").write_bytes(OLD)
    monkeypatch.setattr(files.os, "replace", fails())
    monkeypatch.setattr(files.os, "unlink", fails())
    with pytest.raises(WriteError):
        files.write_bytes(tmp_path / "mask.png", NEW)
    monkeypatch.undo()
    assert len(os.listdir(tmp_path)) == 3
    files.remove_temporaries(tmp_path)
    assert len(os.listdir(tmp_path)) == 3  # another program may still be writing it
    for name in os.listdir(tmp_path):
        os.utime(tmp_path / name, (0, 0))
    files.remove_temporaries(tmp_path)
    assert sorted(os.listdir(tmp_path)) == [".hidden", "mask.png"]


def test_folders_are_made_with_those_above_or_refused(tmp_path):
    files.make_folder(tmp_path / "a" / "b")
    files.make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").write_bytes(OLD)
    with pytest.raises(WriteError, match="could not be created"):
        files.make_folder(tmp_path / "file" / "sub")


def test_a_copy_is_whole_or_not_there(tmp_path, monkeypatch):
    (tmp_path / "source").write_bytes(NEW)
    files.copy_file(tmp_path / "source", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == NEW
    with pytest.raises(WriteError, match="gone"):
        files.copy_file(tmp_path / "gone", tmp_path / "other")
    monkeypatch.setattr(files.os, "fsync", fails())
    with pytest.raises(WriteError):
        files.copy_file(tmp_path / "source", tmp_path / "other")
    assert sorted(os.listdir(tmp_path)) == ["copy", "source"]


def test_writing_in_steps_replaces_at_the_end_or_not_at_all(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    steps = files.write_in_steps(path, [b"new", memoryview(b"er" * 3)])
    next(steps)
    steps.close()
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (b"old", [path])
    assert len(list(files.write_in_steps(path, [b"new", memoryview(b"er" * 3)]))) == 2
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (b"newererer", [path])
