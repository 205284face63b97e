"""Fovea, axial length, grades and the form: kept in record and project.json, checked, noted in the trail."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from unet_desktop.errors import ProjectError
from unet_desktop.json_data import DataError
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.project.case import CaseState
from unet_desktop.project.form import GLAUCOMA, NO_FORM, TEMPLATES, Form, Item, ItemKind, key_of, template
from unet_desktop.project.project import Grading, Project
from unet_desktop.project.trail import read

NUMBER = Item("angle", "Angle", ItemKind.NUMBER, unit="°", lowest=0, highest=90)
TEXT = Item("remark", "Remark", ItemKind.TEXT)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    write_jpeg(tmp_path / "photo.jpg", np.zeros((20, 30, 3), np.uint8))
    project = Project.create(tmp_path / "project", DISC_AND_CUP)
    project.add_image(tmp_path / "photo.jpg")
    return project


def test_nothing_is_graded_at_first(project: Project) -> None:
    case = project.case("photo")
    assert (case.fovea, case.axial_length_mm, case.grades, project.form) == (None, None, {}, NO_FORM)
    assert "form" not in json.loads(project.layout.manifest.read_text())


def test_what_is_noted_is_read_again_and_taken_back(project: Project) -> None:
    project.grade("photo", fovea=(12.5, 7.25), axial_length_mm=24.1, grades={"notch": "none", "angle": 12.5})
    again = Project.open(project.root)
    case = again.case("photo")
    assert case == project.case("photo")
    assert (case.fovea, case.axial_length_mm, case.grades) == ((12.5, 7.25), 24.1, {"notch": "none", "angle": 12.5})
    again.grade("photo", fovea=None, grades={"notch": None})
    case = Project.open(project.root).case("photo")
    assert (case.fovea, case.axial_length_mm, case.grades) == (None, 24.1, {"angle": 12.5})


def test_the_trail_says_which_fields_and_not_what(project: Project) -> None:
    project.grade("photo", fovea=(1.0, 2.0), grades={"notch": "none"})
    project.grade("photo", fovea=(1.0, 2.0))  # as it is
    project.set_form(Form((TEMPLATES["notch"],)))
    last = [(entry.act, entry.case, entry.detail) for entry in read(project.layout).entries[-2:]]
    assert last == [("described", "photo", "fovea, grade notch"), ("described", "", "grading form: notch")]


def test_two_writers_keep_each_others_grades(project: Project) -> None:
    other = Project.open(project.root)
    project.grade("photo", grades={"notch": "none"}, fovea=(3.0, 4.0))
    other.grade("photo", grades={"remark": "seen"})
    case = Project.open(project.root).case("photo")
    assert (case.grades, case.fovea) == ({"notch": "none", "remark": "seen"}, (3.0, 4.0))


@pytest.mark.parametrize(
    "given",
    [{"fovea": (31.0, 2.0)}, {"fovea": (float("nan"), 2.0)}, {"axial_length_mm": 2.4}, {"axial_length_mm": 240}],
)
def test_values_that_cannot_be_are_refused(project: Project, given: Grading) -> None:
    with pytest.raises(ProjectError, match="must"):
        project.grade("photo", **given)
    assert project.case("photo").fovea is None


@pytest.mark.parametrize("field", [{"fovea": [1]}, {"fovea": "here"}, {"axial_length_mm": -1}, {"grades": {"a": []}}])
def test_a_record_with_nonsense_is_damaged(project: Project, field: dict[str, object]) -> None:
    record = project.layout.record("photo")
    record.write_text(json.dumps(json.loads(record.read_text()) | field))
    assert "cannot be read" in Project.open(project.root).case("photo").damage


def test_a_form_is_kept_with_fields_of_newer_programs(project: Project) -> None:
    project.set_form(Form((TEMPLATES["notch"], NUMBER, TEXT)))
    path = project.layout.manifest
    data = json.loads(path.read_text())
    data["form"][1]["colour"] = "red"
    path.write_text(json.dumps(data | {"future": 1}))
    again = Project.open(project.root)
    assert again.form == Form((TEMPLATES["notch"], NUMBER, TEXT))
    again.set_form(Form((NUMBER, TEXT)))
    again.set_scale(0.01)
    data = json.loads(path.read_text())
    assert (data["form"][0]["colour"], data["future"]) == ("red", 1)
    assert Project.open(project.root).form == Form((NUMBER, TEXT))
    again.set_form(NO_FORM)
    assert "form" not in json.loads(path.read_text())


def test_grades_are_checked() -> None:
    form = Form((TEMPLATES["notch"], NUMBER, TEXT))
    assert form.check({"notch": "both", "angle": 90, "remark": ""}) == {"notch": "both", "angle": 90, "remark": ""}
    for wrong in ({"notch": "left"}, {"angle": 91}, {"angle": "1"}, {"angle": True}, {"remark": 1}, {"other": 1}):
        with pytest.raises(DataError):
            form.check(wrong)
    assert form.grade(NUMBER, {"angle": 91}) is None  # given before the limits were narrowed


def test_required_items_are_missing_until_given() -> None:
    form = template(GLAUCOMA)
    assert form is not None
    assert [item.key for item in form.missing({})] == ["image_quality", "glaucoma_suspect"]
    assert not form.missing({"image_quality": "good", "glaucoma_suspect": "no"})


def test_people_may_leave_out_what_follows() -> None:
    form = Form.from_json(
        [{"question": " Cup depth (µm) ", "choices": ["flat", "deep"]}, {"question": "x", "kind": "text"}]
    )
    assert [(item.key, item.kind) for item in form.items] == [("cup_depth_µm", "choice"), ("x", "text")]
    assert Form.from_json(form.to_json()) == form
    assert key_of("x", ["x", "x_2"]) == "x_3"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        ({}, "a list"),
        ([{"key": "a"}], "question"),
        ([{"question": "a", "choices": ["one"]}], "2 to"),
        ([{"question": "a", "choices": ["one", "one"]}], "differ"),
        ([{"question": "a", "kind": "text"}, {"question": "A", "kind": "text"}], "another item"),
        ([{"question": "a", "key": "a b", "kind": "text"}], "letters"),
        ([{"question": "a", "kind": "number", "lowest": 2, "highest": 1}], "above"),
        ([{"question": "a", "kind": "colour"}], "unknown value"),
        ([{"question": "a\nb", "kind": "text"}], "one line"),
    ],
)
def test_what_is_no_form_is_one_sentence(data: object, what: str) -> None:
    with pytest.raises(DataError, match=what):
        Form.from_json(data)


def test_a_case_without_its_required_grades_is_not_approved(project: Project) -> None:
    project.save_mask("photo", np.ones((20, 30), np.uint8))
    project.set_form(Form((TEMPLATES["image_quality"], TEMPLATES["notch"])))
    with pytest.raises(ProjectError, match=r"lacks required grades: Image quality\."):
        project.mark("photo", approved=True)
    project.grade("photo", grades={"image_quality": "good"})
    assert project.mark("photo", approved=True).state is CaseState.APPROVED
    project.set_form(Form((TEMPLATES["glaucoma_suspect"],)))
    assert project.mark("photo", flagged=True).state is CaseState.APPROVED  # it was approved by the form of then
