"""Everything written for one picture."""

from __future__ import annotations

import functools
import io
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image as Pillow

from unet_desktop.checkpoint_header import CheckpointHeader
from unet_desktop.engine.device.device import Device
from unet_desktop.engine.files.checkpoint import Checkpoint
from unet_desktop.engine.inference.segmenter import Prediction, Segmenter
from unet_desktop.engine.networks.specs import NetworkSpec, build
from unet_desktop.images.box import Box
from unet_desktop.images.crop import Square, restore
from unet_desktop.labels import DISC_AND_CUP, Label, LabelSet
from unet_desktop.masks.anatomy import tidy
from unet_desktop.masks.regions import label_image, region
from unet_desktop.tasks.folders.columns import columns
from unet_desktop.tasks.folders.inputs import Picture
from unet_desktop.tasks.folders.one_picture import segment_picture
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.region_files import WHITE, encode_probabilities, label_folders, probability_files

EVERYTHING = Outputs(
    regions=True, probabilities="16", overlays=True, contours=frozenset({"geojson", "coco", "labelme"})
)
HEIGHT, WIDTH = 96, 120
FOLDER = Path("out")
HALF = {"8": 128, "16": 32768}
"""The documented thresholds."""


def prediction():
    """Soft discs, seen on a square that reaches over the picture's border."""
    square = Square(80.0, 50.0, 90.0)
    rows, columns_ = np.mgrid[:64, :64] + 0.5
    distance = np.hypot(rows - 32, columns_ - 30)
    planes = np.stack([1 / (1 + np.exp((distance - radius) / 1.5)) for radius in (18, 9)]).astype(np.float32)
    box = square.box(HEIGHT, WIDTH)
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[box.slices] = label_image(np.stack([restore(plane, square, box) for plane in planes]) >= 0.5, DISC_AND_CUP)
    return Prediction(mask, 0.9, True, square, box, planes)


@pytest.fixture
def segmenter():
    header = SimpleNamespace(labels=DISC_AND_CUP, weights_sha256="0123456789abcdef" * 4)
    return SimpleNamespace(header=header, name="model-007", segment=lambda pixels: prediction())


@pytest.fixture
def shown(tmp_path) -> Picture:
    path = tmp_path / "sub" / "photo.png"
    path.parent.mkdir()
    Pillow.fromarray(np.full((HEIGHT, WIDTH, 3), 120, np.uint8)).save(path)
    return Picture(path, 0, "sub/photo.png", "sub/photo")


def opened(content):
    with Pillow.open(io.BytesIO(content)) as picture:
        return np.array(picture)


def test_names_mirror_the_input_tree(segmenter, shown):
    assert [name for name, _ in segment_picture(segmenter, shown, EVERYTHING, FOLDER).files] == [
        "masks/sub/photo.png",
        "regions/optic_disc/sub/photo.png",
        "regions/optic_cup/sub/photo.png",
        "overlays/sub/photo.jpg",
        "contours/geojson/sub/photo.geojson",
        "contours/coco/sub/photo.json",
        "contours/labelme/sub/photo.json",
        "probabilities/optic_disc/sub/photo.png",
        "probabilities/optic_cup/sub/photo.png",
    ]


def test_nothing_is_written_that_was_not_asked_for(segmenter, shown):
    assert segment_picture(segmenter, shown, Outputs(masks=False), FOLDER).files == ()


def test_the_same_picture_is_the_same_bytes(segmenter, shown):
    first, second = (segment_picture(segmenter, shown, EVERYTHING, FOLDER) for _ in range(2))
    assert first.files == second.files
    assert first.row | {"seconds": 0} == second.row | {"seconds": 0}


def test_a_region_s_file_is_black_and_white(segmenter, shown):
    written = dict(segment_picture(segmenter, shown, EVERYTHING, FOLDER).files)
    for label, folder in zip(DISC_AND_CUP, ("optic_disc", "optic_cup"), strict=True):
        plane = opened(written[f"regions/{folder}/sub/photo.png"])
        assert np.array_equal(plane, region(prediction().mask, DISC_AND_CUP, label) * WHITE)


@pytest.mark.parametrize(("bits", "dtype", "most"), [("8", np.uint8, 255), ("16", np.uint16, 65535)])
def test_probabilities_lie_where_the_mask_does(bits, dtype, most):
    seen = prediction()
    for label, (_, content) in zip(DISC_AND_CUP, probability_files("n", seen, DISC_AND_CUP, bits), strict=True):
        plane = opened(content)
        assert (plane.dtype, plane.shape) == (dtype, (HEIGHT, WIDTH))
        assert np.array_equal(plane >= most / 2, region(seen.mask, DISC_AND_CUP, label))
        assert plane[0, 0] == 0, "the network did not look there"
        assert plane.max() > 0.9 * most


