"""How much proposals had to be changed: noted once a case, kept when predictions are replaced."""

from __future__ import annotations

import json
import os
import struct
from dataclasses import replace

import numpy as np
import pytest
from checkpoint_headers import HEADER

from unet_desktop.project.corrections import read_corrections, record_corrections
from unet_desktop.project.project import Project


@pytest.fixture
def predicted(project, write_picture, tmp_path, disc_mask) -> Project:
    """Three cases with the same proposal of the model f00d."""
    for seed, name in enumerate("abc", 1):
        project.add_image(write_picture(tmp_path / f"{name}.png", seed))
        project.save_prediction(name, disc_mask, model="f00d", confidence=0.9)
    return project


def correct(project, case_id, mask, *, seconds=60):
    """Save a human mask that is so much younger than the prediction."""
    project.save_mask(case_id, mask)
    path = project.layout.mask(case_id)
    written = path.stat().st_mtime + seconds
    os.utime(path, (written, written))


def note(project):
    return record_corrections(project.layout, project.labels, project.cases())


def test_dice_of_each_region_between_proposal_and_human_mask(predicted, disc_mask):
    assert not note(predicted)
    changed = disc_mask.copy()
    changed[30:50, 40:50] = 1  # half of the cup
    correct(predicted, "b", changed)
    correct(predicted, "a", disc_mask, seconds=120)
    assert note(predicted)
    first, second = read_corrections(predicted.layout)
    assert (first.case, first.model, second.case) == ("b", "f00d", "a")
    assert first.figures["dice/optic disc"] == 1.0
    assert first.figures["dice/optic cup"] == pytest.approx(2 * 200 / (400 + 200))
    assert second.figures["dice"] == 1.0
    assert not note(predicted)
    assert len(predicted.layout.corrections.read_text().splitlines()) == 2


def test_the_first_proposal_counts_and_its_figures_follow_the_mask(predicted, disc_mask):
    correct(predicted, "a", disc_mask)
    note(predicted)
    (before,) = read_corrections(predicted.layout)
    correct(predicted, "a", np.where(disc_mask == 2, 1, disc_mask).astype(np.uint8), seconds=600)
    assert note(predicted)
    (after,) = read_corrections(predicted.layout)
    assert after.figures["dice/optic cup"] == 0.0
    assert after.when == before.when
    predicted.save_prediction("a", disc_mask, model="beef", confidence=0.9)
    correct(predicted, "a", disc_mask, seconds=900)
    assert not note(predicted)
    assert read_corrections(predicted.layout) == [after]


def test_what_was_undone_is_taken_back(predicted, disc_mask):
    correct(predicted, "a", disc_mask)
    correct(predicted, "b", disc_mask)
    assert note(predicted)
    predicted.delete_mask("a")
    assert note(predicted)
    assert [row.case for row in read_corrections(predicted.layout)] == ["b"]
    assert not note(predicted)
    correct(predicted, "a", disc_mask)
    assert note(predicted)
    assert sorted(row.case for row in read_corrections(predicted.layout)) == ["a", "b"]


def test_a_rejected_proposal_counts_too(predicted, disc_mask):
    predicted.discard_prediction("a")
    assert predicted.load_prediction("a") is None
    drawn = np.where(disc_mask == 2, 1, disc_mask).astype(np.uint8)
    correct(predicted, "a", drawn)
    assert note(predicted)
    (noted,) = read_corrections(predicted.layout)
    assert (noted.model, noted.figures["dice/optic cup"]) == ("f00d", 0.0)
    assert [case.id for case in Project.open(predicted.root).cases()] == ["a", "b", "c"]


def test_a_prediction_made_to_compare_is_no_proposal(predicted, disc_mask):
    correct(predicted, "a", disc_mask, seconds=600)  # another computer's clock is ahead
    predicted.save_prediction("a", 0 * disc_mask, model="beef", confidence=0.9)
    assert not note(predicted)


def test_no_clock_says_which_mask_came_first(predicted, disc_mask):
    correct(predicted, "b", disc_mask, seconds=-600)
    assert note(predicted)
    correct(predicted, "a", disc_mask, seconds=-900)  # the clock was put back meanwhile
    assert note(predicted)
    assert [row.case for row in read_corrections(predicted.layout)] == ["b", "a"]


def test_a_record_of_an_older_program_still_tells_by_the_time(predicted, disc_mask):
    for case_id in "ab":
        record = predicted.layout.prediction_record(case_id)
        record.write_text(
            json.dumps({name: value for name, value in json.loads(record.read_text()).items() if "human" not in name})
        )
    correct(predicted, "a", disc_mask, seconds=-60)
    correct(predicted, "b", disc_mask)
    assert note(predicted)
    assert [row.case for row in read_corrections(predicted.layout)] == ["b"]


def test_a_model_that_learned_from_the_case_is_told_apart(predicted, disc_mask):
    header = replace(HEADER, weights_sha256="f00d", data={"train_cases": ["a"]})
    text = json.dumps({"__metadata__": header.to_metadata()}).encode()
    predicted.layout.model("model-001").write_bytes(struct.pack("<Q", len(text)) + text)
    for case_id in "ab":
        correct(predicted, case_id, disc_mask)
    note(predicted)
    assert [(row.case, row.seen) for row in read_corrections(predicted.layout)] == [("a", True), ("b", False)]


def test_torn_and_foreign_lines_are_passed_over_and_what_is_missing_is_worked_out_again(predicted, disc_mask):
    for case_id in "ab":
        correct(predicted, case_id, disc_mask)
    note(predicted)
    path = predicted.layout.corrections
    whole = path.read_bytes()
    path.write_bytes(
        b'[1]\n{"case": 3}\n{"case": "x", "model": "", "when": "", "figures": {"dice": 7}}\n' + whole[:-20]
    )
    assert [row.case for row in read_corrections(predicted.layout)] == ["a"]
    assert note(predicted)
    assert [row.case for row in read_corrections(predicted.layout)] == ["a", "b"]
    path.unlink()
    assert note(predicted)
    assert [row.case for row in read_corrections(predicted.layout)] == ["a", "b"]


def test_a_damaged_mask_is_no_correction(predicted, disc_mask):
    correct(predicted, "a", disc_mask)
    predicted.layout.mask("a").write_bytes(b"no picture")
    os.utime(predicted.layout.mask("a"), (2**31, 2**31))
    assert not note(predicted)
