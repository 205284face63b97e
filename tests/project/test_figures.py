"""A case knows its ratio and its prediction's confidence, so that lists need not open ten thousand files."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.errors import ProjectError
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE
from unet_desktop.masks.anatomy import tidy
from unet_desktop.masks.measure import cup_to_disc, vertical_ratio
from unet_desktop.project.case import Case, CaseState
from unet_desktop.project.project import Project


@pytest.fixture
def case(project, picture) -> Case:
    return project.add_image(picture)


@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19), st.sampled_from([1, 2])), max_size=30))
def test_the_ratio_is_that_of_the_largest_pieces(pixels):
    mask = np.zeros((20, 20), np.uint8)
    for row, column, value in pixels:
        mask[row, column] = value
    expected = cup_to_disc(tidy(mask, DISC_AND_CUP, fill=False), DISC_AND_CUP).vertical
    found = vertical_ratio(mask, DISC_AND_CUP)
    assert found == (None if np.isnan(expected) else pytest.approx(expected, abs=1e-4))


def test_strokes_have_no_ratio_but_a_mask_with_a_doubtful_corner_has(disc_mask):
    strokes = np.full_like(disc_mask, 255)
    strokes[30:34, 40:60], strokes[70:74] = 2, 0
    strokes[40:44, 35:65] = 1
    assert vertical_ratio(strokes, DISC_AND_CUP) is None
    disc_mask[:26, 60:] = 255  # hides a corner of the disc and of what is beside it
    assert vertical_ratio(disc_mask, DISC_AND_CUP) == 0.5


def test_labels_without_cup_and_disc_have_no_ratio(disc_mask):
    assert vertical_ratio(np.minimum(disc_mask, 1), ONE_STRUCTURE) is None


def test_saving_a_mask_notes_its_ratio(project, case, disc_mask):
    assert project.save_mask(case.id, disc_mask).vcdr == pytest.approx(0.5)
    assert Project.open(project.root).case(case.id).best_vcdr == pytest.approx(0.5)
    assert json.loads(project.layout.record(case.id).read_text())["vcdr"] == pytest.approx(0.5)
    assert project.save_mask(case.id, np.zeros_like(disc_mask)).vcdr is None
    project.save_mask(case.id, disc_mask)
    assert project.delete_mask(case.id).best_vcdr is None


def test_a_prediction_brings_confidence_and_ratio_and_takes_them_away(project, case, disc_mask):
    predicted = project.save_prediction(case.id, disc_mask, model="a", confidence=0.75)
    assert (predicted.confidence, predicted.best_vcdr) == (0.75, pytest.approx(0.5))
    assert Project.open(project.root).case(case.id) == predicted
    corrected = project.save_mask(case.id, np.minimum(disc_mask, 1))
    assert (corrected.incomplete, corrected.vcdr, corrected.best_vcdr) == (True, 0.0, None)
    assert corrected.predicted_vcdr == pytest.approx(0.5)
    kept = project.discard_prediction(case.id)
    assert (kept.confidence, kept.predicted_vcdr, kept.vcdr) == (None, None, 0.0)
    assert Project.open(project.root).case(case.id) == kept


def test_a_prediction_of_another_program_is_seen_on_the_next_opening(project, case, disc_mask):
    project.save_prediction(case.id, disc_mask, model="a", confidence=0.75)
    path = project.layout.prediction_record(case.id)
    path.write_text(json.dumps({"model": "b", "confidence": 0.25}))
    again = Project.open(project.root).case(case.id)
    assert (again.state, again.confidence, again.predicted_vcdr) == (CaseState.PREDICTED, 0.25, None)


def test_records_of_older_programs_have_no_figures_until_they_are_measured(project, case, disc_mask):
    project.save_mask(case.id, disc_mask)
    project.save_prediction(case.id, disc_mask, model="a", confidence=0.75)
    for path, old in (
        (project.layout.record(case.id), "vcdr"),
        (project.layout.prediction_record(case.id), "vcdr"),
    ):
        data = json.loads(path.read_text())
        del data[old]
        path.write_text(json.dumps(data))
    older = Project.open(project.root)
    assert (older.case(case.id).best_vcdr, older.case(case.id).predicted_vcdr) == (None, None)
    written = project.layout.record(case.id).read_bytes()
    assert [noted.best_vcdr for noted in older.note_ratios({case.id: 0.5, "gone": 0.1})] == [0.5]
    assert project.layout.record(case.id).read_bytes() == written
    assert older.case(case.id).best_vcdr == 0.5


def test_a_damaged_record_of_a_prediction_does_not_keep_the_project_closed(project, case, disc_mask):
    project.save_prediction(case.id, disc_mask, model="a", confidence=0.75)
    project.layout.prediction_record(case.id).write_text("{")
    again = Project.open(project.root)
    assert (again.case(case.id).state, again.case(case.id).confidence) == (CaseState.PREDICTED, None)
    with pytest.raises(ProjectError, match="cannot be read"):
        again.load_prediction(case.id)


@pytest.mark.parametrize("value", ["0.5", -0.1, True, [0.5], float("nan")])
def test_a_ratio_that_is_none_marks_its_case_alone(project, case, value):
    path = project.layout.record(case.id)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"vcdr": value}))
    assert "cannot be read" in Project.open(project.root).case(case.id).damage
