"""The loop of correcting, training and predicting, on tiny synthetic photographs with real networks."""

from __future__ import annotations

import csv
import shutil

import numpy as np
import pytest
from PIL import Image

from unet_desktop.checkpoint_header import read_header
from unet_desktop.engine.events import EpochDone, Finished, Message
from unet_desktop.engine.inference.known_appearances import KnownAppearances
from unet_desktop.errors import CheckpointError, ImageError, TrainingError
from unet_desktop.labels import ONE_STRUCTURE
from unet_desktop.masks.trust import Unfamiliar
from unet_desktop.project.case import CaseState
from unet_desktop.project.models import list_models
from unet_desktop.project.project import Project
from unet_desktop.project.split import read_split
from unet_desktop.tasks.events import FileWritten, ItemDone, ModelSaved
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.request import Request
from unet_desktop.tasks.folders.run import segment_folder
from unet_desktop.tasks.sample import SamplePlan, make_sample_project
from unet_desktop.tasks.segment_cases import segment_cases, uncorrected_cases
from unet_desktop.tasks.train import train_project


@pytest.fixture(scope="module")
def trained(tmp_path_factory, tiny):
    """A project of 5 corrected and 2 new cases, and a model trained on it for a moment."""
    root = tmp_path_factory.mktemp("loop") / "project"
    list(make_sample_project(root, SamplePlan(photographs=7, corrected=5, size=160)))
    events = list(train_project(root, tiny))
    return root, events


def request(source, output, model, outputs=Outputs()):  # noqa: B008  (frozen)
    return Request(sources=(source,), output=output, model=model, outputs=outputs)


def _copy_of(root, tmp_path):
    target = tmp_path / "project"
    shutil.copytree(root, target)
    return target


def test_training_saves_one_complete_model_and_its_log(trained):
    root, events = trained
    saved = [event for event in events if isinstance(event, ModelSaved)]
    finished = [event for event in events if isinstance(event, Finished)]
    assert [event.name for event in saved] == ["model-001"]
    assert saved[0].metrics == dict(finished[0].metrics)
    assert saved[0].metrics.keys() >= {"dice/optic disc", "dice/optic cup", "bce"}
    assert {event.stage for event in events if isinstance(event, EpochDone)} == {"locate", "segment"}
    log = Project.open(root).layout.run("model-001").read_text().splitlines()
    assert len(log) == 1 + 4
    assert read_header(saved[0].path).data["train"] == 4


def test_only_corrected_cases_are_trained_on(trained):
    root, _ = trained
    data = read_header(list_models(Project.open(root).layout)[0].path).data
    assert sorted(data["train_cases"] + data["validation_cases"]) == [f"synthetic-{n:02d}" for n in range(1, 6)]


def test_the_split_stays_when_a_case_is_added_and_training_goes_on(trained, tmp_path, tiny):
    root = _copy_of(trained[0], tmp_path)
    before = read_split(Project.open(root).layout.split)
    project = Project.open(root)
    project.save_mask("synthetic-06", project.load_mask("synthetic-01"))
    events = list(train_project(root, tiny))
    after = read_split(project.layout.split)
    assert {group: after[group] for group in before} == before
    assert len(after) == len(before) + 1
    newest, oldest = list_models(project.layout)
    assert newest.header.parent == oldest.header.weights_sha256
    assert any(isinstance(event, Message) and "model-001" in event.text for event in events)


def test_from_scratch_does_not_go_on(trained, tmp_path, tiny):
    root = _copy_of(trained[0], tmp_path)
    list(train_project(root, tiny, from_scratch=True))
    assert list_models(Project.open(root).layout)[0].header.parent is None


