"""Workbooks: several readers with own masks of the same cases, in one project."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from unet_desktop.errors import ProjectError, WriteError
from unet_desktop.labels import DISC_AND_CUP, Label, LabelSet
from unet_desktop.project.case import CaseState
from unet_desktop.project.form import NO_FORM, TEMPLATES, Form
from unet_desktop.project.lease import lease_exclusively, lease_project
from unet_desktop.project.project import Project
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.reader_masks import reader_masks
from unet_desktop.project.reader_names import is_name_taken, note_name
from unet_desktop.project.relabel import relabel
from unet_desktop.project.replace_picture import replace_picture
from unet_desktop.project.settings_writer import refuse_form_of_workbook
from unet_desktop.project.trail import read
from unet_desktop.project.workbooks import add_new_cases, list_workbooks, make_workbook, project_around, workbook_of
from unet_desktop.tasks.check_project import check_project
from unet_desktop.tasks.events import CheckFinding


def square(size: int = 20) -> np.ndarray:
    mask = np.zeros((60, 80), np.uint8)
    mask[10 : 10 + size, 20 : 20 + size] = 1
    mask[15:20, 25:30] = 2
    return mask


@pytest.fixture
def project(tmp_path) -> Project:
    """Cases p0 (drawn, with all that people note), p1 (predicted) and p2, whose picture is elsewhere."""
    made = Project.create(tmp_path / "project", DISC_AND_CUP, "Ward 3")
    for number in range(3):
        path = tmp_path / f"p{number}.png"
        Image.fromarray(np.full((60, 80, 3), 40 * number, np.uint8)).save(path)
        made.add_image(path, copy=number != 2, patient="Q1")
    made.save_mask("p0", square())
    made.mark("p0", notes="secret", flagged=True)
    made.grade("p0", fovea=(3.0, 4.0), axial_length_mm=24.0, grades={"quality": "good"})
    made.save_prediction("p1", square(), model="f00d", confidence=0.5)
    return made


def findings(root):
    return [event.sentence for event in check_project(root) if isinstance(event, CheckFinding)]


def test_a_reader_gets_the_cases_and_nothing_that_others_judged(project):
    found = make_workbook(project, " Anna  Berg ")
    assert (found.key, found.workbook.reader) == ("Anna_Berg", "Anna Berg")
    assert found.workbook.project == project.identity != ""
    opened = Project.open(found.root)
    assert [case.state for case in opened.cases()] == [CaseState.NEW] * 3
    case = opened.case("p0")
    assert (case.patient, case.axial_length_mm) == ("Q1", 24.0)
    assert (case.notes, case.flagged, case.fovea, case.grades, case.vcdr) == ("", False, None, {}, None)
    assert all(opened.image_path(case.id).is_file() for case in opened.cases())
    assert not list((found.root / "images").iterdir())
    assert "secret" not in "".join(path.read_text() for path in found.root.rglob("*.json*"))
    assert findings(project.root) == findings(found.root) == []


def test_readers_and_the_project_are_open_at_the_same_time(project, tmp_path):
    first, second = make_workbook(project, "Anna"), make_workbook(project, "Ben")
    with lease_exclusively(project.root), lease_exclusively(first.root) as one, lease_exclusively(second.root) as two:
        one.project.writable().save_mask("p1", square(10))
        two.project.writable().save_mask("p1", square(30))
        assert lease_project(first.root).holder is not None
        third = make_workbook(ProjectReader.open(project.root), "Cy")  # while another program has the project
    masks = [Project.open(found.root).load_mask("p1").sum() for found in (first, second)]
    assert masks[0] < masks[1]
    assert Project.open(third.root).load_mask("p1") is None
    assert project.load_mask("p1") is None
    assert [entry.case for entry in read(Project.open(first.root).layout).entries] == ["", "p1"]
    assert [one.workbook.title for one in list_workbooks(project.layout)] == ["Anna", "Ben", "Cy"]


def test_what_a_reader_may_see_is_chosen(project):
    shown = Project.open(make_workbook(project, "Anna", predictions=True).root)
    assert [case.state for case in shown.cases()] == [CaseState.NEW, CaseState.PREDICTED, CaseState.NEW]
    own = Project.open(make_workbook(project, "Ben", from_project=True).root)
    assert (own.load_mask("p0") == square()).all()
    assert own.case("p0").notes == "secret"
    some = Project.open(make_workbook(project, "Cy", case_ids=["p2"]).root)
    assert [case.id for case in some.cases()] == ["p2"]
    details = [entry.detail for entry in read(project.layout).entries if entry.detail.startswith("workbook")]
    assert details == [
        "workbook of Anna, masked, predictions shown: 3 cases",
        "workbook of Ben, from the project's masks, predictions hidden: 3 cases",
        "workbook of Cy, masked, predictions hidden: 1 case",
    ]


def test_names_and_turns(project):
    make_workbook(project, "Anna")
    with pytest.raises(ProjectError, match=r"The name anna is taken by another reader"):
        make_workbook(project, "anna")
    again = make_workbook(project, "anna", again=True)
    assert (again.workbook.title, again.key) == ("anna (2)", "anna-2")
    assert workbook_of(project.layout, "ANNA").key == again.key
    assert workbook_of(project.layout, "Anna", 1).key == workbook_of(project.layout, "Anna", 1).key == "Anna"
    for name in ("", " \n"):
        with pytest.raises(ProjectError, match="needs a name"):
            make_workbook(project, name)
    with pytest.raises(ProjectError, match=r'no reader "Zoe". Its readers: Anna, anna \(2\).'):
        workbook_of(project.layout, "Zoe")
    with pytest.raises(ProjectError, match="workbook itself"):
        make_workbook(Project.open(again.root), "Ben")
    assert make_workbook(project, "../../x").root.parent == project.root / "readers"
    assert make_workbook(project, "con").key == "image-con"


def test_pictures_are_added_in_the_project_and_reach_the_readers(project, tmp_path):
    whole = Project.open(make_workbook(project, "Anna").root)
    some = Project.open(make_workbook(project, "Ben", case_ids=["p0"]).root)
    fresh = tmp_path / "p3.png"
    Image.fromarray(np.full((60, 80, 3), 200, np.uint8)).save(fresh)
    with pytest.raises(ProjectError, match="this is the workbook of Anna"):
        whole.add_image(fresh)
    whole.remove_case("p1")
    project.add_image(fresh)
    assert (add_new_cases(whole, project), add_new_cases(some, project)) == (1, 0)
    assert [case.id for case in whole.cases()] == ["p0", "p2", "p3"]


def test_assigned_cases_are_read(project):
    project.mark("p2", assigned_to=("anna", "Ben"))
    found = make_workbook(project, "Anna")
    assert [case.id for case in Project.open(found.root).cases()] == ["p2"]
    assert Project.open(project.root).case("p2").assigned_to == ("anna", "Ben")
    assert read(project.layout).entries[-2].detail == "assigned_to"


def test_a_workbook_is_complete_or_absent(project, monkeypatch):
    from unet_desktop.project import workbooks

    def fail(*_):
        raise WriteError("disk full")

    monkeypatch.setattr(workbooks, "write_manifest", fail)
    with pytest.raises(WriteError):
        make_workbook(project, "Anna")
    assert list((project.root / "readers").iterdir()) == []


def test_what_a_killed_program_was_making_is_no_reader_and_can_be_deleted(project):
    left = project.root / "readers" / ".Anna.abc.unet-tmp"
    (left / "cases").mkdir(parents=True)
    (left / "project.json").write_bytes(project.layout.manifest.read_bytes())
    assert list_workbooks(project.layout) == []
    (finding,) = [event for event in check_project(project.root) if isinstance(event, CheckFinding)]
    assert "was left behind by a program that was ended while writing" in finding.sentence
    list(check_project(project.root, repair=True))
    assert not left.exists()


def test_nothing_is_written_through_links(project, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (project.root / "readers").symlink_to(tmp_path / "elsewhere")
    assert list_workbooks(project.layout) == []
    with pytest.raises(WriteError, match="is a link"):
        make_workbook(project, "Anna")
    assert lease_project(project.root).project.read_only
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_project_of_an_earlier_version_is_given_an_identity(project):
    data = json.loads(project.layout.manifest.read_text())
    del data["identity"]
    project.layout.manifest.write_text(json.dumps(data))
    old = Project.open(project.root)
    found = make_workbook(old, "Anna")
    assert Project.open(project.root).identity == found.workbook.project != ""
    old.set_scale(0.01)
    assert Project.open(project.root).identity == found.workbook.project


def test_the_check_of_a_project_looks_into_its_workbooks(project):
    found = make_workbook(project, "Anna")
    opened = Project.open(found.root)
    opened.save_mask("p0", square())
    opened.layout.mask("p0").write_bytes(b"")
    assert [sentence[:17] for sentence in findings(project.root)] == ["Workbook of Anna:"]
    assert project_around(found.root) == project.root
    assert project_around(project.root) is None


def test_the_same_name_on_two_computers_is_noticed(project):
    found = make_workbook(project, "Anna")
    assert not is_name_taken(project.root, "Anna", "one")
    note_name(found.root, "Anna", "one")
    assert not is_name_taken(project.root, "anna", "one")
    assert is_name_taken(project.root, "ANNA", "two")
    assert is_name_taken(found.root, "Anna", "two")
    note_name(project.root, "Anna", "two")
    assert not is_name_taken(project.root, "Anna", "two")
    project.layout.reader_names.write_text("{")
    assert not is_name_taken(project.root, "Anna", "three")


def test_a_picture_that_the_project_moved_or_renamed_is_still_the_readers(project):
    found = make_workbook(project, "Anna")
    opened = Project.open(found.root)
    opened.save_mask("p0", square())
    layout = project.layout
    layout.record("p0").rename(layout.record("renamed"))
    (project.root / "images" / "p0.png").rename(project.root / "images" / "renamed.png")
    data = json.loads(layout.record("renamed").read_text()) | {"id": "renamed", "image": "images/renamed.png"}
    layout.record("renamed").write_text(json.dumps(data))
    again = Project.open(project.root)
    assert add_new_cases(opened, again) == 0
    assert opened.image_path("p0").is_file()
    (read_mask,) = reader_masks(again, list_workbooks(layout), "renamed")
    assert (read_mask.mask == square()).all()


def test_masks_with_the_labels_of_before_are_left_out_until_the_reading_is_opened(project):
    found = make_workbook(project, "Anna")
    grown = LabelSet((*project.labels.labels, Label(3, "vessel", "#e69f00")))
    list(relabel(project, grown))
    (told,) = reader_masks(project, [found], "p0")
    assert str(told).endswith("so its masks are not used. Open that reading once: it gets the project's labels.")
    with lease_exclusively(found.root):
        pass
    (read_now,) = reader_masks(project, list_workbooks(project.layout), "p0")
    assert not isinstance(read_now, Exception)


def test_a_reading_gets_the_form_that_the_project_got_meanwhile(project):
    found = make_workbook(project, "Anna")
    form = Form((TEMPLATES["notch"],))
    project.set_form(form)
    with lease_exclusively(found.root) as lease:
        assert lease.recovered == ["The grading form is the one that the project has now."]
        assert lease.project.form == form
        lease.project.writable().grade("p0", grades={"notch": "inferior"})
    with lease_exclusively(found.root) as lease:
        assert lease.recovered == []
        with pytest.raises(ProjectError, match=r"is the reading of Anna\. Change the grading form in the project"):
            refuse_form_of_workbook(lease.project)
    project.set_form(NO_FORM)  # does not take away what is being graded
    with lease_exclusively(found.root) as lease:
        assert lease.project.form == form
    refuse_form_of_workbook(project)


def test_the_case_of_a_picture_that_the_project_replaced_gets_the_new_one(project, tmp_path):
    reading = Project.open(make_workbook(project, "Anna").root)
    Image.fromarray(np.full((60, 80, 3), 200, np.uint8)).save(tmp_path / "new.png")
    replace_picture(project, "p0", tmp_path / "new.png")
    assert not reading.image_path("p0").exists()
    add_new_cases(reading, project)
    assert reading.image_path("p0").samefile(project.image_path("p0"))
    assert reading.case("p0").sha256 != project.case("p0").sha256  # so opening it asks the reader first
