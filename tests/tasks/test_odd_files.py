"""Import and comparison: one bad file is one message, whatever it is; the rest goes on."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from unet_desktop.__main__ import main
from unet_desktop.project.project import Project

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files there")
ODD = ("pipe.png", "circle.png", "dangling.png", "device.png")


def add_odd(folder: Path) -> None:
    os.mkfifo(folder / "pipe.png")
    (folder / "circle.png").symlink_to(folder / "circle.png")
    (folder / "dangling.png").symlink_to(folder / "gone.png")
    (folder / "device.png").symlink_to("/dev/zero")


@pytest.fixture
def photographs(tmp_path: Path, write_picture) -> Path:
    write_picture(tmp_path / "in" / "a.png")
    write_picture(tmp_path / "in" / "a.jpg" / "b.png", 2)
    write_picture(tmp_path / "in" / f"{'n' * 251}.png", 3)
    return tmp_path / "in"


@pytest.fixture
def masks(tmp_path: Path) -> Path:
    folder = tmp_path / "masks"
    folder.mkdir()
    mask = np.zeros((96, 96), np.uint8)
    mask[20:60, 30:70] = 255
    for name in ("a.png", "b.png"):
        Image.fromarray(mask).save(folder / name)
    return folder


@pytest.mark.parametrize("more", [[], ["--refer"]])
def test_odd_pictures_are_named_and_the_others_imported(photographs, tmp_path, capsys, more):
    add_odd(photographs)
    assert main(["import", str(photographs), str(tmp_path / "project"), "--recursive", *more]) == 1
    said = capsys.readouterr().err
    assert [name for name in ODD if name not in said] == []
    assert len(Project.open(tmp_path / "project").cases()) == 3


def test_odd_masks_are_named_and_the_others_imported(photographs, masks, tmp_path, capsys):
    (masks / "b.png").unlink()
    os.mkfifo(masks / "b.png")
    (masks / "circle.png").symlink_to(masks / "circle.png")
    words = ["--masks", str(masks), "--mask-values", "0=background,255=optic disc", "--recursive"]
    assert main(["import", str(photographs), str(tmp_path / "project"), *words]) == 1
    assert "b.png cannot be read (it is a pipe, a device or a socket, not a file)" in capsys.readouterr().err
    assert len([case for case in Project.open(tmp_path / "project").cases() if case.incomplete]) == 1


def test_odd_masks_are_named_and_the_others_compared(masks, capsys):
    add_odd(masks)
    assert main(["evaluate", str(masks), str(masks), "--bootstrap", "0"]) == 1
    shown = capsys.readouterr()
    assert [name for name in ODD if name not in shown.err] == []
    assert "mean over 2 pictures" in shown.out


def test_a_list_beside_the_project_replaces_no_other_file(tmp_path, write_picture, masks):
    for seed in range(30):
        write_picture(tmp_path / "many" / f"p{seed}.png", seed, 32)
    write_picture(tmp_path / "many" / "a.png", 99)
    notes = tmp_path / "project-without-masks.txt"
    notes.write_text("mine")
    words = ["--masks", str(masks), "--mask-values", "0=background,255=optic disc"]
    for _ in range(2):
        main(["import", str(tmp_path / "many"), str(tmp_path / "project"), *words])
    assert notes.read_text() == "mine"
    assert len((tmp_path / "project-without-masks-2.txt").read_text().splitlines()) == 30
    assert len(list(tmp_path.glob("project-without-masks*"))) == 2
