"""Disks that are full, and two programs at once: a sentence, nothing lost, and the work goes on afterwards."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from unet_desktop.files import TEMPORARY_SUFFIX
from unet_desktop.project.lease import lease_project
from unet_desktop.project.project import Project
from unet_desktop.project.reader import ProjectReader

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).resolve().parents[2]


def program(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "unet_desktop", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of two megabytes, where the system lets us have one."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root may mount a disk")
    with tempfile.TemporaryDirectory() as name:
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", name], check=False).returncode:
            pytest.skip("nothing may be mounted here")
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "-l", name], check=True)


@pytest.fixture
def noise(tmp_path: Path) -> Path:
    """Twelve pictures of some 270 kB, each different."""
    folder = tmp_path / "in"
    folder.mkdir()
    random = np.random.default_rng(1)
    for number in range(12):
        Image.fromarray(random.integers(0, 256, (300, 300, 3), np.uint8)).save(folder / f"p{number}.png")
    return folder


def damaged(root: Path) -> list[str]:
    project = ProjectReader.open(root)
    return [
        case.id
        for case in project.cases()
        if case.damage or hashlib.sha256(project.image_path(case.id).read_bytes()).hexdigest() != case.sha256
    ]


def test_a_disk_that_fills_ends_an_import_with_a_sentence_and_it_resumes(small_disk, noise):
    root = small_disk / "project"
    done = program("import", noise, root)
    assert done.returncode == 2, done.stderr
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert damaged(root) == []
    assert not list(root.rglob(f"*{TEMPORARY_SUFFIX}"))
    before = len(ProjectReader.open(root).cases())
    subprocess.run(["mount", "-o", "remount,size=20m", str(small_disk)], check=True)
    assert program("import", noise, root).returncode == 0
    assert before < len(ProjectReader.open(root).cases()) == 12
    assert damaged(root) == []


def test_a_mask_that_finds_no_room_leaves_the_one_before(small_disk, write_picture, tmp_path):
    from unet_desktop.errors import WriteError
    from unet_desktop.labels import DISC_AND_CUP

    project = Project.create(small_disk / "project", DISC_AND_CUP)
    case = project.add_image(write_picture(tmp_path / "a.png"))
    mask = np.zeros((96, 96), np.uint8)
    mask[20:60, 30:70] = 1
    project.save_mask(case.id, mask)
    with contextlib.suppress(OSError), (small_disk / "ballast").open("wb") as file:
        while True:
            file.write(bytes(4096))
            file.flush()
    with pytest.raises(WriteError):
        project.save_mask(case.id, np.random.default_rng(1).integers(0, 3, (96, 96), np.uint8))
    assert np.array_equal(ProjectReader.open(project.root).load_mask(case.id), mask)
    (small_disk / "ballast").unlink()
    project.save_mask(case.id, mask // 1)
    assert damaged(project.root) == []


def test_a_second_program_changes_nothing(tmp_path, project, write_picture):
    project.add_image(write_picture(tmp_path / "first" / "a.png"))
    before = {path: path.read_bytes() for path in project.root.rglob("*") if path.is_file()}
    with lease_project(project.root):
        done = program("import", write_picture(tmp_path / "second" / "b.png", 2).parent, project.root)
        assert done.returncode == 2
        assert "open in another program" in done.stderr.replace("\n", " ")
    after = {path: path.read_bytes() for path in project.root.rglob("*") if path.is_file()}
    assert after == before
    assert program("import", tmp_path / "second", project.root).returncode == 0
