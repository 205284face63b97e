"""Folder runs over stereo pairs: the clearer half, both halves or the whole, and the row says which."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from PIL import Image

from unet_desktop.engine.events import Message
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.engine.inference.stereo import segment_box
from unet_desktop.errors import UserError
from unet_desktop.file_names import fold
from unet_desktop.images.box import Box
from unet_desktop.masks.synthetic import synthetic_fundus
from unet_desktop.tasks.folders.inputs import InputSelection, find_pictures
from unet_desktop.tasks.folders.ledger import Entry
from unet_desktop.tasks.folders.outputs import Outputs


@pytest.fixture
def pairs(tmp_path):
    """A folder of an ordinary photograph and a stereo pair, 400 x 200 pixels."""
    folder = tmp_path / "pairs"
    folder.mkdir()
    eye = synthetic_fundus(1, 220).pixels
    Image.fromarray(eye).save(folder / "one.png")
    Image.fromarray(np.hstack([eye[:, :200], eye[:, 20:]])[10:210]).save(folder / "pair.png")
    return folder


def rows(folder):
    with (folder / "measurements.csv").open(encoding="utf-8", newline="") as file:
        return {row["image"]: row for row in csv.DictReader(file)}


def test_the_clearer_half_is_segmented_and_said(segment, pairs, tmp_path):
    events = segment(sources=(pairs,))
    found = rows(tmp_path / "out")
    assert list(found) == ["one.png", "pair.png"]
    assert (found["one.png"]["flag_stereo"], found["one.png"]["half"]) == ("false", "") or (
        found["one.png"]["flag_stereo"].lower() == "false" and not found["one.png"]["half"]
    )
    half = found["pair.png"]["half"]
    assert half in {"left", "right"}
    assert found["pair.png"]["flags"].count(f"stereo pair, the same optic disc twice: only the {half} half") == 1
    mask = np.asarray(Image.open(tmp_path / "out" / "masks" / "pair.png"))
    assert mask.shape == (200, 400)
    assert not (mask[:, 200:] if half == "left" else mask[:, :200]).any()
    (said,) = [event.text for event in events if isinstance(event, Message) and "two photographs" in event.text]
    assert said.startswith("1 picture shows two photographs")


def test_both_halves_are_pictures(segment, pairs, tmp_path):
    segment(sources=(pairs,), outputs=Outputs(stereo="both"))
    found = rows(tmp_path / "out")
    assert list(found) == ["one.png", "pair.png#left", "pair.png#right"]
    assert [row["half"] for row in found.values()] == ["", "left", "right"]
    left, right = (
        np.asarray(Image.open(tmp_path / "out" / "masks" / f"pair_{half}.png")) for half in ("left", "right")
    )
    assert left.shape == right.shape == (200, 400)
    assert not left[:, 200:].any()
    assert not right[:, :200].any()
    assert found["pair.png#left"]["width_px"] == "400"


def test_the_whole_is_segmented_and_said(segment, pairs, tmp_path):
    segment(sources=(pairs,), outputs=Outputs(stereo="whole"))
    row = rows(tmp_path / "out")["pair.png"]
    assert row["half"] == ""
    assert "stereo pair, segmented as one picture" in row["flags"]


def test_a_choice_that_is_none_is_refused():
    with pytest.raises(UserError, match="clearer, both, whole"):
        Outputs(stereo="left")


def test_results_of_older_programs_count_as_finished():
    assert "stereo" not in Outputs().of_a_picture
    assert "stereo" in Outputs(stereo="both").of_a_picture


def test_names_of_halves_are_free(pairs):
    Image.fromarray(np.full((40, 40, 3), 90, np.uint8)).save(pairs / "pair_left.png")
    found = find_pictures(InputSelection((pairs,)), halves=True).pictures
    names = [fold(picture.name) for picture in found]
    assert len(set(names)) == len(names) == 4
    assert "pair_left-2" in names


def test_the_page_of_a_half():
    entry = {"name": "scan", "path": "/eyes/scan.tif", "model": "", "outputs": ""}
    assert Entry(image="scan.tif#3#left", **entry).page == 2
    assert Entry(image="scan.tif#left", **entry).page == 0


def test_a_half_is_segmented_as_a_picture_of_its_own(small_model):
    segmenter = Segmenter.open(small_model)
    eye = synthetic_fundus(1, 200).pixels
    alone = segmenter.segment(eye)
    placed = segment_box(segmenter, np.hstack([np.zeros_like(eye), eye]), Box(0, 200, 200, 400))
    assert np.array_equal(placed.mask[:, 200:], alone.mask)
    assert not placed.mask[:, :200].any()
    assert placed.confidence == alone.confidence
    if alone.probabilities is not None:
        whole = placed.restore_probabilities(0)
        assert np.allclose(whole[:, 200:], alone.restore_probabilities(0), atol=1e-4)
        assert not whole[:, :200].any()
