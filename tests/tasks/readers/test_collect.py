"""Copies for readers, and bringing them back without losing anything."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from reader_squares import square

from unet_desktop.errors import LabelError, ProjectError, UserError
from unet_desktop.labels import DISC_AND_CUP, Label, LabelSet
from unet_desktop.project.case import CaseState
from unet_desktop.project.lease import lease_exclusively
from unet_desktop.project.project import Project
from unet_desktop.project.records import CaseRecords
from unet_desktop.project.trail import Act, read
from unet_desktop.project.versions import VersionStep, read_versions
from unet_desktop.project.workbooks import list_workbooks, make_workbook
from unet_desktop.tasks.backup.restore import restore_backup
from unet_desktop.tasks.backup.write import back_up
from unet_desktop.tasks.check_project import check_project
from unet_desktop.tasks.events import CheckFinding, ItemDone
from unet_desktop.tasks.readers import collect as module
from unet_desktop.tasks.readers.collect import collect


@pytest.fixture
def as_reader(monkeypatch):
    """Function that makes whoever works from now on have this name."""
    return lambda name: monkeypatch.setenv("UNET_DESKTOP_NAME", name)


@pytest.fixture
def project(tmp_path) -> Project:
    made = Project.create(tmp_path / "project", DISC_AND_CUP, "Ward 3")
    for number in range(3):
        path = tmp_path / f"p{number}.png"
        Image.fromarray(np.full((60, 80, 3), 40 * number, np.uint8)).save(path)
        made.add_image(path)
    return made


def run(events) -> list[str]:
    return [event.problem for event in events if isinstance(event, ItemDone) and event.problem]


def findings(root):
    return [event.sentence for event in check_project(root) if isinstance(event, CheckFinding)]


def everything(root):
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_packed_copy_goes_out_and_comes_back(project, tmp_path, as_reader):
    project.save_mask("p0", square(30))
    found = make_workbook(project, "Anna")
    run(back_up(found.root, tmp_path / "anna.zip"))
    run(restore_backup(tmp_path / "anna.zip", tmp_path / "elsewhere"))
    as_reader("Anna")
    away = Project.open(tmp_path / "elsewhere")
    assert away.image_path("p0").is_file()
    assert away.load_mask("p0") is None  # nobody else's masks are in it
    away.save_mask("p0", square(12))
    away.save_mask("p0", square(14))
    away.mark("p0", approved=True, notes="clear rim")
    run(back_up(away.root, tmp_path / "back.zip"))
    as_reader("Coordinator")
    for copy in (tmp_path / "back.zip", tmp_path / "elsewhere"):  # as a file, and once more as a folder
        assert run(collect(project.root, [copy])) == []
    (workbook,) = list_workbooks(project.layout)
    mine = Project.open(workbook.root)
    assert (mine.load_mask("p0") == square(14)).all()
    case = mine.case("p0")
    assert (case.state, case.notes, case.changed_by) == (CaseState.APPROVED, "clear rim", "Anna")
    assert [version.step for version in read_versions(mine.layout, "p0").versions] == [VersionStep.FOUND]
    entries = [entry for entry in read(mine.layout).entries if entry.act == Act.COLLECTED]
    assert len(entries) == 1
    assert entries[0].detail.startswith("from Anna, drawn by Anna 20")
    assert (workbook.root / "collected" / "Anna.jsonl").read_bytes() == away.layout.trail.read_bytes()
    assert (project.load_mask("p0") == square(30)).all()
    assert findings(project.root) == []
    assert sorted(path.name for path in (project.root / "readers").iterdir()) == ["Anna"]


def test_a_reader_whom_the_project_does_not_know_is_added(project, tmp_path):
    found = make_workbook(project, "Anna")
    run(back_up(found.root, tmp_path / "anna.zip"))
    run(restore_backup(tmp_path / "anna.zip", tmp_path / "elsewhere"))
    Project.open(tmp_path / "elsewhere").save_mask("p1", square())
    shutil.rmtree(project.root / "readers")
    assert run(collect(project.root, [tmp_path / "elsewhere"])) == []
    (workbook,) = list_workbooks(project.layout)
    mine = Project.open(workbook.root)
    assert (mine.load_mask("p1") == square()).all()
    assert all(mine.image_path(case.id).is_file() for case in mine.cases())
    assert not list((workbook.root / "images").iterdir())
    assert findings(workbook.root) == findings(project.root) == []


def test_two_of_one_name_are_told_apart(project, tmp_path):
    make_workbook(project, "Anna")
    other = tmp_path / "other"
    shutil.copytree(project.root, other, ignore=shutil.ignore_patterns("readers"))
    theirs = make_workbook(Project.open(other), "Anna")
    with pytest.raises(ProjectError, match="The project has another reading of Anna already"):
        run(collect(project.root, [theirs.root]))
    assert run(collect(project.root, [theirs.root], reader="Anna from Jena")) == []
    assert [one.workbook.title for one in list_workbooks(project.layout)] == ["Anna", "Anna from Jena"]


def test_a_project_split_by_copies_is_merged_again(project, tmp_path, as_reader):
    as_reader("Anna")
    project.save_mask("p0", square(10))
    copy = Project.open(shutil.copytree(project.root, tmp_path / "copy"))
    as_reader("Ben")
    copy.save_mask("p0", square(12))  # only there
    copy.save_mask("p1", square(16))
    copy.mark("p1", flagged=True)
    copy.grade("p1", fovea=(3.0, 4.0), grades={"quality": "good"})
    Image.fromarray(np.full((60, 80, 3), 222, np.uint8)).save(tmp_path / "new.png")
    copy.add_image(tmp_path / "new.png", patient="Q7")
    project.save_mask("p2", square(18))  # only here
    project.mark("p2", notes="here")
    as_reader("Coordinator")
    assert run(collect(project.root, [copy.root])) == []
    merged = Project.open(project.root)
    sizes = {case.id: int(np.sqrt((merged.load_mask(case.id) > 0).sum())) for case in merged.cases() if case.vcdr}
    assert sizes == {"p0": 12, "p1": 16, "p2": 18}
    assert merged.case("p0").changed_by == "Ben"
    assert merged.case("p1").flagged
    assert merged.case("p1").fovea == (3.0, 4.0)
    assert merged.case("p1").grades == {"quality": "good"}
    assert merged.case("new").patient == "Q7"
    digests = {version.who for version in read_versions(merged.layout, "p0").versions}
    assert "Anna" in digests  # what was replaced is among the versions
    assert findings(project.root) == []
    before = everything(project.root)
    assert run(collect(project.root, [copy.root])) == []
    assert everything(project.root) == before


@pytest.mark.parametrize("case_id", ["p0", "p1"])  # p1 had no mask
def test_collecting_again_finishes_what_a_killed_program_began(project, tmp_path, as_reader, monkeypatch, case_id):
    project.save_mask("p0", square(20))
    as_reader("Ben")
    copy = Project.open(shutil.copytree(project.root, tmp_path / "copy"))
    copy.save_mask(case_id, square(30))
    as_reader("Coordinator")

    def kill(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(CaseRecords, "put", kill)
        with pytest.raises(KeyboardInterrupt):
            run(collect(project.root, [copy.root]))
    assert findings(project.root) or case_id == "p1"
    assert run(collect(project.root, [copy.root])) == []
    merged = Project.open(project.root).case(case_id)
    assert (merged.changed_by, merged.vcdr) == ("Ben", copy.case(case_id).vcdr)
    assert findings(project.root) == []
    before = everything(project.root)
    assert run(collect(project.root, [copy.root])) == []
    assert everything(project.root) == before


def test_an_approval_in_a_copy_is_taken_unless_the_project_changed_the_case_later(project, tmp_path, as_reader):
    for case_id in ("p0", "p1"):
        project.save_mask(case_id, square(20))
    as_reader("Anna")
    copy = Project.open(shutil.copytree(project.root, tmp_path / "copy"))
    for case_id in ("p0", "p1"):
        copy.mark(case_id, approved=True)
    as_reader("Ben")
    project.records.put(replace(project.case("p1"), changed_at="2999-01-01T00:00:00+00:00"))
    (conflict,) = run(collect(project.root, [copy.root]))
    assert conflict.startswith("p1: Anna approved the mask, but the case was changed in the project later")
    merged = Project.open(project.root)
    assert (merged.case("p0").state, merged.case("p0").changed_by) == (CaseState.APPROVED, "Anna")
    assert merged.case("p1").state is CaseState.CORRECTED
    assert findings(project.root) == []


def test_what_both_changed_is_listed_and_kept(project, tmp_path, as_reader):
    project.save_mask("p0", square(10))
    copy = Project.open(shutil.copytree(project.root, tmp_path / "copy"))
    as_reader("Ben")
    copy.save_mask("p0", square(12))
    copy.mark("p0", notes="there", patient="A")
    as_reader("Anna")
    project.save_mask("p0", square(14))
    project.mark("p0", notes="here", patient="B")
    problems = run(collect(project.root, [copy.root]))
    assert problems == [
        "p0: the mask was changed in the project and by Ben. The project's stays; the other one is among its versions. "
        f"p0: patient is B in the project and A in the copy of {copy.root}."
    ]
    merged = Project.open(project.root)
    assert (merged.load_mask("p0") == square(14)).all()
    assert merged.case("p0").notes == "here\nthere"
    assert merged.case("p0").patient == "B"
    kept = [version for version in read_versions(merged.layout, "p0").versions if version.who == "Ben"]
    assert len(kept) == 1
    assert any("patient is B" in path.read_text() for path in (project.root / "collected").glob("*.txt"))
    assert run(collect(project.root, [copy.root])) == [problems[0].partition("versions. ")[2]]


def test_projects_that_do_not_belong_together_are_refused(project, tmp_path):
    other = Project.create(tmp_path / "other", DISC_AND_CUP)
    Image.fromarray(np.full((60, 80, 3), 222, np.uint8)).save(tmp_path / "new.png")
    other.add_image(tmp_path / "new.png")
    before = everything(project.root)
    good = shutil.copytree(project.root, tmp_path / "good")
    Project.open(good).save_mask("p0", square())
    for copies, words in (
        ([other.root], "is not a copy of this project, Ward 3, so nothing was collected"),
        ([good, other.root], "is not a copy of this project"),
        ([tmp_path], "is not a project"),
        ([project.root], "is the project itself"),
        ([tmp_path / "new.png"], "is not a backup"),
        ([tmp_path / "none"], "is not a project"),
    ):
        with pytest.raises(UserError, match=words):
            run(collect(project.root, copies))
    shutil.rmtree(project.root / "readers")
    assert everything(project.root) == before


def test_copies_of_earlier_versions_are_known_by_their_pictures(project, tmp_path):
    copy = shutil.copytree(project.root, tmp_path / "copy")
    for root in (project.root, copy):
        data = json.loads((root / "project.json").read_text())
        del data["identity"]
        (root / "project.json").write_text(json.dumps(data))
    Project.open(copy).save_mask("p0", square())
    assert run(collect(project.root, [copy])) == []
    assert (Project.open(project.root).load_mask("p0") == square()).all()


def test_other_labels_are_refused(project, tmp_path):
    copy = shutil.copytree(project.root, tmp_path / "copy")
    data = json.loads((copy / "project.json").read_text())
    data["labels"] = LabelSet((Label(1, "vessel", "#ff0000"),)).to_json()
    (copy / "project.json").write_text(json.dumps(data))
    with pytest.raises(LabelError, match=r"The labels of .*copy differ"):
        run(collect(project.root, [copy]))


def test_an_edited_trail_is_noticed(project, tmp_path):
    copy = Project.open(shutil.copytree(project.root, tmp_path / "copy"))
    copy.save_mask("p0", square())
    lines = copy.layout.trail.read_bytes().splitlines(keepends=True)
    copy.layout.trail.write_bytes(b"".join(lines[:1] + lines[2:]))
    with pytest.raises(ProjectError, match=r"was edited, so nothing was collected. Line 2 of the trail"):
        run(collect(project.root, [copy.root]))
    assert Project.open(project.root).load_mask("p0") is None
    assert run(collect(project.root, [copy.root], edited_trails=True)) == []
    assert (Project.open(project.root).load_mask("p0") == square()).all()


def test_what_is_damaged_in_a_copy_is_named_where_it_is(project, tmp_path):
    copy = Project.open(shutil.copytree(project.root, tmp_path / "copy"))
    for case in ("p0", "p1"):
        copy.save_mask(case, square())
    copy.layout.record("p0").write_text("{")
    copy.layout.mask("p1").write_bytes(b"no mask")
    of_mask, of_record = run(collect(project.root, [copy.root]))
    assert str(copy.layout.record("p0")) in of_record
    assert of_mask.startswith(f"p1 of {copy.root} was not collected:")
    assert str(copy.layout.mask("p1")) in of_mask
    found = make_workbook(copy, "Anna")
    (found.root / "project.json").write_text("{")
    with pytest.raises(ProjectError, match="Nothing was collected"):
        run(collect(project.root, [copy.root]))


def test_links_in_a_copy_are_not_followed(project, tmp_path):
    copy = Project.open(shutil.copytree(project.root, tmp_path / "copy"))
    copy.save_mask("p0", square())
    (copy.layout.masks / "p1.png").symlink_to(copy.layout.mask("p0"))
    assert run(collect(project.root, [copy.root])) == []
    assert Project.open(project.root).load_mask("p1") is None
    secret = tmp_path / "secret"
    copy.layout.trail.rename(secret)
    copy.layout.trail.symlink_to(secret)
    with pytest.raises(ProjectError, match="is a link, so nothing was collected"):
        run(collect(project.root, [copy.root]))


def test_a_shared_folder_that_vanishes_leaves_nothing_half_collected(project, tmp_path, monkeypatch):
    copy = Project.open(shutil.copytree(project.root, tmp_path / "copy"))
    for case in ("p0", "p1", "p2"):
        copy.save_mask(case, square())
    before = everything(project.root)
    real, count = shutil.copyfile, [0]

    def vanish(source, target):
        count[0] += 1
        if count[0] == 4:
            copy.root.rename(tmp_path / "gone")
        return real(source, target)

    monkeypatch.setattr(module.shutil, "copyfile", vanish)
    with pytest.raises(ProjectError, match=r"so nothing was collected. If it is on a shared drive, connect it"):
        run(collect(project.root, [copy.root]))
    os.rmdir(project.root / "readers")
    assert everything(project.root) == before


def test_a_project_in_use_is_left_alone(project, tmp_path):
    copy = Project.open(shutil.copytree(project.root, tmp_path / "copy"))
    copy.save_mask("p0", square())
    with lease_exclusively(project.root):
        assert run(collect(project.root, [copy.root], held=True)) == []
    (copy.layout.masks / "p0.journal").write_bytes(b"steps")
    with pytest.raises(ProjectError, match="Open the project there and close it"):
        run(collect(project.root, [copy.root]))
