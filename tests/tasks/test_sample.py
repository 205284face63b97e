from __future__ import annotations

import numpy as np
import pytest

from unet_desktop.errors import ProjectError
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.file import read_mask
from unet_desktop.project.case import CaseState
from unet_desktop.project.project import Project
from unet_desktop.tasks.events import ItemDone
from unet_desktop.tasks.sample import SamplePlan, make_sample_project

PLAN = SamplePlan(photographs=4, corrected=3, size=96)


def test_the_sample_is_called_synthetic_and_has_known_masks(tmp_path):
    root = tmp_path / "sample"
    events = list(make_sample_project(root, PLAN))
    assert events == [ItemDone(f"synthetic-{number:02d}", number, 4) for number in range(1, 5)]
    project = Project.open(root)
    assert "synthetic" in project.name
    assert [case.id for case in project.cases()] == [f"synthetic-{number:02d}" for number in range(1, 5)]
    assert [case.state for case in project.cases()] == [CaseState.CORRECTED] * 3 + [CaseState.NEW]
    assert set(np.unique(project.load_mask("synthetic-01"))) == {0, 1, 2}
    assert set(np.unique(read_mask(root / "true-masks" / "synthetic-04.png", DISC_AND_CUP, (96, 96)))) == {0, 1, 2}
    assert len(list((root / "true-masks").iterdir())) == 1


def test_the_same_seed_makes_the_same_masks(tmp_path):
    for name in ("a", "b"):
        list(make_sample_project(tmp_path / name, SamplePlan(2, 2, 96)))
    masks = [(tmp_path / name / "masks" / "synthetic-02.png").read_bytes() for name in ("a", "b")]
    assert masks[0] == masks[1]


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ProjectError, match="is not empty"):
        next(make_sample_project(tmp_path, PLAN))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_more_masks_than_photographs_are_refused(tmp_path):
    with pytest.raises(ProjectError, match="more masks than photographs"):
        next(make_sample_project(tmp_path / "a", SamplePlan(2, 3, 96)))
    assert not (tmp_path / "a").exists()


def test_stopping_keeps_a_project_that_opens(tmp_path):
    events = make_sample_project(tmp_path / "a", PLAN)
    next(events)
    events.close()
    assert len(Project.open(tmp_path / "a").cases()) == 1
