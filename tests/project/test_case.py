from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.errors import ProjectError
from unet_desktop.images.laterality import Eye, guess_eye_from_name
from unet_desktop.project.case import Case, CaseState

CASE = Case("photo", "images/photo.png", "00ff", 96, 128)
SOURCE = Path("cases/photo.json")
CASES = st.builds(
    Case,
    id=st.text("abcXYZ-_09", min_size=1),
    image=st.text(),
    sha256=st.text("0123456789abcdef"),
    height=st.integers(1, 10_000),
    width=st.integers(1, 10_000),
    state=st.sampled_from(CaseState),
    flagged=st.booleans(),
    patient=st.text(),
    eye=st.sampled_from(Eye),
    notes=st.text(),
    changed_by=st.text(),
    changed_at=st.text(),
    model=st.text(),
    no_cup=st.booleans(),
)


@pytest.mark.parametrize(
    ("name", "eye"),
    [
        ("patient7_OD.jpg", Eye.RIGHT),
        ("patient7-os.png", Eye.LEFT),
        ("12 right.tif", Eye.RIGHT),
        ("Left_eye_03.jpg", Eye.LEFT),
        ("RE_004.jpg", Eye.RIGHT),
        ("004LE.jpg", Eye.LEFT),
        ("12OD3.jpg", Eye.RIGHT),
        ("photo.jpg", Eye.UNKNOWN),
        ("model.jpg", Eye.UNKNOWN),
        ("os_od.jpg", Eye.UNKNOWN),
        ("bright.jpg", Eye.UNKNOWN),
        ("cleft.png", Eye.UNKNOWN),
        ("", Eye.UNKNOWN),
        ("photo.od", Eye.UNKNOWN),
    ],
)
def test_the_eye_that_a_file_name_states(name, eye):
    assert guess_eye_from_name(name) is eye


@given(st.text())
def test_any_file_name_gives_an_eye(name):
    assert guess_eye_from_name(name) in Eye


@given(CASES)
def test_a_record_comes_back(case):
    assert Case.from_json(json.loads(json.dumps(case.to_json())), SOURCE) == case


def test_fields_of_newer_programs_are_passed_over_and_missing_ones_have_defaults():
    assert Case.from_json(CASE.to_json() | {"diagnosis": "x"}, SOURCE) == CASE
    data = {
        name: value for name, value in CASE.to_json().items() if name in {"id", "image", "sha256", "height", "width"}
    }
    assert Case.from_json(data, SOURCE) == CASE


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "text",
        {},
        {"id": "photo"},
        *(
            CASE.to_json() | changes
            for changes in (
                {"state": "finished"},
                {"eye": "third"},
                {"height": 0},
                {"height": "96"},
                {"width": -1},
                {"width": 1.5},
                {"width": True},
                {"id": ""},
                {"id": "../outside"},
                {"id": ".."},
                {"id": 3},
                {"notes": None},
                {"patient": 7},
                {"flagged": "no"},
                {"flagged": 2},
                {"no_cup": "yes"},
            )
        ),
    ],
)
def test_damaged_records_are_one_sentence(data):
    with pytest.raises(ProjectError, match=re.escape(str(SOURCE))):
        Case.from_json(data, SOURCE)


@pytest.mark.parametrize("state", [CaseState.CORRECTED, CaseState.APPROVED])
def test_a_disc_without_a_cup_is_incomplete_unless_it_was_said_that_there_is_none(state):
    case = replace(CASE, state=state, vcdr=0.0)
    assert case.incomplete
    assert case.best_vcdr is None
    said = replace(case, no_cup=True)
    assert not said.incomplete
    assert said.lacks_cup
    assert said.best_vcdr == 0


@pytest.mark.parametrize(
    "case", [CASE, replace(CASE, state=CaseState.CORRECTED), replace(CASE, state=CaseState.APPROVED, vcdr=0.4)]
)
def test_other_cases_are_not_incomplete(case):
    assert not case.incomplete


def test_cases_of_one_patient_stay_together():
    first, second = replace(CASE, id="a", patient="7"), replace(CASE, id="b", patient="7")
    assert first.group == second.group
    assert replace(CASE, id="a").group != replace(CASE, id="b").group
    assert replace(CASE, id="7").group != first.group


def test_pictures_are_found_in_the_project_or_where_they_are(tmp_path):
    assert CASE.image_path(tmp_path) == tmp_path / "images" / "photo.png"
    outside = tmp_path.parent / "else" / "a.png"
    assert replace(CASE, image=outside.as_posix()).image_path(tmp_path) == outside
