"""A prediction carries how far it may be trusted; records of older programs, which do not, stay readable."""

from __future__ import annotations

import json

import numpy as np
import pytest

from unet_desktop.errors import MaskError, ProjectError
from unet_desktop.masks.trust import Trust, UncertaintyMap, Unfamiliar
from unet_desktop.project.case import Case
from unet_desktop.project.project import Project

PLANE = np.arange(12, dtype=np.uint8).reshape(3, 4) * 20
TRUST = Trust(
    {"optic disc": 0.97, "optic cup": 0.9}, (0.45, 0.6), Unfamiliar.BOTH, UncertaintyMap(PLANE, -2.5, 1.0, 8.0, 6.0)
)


@pytest.fixture
def case(project, picture) -> Case:
    return project.add_image(picture)


def test_trust_comes_back_as_it_was_kept(project, case, disc_mask):
    predicted = project.save_prediction(case.id, disc_mask, model="a", confidence=0.75, trust=TRUST)
    assert predicted.unfamiliar
    found = Project.open(project.root).load_prediction(case.id).trust
    assert (found.expected_dice, found.vcdr, found.unfamiliar) == (TRUST.expected_dice, TRUST.vcdr, Unfamiliar.BOTH)
    seen = found.uncertainty
    assert np.array_equal(seen.plane, PLANE)
    assert (seen.left, seen.top, seen.width, seen.height) == (-2.5, 1.0, 8.0, 6.0)
    assert Project.open(project.root).case(case.id) == predicted


def test_an_older_record_trusts_nothing(project, case, disc_mask):
    project.save_prediction(case.id, disc_mask, model="a", confidence=0.75, trust=TRUST)
    path = project.layout.prediction_record(case.id)
    path.write_text(json.dumps({"model": "a", "confidence": 0.5, "created": "", "vcdr": 0.5}))
    again = Project.open(project.root)
    assert not again.case(case.id).unfamiliar
    prediction = again.load_prediction(case.id)
    assert prediction.confidence == 0.5
    trust = prediction.trust
    assert (trust.expected_dice, trust.vcdr, trust.unfamiliar, trust.uncertainty) == ({}, None, Unfamiliar.NO, None)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"unfamiliar": True}, Unfamiliar.UNSPECIFIED),
        ({"unfamiliar": True, "unfamiliar_kind": "camera"}, Unfamiliar.CAMERA),
        ({"unfamiliar": True, "unfamiliar_kind": "of a later program"}, Unfamiliar.UNSPECIFIED),
        ({"unfamiliar": False, "unfamiliar_kind": "camera"}, Unfamiliar.NO),
    ],
)
def test_how_an_image_is_unfamiliar_is_read_from_records_of_any_program(project, case, disc_mask, written, read):
    project.save_prediction(case.id, disc_mask, model="a", confidence=0.75, trust=TRUST)
    path = project.layout.prediction_record(case.id)
    path.write_text(json.dumps({"model": "a", "confidence": 0.5} | written))
    again = Project.open(project.root)
    assert again.load_prediction(case.id).trust.unfamiliar is read
    assert again.case(case.id).unfamiliar is read


def test_a_record_says_yes_or_no_for_programs_that_know_no_kinds(project, case, disc_mask):
    project.save_prediction(case.id, disc_mask, model="a", confidence=0.75, trust=TRUST)
    record = json.loads(project.layout.prediction_record(case.id).read_text())
    assert (record["unfamiliar"], record["unfamiliar_kind"]) == (True, "camera and framing")


def test_another_prediction_and_a_rejection_leave_no_map(project, case, disc_mask):
    path = project.layout.uncertainty_map(case.id)
    project.save_prediction(case.id, disc_mask, model="a", confidence=0.75, trust=TRUST)
    assert path.exists()
    project.save_prediction(case.id, disc_mask, model="b", confidence=0.75)
    assert not path.exists()
    project.save_prediction(case.id, disc_mask, model="a", confidence=0.75, trust=TRUST)
    assert not project.discard_prediction(case.id).unfamiliar
    assert not path.exists()


@pytest.mark.parametrize("content", [None, b"", b"\x89PNG no"])
def test_a_case_opens_without_its_map(project, case, disc_mask, content):
    project.save_prediction(case.id, disc_mask, model="a", confidence=0.75, trust=TRUST)
    path = project.layout.uncertainty_map(case.id)
    path.unlink() if content is None else path.write_bytes(content)
    found = project.load_prediction(case.id)
    assert found.trust.uncertainty is None
    assert found.trust.unfamiliar


@pytest.mark.parametrize(
    "wrong",
    [
        {"likely_vcdr": [0.1]},
        {"likely_vcdr": "wide"},
        {"expected_dice": [1]},
        {"expected_dice": {"optic disc": None}},
        {"unfamiliar": "yes"},
        {"unfamiliar": True, "unfamiliar_kind": 3},
        {"uncertainty_place": [0, 0, 1]},
        {"confidence": float("nan")},
    ],
)
def test_a_record_that_nobody_understands_is_one_sentence(project, case, disc_mask, wrong):
    project.save_prediction(case.id, disc_mask, model="a", confidence=0.75, trust=TRUST)
    path = project.layout.prediction_record(case.id)
    path.write_text(json.dumps(json.loads(path.read_text()) | wrong))
    with pytest.raises(ProjectError, match="cannot be read"):
        project.load_prediction(case.id)


def test_a_kill_between_a_mask_and_its_record_is_seen(project, case, disc_mask):
    project.save_prediction(case.id, disc_mask, model="a", confidence=0.75)
    record = project.layout.prediction_record(case.id).read_bytes()
    project.save_prediction(case.id, np.minimum(disc_mask, 1), model="b", confidence=0.5)
    project.layout.prediction_record(case.id).write_bytes(record)  # as if the second one had not been written
    with pytest.raises(MaskError, match="not the one that its record describes"):
        project.load_prediction(case.id)


def test_records_of_older_programs_name_no_mask(project, case, disc_mask):
    project.save_prediction(case.id, disc_mask, model="a", confidence=0.75)
    path = project.layout.prediction_record(case.id)
    data = json.loads(path.read_text())
    del data["mask_sha256"]
    path.write_text(json.dumps(data))
    assert np.array_equal(project.load_prediction(case.id).mask, disc_mask)
