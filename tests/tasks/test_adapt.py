"""Adapting: which pictures are used, what is saved, and that a worse model is not."""

from __future__ import annotations

import math
import shutil
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from unet_desktop.__main__ import main
from unet_desktop.checkpoint_header import CheckpointHeader
from unet_desktop.engine.config import PRESETS, TrainConfig
from unet_desktop.engine.data.colour_transfer import measure_colours
from unet_desktop.engine.events import StopPoint
from unet_desktop.engine.files.checkpoint import Checkpoint
from unet_desktop.engine.inference.pseudo_mask import PseudoMask
from unet_desktop.errors import CheckpointError, ImageError, TrainingError
from unet_desktop.gui.widgets.model_text import details_html, summary
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.synthetic import synthetic_fundus
from unet_desktop.project.models import Model, list_models
from unet_desktop.project.project import Project
from unet_desktop.tasks.adapt import pictures, run
from unet_desktop.tasks.adapt.run import adapt_project
from unet_desktop.tasks.adapt.settings import adapting_config
from unet_desktop.tasks.events import AdaptationDone, ItemDone, ModelSaved
from unet_desktop.tasks.model_card import card_of
from unet_desktop.tasks.train import train_project

SIDE = 96
SOLID = {"optic disc": 0.98, "optic cup": 0.98}


def write_pictures(folder: Path, seeds: range) -> Path:
    folder.mkdir()
    for seed in seeds:
        Image.fromarray(synthetic_fundus(seed, SIDE).pixels).save(folder / f"eye-{seed:03d}.png")
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of five synthetic photographs with a model that has hardly learned anything."""
    root = tmp_path_factory.mktemp("adapting")
    project = Project.create(root / "project", DISC_AND_CUP)
    for path in sorted(write_pictures(root / "in", range(5)).iterdir()):
        project.save_mask(project.add_image(path).id, synthetic_fundus(int(path.stem[-3:]), SIDE).mask)
    config = replace(PRESETS["fast"], pretrained=False, epochs=1, locate_epochs=1, least_steps=2, batch_size=2)
    config = replace(config, locate_batch_size=2, image_size=64, locate_size=64)
    for _ in train_project(project.root, config):
        pass
    write_pictures(root / "new", range(20, 30))
    return root


@pytest.fixture
def work(trained: Path, tmp_path: Path) -> Path:
    """A copy of it that may change."""
    shutil.copytree(trained, tmp_path / "work")
    return tmp_path / "work"


@pytest.fixture
def sure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model is sure of the true mask of each picture, and learns for two steps."""

    def make(segmenter: object, pixels: np.ndarray, known: object, generator: object) -> PseudoMask:
        wanted = next(seed for seed in range(40) if (synthetic_fundus(seed, SIDE).pixels == pixels).all())
        mask = synthetic_fundus(wanted, SIDE).mask
        return PseudoMask(mask, mask, {"optic disc": 0.99, "optic cup": 0.95}, SOLID, measure_colours(pixels))

    def shorten(config: TrainConfig, cases: int) -> TrainConfig:
        return replace(config, epochs=1, locate_epochs=1)

    monkeypatch.setattr(pictures, "make_pseudo_mask", make)
    monkeypatch.setattr(pictures.KnownCrops, "resembles", lambda *_: True)
    monkeypatch.setattr(run, "adapting_config", shorten)


