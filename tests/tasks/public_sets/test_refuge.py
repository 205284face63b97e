"""REFUGE as the challenge gives it and as it was repackaged: masks, parts, diagnosis, fovea."""

from __future__ import annotations

import json

import numpy as np
import pytest
from openpyxl import Workbook
from public_sets import eye_mask, photograph, problems, save

from unet_desktop.engine.events import Message
from unet_desktop.errors import ProjectError
from unet_desktop.images.laterality import Eye
from unet_desktop.project.project import Project
from unet_desktop.project.split import read_split
from unet_desktop.tasks.public_sets.picture import Option
from unet_desktop.tasks.public_sets.recognise import SetRequest, recognise
from unet_desktop.tasks.public_sets.run import import_set

ALL = frozenset({"train", "validation", "test"})


def as_published(mask):
    return np.array([255, 128, 0], np.uint8)[mask]


@pytest.fixture
def refuge(tmp_path):
    """The three archives of the challenge, unpacked side by side, in their nested folders."""
    root = tmp_path / "REFUGE"
    training, truth = root / "REFUGE-Training400/Training400", root / "Annotation-Training400/Annotation-Training400"
    for seed, (name, kind) in enumerate(
        {"g0001": "Glaucoma", "n0001": "Non-Glaucoma", "n0002": "Non-Glaucoma"}.items()
    ):
        photograph(training / kind / f"{name}.jpg", seed)
        save(truth / "Disc_Cup_Masks" / kind / f"{name}.bmp", as_published(eye_mask()))
    photograph(root / "REFUGE-Validation400/V0001.jpg", 5)
    save(root / "REFUGE-Validation400-GT/Disc_Cup_Masks/V0001.bmp", as_published(eye_mask()))
    photograph(root / "Test400/T0001.jpg", 6)
    save(root / "REFUGE-Test-GT/Disc_Cup_Masks/T0001.bmp", as_published(eye_mask()))
    book = Workbook()
    for row in (["ID", "ImgName", "Glaucoma Label", "Fovea_X", "Fovea_Y"], [1, "V0001.jpg", 1, 10.5, 30.25]):
        book.active.append(row)
    book.save(root / "REFUGE-Validation400-GT/Fovea_locations.xlsx")
    return root


def test_masks_split_diagnosis_and_fovea_come_as_published(refuge, tmp_path):
    events = list(import_set(SetRequest(refuge, tmp_path / "project", parts=ALL)))
    assert problems(events) == []
    project = Project.open(tmp_path / "project")
    cases = {case.id: case for case in project.cases()}
    assert sorted(cases) == ["T0001", "V0001", "g0001", "n0001", "n0002"]
    assert all(np.array_equal(project.load_mask(name), eye_mask()) for name in cases)
    assert read_split(project.layout.split) == {
        "case:T0001": "validation",
        "case:V0001": "validation",
        "case:g0001": "train",
        "case:n0001": "train",
        "case:n0002": "train",
    }
    assert cases["g0001"].grades == cases["V0001"].grades == {"published_diagnosis": "glaucoma"}
    assert cases["n0001"].grades == {"published_diagnosis": "normal"}
    assert cases["T0001"].grades == {}
    assert cases["V0001"].fovea == (10.5, 30.25)
    assert cases["g0001"].notes == "REFUGE, training part; diagnosis as published: glaucoma"
    assert cases["g0001"].eye is Eye.UNKNOWN
    assert project.form.find("published_diagnosis") is not None


def test_the_test_part_is_left_out_unless_asked_for(refuge, tmp_path):
    events = list(import_set(SetRequest(refuge, tmp_path / "project")))
    said = [event.text for event in events if isinstance(event, Message)]
    assert "1 photograph is left out: 1 of the test part." in said
    assert "T0001" not in {case.id for case in Project.open(tmp_path / "project").cases()}


def test_the_split_can_be_the_programs_own(refuge, tmp_path):
    list(import_set(SetRequest(refuge, tmp_path / "project", use_split=False)))
    assert not Project.open(tmp_path / "project").layout.split.exists()