def test_window_and_terminal_give_byte_equal_masks(trained, tmp_path):
    root = _copy_of(trained[0], tmp_path)
    project = Project.open(root)
    model = list_models(project.layout)[0].path
    ids = [case.id for case in project.cases()]
    assert all(not event.problem for event in segment_cases(root, ids, model))
    events = list(segment_folder(request(root / "images", tmp_path / "out", model, Outputs(overlays=True))))
    assert {event.what for event in events if isinstance(event, FileWritten)} == {"masks", "overlays", "table"}
    for case_id in ids:
        window = project.layout.prediction(case_id).read_bytes()
        assert (tmp_path / "out" / "masks" / f"{case_id}.png").read_bytes() == window
    table = (tmp_path / "out" / "measurements.csv").read_text().splitlines()
    assert len(table) == 1 + len(ids)
    assert "vertical_cup_to_disc_ratio" in table[0]


def test_predictions_never_touch_human_masks(trained, tmp_path):
    root = _copy_of(trained[0], tmp_path)
    project = Project.open(root)
    before = {case.id: project.layout.mask(case.id).read_bytes() for case in project.cases()[:5]}
    waiting = [case.id for case in uncorrected_cases(project.cases())]
    list(segment_cases(root, [*before, *waiting], list_models(project.layout)[0].path))
    after = Project.open(root)
    assert {case_id: after.layout.mask(case_id).read_bytes() for case_id in before} == before
    assert [after.case(case_id).state for case_id in waiting] == [CaseState.PREDICTED] * 2
    assert after.case("synthetic-01").state is CaseState.CORRECTED


def test_a_run_leaves_a_report_with_close_ups_and_failures(trained, tmp_path):
    root = _copy_of(trained[0], tmp_path)
    (root / "images" / "broken.jpg").write_bytes(b"no picture")
    model = list_models(Project.open(root).layout)[0].path
    outputs = Outputs(reports=("html", "pdf"))
    events = list(segment_folder(request(root / "images", tmp_path / "out", model, outputs)))
    reports = [event.path for event in events if isinstance(event, FileWritten) and event.what == "report"]
    assert [path.name for path in reports] == ["report.html", "report.pdf"]
    text = reports[0].read_text("utf-8")
    assert "Optic disc and optic cup in 8 pictures" in text
    assert "broken.jpg is not an image" in text
    assert "data:image/jpeg;base64," in text
    assert "not shown" not in text
    assert reports[1].read_bytes().startswith(b"%PDF-")


def test_one_bad_picture_does_not_stop_the_folder(trained, tmp_path):
    root = _copy_of(trained[0], tmp_path)
    (root / "images" / "broken.jpg").write_bytes(b"no picture")
    (root / "images" / "broken_mask.png").write_bytes(b"is left out")
    model = list_models(Project.open(root).layout)[0].path
    events = list(segment_folder(request(root / "images", tmp_path / "out", model)))
    failed = [event for event in events if isinstance(event, ItemDone) and event.problem]
    assert len(failed) == 1
    assert "broken.jpg" in failed[0].problem
    assert [event.text for event in events if isinstance(event, Message)] == [
        "Skipped 1 mask found beside their pictures."
    ]
    assert "broken.jpg" in (tmp_path / "out" / "errors.csv").read_text()
    assert len(list((tmp_path / "out" / "masks").iterdir())) == 7


def test_a_stopped_training_leaves_no_half_file(trained, tmp_path, tiny):
    root = _copy_of(trained[0], tmp_path)
    events = train_project(root, tiny, from_scratch=True)
    for event in events:
        if isinstance(event, EpochDone):
            break
    events.close()
    names = {path.name for path in (root / "models").iterdir()}
    assert names == {"model-001.safetensors"}


def test_flagged_and_changed_cases_are_left_out(trained, tmp_path, tiny):
    root = _copy_of(trained[0], tmp_path)
    project = Project.open(root)
    left_out = read_header(list_models(project.layout)[0].path).data["train_cases"][:2]
    project.mark(left_out[0], flagged=True)
    with project.image_path(left_out[1]).open("ab") as file:
        file.write(b"changed")
    events = list(train_project(root, tiny, from_scratch=True))
    assert any(isinstance(event, Message) and left_out[1] in event.text for event in events)
    data = list_models(project.layout)[0].header.data
    assert not set(left_out) & set(data["train_cases"] + data["validation_cases"])


