"""`unet-desktop train`: folds, augmented pictures, and choices that exclude each other."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from unet_desktop.__main__ import main
from unet_desktop.images.read import read_image
from unet_desktop.labels import ONE_STRUCTURE
from unet_desktop.project.models import list_models
from unet_desktop.project.project import Project


@pytest.fixture
def blobs(tmp_path):
    """A project of four pictures of one blob each: nothing to locate, so one network learns."""
    made = Project.create(tmp_path / "blobs", ONE_STRUCTURE, name="blobs")
    rows, columns = np.mgrid[:96, :96]
    for number in range(4):
        blob = np.hypot(rows - 30 - 10 * number, columns - 48) < 20
        pixels = np.where(blob[..., np.newaxis], (220, 180, 90), (90, 40, 20)).astype(np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
        made.save_mask(made.add_image(tmp_path / f"{number}.png").id, blob.astype(np.uint8))
    return made


def test_folds_print_mean_and_spread_and_keep_one_model(blobs, capsys):
    assert main(["train", str(blobs.root), "--folds", "2", "--epochs", "1", "--batch-size", "1"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Over 2 folds: dice structure 0." in said
    assert " ± 0." in said
    (model,) = list_models(blobs.layout)
    assert model.header.data["train"] == 4


def test_augmented_pictures_are_written_and_nothing_is_trained(blobs, tmp_path, capsys):
    target = tmp_path / "out.jpg"
    assert main(["train", str(blobs.root), "--show-augmentation", str(target)]) == 0
    assert read_image(target).pixels.shape == (768, 1024, 3)
    assert "Augmented pictures:" in capsys.readouterr().out
    assert list_models(blobs.layout) == []


@pytest.mark.parametrize("other", ["--resume", "--from-scratch", "--anew"])
def test_folds_stand_alone(blobs, other, capsys):
    assert main(["train", str(blobs.root), "--folds", "2", other]) == 2
    assert "--folds always starts new training runs" in " ".join(capsys.readouterr().err.split())


def test_a_weight_that_cannot_work_is_refused(blobs, capsys):
    assert main(["train", str(blobs.root), "--correction-weight", "0.5"]) == 2
    assert "Correction weight is 0.5; it must be 1.0 to 100.0." in " ".join(capsys.readouterr().err.split())
