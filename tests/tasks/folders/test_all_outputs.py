"""Everything written for one picture."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image as Pillow

from unet_desktop.engine.inference.segmenter import Prediction
from unet_desktop.images.crop import Square, restore
from unet_desktop.labels import DISC_AND_CUP, Label, LabelSet
from unet_desktop.masks.regions import label_image, region
from unet_desktop.tasks.folders.columns import columns
from unet_desktop.tasks.folders.inputs import Picture
from unet_desktop.tasks.folders.one_picture import segment_picture
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.region_files import WHITE, label_folders, probability_files

EVERYTHING = Outputs(
    regions=True, probabilities="16", overlays=True, contours=frozenset({"geojson", "coco", "labelme"})
)
HEIGHT, WIDTH = 96, 120


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
    assert [name for name, _ in segment_picture(segmenter, shown, EVERYTHING).files] == [
        "masks/sub/photo.png",
        "regions/optic_disc/sub/photo.png",
        "regions/optic_cup/sub/photo.png",
        "probabilities/optic_disc/sub/photo.png",
        "probabilities/optic_cup/sub/photo.png",
        "overlays/sub/photo.jpg",
        "contours/geojson/sub/photo.geojson",
        "contours/coco/sub/photo.json",
        "contours/labelme/sub/photo.json",
    ]


def test_nothing_is_written_that_was_not_asked_for(segmenter, shown):
    assert segment_picture(segmenter, shown, Outputs(masks=False)).files == ()


def test_the_same_picture_is_the_same_bytes(segmenter, shown):
    first, second = (segment_picture(segmenter, shown, EVERYTHING) for _ in range(2))
    assert first.files == second.files
    assert first.row | {"seconds": 0} == second.row | {"seconds": 0}


def test_a_region_s_file_is_black_and_white(segmenter, shown):
    written = dict(segment_picture(segmenter, shown, EVERYTHING).files)
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
    seen = Prediction(np.zeros((40, 60), np.uint8), 0.5, False, Square.around(40, 60), box, planes)
    (_, first), (_, second) = probability_files("n", seen, DISC_AND_CUP, "8")
    assert opened(first)[0, 0] == 0
    assert opened(second)[-1, -1] == 255
    assert opened(first).shape == (40, 60)


def test_the_row_fits_the_columns(segmenter, shown):
    row = segment_picture(segmenter, shown, EVERYTHING).row
    known = {column.name: column for column in columns(DISC_AND_CUP)}
    assert row.keys() <= known.keys()
    assert all(known[name].cell(row) is not None for name in row if row[name] != "")
    assert (row["model_name"], row["model"]) == ("model-007", "0123456789abcdef")
    assert row["mask"] == "masks/sub/photo.png"
    assert json.loads(json.dumps(row)) == row, "the ledger keeps it as JSON"


def test_labels_have_folders_of_their_own_whatever_they_are_called():
    labels = LabelSet((Label(1, "a/b", "#000000"), Label(2, "a:b", "#000000"), Label(3, "Ä 1", "#000000")))
    assert list(label_folders(labels).values()) == ["a_b", "a_b-2", "Ä_1"]
