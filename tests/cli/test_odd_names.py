"""Names that are no UTF-8, or hold commands of a terminal: kept as they are in files, shown escaped."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from unet_desktop.__main__ import main
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.project.project import Project

NAMES = (b"auge\xff.png", b"\x1b[31mred\n.png", b"ok.png")

pytestmark = pytest.mark.skipif(os.name == "nt", reason="names are text there")


@pytest.fixture
def pictures(tmp_path: Path, write_picture) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for seed, name in enumerate(NAMES):
        made = write_picture(tmp_path / "made.png", seed)
        try:
            shutil.copyfile(made, os.path.join(os.fsencode(folder), name))
        except OSError:
            pytest.skip("this file system has no such names")
    return folder


@pytest.mark.parametrize("options", [["--refer"], []])
def test_pictures_of_any_name_are_imported(tmp_path, pictures, capsys, options):
    root = tmp_path / "project"
    assert main(["import", str(pictures), str(root), *options]) == 0
    project = Project.open(root)
    assert [case.damage for case in project.cases()] == ["", "", ""]
    for case in project.cases():
        assert project.image_path(case.id).is_file()
    if options:
        assert {os.fsencode(os.path.basename(case.image)) for case in project.cases()} == set(NAMES)
        assert main(["propose", str(root)]) == 0
    assert main(["check", str(root)]) == 0
    said = capsys.readouterr()
    assert "\x1b[31m" not in said.out + said.err


def test_a_picture_that_cannot_be_read_is_named_with_escapes(tmp_path, pictures, capsys):
    broken = os.path.join(os.fsencode(pictures), b"\x1b]0;title\x07\xfe.png")
    with open(broken, "wb") as file:
        file.write(b"\x89PNG no")
    assert main(["import", str(pictures), str(tmp_path / "project"), "--refer"]) == 1
    said = capsys.readouterr()
    assert r"\x1b]0;title\x07\xfe.png" in said.err
    assert "\x1b]0;" not in said.err


def test_a_record_of_such_a_picture_is_valid_json(tmp_path, pictures):
    root = tmp_path / "project"
    assert main(["import", str(pictures), str(root), "--refer"]) == 0
    images = [json.loads(path.read_bytes())["image"] for path in (root / "cases").glob("*.json")]
    assert {os.fsencode(image) for image in images} == {os.path.join(os.fsencode(pictures), name) for name in NAMES}


@pytest.mark.skipif(os.name == "nt", reason="no such names there")
def test_without_a_log_no_raw_name_reaches_the_terminal(tmp_path):
    project = Project.create(tmp_path / "project", DISC_AND_CUP, "x")
    (project.layout.cases / "\x1b[31mred.json").write_text("{")
    (tmp_path / "file").write_text("")
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "file"), "HOME": str(tmp_path / "file")}
    ran = subprocess.run(
        [sys.executable, "-m", "unet_desktop", "bin", str(project.root)], env=environment, capture_output=True
    )
    assert b"\x1b" not in ran.stdout + ran.stderr
