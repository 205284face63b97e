"""Damaged files of a project never keep it shut: what is wrong is named with its field, and the rest opens."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from unet_desktop.errors import ProjectError
from unet_desktop.project.corrections import read_corrections
from unet_desktop.project.project import Project
from unet_desktop.tasks.runs import list_runs

RECORDS = Path(__file__).parent.parent / "data" / "records"


@pytest.fixture
def two(project, write_picture, tmp_path):
    """A project with the cases m0 and m6, both with a mask and a prediction."""
    for seed, name in enumerate(("m0", "m6")):
        case = project.add_image(write_picture(tmp_path / f"{name}.png", seed))
        mask = project.load_mask(case.id)
        assert mask is None
    return project


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"height": 10**400}, "height"),
        ({"width": 10**20}, "width"),
        ({"height": True}, "height"),
        ({"height": 50_000, "width": 50_000}, "larger than any"),
        ({"vcdr": 10**400}, "vcdr"),
        ({"vcdr": -1}, "vcdr"),
        ({"vcdr": "0.5"}, "vcdr"),
        ({"notes": [["x"]]}, "notes"),
        ({"changed_by": "\ud800"}, "changed_by"),
        ({"patient": "\udcff"}, "patient"),
        ({"image": "a\0b"}, "image"),
        ({"image": True}, "image"),
        ({"flagged": "no"}, "flagged"),
        ({"state": "done"}, "state"),
        ({"eye": 7}, "eye"),
    ],
)
def test_a_damaged_record_is_named_and_the_others_open(two, change, field):
    path = two.layout.record("m6")
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    opened = Project.open(two.root)
    assert not opened.case("m0").damage
    damage = opened.case("m6").damage
    assert str(path) in damage
    assert field in damage
    with pytest.raises(ProjectError):
        opened.load_mask("m6")


@pytest.mark.parametrize("content", [b"", b"[" * 100_000, b"\xff\xfe", b"null", b'{"id": NaN}', b" " * (17 << 20)])
def test_a_record_of_anything_is_named_and_the_others_open(two, content):
    two.layout.record("m6").write_bytes(content)
    opened = Project.open(two.root)
    assert str(two.layout.record("m6")) in opened.case("m6").damage
    assert not opened.case("m0").damage


def test_what_a_record_may_not_say_is_passed_over(two):
    path = two.layout.record("m0")
    extra = {"damage": "it is not", "confidence": 0.9, "predicted_vcdr": 0.5, "unfamiliar": "camera"}
    path.write_text(json.dumps(json.loads(path.read_text()) | extra))
    case = Project.open(two.root).case("m0")
    assert (case.damage, case.confidence, case.predicted_vcdr, case.unfamiliar) == ("", None, None, "")


@pytest.mark.parametrize("name", ["m0.json", "m2.json", "m6.json", "corrections.jsonl", "model-001.json"])
def test_records_that_gave_a_traceback(two, name, disc_mask):
    two.save_prediction("m6", disc_mask, model="a", confidence=0.5)
    layout = two.layout
    layout.run("model-001").write_text("stage,epoch,train_loss,learning_rate,seconds\nsegment,1,0.5,0.001,3\n")
    for target in {
        "m0.json": [layout.record("m0")],
        "m2.json": [layout.record("m0")],
        "m6.json": [layout.prediction_record("m6"), layout.record("m6")],
        "corrections.jsonl": [layout.corrections],
        "model-001.json": [layout.run_record("model-001")],
    }[name]:
        shutil.copyfile(RECORDS / name, target)
    opened = Project.open(two.root)
    damaged = {case.id for case in opened.cases() if case.damage}
    assert damaged == {"m0.json": {"m0"}, "m2.json": {"m0"}, "m6.json": {"m6"}}.get(name, set())
    assert read_corrections(opened.layout) == []
    (run,) = list_runs(opened.layout)
    if name == "model-001.json":
        assert (run.train, run.metrics["dice/optic disc"]) == (5, 0.7806766537619929)
        assert "bce" not in run.metrics
        assert run.cases == {}


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"case:a": "both"}', b'{"case:a": 1}', b"[" * 100_000])
def test_a_damaged_split_is_one_sentence(project, content):
    from unet_desktop.project.split import read_split

    project.layout.split.write_bytes(content)
    with pytest.raises(ProjectError, match=r"split\.json cannot be read"):
        read_split(project.layout.split)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"format": True}, "format"),
        ({"format": "1"}, "format"),
        ({"name": ["x"]}, "name"),
        ({"labels": {}}, "labels"),
        ({"labels": [{"value": 10**400, "name": "a", "colour": "#123456"}]}, "value"),
        ({"labels": [{"value": True, "name": "a", "colour": "#123456"}]}, "value"),
        ({"mm_per_pixel": 10**400}, "mm_per_pixel"),
        ({"mm_per_pixel": 0}, "mm_per_pixel"),
    ],
)
def test_a_damaged_manifest_is_one_sentence(project, change, field):
    path = project.layout.manifest
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ProjectError) as caught:
        Project.open(project.root)
    assert str(path) in str(caught.value)
    assert field in str(caught.value)
