"""Drishti-GS1 as published: masks where 3 of 4 experts marked a pixel, at once or resumed after a stop."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as Pillow

from unet_desktop import files
from unet_desktop.errors import MaskError, ProjectError
from unet_desktop.labels import ONE_STRUCTURE
from unet_desktop.masks.measure import cup_to_disc
from unet_desktop.project.case import CaseState
from unet_desktop.project.project import Project
from unet_desktop.project.split import read_split
from unet_desktop.tasks.events import ItemDone
from unet_desktop.tasks.public_sets import run as task
from unet_desktop.tasks.public_sets.recognise import SetRequest
from unet_desktop.tasks.public_sets.run import import_set

LEVELS = (0, 64, 128, 191, 255)
"""Of the soft maps: marked by none to all four experts."""


def import_drishti(source, root, *, copy=True):
    """The events of the photographs; closing it stops the import."""
    events = import_set(SetRequest(source, root, "drishti", copy=copy))
    try:
        yield from (event for event in events if isinstance(event, ItemDone))
    finally:
        events.close()


def save_map(folder, name, kind, values):
    maps = folder / name / "SoftMap"
    maps.mkdir(parents=True, exist_ok=True)
    Pillow.fromarray(values).save(maps / f"{name}_{kind}segSoftmap.png")


def rings(size=96, shift=0):
    """Nested squares, a level each: 40, 36, 32, 28 and so on from the middle outward."""
    values = np.zeros((size, size), np.uint8)
    for step, level in enumerate(LEVELS[1:]):
        values[10 + 8 * step + shift : 86 - 8 * step, 10 + 8 * step : 86 - 8 * step] = level
    return values


@pytest.fixture
def add(tmp_path, write_picture):
    """Function that adds a photograph with its two soft maps to a part of the published layout."""

    def make(name, disc, cup, part="Training", seed=1, truth="GT"):
        write_picture(tmp_path / "drishti" / part / "Images" / "ALL" / f"{name}.png", seed)
        save_map(tmp_path / "drishti" / part / truth, name, "OD", disc)
        save_map(tmp_path / "drishti" / part / truth, name, "cup", cup)
        return tmp_path / "drishti"

    return make


@pytest.fixture
def source(add):
    add("drishtiGS_002", rings(), rings(shift=8), seed=2)
    return add("drishtiGS_004", rings(), rings(shift=8), seed=4)


def test_photographs_and_masks_become_a_project(source, tmp_path):
    events = list(import_drishti(source, tmp_path / "project"))
    assert [(event.name, event.done, event.total) for event in events] == [
        ("drishtiGS_002.png", 1, 2),
        ("drishtiGS_004.png", 2, 2),
    ]
    project = Project.open(tmp_path / "project")
    assert [case.state for case in project.cases()] == [CaseState.CORRECTED] * 2
    assert project.image_path("drishtiGS_002").parent == project.layout.images


def test_a_pixel_counts_from_three_of_four_experts_on(add, tmp_path):
    disc, cup = np.zeros((96, 96), np.uint8), np.zeros((96, 96), np.uint8)
    disc[40], cup[40] = 255, 0
    disc[40, :5], cup[40, 10:15] = LEVELS, LEVELS
    disc[50, :2], cup[40, 20:22] = (190, 192), (190, 191)
    list(import_drishti(add("a", disc, cup), tmp_path / "project"))
    mask = Project.open(tmp_path / "project").load_mask("a")
    assert mask[40, :5].tolist() == [0, 0, 0, 1, 1]
    assert mask[40, 10:15].tolist() == [1, 1, 1, 2, 2]
    assert mask[50, :2].tolist() == [0, 1]
    assert mask[40, 20:22].tolist() == [1, 2]


def test_the_cup_stays_within_the_disc(add, tmp_path):
    disc, cup = np.zeros((96, 96), np.uint8), np.full((96, 96), 255, np.uint8)
    disc[30:50, 30:50] = 255
    list(import_drishti(add("a", disc, cup), tmp_path / "project"))
    mask = Project.open(tmp_path / "project").load_mask("a")
    assert np.array_equal(mask == 2, disc == 255)
    assert set(np.unique(mask)) == {0, 2}


def test_photographs_may_stay_where_they_are(source, tmp_path):
    list(import_drishti(source, tmp_path / "project", copy=False))
    project = Project.open(tmp_path / "project")
    assert list(project.layout.images.iterdir()) == []
    assert project.image_path("drishtiGS_002") == source / "Training/Images/ALL/drishtiGS_002.png"


def test_soft_maps_of_another_size_keep_the_photograph_out(add, source, tmp_path):
    add("drishtiGS_003", rings(), rings(90), seed=3)
    events = list(import_drishti(source, tmp_path / "project"))
    assert [event.name for event in events if event.problem] == ["drishtiGS_003.png"]
    assert "90 x 90 pixels, but its photograph has 96 x 96" in events[1].problem
    assert len(Project.open(tmp_path / "project").cases()) == 2


def test_a_damaged_soft_map_does_not_stop_the_rest(source, tmp_path):
    maps = source / "Training" / "GT" / "drishtiGS_002" / "SoftMap"
    (maps / "drishtiGS_002_cupsegSoftmap.png").write_bytes(b"torn")
    events = list(import_drishti(source, tmp_path / "project"))
    assert "drishtiGS_002_cupsegSoftmap.png" in events[0].problem
    assert [case.id for case in Project.open(tmp_path / "project").cases()] == ["drishtiGS_004"]


def test_a_photograph_that_vanishes_meanwhile_does_not_stop_the_rest(source, tmp_path):
    events = import_drishti(source, tmp_path / "project")
    next(events)
    (source / "Training" / "Images" / "ALL" / "drishtiGS_004.png").unlink()
    (last,) = events
    assert "drishtiGS_004.png" in last.problem


def test_photographs_without_soft_maps_are_passed_over(source, write_picture, tmp_path):
    write_picture(source / "Training" / "Images" / "ALL" / "drishtiGS_099.png", 9)
    assert len(list(import_drishti(source, tmp_path / "project"))) == 2


def test_test_photographs_come_only_when_asked_for(add, source, tmp_path):
    add("drishtiGS_001", rings(), rings(), part="Test", seed=7, truth="Test_GT")
    list(import_drishti(source, tmp_path / "training"))
    list(import_drishti(source / "Test", tmp_path / "test"))
    both = import_set(SetRequest(source, tmp_path / "both", parts=frozenset({"train", "test"})))
    assert len(Project.open(tmp_path / "training").cases()) == 2
    assert [case.id for case in Project.open(tmp_path / "test").cases()] == ["drishtiGS_001"]
    assert not any(isinstance(event, ItemDone) and event.problem for event in both)
    project = Project.open(tmp_path / "both")
    assert read_split(project.layout.split) == {
        "case:drishtiGS_001": "validation",
        "case:drishtiGS_002": "train",
        "case:drishtiGS_004": "train",
    }


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pictures", "is not laid out like Drishti-GS1"),
        ("drishti/Training/GT", "is not laid out like Drishti-GS1"),
        ("gone", "does not exist"),
    ],
)
def test_another_layout_is_one_sentence_and_makes_nothing(source, picture, tmp_path, name, said):
    with pytest.raises(ProjectError, match=said):
        next(import_drishti(tmp_path / name, tmp_path / "project"))
    assert not (tmp_path / "project").exists()


def test_a_folder_with_other_things_is_left_alone(source):
    before = sorted(source.rglob("*"))
    with pytest.raises(ProjectError, match="is not empty"):
        next(import_drishti(source, source / "Training"))
    assert sorted(source.rglob("*")) == before


def test_a_project_of_other_labels_is_refused(source, tmp_path):
    Project.create(tmp_path / "other", ONE_STRUCTURE)
    with pytest.raises(ProjectError, match="different labels"):
        next(import_drishti(source, tmp_path / "other"))
    assert Project.open(tmp_path / "other").cases() == []


def test_a_stopped_import_goes_on_where_it_was(source, tmp_path):
    events = import_drishti(source, tmp_path / "project")
    next(events)
    events.close()
    assert not any(event.problem for event in import_drishti(source, tmp_path / "project"))
    assert [case.id for case in Project.open(tmp_path / "project").cases()] == ["drishtiGS_002", "drishtiGS_004"]


def test_a_photograph_that_was_left_without_its_mask_gets_it(source, tmp_path, monkeypatch):
    def refused(*_arguments, **_named):
        raise MaskError("not now")

    with monkeypatch.context() as patched:
        patched.setattr(task.Project, "save_mask", refused)
        assert all(event.problem for event in import_drishti(source, tmp_path / "project"))
    list(import_drishti(source, tmp_path / "project"))
    project = Project.open(tmp_path / "project")
    assert [case.state for case in project.cases()] == [CaseState.CORRECTED] * 2


def test_corrections_made_since_are_not_undone(source, tmp_path, disc_mask):
    list(import_drishti(source, tmp_path / "project"))
    Project.open(tmp_path / "project").save_mask("drishtiGS_002", disc_mask)
    list(import_drishti(source, tmp_path / "project"))
    assert np.array_equal(Project.open(tmp_path / "project").load_mask("drishtiGS_002"), disc_mask)


@pytest.mark.real_data
def test_the_fifty_published_photographs(drishti, tmp_path):
    events = list(import_drishti(drishti, tmp_path / "project", copy=False))
    assert [event.problem for event in events] == [""] * 50
    project = Project.open(tmp_path / "project")
    assert len(project.cases()) == 50
    assert {case.state for case in project.cases()} == {CaseState.CORRECTED}
    assert len(project.cases_by_hash()) == 50
    for case in project.cases():
        ratios = cup_to_disc(project.load_mask(case.id), project.labels)
        assert 0 < ratios.area < ratios.vertical < 1
        assert files.sha256(project.image_path(case.id)) == case.sha256
