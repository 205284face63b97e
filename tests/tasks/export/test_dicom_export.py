"""Exports of DICOM photographs: segmentations that say who made them, and pictures without what the file says."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest
from dicom_files import SECRETS, write

from tests.tasks.export.conftest import drawn
from tests.tasks.export.test_privacy import places_of
from unet_desktop.tasks.export.request import KeyFile, Selection
from unet_desktop.tasks.folders.outputs import Outputs


@pytest.fixture
def dicom(corrected, tmp_path):
    """The project with two DICOM photographs, one drawn by hand, one corrected from a model's proposal."""
    for name, model in (("hand", ""), ("model", "f00d" * 16)):
        path = write(tmp_path / f"{name}.dcm", np.full((60, 80, 3), (150, 80, 40 + len(name)), np.uint8))
        case = corrected.add_image(path)
        corrected.save_mask(case.id, drawn(), model=model)
    return corrected


def test_segmentations_say_who_made_them(dicom, export, out):
    export(outputs=Outputs(dicom_seg=True, identifiers="keep"), selection=Selection(ids=("hand", "model", "b")))
    found = {name: pydicom.dcmread(out / "dicom_seg" / f"{name}.dcm") for name in ("hand", "model")}
    kinds = {name: {one.SegmentAlgorithmType for one in data.SegmentSequence} for name, data in found.items()}
    assert kinds == {"hand": {"MANUAL"}, "model": {"SEMIAUTOMATIC"}}
    assert found["hand"].PatientID == SECRETS[1]
    assert "SegmentationAlgorithmIdentificationSequence" not in found["hand"].SegmentSequence[0]
    assert found["hand"].SeriesInstanceUID != found["model"].SeriesInstanceUID
    assert found["hand"].pixel_array[0].sum() == 30 * 28  # the disc with its cup
    assert not (out / "dicom_seg" / "b.dcm").exists()


def test_exported_pictures_say_nothing_of_the_patient(dicom, export, out, tmp_path):
    export(pictures=True, training_sets=("nnunet",), key_file=KeyFile(tmp_path / "key.csv"))
    assert len(list((out / "pictures").iterdir())) == 5
    for secret in (*SECRETS, "1.2.3.4"):
        assert places_of(secret, out) == set()
