"""Files of trained models: run records, import, notes, card, ONNX."""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import replace

import numpy as np
import pytest

from unet_desktop.__main__ import main
from unet_desktop.checkpoint_header import read_header
from unet_desktop.engine.config import PRESETS
from unet_desktop.engine.events import Finished
from unet_desktop.engine.inference.onnx_export import NEEDED, TOLERANCE, export
from unet_desktop.errors import CheckpointError
from unet_desktop.label_edits import add, rename
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE
from unet_desktop.project.case import CaseState
from unet_desktop.project.models import list_models, read_notes, remove_model, write_notes
from unet_desktop.project.project import Project
from unet_desktop.project.relabel import relabel, undo_relabel
from unet_desktop.reports.markdown import render_markdown
from unet_desktop.tasks.model_card import card_of, model_card
from unet_desktop.tasks.model_files import import_model
from unet_desktop.tasks.runs import list_runs
from unet_desktop.tasks.sample import SamplePlan, make_sample_project
from unet_desktop.tasks.segment_cases import segment_cases
from unet_desktop.tasks.train import train_project

TINY = replace(
    PRESETS["fast"], network="unet", width=4, framing="whole", epochs=2, least_steps=2, batch_size=2, image_size=64
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A project with one model, and the event that its training ended with."""
    root = tmp_path_factory.mktemp("trained") / "project"
    list(make_sample_project(root, SamplePlan(photographs=5, corrected=4, size=96)))
    finished = [event for event in train_project(root, TINY) if isinstance(event, Finished)]
    return root, finished[0]


@pytest.fixture
def root(trained, tmp_path):
    return shutil.copytree(trained[0], tmp_path / "project")


@pytest.fixture
def model(root):
    return root / "models" / "model-001.safetensors"


def test_a_model_predicts_under_another_name_of_its_label_and_not_for_another_label(root, model):
    project = Project.open(root)
    (case,) = [case.id for case in project.cases() if case.state is CaseState.NEW]
    list(relabel(project, rename(project.labels, "optic cup", "excavation")))
    project.save_prediction(case, np.zeros((96, 96), np.uint8), model="f00d", confidence=0.5)
    (done,) = segment_cases(root, [case], model)
    assert done.problem == ""
    stored = Project.open(root).load_prediction(case)
    assert stored is not None
    assert "optic cup" not in stored.trust.expected_dice
    project = Project.open(root)
    list(relabel(project, add(project.labels, "vessel")))
    assert project.case(case).not_annotated == (3,)
    with pytest.raises(CheckpointError, match=r"different labels .* Choose another model or train one"):
        list(segment_cases(root, [case], model))
    list(undo_relabel(project))
    (done,) = segment_cases(root, [case], model)  # a model that knows all labels
    assert Project.open(root).case(case).not_annotated == ()


def test_a_run_has_the_present_names_of_its_labels(root):
    before = list_runs(Project.open(root).layout)[0]
    list(relabel(Project.open(root), rename(DISC_AND_CUP, "optic cup", "excavation")))
    (run,) = list_runs(Project.open(root).layout)
    assert run.metrics["dice/excavation"] == before.metrics["dice/optic cup"]
    assert len(run.metrics) == len(before.metrics)
    assert "dice/excavation" in run.segmenting[-1].metrics
    assert all("dice/optic cup" not in metrics for metrics in run.cases.values())


def test_a_run_is_there_after_a_restart(root, trained):
    (run,) = list_runs(Project.open(root).layout)
    assert (run.name, run.preset, run.train, run.validation, run.parent) == ("model-001", "fast", 3, 1, "")
    assert [epoch.epoch for epoch in run.segmenting] == [1, 2]
    assert run.epochs[0].epochs == 2
    assert run.cases == {name: dict(figures) for name, figures in trained[1].cases.items()}
    assert run.metrics == dict(trained[1].metrics)
    assert run.seconds > 0


def test_a_model_from_before_a_preset_normalised_by_picture_goes_on_as_it_learned(root):
    list(train_project(root, replace(TINY, by_picture=True)))
    newest = list_models(Project.open(root).layout)[0]
    assert newest.name == "model-002"
    assert newest.header.parent == list_models(Project.open(root).layout)[1].header.weights_sha256
    assert "by_picture" not in newest.header.networks["segment"]


def test_a_run_of_an_older_program_is_described_by_its_model(root):
    layout = Project.open(root).layout
    layout.run_record("model-001").unlink()
    (run,) = list_runs(layout)
    header = list_models(layout)[0].header
    assert (run.preset, run.train, run.started) == ("fast", 3, header.created)
    assert run.metrics == header.metrics
    remove_model(layout, "model-001")
    (run,) = list_runs(layout)
    assert (run.preset, run.train) == ("", None)
    assert run.metrics == run.epochs[-1].metrics


@pytest.mark.parametrize(
    "content", [b"", b"stage,epoch\nx,y\n", b"\x00\xff\xfe", b"a,b\n1,2\n", b"stage,epoch\nsegment\n"]
)
def test_a_damaged_table_is_a_run_without_epochs(root, content):
    layout = Project.open(root).layout
    layout.run("model-001").write_bytes(content)
    layout.run_record("model-001").write_text('{"train": "many", "metrics": [1], "cases": {"a": 3}}')
    (run,) = list_runs(layout)
    assert run.epochs == ()
    assert run.cases == {"a": {}}


def test_a_model_comes_in_under_a_name_that_is_free(root, model, tmp_path):
    other = Project.create(tmp_path / "other", DISC_AND_CUP)
    taken = other.layout.model("model-001")
    taken.write_bytes(b"something else")
    (saved,) = import_model(other.root, model)
    assert saved.name == "model-001-2"
    assert taken.read_bytes() == b"something else"
    assert saved.path.read_bytes() == model.read_bytes()
    with pytest.raises(CheckpointError, match="in this project already: it is model-001-2"):
        list(import_model(other.root, model))


def test_what_is_no_model_of_these_labels_stays_outside(root, model, tmp_path):
    import torch

    other = Project.create(tmp_path / "other", ONE_STRUCTURE)
    pickled, cut = tmp_path / "weights.pt", tmp_path / "cut.safetensors"
    torch.save({"weight": torch.zeros(1)}, pickled)
    cut.write_bytes(model.read_bytes()[:-10])
    for source, sentence in (
        (model, r"different labels from this project's \(optic disc, optic cup against structure\)"),
        (pickled, "weights_only=True.*safetensors"),
        (cut, "cut.safetensors is damaged"),
        (tmp_path / "none.safetensors", "cannot be opened"),
    ):
        with pytest.raises(CheckpointError, match=sentence):
            list(import_model(other.root, source))
    assert list(other.layout.models.iterdir()) == []


def test_notes_stand_beside_the_model_and_go_with_it(root, model):
    layout = Project.open(root).layout
    write_notes(layout, "model-001", "For the new camera – München\n")
    assert read_notes(layout, "model-001") == "For the new camera – München\n"
    write_notes(layout, "model-001", "  ")
    assert not layout.model_notes("model-001").exists()
    write_notes(layout, "model-001", "again")
    remove_model(layout, "model-001")
    assert list(layout.models.iterdir()) == []
    assert layout.run("model-001").exists()


def test_the_card_says_data_figures_limits_and_versions(root, model):
    write_notes(Project.open(root).layout, "model-001", "Only pictures of 2026.")
    text, header = card_of(model), read_header(model)
    for wanted in (
        "# Model card: model-001",
        "## Intended use",
        "| Training pictures | 3 |",
        f"| optic disc | {header.metrics['dice/optic disc']:.3f} |",
        "Worst validation pictures",
        "not a medical device",
        "Only pictures of 2026.",
        header.weights_sha256,
        header.versions["torch"],
    ):
        assert wanted in text
    copy = shutil.copy(model, root.parent / "a_*b*.safetensors")
    alone = card_of(root.parent / copy.name)
    assert r"# Model card: a\_\*b\*" in alone
    assert "## Notes" not in alone


def test_a_file_that_was_cut_has_no_card(model):
    model.write_bytes(model.read_bytes()[:-4])
    with pytest.raises(CheckpointError, match="is damaged: it should have"):
        card_of(model)


def test_the_card_says_what_no_picture_shows(model):
    header = read_header(model)
    metrics = {name: value for name, value in header.metrics.items() if "cup" not in name and name != "vcdr_error"}
    header = replace(header, metrics=metrics, data=header.data | {"undrawn": ["optic cup"]})
    text = render_markdown(model_card("m", header))
    assert "In no training picture" in text
    assert "No validation picture shows optic cup, so it is unknown how well that is found." in text


def test_the_card_in_the_terminal(model, tmp_path, capsys):
    assert main(["card", str(model)]) == 0
    assert capsys.readouterr().out == card_of(model)
    target = tmp_path / "card.md"
    assert main(["card", str(model), "--to", str(target)]) == 0
    assert target.read_text("utf-8") == card_of(model)
    assert main(["card", str(model.parent.parent)]) == 0
    assert "# Model card: model-001" in capsys.readouterr().out
    assert main(["card", str(tmp_path / "none")]) == 2
    assert "cannot be opened" in capsys.readouterr().err


def test_onnx_without_its_packages_is_a_sentence(model, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert main(["onnx", str(model), "--to", str(tmp_path / "m.onnx")]) == 2
    assert 'pip install "unet-desktop[onnx]"' in capsys.readouterr().err
    assert not (tmp_path / "m.onnx").exists()


@pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in NEEDED),
    reason='onnx, onnxscript and onnxruntime are not installed: pip install "unet-desktop[onnx]"',
)
@pytest.mark.filterwarnings("ignore")
def test_onnx_answers_as_the_checkpoint(root, model, tmp_path):
    import onnxruntime

    project = Project.open(root)
    from unet_desktop.images.read import read_image

    pixels = [read_image(project.image_path(case.id)).pixels for case in project.cases()[:2]]
    exported = list(export(model, tmp_path / "m.onnx", np.stack(pixels)))
    assert [(done.network, done.path) for done in exported] == [("segment", tmp_path / "m.onnx")]
    assert exported[0].difference <= TOLERANCE
    session = onnxruntime.InferenceSession((tmp_path / "m.onnx").read_bytes())
    assert session.get_modelmeta().custom_metadata_map["fingerprint"] == read_header(model).weights_sha256
    for count in (1, 3):
        (planes,) = session.run(None, {"picture": np.zeros((count, 3, 64, 64), np.float32)})
        assert planes.shape == (count, 2, 64, 64)
