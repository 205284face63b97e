"""unet-desktop labels: what it lists and changes, and what it says to requests that cannot be met."""

from __future__ import annotations

import os

import numpy as np
import pytest
from PIL import Image as Pillow

from unet_desktop.project.lease import lease_exclusively
from unet_desktop.project.project import Project
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.workbooks import make_workbook


@pytest.fixture
def root(project, tmp_path, disc_mask):
    """A project with a case that has a mask."""
    source = tmp_path / "eye.png"
    Pillow.new("RGB", disc_mask.shape[::-1], "white").save(source)
    project.add_image(source)
    project.save_mask("eye", disc_mask)
    return project.root


def test_labels_are_added_renamed_recoloured_nested_ordered_and_listed(run, root):
    assert run("labels", root, "add", "vessel", "--colour", "#e69f00")[0] == 0
    assert run("labels", root, "rename", "optic cup", "excavation")[0] == 0
    assert run("labels", root, "recolour", "vessel", "#102030")[0] == 0
    assert run("labels", root, "nest", "vessel", "--inside", "optic disc")[0] == 0
    assert run("labels", root, "unique", "vessel")[0] == 0
    assert run("labels", root, "order", "optic disc", "vessel")[0] == 0
    code, out, _ = run("labels", root)
    assert code == 0
    for word in ("vessel", "excavation", "#102030", "optic cup", "1 case"):
        assert word in out
    labels = ProjectReader.open(root).labels
    assert [(label.name, label.value, label.inside) for label in labels] == [
        ("optic disc", 1, None),
        ("vessel", 3, "optic disc"),
        ("excavation", 2, "optic disc"),
    ]


def test_a_label_is_merged_removed_and_brought_back(run, root, disc_mask):
    code, out, _ = run("labels", root, "merge", "optic cup", "--into", "optic disc")
    assert code == 0
    assert '"optic cup" merged into "optic disc".' in out
    assert np.array_equal(ProjectReader.open(root).load_mask("eye"), np.minimum(disc_mask, 1))
    assert run("labels", root, "undo")[0] == 0
    assert np.array_equal(ProjectReader.open(root).load_mask("eye"), disc_mask)
    assert run("labels", root, "remove", "optic disc")[0] == 0
    assert np.array_equal(ProjectReader.open(root).load_mask("eye"), np.where(disc_mask == 2, 2, 0))
    code, out, _ = run("labels", root, "changes")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["3", "2", "1"]
    assert "undoes change 1" in out.replace("\n", " ")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", "Optic Disc"), "unique name"),
        (("rename", "nothing", "x"), 'no label "nothing"'),
        (("recolour", "optic cup", "green"), "#rrggbb"),
        (("nest", "optic disc", "--inside", "optic cup"), "inside each other"),
        (("merge", "optic cup", "--into", "optic cup"), "into itself"),
        (("undo",), "No change of the labels can be undone"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(run, root, words, sentence):
    before = (root / "project.json").read_bytes()
    code, _, err = run("labels", root, *words)
    assert code == 2
    assert sentence in err.replace("\n", " ")
    assert (root / "project.json").read_bytes() == before


def test_a_project_that_is_open_elsewhere_is_not_changed(run, root):
    with lease_exclusively(root):
        code, _, err = run("labels", root, "add", "vessel")
    assert code == 2
    assert "open in another program" in err.replace("\n", " ")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs permissions that bind")
def test_a_read_only_folder_is_one_sentence(run, root):
    root.chmod(0o500)
    try:
        code, _, err = run("labels", root, "add", "vessel")
    finally:
        root.chmod(0o700)
    assert code == 2
    assert err.startswith("error:")


def test_a_folder_that_is_no_project_is_one_sentence(run, tmp_path):
    code, _, err = run("labels", tmp_path, "add", "vessel")
    assert code == 2
    assert "not a project" in err.replace("\n", " ")


def test_labels_of_a_readers_workbook_are_those_of_its_project(run, root):
    found = make_workbook(ProjectReader.open(root), "Ada")
    code, _, err = run("labels", found.root, "add", "vessel")
    assert code == 2
    assert "Change the labels in the project that it belongs to" in err.replace("\n", " ")


def test_cases_that_say_nothing_of_a_label_are_listed_until_it_is_drawn(run, root, project, disc_mask):
    assert run("labels", root, "add", "vessel")[0] == 0
    assert run("labels", root, "missing", "vessel")[:2] == (0, "eye\n")
    assert run("labels", root, "missing", "optic cup")[:2] == (0, "")
    mask = disc_mask.copy()
    mask[:3] = 3
    Project.open(root).save_mask("eye", mask)
    assert run("labels", root, "missing", "vessel")[:2] == (0, "")
    project.layout.mask("eye").write_bytes(b"no PNG")
    code, out, err = run("labels", root, "missing", "vessel")
    assert (code, out) == (1, "")
    assert "eye.png" in err.replace("\n", "")
