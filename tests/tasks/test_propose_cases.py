"""First proposals: saved as such, and never taken for a model's."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from fundus import fundus

from unet_desktop.__main__ import main
from unet_desktop.errors import MaskError, ProjectError
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.masks.shapes.ellipse import Ellipse
from unet_desktop.project.case import CaseState
from unet_desktop.project.corrections import read_corrections, record_corrections
from unet_desktop.project.predictions import FIRST_PROPOSAL, is_from_model
from unet_desktop.project.project import Project
from unet_desktop.tasks.evaluation.reader import bias_remarks, predictions
from unet_desktop.tasks.propose_cases import NOTHING_FOUND, propose_cases
from unet_desktop.tasks.train import make_samples


@pytest.fixture
def eyes(tmp_path: Path) -> Project:
    """A project with an eye, its macula, and a case that a model predicted."""
    project = Project.create(tmp_path / "eyes", DISC_AND_CUP, "Eyes")
    disc = Ellipse(150, 230, 30, 34, 0.2)
    for name, picture in (("eye", fundus(disc)), ("macula", fundus(None)), ("other", fundus(disc))):
        write_jpeg(tmp_path / f"{name}.jpg", picture)
        project.add_image(tmp_path / f"{name}.jpg")
    mask = np.zeros((480, 512), np.uint8)
    mask[200:260, 120:180] = 1
    project.save_prediction("other", mask, model="f00d", confidence=0.9)
    return project


def test_it_is_saved_without_a_confidence_and_nothing_for_a_macula(eyes: Project) -> None:
    done = list(propose_cases(eyes.root, ["eye", "macula"]))
    assert [(item.name, item.note, item.problem) for item in done] == [("eye", "", ""), ("macula", NOTHING_FOUND, "")]
    project = Project.open(eyes.root)
    case, stored = project.case("eye"), project.load_prediction("eye")
    assert stored is not None
    assert stored.model == FIRST_PROPOSAL
    assert (case.state, case.confidence, case.has_first_proposal) == (CaseState.PREDICTED, None, True)
    assert case.predicted_vcdr == pytest.approx(0.6, abs=0.15)
    assert project.case("macula").state is CaseState.NEW


def test_it_counts_nowhere_as_a_models(eyes: Project) -> None:
    list(propose_cases(eyes.root, ["eye"]))
    project = Project.open(eyes.root)
    assert [mask.name for mask in predictions(project).masks] == ["other"]
    assert {case.id for case in project.cases() if is_from_model(project.layout, case)} == {"other"}
    proposed = project.load_prediction("eye")
    assert proposed is not None
    project.save_mask("eye", proposed.mask, model=FIRST_PROPOSAL)
    later = project.layout.mask("eye").stat().st_mtime + 60
    os.utime(project.layout.mask("eye"), (later, later))
    cases = project.cases()
    assert not record_corrections(project.layout, project.labels, cases)
    assert read_corrections(project.layout) == []
    assert not any("accepted prediction" in remark for remark in bias_remarks(project, cases))
    (sample,) = make_samples(project, [project.case("eye")])
    assert sample.prediction is None
    (sample,) = make_samples(project, [project.case("other")])
    assert sample.prediction == project.layout.prediction("other")


def test_with_first_proposals_alone_there_are_no_predictions_to_compare(eyes: Project) -> None:
    list(propose_cases(eyes.root, ["eye"]))
    project = Project.open(eyes.root)
    project.discard_prediction("other")
    with pytest.raises(MaskError, match="has no predictions"):
        predictions(project)


def test_a_project_without_a_disc_is_refused(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "cells", ONE_STRUCTURE, "Cells")
    with pytest.raises(ProjectError, match="include no optic disc"):
        list(propose_cases(project.root, []))


def test_the_terminal_proposes_for_new_cases_only(eyes: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["propose", str(eyes.root)]) == 1  # nothing was proposed for one of them
    shown = capsys.readouterr()
    assert "1 of 2 cases has a first proposal now" in " ".join(shown.out.split())
    assert NOTHING_FOUND in " ".join(shown.err.split())
    project = Project.open(eyes.root)
    kept, made = project.load_prediction("other"), project.load_prediction("eye")
    assert kept is not None
    assert made is not None
    assert (kept.model, made.model) == ("f00d", FIRST_PROPOSAL)


def test_the_terminal_refuses_a_project_without_a_disc(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = Project.create(tmp_path / "cells", ONE_STRUCTURE, "Cells")
    assert main(["propose", str(project.root)]) == 2
    assert "include no optic disc" in " ".join(capsys.readouterr().err.split())