class Looking:
    """Stand-in for `Segmenter`: it finds nothing."""

    def __init__(self, model: Checkpoint, device: object, name: str = "") -> None:
        self.header = model.header

    def segment(self, pixels: np.ndarray) -> SimpleNamespace:
        return SimpleNamespace(mask=np.zeros(pixels.shape[:2], np.uint8))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nothing is learned or measured; the list holds the Dice before and after."""
    dice = [0.9, 0.9]
    measured = iter((0, 1))

    def fit(train: object, validation: object, config: object, target: Path, adaptation: Any) -> Iterator[StopPoint]:
        shutil.copy(adaptation.parent.path, target)
        yield StopPoint("segment")

    def measure(segmenter: object, validation: object) -> Generator[StopPoint, None, float]:
        yield StopPoint("measure")
        return dice[next(measured)]

    monkeypatch.setattr(run, "Segmenter", Looking)
    monkeypatch.setattr(run, "measure_known", lambda *_: pictures.KnownCrops([], None, 1.0))
    monkeypatch.setattr(run, "_fit", fit)
    monkeypatch.setattr(run, "_measure", measure)
    return dice


def test_a_model_is_saved_that_says_what_it_was_adapted_to(work: Path, sure: None, monkeypatch, capsys) -> None:
    monkeypatch.setattr(run, "MAX_LOSS", 1.0)
    masks = {path.name: path.read_bytes() for path in (work / "project" / "masks").iterdir()}
    assert main(["adapt", str(work / "new"), "--project", str(work / "project")]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "model-001 was adapted to new, with 10 of the 10 pictures examined: model-002." in told
    assert "Dice on the project's validation cases:" in told
    assert "To undo this, use model-001 again, or delete model-002." in told
    newest, oldest = list_models(Project.open(work / "project").layout)
    assert (newest.name, oldest.name) == ("model-002", "model-001")
    assert newest.header.parent == oldest.header.weights_sha256
    assert newest.header.data["train_cases"] == oldest.header.data["train_cases"]
    assert newest.header.adapted_to == "10 pictures of new, from model-001"
    assert "adapted" in summary(newest, in_use=False)
    assert "adapted" not in summary(oldest, in_use=False)
    assert "10 pictures of new, from model-001" in details_html(newest)
    assert "which nobody has checked" in card_of(newest.path)
    assert "which nobody has checked" not in card_of(oldest.path)
    assert {path.name: path.read_bytes() for path in (work / "project" / "masks").iterdir()} == masks
    assert len(Project.open(work / "project").cases()) == 5


@pytest.mark.parametrize(("after", "code", "models"), [(0.8949, 1, 1), (0.8951, 0, 2)])
def test_at_most_five_thousandths_of_dice_may_be_lost(
    work: Path, sure: None, quick: list[float], after: float, code: int, models: int
) -> None:
    quick[1] = after
    assert main(["adapt", str(work / "new"), "--project", str(work / "project")]) == code
    assert len(list_models(Project.open(work / "project").layout)) == models


def test_a_model_that_became_worse_is_not_saved(work: Path, sure: None, quick: list[float], capsys) -> None:
    quick[1] = 0.6
    assert main(["adapt", str(work / "new"), "--project", str(work / "project")]) == 1
    told = " ".join(capsys.readouterr().err.split())
    assert (
        "model-001 was not adapted to new: on the project's validation cases Dice would fall from 0.900 to 0.600"
        in told
    )
    assert [model.name for model in list_models(Project.open(work / "project").layout)] == ["model-001"]


def test_pictures_that_are_left_out_are_named(work: Path, sure: None, quick: list[float], capsys) -> None:
    (work / "new" / "eye-030.png").write_bytes(b"not a picture")
    shutil.copy(work / "in" / "eye-001.png", work / "new" / "eye-031.png")  # has a human mask
    assert main(["adapt", str(work / "new"), "--project", str(work / "project")]) == 1
    said = capsys.readouterr()
    assert "eye-030.png is not an image" in " ".join(said.err.split())
    assert "the project has a human mask of it" in " ".join(said.err.split())
    assert "with 10 of the 12 pictures examined" in " ".join(said.out.split())


def test_stopping_saves_nothing(work: Path, sure: None, quick: list[float]) -> None:
    events = adapt_project(work / "project", work / "new")
    for event in events:
        if isinstance(event, ItemDone) and event.done == 4:
            events.close()
    assert not list((work / "project").glob(".adapting*"))
    assert [model.name for model in list_models(Project.open(work / "project").layout)] == ["model-001"]


def test_what_a_killed_program_left_is_removed(work: Path, sure: None, quick: list[float]) -> None:
    left = work / "project" / ".adapting-before"
    left.mkdir()
    (left / "recoloured-0.png").touch()
    *_, last = adapt_project(work / "project", work / "new")
    assert isinstance(last, ModelSaved)
    assert not list((work / "project").glob(".adapting*"))


def test_a_model_that_is_unsure_of_all_pictures_says_so(work: Path, quick: list[float], capsys) -> None:
    assert main(["adapt", str(work / "new"), "--project", str(work / "project")]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "eye-020.png is left out: no optic disc was found in it." in said
    assert "of the 10 pictures examined in" in said
    assert "adapting needs at least 8." in said


def test_three_pictures_are_too_few(work: Path, tmp_path: Path, capsys) -> None:
    few = write_pictures(tmp_path / "few", range(3))
    assert main(["adapt", str(few), "--project", str(work / "project")]) == 2
    assert "holds only 3 pictures; adapting needs at least 8" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("number", ["7", "201"])
def test_a_number_of_pictures_that_cannot_work_is_refused(work: Path, number: str, capsys) -> None:
    arguments = ["adapt", str(work / "new"), "--project", str(work / "project"), "--pictures", number]
    assert main(arguments) == 2
    assert f"Adapting uses 8 to 200 pictures, not {number}." in " ".join(capsys.readouterr().err.split())


def test_of_ten_thousand_pictures_forty_are_chosen_evenly(tmp_path: Path) -> None:
    for number in range(10_000):
        (tmp_path / f"{number}.jpg").touch()
    chosen, total = pictures.choose_pictures(tmp_path, 40)
    assert (len(chosen), total) == (40, 10_000)
    numbers = [int(path.stem) for path in chosen]
    assert (numbers[0], numbers[-1]) == (0, 9999)
    assert set(np.diff(numbers)) <= {256, 257}


def test_a_folder_without_pictures_and_a_missing_one_are_refused(work: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder, words in ((tmp_path / "empty", "holds no pictures"), (tmp_path / "gone", "cannot be read")):
        with pytest.raises(ImageError, match=words):
            list(adapt_project(work / "project", folder))


def test_another_model_can_be_named_and_must_exist(work: Path) -> None:
    with pytest.raises(CheckpointError, match="has no model model-009"):
        list(adapt_project(work / "project", work / "new", model="model-009"))


def test_a_project_without_models_and_a_model_of_whole_pictures_are_refused(project, monkeypatch, tmp_path) -> None:
    folder = write_pictures(tmp_path / "new", range(8))
    with pytest.raises(CheckpointError, match="has no model yet that could be adapted"):
        list(adapt_project(project.root, folder))
    header = CheckpointHeader(DISC_AND_CUP, {"segment": {"framing": "whole"}}, "article", {}, {}, {}, {}, "", "0" * 64)
    monkeypatch.setattr(run, "list_models", lambda _: [Model("model-001", tmp_path / "model-001.safetensors", header)])
    with pytest.raises(CheckpointError, match="model-001 cannot be adapted: it does not look for one place"):
        list(adapt_project(project.root, folder))


def test_a_model_that_does_not_say_how_it_was_trained_is_refused(project, monkeypatch, tmp_path) -> None:
    header = CheckpointHeader(DISC_AND_CUP, {"segment": {"framing": "crop"}}, "fast", {}, {}, {}, {}, "", "0" * 64)
    monkeypatch.setattr(run, "list_models", lambda _: [Model("model-001", tmp_path / "model-001.safetensors", header)])
    with pytest.raises(CheckpointError, match="model-001 cannot be adapted: how it was trained is not known"):
        list(adapt_project(project.root, tmp_path))


def test_the_check_needs_a_label_in_the_validation_cases(work: Path, sure: None, quick: list[float]) -> None:
    quick[0] = math.nan
    with pytest.raises(TrainingError, match="None of the project's validation cases shows a label"):
        list(adapt_project(work / "project", work / "new"))


@pytest.mark.parametrize(
    ("agreement", "solidity", "words"),
    [
        ((0.99, 0.95), 0.98, ""),
        ((0.6, 0.95), 0.98, "eye.png is left out: the model is unsure of its optic disc."),
        ((0.99, 0.95), 0.9, "eye.png is left out: the model is unsure of its optic disc."),
        ((0.99, 0.4), 0.98, "eye.png is left out: the model is unsure of its optic cup."),
    ],
)
def test_doubts_leave_a_picture_out(agreement: tuple[float, float], solidity: float, words: str) -> None:
    mask = np.ones((4, 4), np.uint8)
    names = dict(zip(("optic disc", "optic cup"), agreement, strict=True))
    solid = SOLID | {"optic disc": solidity}
    made = PseudoMask(mask, mask, names, solid, measure_colours(np.zeros((4, 4, 3), np.uint8)))
    assert pictures.describe_doubt(Path("eye.png"), made, DISC_AND_CUP) == words
    assert "no optic disc was found" in pictures.describe_doubt(Path("eye.png"), None, DISC_AND_CUP)


def test_a_crop_that_is_unlike_the_training_crops_is_not_learned_from() -> None:
    features = {"near": np.array([1.0, 0.02]), "far": np.array([1.0, 0.6])}

    def known(name: str) -> bool:
        segmenter = SimpleNamespace(
            header=SimpleNamespace(labels=DISC_AND_CUP, networks={"segment": {"crop_factor": 1.9}}),
            crop_features=lambda pixels, square: features[name],
        )
        prototype = pictures.CropPrototype(np.array([1.0, 0.0]))
        crops = pictures.KnownCrops([], prototype, 0.025)
        mask = np.zeros((20, 20), np.uint8)
        mask[5:15, 5:15] = 1
        return crops.resembles(segmenter, np.zeros((20, 20, 3), np.uint8), mask)  # type: ignore[arg-type]

    assert known("near")
    assert not known("far")


def test_the_schedule_does_not_grow_with_the_cases() -> None:
    def draws(config: TrainConfig, cases: int) -> int:
        def steps(size: int) -> int:
            return max(config.least_steps, -(-cases // size)) * size

        return config.epochs * steps(config.batch_size) + config.locate_epochs * steps(config.locate_batch_size)

    for preset in (PRESETS["fast"], replace(PRESETS["fast"], epochs=500, learning_rate=0.01)):
        for cases in (16, 60, 140, 460):
            assert 1000 <= draws(adapting_config(preset, cases), cases) <= 2000
    assert adapting_config(PRESETS["fast"], 60).network == PRESETS["fast"].network


def test_what_changed_is_said_without_a_cup_too() -> None:
    done = AdaptationDone("model-001", "model-002", "clinic b", 17, 18, {"nucleus": 0.91}, None, (0.9, 0.91))
    assert not any("cup-to-disc" in sentence for sentence in done.sentences)
    with_ratio = replace(done, ratios=(0.71, 0.64))
    assert "Mean vertical cup-to-disc ratio in them: 0.71 before, 0.64 after." in with_ratio.sentences