def test_the_repackaged_layout(tmp_path):
    root = tmp_path / "archive"
    for part, name, seed in (("train", "g0001", 1), ("val", "V0001", 2)):
        for folder in ("Images", "Images_Cropped"):
            photograph(root / part / folder / f"{name}.jpg", seed + len(folder))
        for folder in ("Masks", "Masks_Cropped"):
            save(root / part / folder / f"{name}.png", eye_mask())
        index = {"0": {"ImgName": f"{name}.jpg", "Fovea_X": 12.0, "Fovea_Y": 20.0, "Label": 1}}
        (root / part / "index.json").write_text(json.dumps(index))
    assert problems(import_set(SetRequest(root, tmp_path / "project"))) == []
    project = Project.open(tmp_path / "project")
    assert [case.fovea for case in project.cases()] == [(12.0, 20.0)] * 2
    assert all(np.array_equal(project.load_mask(case.id), eye_mask()) for case in project.cases())


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.array([0, 128, 255], np.uint8)[eye_mask()], "holds the values 0, 128, 255"),  # turned round
        (np.array([0, 1, 3], np.uint8)[eye_mask()], "holds the values 0, 1, 3"),
        (np.zeros((30, 40), np.uint8), "40 x 30 pixels, but its photograph has 80 x 60"),
    ],
)
def test_masks_of_another_kind_are_refused_by_what_is_in_them(refuge, tmp_path, values, said):
    save(refuge / "Annotation-Training400/Annotation-Training400/Disc_Cup_Masks/Glaucoma/g0001.bmp", values)
    (problem,) = problems(import_set(SetRequest(refuge, tmp_path / "project")))
    assert "g0001.bmp" in problem
    assert said in problem
    assert len(Project.open(tmp_path / "project").cases()) == 3


def test_a_damaged_table_is_said_and_does_not_stop_the_rest(refuge, tmp_path):
    table = refuge / "REFUGE-Validation400-GT/Fovea_locations.xlsx"
    table.write_bytes(table.read_bytes()[:500])
    (problem,) = problems(import_set(SetRequest(refuge, tmp_path / "project")))
    assert "Fovea_locations.xlsx was not read (it is damaged)" in problem
    assert len(Project.open(tmp_path / "project").cases()) == 4


def test_a_fovea_outside_the_picture_is_left_out(tmp_path):
    photograph(tmp_path / "set/train/Images/g0001.jpg", 1)
    save(tmp_path / "set/train/Masks/g0001.png", eye_mask())
    index = {"0": {"ImgName": "g0001.jpg", "Fovea_X": 900.0, "Fovea_Y": 20.0, "Label": "?"}}
    (tmp_path / "set/train/index.json").write_text(json.dumps(index))
    assert problems(import_set(SetRequest(tmp_path / "set", tmp_path / "project"))) == []
    assert Project.open(tmp_path / "project").case("g0001").fovea is None


def test_palm_is_not_taken_for_it(tmp_path):
    for seed, name in enumerate(("N0001", "P0001", "H0001")):
        photograph(tmp_path / "palm/images" / f"{name}.jpg", seed)
        save(tmp_path / "palm/masks" / f"{name}.png", eye_mask())
    with pytest.raises(ProjectError, match="is not laid out like any of the sets"):
        recognise(SetRequest(tmp_path / "palm", tmp_path / "project"))


@pytest.mark.parametrize(
    ("request_of", "said"),
    [
        (lambda root: SetRequest(root, root, "drishti"), "is not laid out like Drishti-GS1: looked for Images with GT"),
        (lambda root: SetRequest(root, root, "no such"), 'There is no set "no such". There are: drishti, '),
        (lambda root: SetRequest(root / "gone", root), "does not exist"),
        (lambda root: SetRequest(root, root, options={Option.EXPERT: "2"}), 'REFUGE has no expert "2"'),
    ],
)
def test_what_cannot_be_done_is_one_sentence(refuge, request_of, said):
    with pytest.raises(ProjectError) as error:
        recognise(request_of(refuge))
    assert said in str(error.value)


@pytest.mark.real_data
def test_eighteen_real_photographs(tmp_path, refuge_whole_field):
    found = recognise(SetRequest(refuge_whole_field, tmp_path / "project"))
    assert (found.set.name, len(found.chosen)) == ("refuge", 18)
    for picture in found.chosen[::6]:
        assert np.unique(picture.read().mask).tolist() == [0, 1, 2]
