"""The window and a job each have the project open: neither takes back what the other wrote."""

from __future__ import annotations

import numpy as np
import pytest

from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.project.case import CaseState
from unet_desktop.project.project import Project


@pytest.fixture
def window(tmp_path):
    write_jpeg(tmp_path / "photo.jpg", np.zeros((20, 30, 3), np.uint8))
    project = Project.create(tmp_path / "project", DISC_AND_CUP)
    project.add_image(tmp_path / "photo.jpg")
    return project


def test_a_job_that_opened_earlier_keeps_approval_flag_and_notes(window):
    job = Project.open(window.root)
    mask = np.ones((20, 30), np.uint8)
    window.save_mask("photo", mask)
    window.mark("photo", approved=True, flagged=True, notes="doubtful")
    case = job.save_prediction("photo", mask, model="m", confidence=0.5)
    assert (case.state, case.flagged, case.notes) == (CaseState.APPROVED, True, "doubtful")
    again = Project.open(window.root).case("photo")
    assert again == case


def test_a_record_restored_from_a_backup_counts(window):
    backup = window.layout.record("photo").read_bytes()
    window.mark("photo", notes="written over")
    window.layout.record("photo").write_bytes(backup)
    assert Project.open(window.root).case("photo").notes == ""
