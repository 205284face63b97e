"""Labels that were added after masks were drawn: what these masks teach, and on what they are validated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from unet_desktop.engine.data.dataset import Dataset, check_training_data
from unet_desktop.engine.data.unknown_labels import UnknownLabels, find_unknown
from unet_desktop.engine.events import EpochDone, Finished
from unet_desktop.engine.networks.specs import specs_for
from unet_desktop.engine.training.fit import fit
from unet_desktop.engine.training.loss import make_annotation_table, make_region_table, segmentation_loss, targets
from unet_desktop.label_edits import add
from unet_desktop.labels import DISC_AND_CUP, Label, LabelSet
from unet_desktop.masks.file import read_mask, write_mask

THREE = add(add(DISC_AND_CUP, "vessel"), "rim", inside="optic disc")
DISC, CUP, VESSEL, RIM = (label.value for label in THREE)


def gradient(mask: np.ndarray, unknown: set[int]) -> np.ndarray:
    """(R, N): by how much the loss changes with each logit of a mask of one row."""
    codes = UnknownLabels(THREE, [frozenset(unknown)])
    regions, annotated = make_region_table(THREE), make_annotation_table(THREE)
    codes.extend(regions.numpy(), annotated.numpy())
    masks = torch.from_numpy(codes.mark(mask[np.newaxis], unknown))[None]
    logits = torch.zeros(1, len(THREE), 1, mask.size, requires_grad=True)
    segmentation_loss(logits, *targets(masks, regions, annotation_table=annotated)).backward()
    assert logits.grad is not None
    return logits.grad[0, :, 0].numpy()


def test_a_mask_drawn_before_a_label_teaches_the_others_and_nothing_of_it():
    found = gradient(np.array([0, DISC, CUP, 255], np.uint8), {VESSEL})
    disc, cup, vessel, rim = found
    assert (disc[:3] != 0).all()
    assert (cup[:3] != 0).all()
    assert (rim[:3] != 0).all()
    assert (vessel == 0).all()
    assert (found[:, 3] == 0).all()
    known = gradient(np.array([0, DISC, CUP, 255], np.uint8), set())
    assert (known[2, :3] != 0).all()


def test_outside_the_label_around_it_a_label_is_known_to_be_absent():
    _, _, _, rim = gradient(np.array([0, DISC, CUP, VESSEL], np.uint8), {RIM})
    assert (rim[[0, 3]] != 0).all()
    assert (rim[[1, 2]] == 0).all()


def test_pixels_of_a_label_inside_an_unknown_one_are_part_of_it():
    labels = LabelSet((Label(1, "field", "#000000"), Label(2, "spot", "#ffffff", "field")))
    codes = UnknownLabels(labels, [frozenset({1})])
    regions, annotated = make_region_table(labels), make_annotation_table(labels)
    codes.extend(regions.numpy(), annotated.numpy())
    marked = codes.mark(np.array([[0, 2]], np.uint8), {1}).astype(np.int64)
    assert annotated[0, marked[0]].tolist() == [0.0, 1.0]
    assert annotated[1, marked[0]].tolist() == [1.0, 1.0]
    assert regions[0, marked[0]].tolist() == [0.0, 1.0]


def test_without_free_values_a_pixel_says_nothing_rather_than_something_wrong():
    labels = LabelSet(tuple(Label(value, f"l{value}", "#000000") for value in range(1, 255)))
    codes = UnknownLabels(labels, [frozenset({254})])
    assert codes.mark(np.array([[0, 1, 254]], np.uint8), {254}).tolist() == [[255, 255, 254]]


def test_a_label_that_was_drawn_since_is_known():
    mask = np.array([[0, VESSEL]], np.uint8)
    assert find_unknown(mask, THREE, (VESSEL, RIM, 99)) == {RIM}
    assert find_unknown(mask, THREE, ()) == frozenset()


@pytest.fixture
def vessel_samples(samples, tmp_path):
    """Four samples, two of them with a vessel; two were drawn before it was a label."""
    made = []
    for number, sample in enumerate(samples[:4]):
        if number < 2:
            mask, path = read_mask(sample.mask, DISC_AND_CUP), tmp_path / f"vessel{number}.png"
            mask[:6] = VESSEL
            write_mask(path, mask, THREE)
            made.append(replace(sample, mask=path))
        else:
            made.append(replace(sample, not_annotated=(VESSEL,)))
    return made


def test_data_says_which_masks_are_silent(vessel_samples, tiny):
    data = Dataset(vessel_samples, THREE, specs_for(THREE, tiny))
    list(data.read())
    assert data.cases_with_unknown == {VESSEL: [sample.case_id for sample in vessel_samples[2:]]}
    assert [data.unknown_of("segment", index) for index in range(4)] == [frozenset()] * 2 + [{VESSEL}] * 2
    assert [data.unknown_of("locate", index) for index in range(4)] == [frozenset()] * 4
    texts = [message.text for message in check_training_data(data, THREE)]
    assert any(text.startswith('2 cases say nothing of "vessel"') for text in texts)


def test_where_no_mask_has_the_label_all_say_that_there_is_none(vessel_samples, tiny):
    data = Dataset(vessel_samples[2:], THREE, specs_for(THREE, tiny))
    list(data.read())
    assert data.unknown_of("segment", 0) == frozenset()
    texts = [message.text for message in check_training_data(data, THREE)]
    assert not any("says nothing" in text or "say nothing" in text for text in texts)


def test_training_measures_the_label_only_where_it_is_known(vessel_samples, tiny, device, tmp_path):
    path = tmp_path / "model.safetensors"
    events = list(fit(vessel_samples[:3], vessel_samples[3:], THREE, tiny, save_to=path, device=device))
    [finished] = [event for event in events if isinstance(event, Finished)]
    epochs = [event for event in events if isinstance(event, EpochDone) and event.stage == "segment"]
    for metrics in (epochs[-1].metrics, finished.metrics):
        assert "dice/optic disc" in metrics
        assert "dice/vessel" not in metrics
