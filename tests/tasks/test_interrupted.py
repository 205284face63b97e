"""An interrupted training: found without torch, resumed, discarded."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace

import pytest

from unet_desktop.engine.config import PRESETS
from unet_desktop.engine.events import EpochDone, Finished, Message, Resumed
from unet_desktop.engine.files.checkpoint import load
from unet_desktop.engine.training import fit as fit_module
from unet_desktop.errors import TrainingError, WriteError
from unet_desktop.labels import ONE_STRUCTURE
from unet_desktop.project.manifest import Manifest, write_manifest
from unet_desktop.project.project import Project
from unet_desktop.tasks.events import ModelSaved
from unet_desktop.tasks.interrupted import discard, find_interrupted
from unet_desktop.tasks.sample import SamplePlan, make_sample_project
from unet_desktop.tasks.train import resume_project, train_project

TINY = replace(
    PRESETS["fast"], network="unet", width=4, framing="whole", epochs=3, least_steps=2, batch_size=2, image_size=64
)


def stop_after(events, epoch):
    """Run a training until that epoch is done, and close it as the window and Ctrl+C do."""
    for event in events:
        if isinstance(event, EpochDone) and event.epoch == epoch:
            break
    events.close()


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """A project whose training was stopped after its first epoch of three."""
    root = tmp_path_factory.mktemp("stopped") / "project"
    list(make_sample_project(root, SamplePlan(photographs=5, corrected=4, size=96)))
    stop_after(train_project(root, TINY), 1)
    return root


@pytest.fixture
def root(stopped, tmp_path):
    return shutil.copytree(stopped, tmp_path / "project")


def test_it_is_found_without_torch(root):
    found = find_interrupted(root)
    assert (found.name, found.header.config, found.header.past[-1].epoch) == ("model-001", TINY, 1)
    assert found.metrics.keys() >= {"dice", "bce"}
    assert "model-001 (Fast), learning to segment, epoch 1 of 3 done, Dice 0." in found.describe()
    code = (
        "import sys, pathlib; from unet_desktop.tasks.interrupted import find_interrupted; "
        f"assert find_interrupted(pathlib.Path({str(root)!r})); assert not {{'torch', 'PySide6'}} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_it_is_gone_on_with_to_one_model_and_one_curve(root):
    events = list(resume_project(root))
    assert [event.epoch for event in events if isinstance(event, EpochDone)] == [2, 3]
    assert isinstance(events[-1], ModelSaved)
    assert events[-1].name == "model-001"
    layout = Project.open(root).layout
    curve = layout.run("model-001").read_text().splitlines()
    assert [line.split(",")[:2] for line in curve[1:]] == [["segment", "1"], ["segment", "2"], ["segment", "3"]]
    assert find_interrupted(root) is None
    assert sorted(path.name for path in layout.runs.iterdir()) == ["model-001.csv", "model-001.json"]


def test_a_new_training_gives_it_up(root):
    stop_after(train_project(root, TINY, from_scratch=True), 1)
    assert find_interrupted(root).name == "model-002"
    assert len(Project.open(root).layout.training_states()) == 1


def test_it_can_be_given_up(root):
    discard(root)
    assert find_interrupted(root) is None
    with pytest.raises(TrainingError, match="no interrupted training"):
        next(resume_project(root))


def test_a_case_corrected_meanwhile_does_not_take_part(root):
    project = Project.open(root)
    project.save_mask("synthetic-05", project.load_mask("synthetic-01"))
    *_, saved = resume_project(root)
    data = load(saved.path).header.data
    assert sorted(data["train_cases"] + data["validation_cases"]) == [f"synthetic-0{n}" for n in range(1, 5)]


@pytest.fixture
def refused(root):
    """Function that tries to go on and returns the sentence; the training stays where it was."""

    def call(**changes):
        with pytest.raises(TrainingError) as caught:
            list(resume_project(root, **changes))
        assert find_interrupted(root) is not None
        return str(caught.value)

    return call


def test_other_settings_are_refused(refused):
    assert "epochs was 3 and is 9" in refused(config=replace(TINY, epochs=9))


def test_the_same_settings_are_taken(root):
    assert any(isinstance(event, Finished) for event in resume_project(root, TINY))


def test_other_labels_are_refused(refused, root):
    layout = Project.open(root).layout
    write_manifest(layout.manifest, Manifest("renamed", ONE_STRUCTURE))
    assert "labels have changed" in refused()


def test_a_mask_that_was_corrected_again_is_learned_from_as_it_is(root):
    project = Project.open(root)
    case = find_interrupted(root).header.train
    first = next(iter(case))
    mask = project.load_mask(first)
    mask[:3] = 1
    project.save_mask(first, mask)
    events = list(resume_project(root))
    (resumed,) = (event for event in events if isinstance(event, Resumed))
    assert resumed.changes == (f"Changed since this training began, and used as it is now: {first}.",)
    assert any(isinstance(event, Finished) for event in events)


@pytest.mark.parametrize("what", ["flagged", "mask", "picture"])
def test_a_case_that_is_gone_is_refused(refused, root, what):
    project = Project.open(root)
    first = next(iter(find_interrupted(root).header.train))
    if what == "flagged":
        project.mark(first, flagged=True)
    elif what == "mask":
        project.delete_mask(first)
    else:
        project.image_path(first).unlink()
    assert f"{first} can no longer take part as before" in refused()


def test_a_damaged_state_is_no_offer_and_no_obstacle(root):
    path = find_interrupted(root).path
    path.write_bytes(path.read_bytes()[:100])
    assert find_interrupted(root) is None
    stop_after(train_project(root, TINY, from_scratch=True), 1)
    assert find_interrupted(root).name == "model-002"


def test_a_training_that_goes_on_from_a_model_keeps_its_shorter_schedule(root):
    list(resume_project(root))
    config = replace(TINY, epochs=6)
    stop_after(train_project(root, config), 1)
    assert find_interrupted(root).header.past[-1].epochs == 2
    events = list(resume_project(root, config))
    assert [event.epoch for event in events if isinstance(event, EpochDone)] == [2]


def test_a_full_disk_says_that_it_can_be_resumed(root, monkeypatch):
    def full(*_arguments, **_named):
        raise WriteError("x could not be written (No space left on device).")

    with monkeypatch.context() as patched:
        patched.setattr(fit_module.state_file, "save", full)
        with pytest.raises(WriteError, match=r"Training stopped: .*No space left.*") as caught:
            list(resume_project(root))
        assert "The model model-001 is kept as it was last saved, with Dice 0." in str(caught.value)
        assert "It can be resumed after epoch 1 of 3 of learning to segment." in str(caught.value)
    assert any(isinstance(event, Resumed) for event in resume_project(root))


def test_a_full_disk_at_the_first_epoch_promises_nothing(root, monkeypatch):
    def full(*_arguments, **_named):
        raise WriteError("x could not be written (No space left on device).")

    monkeypatch.setattr(fit_module.state_file, "save", full)
    monkeypatch.setattr(fit_module.checkpoint, "save", full)
    with pytest.raises(WriteError, match=r"No model of it has been saved yet\. It cannot be resumed"):
        list(train_project(root, TINY, from_scratch=True))
    assert find_interrupted(root) is None


def test_other_threads_are_said(root, monkeypatch):
    path = find_interrupted(root).path
    told = replace(find_interrupted(root).header, place={"threads": "99"})
    assert told.changes({"threads": "2"}, told.train | told.validation) == (
        "This training began with threads 99 and is resumed with 2: results may differ slightly.",
    )
    assert path.exists()
    assert not [event for event in resume_project(root) if isinstance(event, Message) and "results may" in event.text]
