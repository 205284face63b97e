"""unet-desktop readers: who reads a project's cases."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.project.project import Project


@pytest.fixture
def project(tmp_path) -> Project:
    made = Project.create(tmp_path / "project", DISC_AND_CUP)
    for number in range(3):
        path = tmp_path / f"p{number}.png"
        Image.fromarray(np.full((60, 80, 3), 40 * number, np.uint8)).save(path)
        made.add_image(path)
    return made


def test_readers_are_added_and_listed(run, project):
    code, shown, _ = run("readers", project.root)
    assert (code, shown) == (0, "The project has no readers yet.\n")
    code, shown, _ = run("readers", project.root, "add", "Anna", "--cases", "p0, p2")
    assert (code, shown) == (0, f"Anna reads 2 cases in {project.root / 'readers' / 'Anna'}\n")
    code, _, said = run("readers", project.root, "add", "anna")
    assert code == 2
    assert "The name anna is taken by another reader of this project. Choose another name." in said
    code, _, said = run("readers", project.root, "add", "Ben", "--cases", "p9")
    assert code == 2
    assert 'The project has no case "p9".' in said
    code, shown, _ = run("readers", project.root, "list")
    assert code == 0
    assert "Anna" in shown
    assert run("readers", project.root / "nothing")[0] == 2
    (project.root / "readers" / "Anna" / "project.json").write_text("{")
    code, shown, said = run("readers", project.root)
    assert (code, shown) == (1, "No reader's work can be read.\n")
    assert "readers/Anna/project.json cannot be read" in said
    code, shown, _ = run("check", project.root)
    assert code == 1
    assert "readers/Anna/project.json cannot be read" in shown