def test_probabilities_of_a_picture_in_tiles_cover_it_all():
    planes = np.linspace(0, 1, 2 * 20 * 30, dtype=np.float32).reshape(2, 20, 30)
    box = Square.around(40, 60).box(40, 60)
    mask = np.zeros((40, 60), np.uint8)
    mask[36:, :] = 2
    seen = Prediction(mask, 0.5, True, Square.around(40, 60), box, planes, tiled=True)
    (_, first), (_, second) = probability_files("n", seen, DISC_AND_CUP, "8")
    assert opened(first)[0, 0] == 0
    assert opened(second)[-1, -1] == 255
    assert opened(first).shape == (40, 60)


@given(st.data(), st.integers(3, 40), st.integers(3, 40), st.sampled_from(["8", "16"]), st.booleans())
@settings(deadline=None)
def test_the_region_is_exactly_where_its_map_is_at_least_a_half(data, height, width, bits, tiled):
    """Whatever tidying did: masks and maps here have nothing to do with each other."""
    side = data.draw(st.integers(1, 12))
    planes = data.draw(arrays(np.float32, (2, side, side), elements=st.floats(0, 1, width=32)))
    mask = data.draw(arrays(np.uint8, (height, width), elements=st.integers(0, 2)))
    square = Square(width / 2 + 1.3, height / 2 - 0.7, max(height, width) * 1.1)
    box = Box(0, 0, height, width) if tiled else square.box(height, width)
    seen = Prediction(mask, 0.9, True, square, box, planes, tiled=tiled)
    for at, (label, (_, content)) in enumerate(
        zip(DISC_AND_CUP, probability_files("n", seen, DISC_AND_CUP, bits), strict=True)
    ):
        plane, inside = opened(content), region(mask, DISC_AND_CUP, label)
        assert np.array_equal(plane >= HALF[bits], inside)
        raw = seen.restore_probabilities(at)
        agrees = (raw >= 0.5) == inside
        step = 1 / np.iinfo(plane.dtype).max
        assert np.abs(plane[agrees] * step - raw[agrees]).max(initial=0) <= step, "kept where they agree"
        assert np.abs(plane[~agrees] * step - 0.5).max(initial=0) <= step


@pytest.mark.parametrize("bits", ["8", "16"])
@given(st.floats(0, 1, width=32))
def test_the_threshold_is_one_half_to_the_last_digit(bits, p):
    plane = np.full((1, 1), p, np.float32)
    found = encode_probabilities(plane, plane >= 0.5, bits)
    assert abs(int(found[0, 0]) - p * np.iinfo(found.dtype).max) <= 0.51
    assert (found[0, 0] >= HALF[bits]) == (p >= 0.5)


@pytest.fixture(scope="module")
def untaught():
    """Function of a framing to a model with random weights, whose maps are ragged: tidying changes much."""

    def make(framing):
        torch.manual_seed(3)
        spec = NetworkSpec("lite0", 8, 2, framing, 64, 1.0, 96)
        header = CheckpointHeader(DISC_AND_CUP, {"segment": spec.to_json()}, "fast", {}, {}, {}, {}, "2026", "")
        return Segmenter(Checkpoint(header, {"segment": spec}, {"segment": build(spec)}), Device("cpu", None, 1))

    return functools.cache(make)


@pytest.mark.parametrize("framing", ["whole", "patches"])
@given(st.integers(20, 140), st.integers(0, 3), st.booleans(), st.sampled_from(["8", "16"]))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_mask_and_maps_of_a_model_agree_at_every_size(untaught, framing, height, more, lying, bits):
    shape = (height, height + more) if lying else (height + more, height)
    pixels = np.random.default_rng(height).integers(0, 256, (*shape, 3), np.uint8)
    seen = untaught(framing).segment(pixels)
    for at, (label, (_, content)) in enumerate(
        zip(DISC_AND_CUP, probability_files("n", seen, DISC_AND_CUP, bits), strict=True)
    ):
        inside = region(seen.mask, DISC_AND_CUP, label)
        assert np.array_equal(opened(content) >= HALF[bits], inside)
        found = [seen.restore_probabilities(index) >= 0.5 for index in range(2)]
        untidied = tidy(label_image(np.stack(found), DISC_AND_CUP), DISC_AND_CUP)
        differing = np.count_nonzero(region(untidied, DISC_AND_CUP, label) != inside)
        assert differing <= 0.002 * inside.size, f"the map of {at} is resized as the mask was"


def test_the_row_fits_the_columns(segmenter, shown):
    row = segment_picture(segmenter, shown, EVERYTHING, FOLDER).row
    known = {column.name: column for column in columns(DISC_AND_CUP)}
    assert row.keys() <= known.keys()
    assert all(known[name].cell(row) is not None for name in row if row[name] != "")
    assert (row["model_name"], row["model"]) == ("model-007", "0123456789abcdef")
    assert row["mask"] == "masks/sub/photo.png"
    assert json.loads(json.dumps(row)) == row, "the ledger keeps it as JSON"


def test_labels_have_folders_of_their_own_whatever_they_are_called():
    labels = LabelSet((Label(1, "a/b", "#000000"), Label(2, "a:b", "#000000"), Label(3, "Ä 1", "#000000")))
    assert list(label_folders(labels).values()) == ["a_b", "a_b-2", "Ä_1"]
