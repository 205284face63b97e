"""unet-desktop grades: sets a form, lists grades, writes them as a table."""

from __future__ import annotations

import csv
import json

import pytest

from tests.tasks.export.conftest import ask, corrected, export, out  # noqa: F401 - fixtures
from unet_desktop.project.project import Project


@pytest.fixture
def graded(corrected) -> Project:  # noqa: F811
    form = [
        {"question": "Notch", "choices": ["none", "superior"], "required": True},
        {"question": "Depth", "kind": "number", "unit": "mm", "lowest": 0},
        {"question": "Remark", "kind": "text"},
    ]
    path = corrected.root.parent / "form.json"
    path.write_text(json.dumps(form))
    return corrected


def test_a_form_is_set_and_grades_are_listed(run, graded):
    code, said, _ = run("grades", graded.root)
    assert (code, "no grading form" in said) == (0, True)
    code, said, _ = run("grades", graded.root, "--form", graded.root.parent / "form.json")
    assert (code, said.strip()) == (0, "The form has 3 items now.")
    Project.open(graded.root).grade("a_OD", grades={"notch": "superior", "depth": 1.5})
    Project.open(graded.root).grade("b", grades={"remark": "=1+1 \x1b[31m"})
    _, said, _ = run("grades", graded.root)
    assert "a_OD: Notch: superior, Depth: 1.5\n" in said
    assert "a_OS: not graded\n" in said
    assert "missing: Notch" in said
    assert "\x1b" not in said


def test_the_table_has_a_column_for_each_item(run, graded, tmp_path):
    run("grades", graded.root, "--form", graded.root.parent / "form.json")
    project = Project.open(graded.root)
    project.grade("a_OD", grades={"notch": "superior", "depth": 2}, fovea=(70.25, 30.0), axial_length_mm=24.1)
    project.grade("b", grades={"remark": "=1+1", "old": "x"})
    table = tmp_path / "grades.csv"
    assert run("grades", graded.root, "--csv", table)[0] == 0
    rows = {row["case"]: row for row in csv.DictReader(table.read_text().splitlines())}
    first = rows["a_OD"]
    assert (first["grade_notch"], first["grade_depth"], first["grades_missing"]) == ("superior", "2.0", "")
    assert (first["fovea_x_px"], first["axial_length_mm"]) == ("70.25", "24.1")
    assert (rows["b"]["grades_missing"], rows["b"]["grades_other"]) == ("Notch", "old: x")
    assert not rows["b"]["grade_remark"].startswith("=")
    assert run("grades", graded.root, "--csv", table)[0] == 0  # its own file
    table.write_text("mine")
    code, _, problem = run("grades", graded.root, "--csv", table)
    assert (code, table.read_text(), "--replace" in problem) == (2, "mine", True)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "neither a file nor a template"),
        ("{}", "is no grading form: expected a list"),
        ('[{"question": "a", "choices": ["x"]}]', "item 1: a choice has 2 to 30 choices"),
        ("[", "is no grading form"),
    ],
)
def test_what_is_no_form_changes_nothing(run, graded, content, sentence):
    path = graded.root.parent / "odd.json"
    if content is not None:
        path.write_text(content)
    code, _, problem = run("grades", graded.root, "--form", path)
    assert code == 2
    assert sentence in " ".join(problem.split())
    assert not Project.open(graded.root).form


def test_a_template_is_set_by_its_name(run, graded):
    assert run("grades", graded.root, "--form", "glaucoma")[0] == 0
    assert [item.key for item in Project.open(graded.root).form.items][:2] == ["image_quality", "parapapillary_atrophy"]


def test_an_export_has_grades_and_fovea(run, graded, export, out):  # noqa: F811
    run("grades", graded.root, "--form", graded.root.parent / "form.json")
    Project.open(graded.root).grade("a_OD", grades={"notch": "none", "remark": "Doe?"}, fovea=(2.0, 30.0))
    export()
    row = next(
        row for row in csv.DictReader((out / "measurements.csv").read_text().splitlines()) if row["case"] == "a_OD"
    )
    assert (row["grade_notch"], row["grade_remark"], row["rim_quadrants_from"]) == ("none", "Doe?", "fovea")
    assert row["disc_size_source"] == "fovea distance (guess)"
    assert float(row["fovea_x_px"]) == 2.0
