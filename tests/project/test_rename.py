"""A case renamed with all its files, also by a program that is killed meanwhile; a picture replaced."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from unet_desktop import files
from unet_desktop.errors import ImageError, ProjectError, WriteError
from unet_desktop.project.bin import list_bin, restore
from unet_desktop.project.case import CaseState
from unet_desktop.project.lease import lease_project
from unet_desktop.project.noted_masks import last_masks
from unet_desktop.project.project import Project
from unet_desktop.project.rename import problem_with_name, rename_case
from unet_desktop.project.replace_picture import replace_picture
from unet_desktop.project.split import read_split, write_split
from unet_desktop.project.trail import read
from unet_desktop.project.versions import VersionStep, read_versions
from unet_desktop.project.workbooks import make_workbook
from unet_desktop.tasks.check_project import check_project
from unet_desktop.tasks.events import CheckFinding


class Killed(BaseException):
    """The program is killed here."""


@pytest.fixture
def filled(project: Project, picture: Path, disc_mask, write_picture) -> Project:
    """A project with the cases "photo", which has a file of every kind, and "other"."""
    case = project.add_image(picture)
    project.save_prediction(case.id, disc_mask, model="f00d", confidence=0.9)
    project.save_mask(case.id, disc_mask, step=VersionStep.IMPORTED)
    project.mark(case.id, notes="keep", approved=True, no_cup=False)
    project.add_image(write_picture(picture.with_name("other.png"), 7))
    write_split(project.layout.split, {"case:photo": "validation", "case:other": "train"})
    project.layout.corrections.write_text(
        json.dumps({"case": "photo", "model": "f00d", "figures": {"dice": 0.5}, "when": "x"}) + "\nno json\n"
    )
    (project.layout.runs / "run.json").write_text(json.dumps({"cases": {"photo": {"dice/x": 0.5}}}))
    record = json.loads(project.layout.record("photo").read_text())
    project.layout.record("photo").write_text(json.dumps(record | {"of_newer_program": 1}))
    return project


def names(project: Project) -> set[str]:
    folders = (folder for folder in project.layout.folders if folder.name not in {"models", "runs"})
    return {path.name for folder in (*folders, project.layout.history) for path in folder.iterdir()}


def test_everything_goes_with_the_name(filled: Project, disc_mask) -> None:
    before = last_masks(read(filled.layout).entries)["photo"]
    case = rename_case(filled, "photo", "P7-left")
    assert (case.id, case.image, case.notes, case.state) == (
        "P7-left",
        "images/P7-left.png",
        "keep",
        CaseState.APPROVED,
    )
    assert not [name for name in names(filled) if name.startswith(("photo", ".photo"))]
    opened = Project.open(filled.root)
    assert [case.id for case in opened.cases()] == ["other", "P7-left"]
    assert np.array_equal(opened.load_mask("P7-left"), disc_mask)
    assert opened.load_prediction("P7-left") is not None
    assert read_versions(opened.layout, "P7-left").versions
    assert read_split(opened.layout.split) == {"case:P7-left": "validation", "case:other": "train"}
    assert opened.layout.corrections.read_text().count('"case": "P7-left"') == 1
    assert "no json" in opened.layout.corrections.read_text()
    assert "P7-left" in json.loads((opened.layout.runs / "run.json").read_text())["cases"]
    assert json.loads(opened.layout.record("P7-left").read_text())["of_newer_program"] == 1
    trail = read(opened.layout)
    assert (trail.entries[-1].act, trail.entries[-1].case, trail.entries[-1].detail) == (
        "renamed",
        "P7-left",
        "from photo",
    )
    assert not trail.problems
    assert last_masks(trail.entries) == {"P7-left": before}
    assert rename_case(opened, "P7-left", "p7-LEFT").id == "p7-LEFT", "the names differ in case alone"


def test_a_killed_program_leaves_either_name(
    filled: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, disc_mask
) -> None:
    import shutil

    real = {name: getattr(files, name) for name in ("move_file", "write_json", "delete_file", "write_bytes")}
    for at in range(1, 40):
        root = Path(shutil.copytree(filled.root, tmp_path / f"copy-{at}"))
        calls = 0

        def killing(name: str, at: int = at):
            def call(*args, **named):
                nonlocal calls
                calls += 1
                if calls == at:
                    raise Killed
                return real[name](*args, **named)

            return call

        project = Project.open(root)
        with monkeypatch.context() as patch:
            for name in real:
                patch.setattr(files, name, killing(name))
            try:
                rename_case(project, "photo", "new")
            except Killed:
                pass
            else:
                assert at > 8
                return
        with lease_project(root) as lease:
            ids = [case.id for case in lease.project.cases()]
            assert ids in (["other", "photo"], ["new", "other"]), at
            name = next(case_id for case_id in ids if case_id != "other")
            assert np.array_equal(lease.project.load_mask(name), disc_mask), at
            assert lease.project.image_path(name).exists()
            assert lease.project.load_prediction(name) is not None
            assert len(read_versions(lease.project.layout, name).versions) == 1
            assert not lease.project.layout.renaming.exists()
    raise AssertionError("it was never finished")


def test_a_file_that_cannot_be_moved_leaves_the_old_name(filled: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    real = files.move_file

    def move(source: Path, target: Path) -> None:
        if source.parent == filled.layout.predictions and "new" in target.name:
            raise WriteError("no")
        real(source, target)

    before = names(filled)
    monkeypatch.setattr(files, "move_file", move)
    with pytest.raises(WriteError, match="no"):
        rename_case(filled, "photo", "new")
    assert names(filled) == before
    assert not filled.layout.renaming.exists()
    assert Project.open(filled.root).load_mask("photo") is not None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "Give the case a name."),
        ("photo", "It is called photo already."),
        ("Other", "There is a case Other already."),
        ("a/b", '"a/b" cannot be the name of a case, because not every computer takes it as the name of a file. "a_b"'),
        ("../x", "cannot be the name of a case"),
        ("con", '"image-con" can.'),
        ("x" * 300, "cannot be the name of a case"),
        ("gone", "There are files of an earlier case gone in the project or its bin."),
    ],
)
def test_names_that_cannot_be(filled: Project, name: str, said: str, write_picture, tmp_path: Path) -> None:
    filled.add_image(write_picture(tmp_path / "gone.png", 9))
    filled.remove_case("gone")
    assert said in problem_with_name(filled, "photo", name)
    with pytest.raises(ProjectError):
        rename_case(filled, "photo", name)


def test_a_picture_of_the_same_size_keeps_the_mask(filled: Project, write_picture, tmp_path: Path, disc_mask) -> None:
    better = write_picture(tmp_path / "better.png", 5)
    done = replace_picture(filled, "photo", better)
    assert done.sentence.startswith("The picture of photo is better.png now. It was approved with the picture before")
    assert (done.case.state, done.case.sha256) == (CaseState.CORRECTED, files.sha256(better))
    assert np.array_equal(filled.load_mask("photo"), disc_mask)
    assert filled.load_prediction("photo") is None, "it was of the picture before"
    assert files.sha256(filled.image_path("photo")) == files.sha256(better)
    (entry,) = list_bin(filled.layout)
    assert "images/photo.png" in entry.paths
    acts = [entry.act for entry in read(filled.layout).entries]
    assert acts[-3:] == ["picture exchanged", "approval withdrawn", "removed"]
    found = [event.sentence for event in check_project(filled.root) if isinstance(event, CheckFinding)]
    assert [sentence for sentence in found if "corrections" not in sentence] == []
    restore(filled.layout, entry)
    renamed = rename_case(filled, "photo", "again")
    assert filled.image_path(renamed.id).name == "again.picture-1.png"


def test_a_picture_of_another_size_puts_the_mask_aside(filled: Project, write_picture, tmp_path: Path) -> None:
    done = replace_picture(filled, "photo", write_picture(tmp_path / "large.png", 5, 128), copy=False)
    assert (
        "It has 128 x 128 pixels instead of 96 x 96, so the mask does not fit: it is kept as a version" in done.sentence
    )
    assert (done.case.width, done.case.state) == (128, CaseState.NEW)
    assert filled.load_mask("photo") is None
    assert len(read_versions(filled.layout, "photo").versions) == 1
    assert list(filled.layout.masks.glob("photo.png.bad-*"))
    assert filled.image_path("photo") == (tmp_path / "large.png").resolve()


def test_a_reader_does_not_replace_a_picture_of_the_project(filled: Project, write_picture, tmp_path: Path) -> None:
    reading = Project.open(make_workbook(filled, "Anna").root)
    with pytest.raises(ProjectError, match=r"this is the workbook of Anna.*in that project"):
        replace_picture(reading, "photo", write_picture(tmp_path / "other.png", 5, 128))
    assert reading.image_path("photo").samefile(filled.image_path("photo"))


def test_a_picture_that_cannot_be_used_changes_nothing(filled: Project, picture: Path, tmp_path: Path) -> None:
    before = names(filled)
    with pytest.raises(ProjectError, match="is the picture of the case photo already"):
        replace_picture(filled, "photo", picture)
    (tmp_path / "text.png").write_text("hello")
    with pytest.raises(ImageError, match=r"text\.png"):
        replace_picture(filled, "photo", tmp_path / "text.png")
    Image.new("RGB", (4, 4)).save(tmp_path / "tiny.png")
    assert names(filled) == before
