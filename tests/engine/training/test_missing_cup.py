"""Training and validation where some discs were drawn without their cups."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from unet_desktop.engine.data.dataset import Dataset, Sample
from unet_desktop.engine.data.missing_cup import labels_in_cup, mark_missing_cup, unused_value
from unet_desktop.engine.events import EpochDone, Finished
from unet_desktop.engine.networks.specs import specs_for
from unet_desktop.engine.training.fit import fit
from unet_desktop.engine.training.validate import cross_entropy
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE, Label, LabelSet


@pytest.fixture
def bare(photograph, write_sample, tmp_path: Path) -> Sample:
    """A disc whose cup nobody has drawn."""
    pixels, mask = photograph(7)
    return write_sample(tmp_path, "bare", pixels, np.minimum(mask, 1))


def run(train, validation, config, device, path: Path) -> tuple[list[EpochDone], Finished]:
    events = list(fit(train, validation, DISC_AND_CUP, config, save_to=path, device=device))
    [finished] = [event for event in events if isinstance(event, Finished)]
    return [event for event in events if isinstance(event, EpochDone)], finished


def test_it_is_validated_on_its_disc_alone(samples, bare, tiny, device, tmp_path) -> None:
    epochs, finished = run([*samples[:3], bare], [bare], tiny, device, tmp_path / "model.safetensors")
    segmenting = [epoch for epoch in epochs if epoch.stage == "segment"]
    assert "dice/optic disc" in segmenting[-1].metrics
    assert "dice/optic cup" not in segmenting[-1].metrics
    assert "dice/optic disc" in finished.metrics
    assert "dice/optic cup" not in finished.metrics
    assert "vcdr_error" not in finished.metrics


def test_where_it_was_said_that_there_is_no_cup_it_is_validated_on_both(samples, bare, tiny, device, tmp_path) -> None:
    said = replace(bare, no_cup=True)
    _, finished = run(samples[:3], [samples[3], said], tiny, device, tmp_path / "model.safetensors")
    assert "dice/optic cup" in finished.metrics


def test_examples_of_both_networks_are_made(bare, samples, tiny) -> None:
    data = Dataset([bare, *samples[:1]], DISC_AND_CUP, specs_for(DISC_AND_CUP, tiny))
    list(data.read())
    assert data.usable("locate") == data.usable("segment") == [0, 1]
    assert set(np.unique(data.example("segment", 0).mask)) <= {0, 1, 255}


def test_entropy_leaves_out_what_the_truth_does_not_show() -> None:
    truth = np.ones((2, 2), np.uint8)
    planes = np.stack([np.full((2, 2), 0.9), np.full((2, 2), 0.8)]).astype(np.float32)
    assert cross_entropy(planes, truth, DISC_AND_CUP, labels_in_cup(DISC_AND_CUP)) == pytest.approx(-np.log(0.9))


def test_the_value_that_stands_for_perhaps_cup_is_free() -> None:
    assert unused_value(DISC_AND_CUP) == 254
    assert unused_value(ONE_STRUCTURE) is None
    taken = LabelSet(
        (Label(254, "disc", "#0072b2", unique=True), Label(253, "cup", "#d55e00", inside="disc", unique=True))
    )
    assert unused_value(taken) == 252
    mask = np.array([[0, 254, 255]], np.uint8)
    assert mark_missing_cup(mask, taken).tolist() == [[0, 252, 255]]
    assert mark_missing_cup(mask, ONE_STRUCTURE) is mask
