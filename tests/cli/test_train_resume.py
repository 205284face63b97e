"""`unet-desktop train` after Ctrl+C or kill -9: it reports the interrupted training, resumes or discards it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from PIL import Image

from unet_desktop.__main__ import main
from unet_desktop.engine.files.checkpoint import load
from unet_desktop.labels import ONE_STRUCTURE
from unet_desktop.project.project import Project
from unet_desktop.tasks.interrupted import find_interrupted

COMMAND = ("--epochs", "3", "--batch-size", "1", "--from-scratch")


@pytest.fixture(scope="module")
def make(tmp_path_factory):
    """Function that makes one and the same project of two blobs: nothing to locate, so one network learns."""
    folder = tmp_path_factory.mktemp("projects")
    rows, columns = np.mgrid[:96, :96]

    def project(name):
        made = Project.create(folder / name, ONE_STRUCTURE, name="blobs")
        for number in (1, 2):
            blob = np.hypot(rows - 30 - 10 * number, columns - 48) < 20
            pixels = np.where(blob[..., np.newaxis], (220, 180, 90), (90, 40, 20)).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{number}.png")
            made.save_mask(made.add_image(folder / f"{number}.png").id, blob.astype(np.uint8))
        return made.root

    return project


@pytest.fixture(scope="module")
def whole(make):
    """The project after a training that nobody interrupted."""
    root = make("whole")
    done = subprocess.run([*train(root), *COMMAND], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return root


def train(root):
    return [sys.executable, "-m", "unet_desktop", "train", str(root)]


def weights(root):
    segment = load(Project.open(root).layout.model("model-001")).networks["segment"]
    return segment.state_dict()


def kill_after(root, seconds):
    """Start a training and kill it so long after its first epoch was kept; False when it was done before."""
    state = Project.open(root).layout.training_state("model-001")
    with subprocess.Popen([*train(root), *COMMAND], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while not state.exists() and process.poll() is None:
            time.sleep(0.01)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL if os.name != "nt" else signal.SIGTERM)
        process.wait()
    return state.exists()


@pytest.mark.slow
def test_a_killed_training_comes_to_the_same_weights(make, whole, capsys):
    root = make("killed")
    seed = int.from_bytes(os.urandom(4))
    moment = float(np.random.default_rng(seed).uniform(0.0, 2.0))
    if not kill_after(root, moment):  # the machine was quick; then at once after the first epoch
        root, moment = make("killed-again"), 0.0
        assert kill_after(root, moment)
    assert find_interrupted(root) is not None

    assert main(["train", str(root)]) == 2
    sentence = capsys.readouterr().err
    assert "There is an interrupted training run: model-001 (Fast), learning to segment, epoch" in sentence
    assert "--resume" in sentence
    assert "--anew" in sentence

    done = subprocess.run([*train(root), "--resume"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "resumes after epoch" in done.stderr
    ours, theirs = weights(root), weights(whole)
    differing = [name for name in theirs if not torch.equal(ours[name], theirs[name])]
    assert differing == [], f"killed {moment:.3f} s after the first epoch"
    assert find_interrupted(root) is None


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--resume"], "no interrupted training"),
        (["--resume", "--anew"], "use it without other options"),
        (["--resume", "--from-scratch"], "use it without other options"),
        (["--patience=-1"], "Patience is -1"),
    ],
)
def test_what_does_not_fit_is_one_sentence(project, capsys, options, sentence):
    assert main(["train", str(project.root), *options]) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("error:") == 1
