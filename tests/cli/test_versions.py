"""unet-desktop versions: what it lists, what it restores, what it says about damage."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image as Pillow

from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.project.versions import Origin, VersionStep, keep_version, read_versions


@pytest.fixture
def masks(disc_mask):
    return disc_mask, np.where(disc_mask == 2, 1, disc_mask).astype(np.uint8)


@pytest.fixture
def root(project, tmp_path, masks):
    """A project whose case "eye" has a mask and one earlier version."""
    source = tmp_path / "eye.png"
    Pillow.new("RGB", masks[0].shape[::-1], "white").save(source)
    case = project.add_image(source)
    project.save_mask(case.id, masks[0], step=VersionStep.IMPORTED)
    origin = Origin(VersionStep.PAINTED, "Ada\x1b[31m", "f00d" * 16, 12, approved=True)
    keep_version(project.layout, DISC_AND_CUP, case.id, masks[1], origin)
    project.save_mask(case.id, masks[1])
    return project.root


def test_versions_are_listed_newest_first_and_steer_no_terminal(run, root):
    code, out, _ = run("versions", root, "eye")
    assert code == 0
    assert out.index("painted") < out.index("imported")
    assert "Ada" in out
    assert "f00df00d" in out
    assert "\x1b" not in out


def test_restoring_brings_the_mask_back_and_keeps_the_present_one(run, root, masks, project):
    assert run("versions", root, "eye", "--restore", 1)[0] == 0
    np.testing.assert_array_equal(project.load_mask("eye"), masks[0])
    steps = [version.step for version in read_versions(project.layout, "eye").versions]
    assert steps == [VersionStep.RESTORED, VersionStep.PAINTED, VersionStep.IMPORTED]
    assert run("versions", root, "eye", "--restore", 2)[0] == 0
    np.testing.assert_array_equal(project.load_mask("eye"), masks[1])


def test_a_damaged_version_is_named_and_not_restored(run, root, masks, project):
    path = project.layout.version("eye", 1)
    path.write_bytes(path.read_bytes()[:100])
    code, out, err = run("versions", root, "eye")
    assert code == 1
    assert "painted" in out
    assert str(path) in err.replace("\n", "")
    code, _, err = run("versions", root, "eye", "--restore", 1)
    assert code == 2
    assert str(path) in err.replace("\n", "")
    np.testing.assert_array_equal(project.load_mask("eye"), masks[1])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(("eye", "--restore", 7), "no version 7. Its versions: 2, 1"), (("nose",), 'no case "nose"')],
)
def test_what_is_not_there_is_said_in_a_sentence(run, root, arguments, says):
    code, _, err = run("versions", root, *arguments)
    assert code == 2
    assert says in err


def test_a_case_whose_record_is_damaged_is_not_restored(run, root):
    record = root / "cases" / "eye.json"
    record.write_text(json.dumps({"id": "eye"}))
    code, _, err = run("versions", root, "eye", "--restore", 1)
    assert code == 2
    assert "cannot be read" in err


def test_a_case_without_versions_says_so(run, project, tmp_path):
    source = tmp_path / "new.png"
    Pillow.new("RGB", (40, 30), "white").save(source)
    project.add_image(source)
    assert run("versions", project.root, "new")[:2] == (0, "No versions of new are kept yet.\n")


def test_where_all_versions_are_damaged_that_is_said(run, root, project):
    for path in project.layout.versions("eye").glob("*.png"):
        path.write_bytes(b"")
    code, out, err = run("versions", root, "eye")
    assert code == 1
    assert "all that are kept are damaged" in out
    assert "000001.png" in err
