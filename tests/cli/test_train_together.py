"""`torchrun -m unet_desktop train`: one model and one output, whatever the number of processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from unet_desktop.engine.files.checkpoint import load
from unet_desktop.labels import ONE_STRUCTURE
from unet_desktop.project.project import Project

pytestmark = pytest.mark.slow


def project(folder, cases):
    """A project of blobs with that many corrected cases: nothing to locate, so one network learns."""
    made = Project.create(folder / "project", ONE_STRUCTURE, name="blobs")
    rows, columns = np.mgrid[:96, :96]
    for number in range(cases):
        blob = np.hypot(rows - 30 - 10 * number, columns - 48) < 20
        pixels = np.where(blob[..., np.newaxis], (220, 180, 90), (90, 40, 20)).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
        made.save_mask(made.add_image(folder / f"{number}.png").id, blob.astype(np.uint8))
    return made


def trained(root, *options):
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m", "unet_desktop", "train"]
    here = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, *launch, str(root), "--device", "cpu", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=here)


def test_two_processes_make_one_model_and_one_of_them_tells(tmp_path):
    made = project(tmp_path, 3)
    done = trained(made.root, "--epochs", "1", "--batch-size", "2")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Model: ") == 1
    assert done.stderr.count("epoch 1 of 1: loss") == 1
    assert [path.name for path in made.layout.model("x").parent.iterdir()] == ["model-001.safetensors"]
    assert load(made.layout.model("model-001")).header.training["batch_size"] == 2


def test_what_stops_the_first_is_said_once_and_stops_all(tmp_path):
    done = trained(project(tmp_path, 1).root)
    assert done.returncode != 0
    assert done.stderr.count("Training needs at least") == 1
    assert "error:" not in done.stderr.replace("error: Training needs", "")
