"""The scale of a project's pictures: kept in project.json, absent by default, and never nonsense."""

from __future__ import annotations

import json

import pytest

from unet_desktop import files
from unet_desktop.errors import ProjectError, WriteError
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.project.project import Project


@pytest.fixture
def project(tmp_path) -> Project:
    return Project.create(tmp_path / "project", DISC_AND_CUP)


def test_nobody_has_said(project: Project) -> None:
    assert project.mm_per_pixel is None
    assert Project.open(project.root).mm_per_pixel is None
    assert "mm_per_pixel" not in json.loads(project.layout.manifest.read_text())


def test_it_is_kept_and_taken_back(project: Project) -> None:
    project.set_scale(0.0071)
    again = Project.open(project.root)
    assert again.mm_per_pixel == project.mm_per_pixel == 0.0071
    assert (again.name, again.labels) == (project.name, DISC_AND_CUP)
    again.set_scale(None)
    assert Project.open(project.root).mm_per_pixel is None


def test_a_full_disk_leaves_what_was_noted(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.set_scale(0.01)

    def full(*_: object) -> None:
        raise WriteError("The disk is full.")

    monkeypatch.setattr(files, "write_json", full)
    with pytest.raises(WriteError):
        project.set_scale(0.02)
    assert project.mm_per_pixel == Project.open(project.root).mm_per_pixel == 0.01


@pytest.mark.parametrize("value", [0, -1, "0.1", True, [1], float("inf")])
def test_nonsense_is_one_sentence(project: Project, value: object) -> None:
    data = json.loads(project.layout.manifest.read_text())
    project.layout.manifest.write_text(json.dumps(data | {"mm_per_pixel": value}))
    with pytest.raises(ProjectError, match="cannot be read"):
        Project.open(project.root)