@pytest.mark.parametrize(("corrected", "sentence"), [(0, "there are none"), (1, "there is 1")])
def test_too_few_cases_are_one_sentence(tmp_path, corrected, sentence, tiny):
    root = tmp_path / "project"
    list(make_sample_project(root, SamplePlan(photographs=2, corrected=corrected, size=96)))
    with pytest.raises(TrainingError, match=sentence):
        list(train_project(root, tiny))
    assert not list((root / "models").iterdir())
    assert not (root / "split.json").exists()


@pytest.mark.parametrize(("flagged", "sentence"), [(1, "1 flagged case is left"), (2, "2 flagged cases are left")])
def test_flagged_cases_are_counted_where_too_few_are_left(tmp_path, flagged, sentence, tiny):
    root = tmp_path / "project"
    list(make_sample_project(root, SamplePlan(photographs=2, corrected=2, size=96)))
    project = Project.open(root)
    for case in project.cases()[:flagged]:
        project.mark(case.id, flagged=True)
    with pytest.raises(TrainingError, match=sentence):
        list(train_project(root, tiny))


def test_empty_masks_are_one_sentence(tmp_path, tiny):
    root = tmp_path / "project"
    list(make_sample_project(root, SamplePlan(photographs=3, corrected=0, size=96)))
    project = Project.open(root)
    for case in project.cases():
        project.save_mask(case.id, np.zeros((case.height, case.width), np.uint8))
    with pytest.raises(TrainingError, match="optic disc"):
        list(train_project(root, tiny))


def test_a_model_of_other_labels_is_refused(trained, tmp_path):
    model = list_models(Project.open(trained[0]).layout)[0].path
    other = Project.create(tmp_path / "other", ONE_STRUCTURE)
    other.add_image(next((trained[0] / "images").iterdir()))
    with pytest.raises(CheckpointError, match="different labels"):
        list(segment_cases(other.root, [other.cases()[0].id], model))
    assert not list(other.layout.predictions.iterdir())


def test_output_inside_the_pictures_is_refused(trained):
    root = trained[0]
    model = list_models(Project.open(root).layout)[0].path
    with pytest.raises(ImageError, match="inside"):
        next(iter(segment_folder(request(root / "images", root / "images" / "out", model))))
    assert not (root / "images" / "out").exists()


def test_a_form_gets_an_empty_mask_and_is_called_no_fundus_photograph(trained, tmp_path):
    root = trained[0]
    model = list_models(Project.open(root).layout)[0].path
    pages = tmp_path / "pages"
    pages.mkdir()
    page = np.full((300, 240, 3), 250, np.uint8)
    page[20:280:20, 20:200] = 20
    Image.fromarray(page).save(pages / "form.png")
    list(segment_folder(request(pages, tmp_path / "out", model)))
    (row,) = csv.DictReader((tmp_path / "out" / "measurements.csv").read_text().splitlines())
    assert (row["found"], row["confidence"]) == ("False", "0.0")
    assert row["unfamiliar_kind"] == "not a fundus photograph"
    assert "not a fundus photograph" in row["flags"]


def test_an_unfamiliar_picture_is_said_in_project_table_and_events(trained, tmp_path, monkeypatch):
    root = _copy_of(trained[0], tmp_path)
    monkeypatch.setattr(KnownAppearances, "compare", lambda self, seen, network_differs: Unfamiliar.CAMERA)
    model = list_models(Project.open(root).layout)[0].path
    (event,) = segment_cases(root, ["synthetic-06"], model)
    assert Unfamiliar.CAMERA.sentence() in event.note
    assert Unfamiliar.CAMERA.advice in event.note
    assert Project.open(root).case("synthetic-06").unfamiliar
    picture = root / Project.open(root).case("synthetic-06").image
    events = segment_folder(request(picture, tmp_path / "out", model))
    (item,) = [event for event in events if isinstance(event, ItemDone)]
    assert "unlike the training pictures" in item.note
    (row,) = csv.DictReader((tmp_path / "out" / "measurements.csv").read_text().splitlines())
    assert (row["flag_unfamiliar"], row["unfamiliar_kind"]) == ("True", "camera")
    assert row["flags"] == item.note
