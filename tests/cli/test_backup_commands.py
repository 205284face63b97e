"""Backup and restore in the terminal."""

from __future__ import annotations

from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.project.project import Project


def test_backup_check_and_restore(run, tmp_path):
    root, file, again = tmp_path / "project", tmp_path / "project.zip", tmp_path / "again"
    Project.create(root, DISC_AND_CUP)
    code, shown, _ = run("backup", root, "--out", file)
    assert (code, shown) == (0, f"Backup: {file}\n")
    code, _, said = run("restore", file, "--check")
    assert code == 0
    assert "The backup of project was made" in said
    code, shown, _ = run("restore", file, again)
    assert (code, shown) == (0, f"Project: {again}\n")
    assert Project.open(again).identity == Project.open(root).identity


def test_what_is_wrong_is_said(run, tmp_path):
    code, _, said = run("backup", tmp_path, "--out", tmp_path / "a.zip")
    assert code == 2
    assert "is not a project" in said
    code, _, said = run("restore", tmp_path / "a.zip")
    assert code == 2
    assert "Give a new folder for the project" in said
    Project.create(tmp_path / "project", DISC_AND_CUP)
    (tmp_path / "a.zip").write_text("mine")
    code, _, said = run("backup", tmp_path / "project", "--out", tmp_path / "a.zip")
    assert code == 2
    assert "Or overwrite it with --replace." in said
