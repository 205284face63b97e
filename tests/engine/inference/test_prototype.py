"""Of several places, the one that looks most like what was learned from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from unet_desktop.engine.files import checkpoint
from unet_desktop.engine.inference import search
from unet_desktop.engine.inference.crop_segmenter import CropSegmenter
from unet_desktop.engine.inference.locate import Location
from unet_desktop.engine.inference.predictor import run_to_end
from unet_desktop.engine.inference.prototype import CropPrototype
from unet_desktop.engine.inference.search import Search
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.engine.training.fit import fit
from unet_desktop.errors import CheckpointError
from unet_desktop.images.crop import BLACK, Square
from unet_desktop.labels import DISC_AND_CUP


def test_distance_is_one_minus_the_cosine_to_the_mean():
    typical = CropPrototype.fit(np.array([[1.0, 0.0], [0.0, 1.0]]))
    assert typical.distance(np.array([3.0, 3.0])) == pytest.approx(0.0)
    assert typical.distance(np.array([1.0, 0.0])) == pytest.approx(1 - np.sqrt(0.5))
    assert typical.distance(np.array([-1.0, -1.0])) == pytest.approx(2.0)
    assert typical.distance(np.zeros(2)) == 1.0


def test_features_of_another_network_are_refused():
    with pytest.raises(CheckpointError, match="another network"):
        CropPrototype(np.array([1.0, 0.0])).distance(np.ones(3))


def test_features_of_nothing_say_nothing():
    assert CropPrototype.fit(np.zeros((3, 4))) is None


def test_a_header_keeps_it():
    typical = CropPrototype.fit(np.random.default_rng(0).random((5, 7)))
    again = CropPrototype.from_json(typical.to_json())
    assert np.allclose(again.direction, typical.direction, atol=1e-5)


@pytest.fixture(scope="module")
def model(samples, tiny, device, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "model.safetensors"
    for _ in fit(samples, samples, DISC_AND_CUP, replace(tiny, epochs=2), save_to=path, device=device):
        pass
    return path


def search_in(segmenter: Segmenter, pixels: np.ndarray) -> Search:
    """The search that `Segmenter.segment` makes in a picture with a dark surround."""
    return Search(segmenter._locate, segmenter._cropper, segmenter._prototype, pixels, BLACK, disc_in_fundus=False)


def test_the_place_that_looks_like_the_training_comes_first(model, photograph):
    opened = Segmenter.open(model, "cpu")
    assert opened.header.trust["typical"]["direction"]
    pixels, mask = photograph(11)
    rows, columns = np.nonzero(mask)
    disc = Square(columns.mean(), rows.mean(), 1.9 * 2 * np.sqrt(len(rows) / np.pi))
    away = Square(150.0 if disc.x < 95 else 40.0, 120.0 if disc.y < 75 else 30.0, disc.side)
    places = [Location(square, square.side / 1.9, 0.9, 1) for square in (away, disc)]
    assert search_in(opened, pixels)._by_likeness(places) == places[::-1]


def test_a_picture_is_segmented_where_it_looks_like_the_training(model, photograph, monkeypatch):
    loaded = Segmenter.open(model, "cpu")
    places = [Location(Square(x, 60.0, 40.0), 20.0, 0.9, 1) for x in (40.0, 90.0, 140.0)]
    distances = dict(zip((place.square for place in places), (0.3, 0.1, 0.2), strict=True))
    looked = []

    def features(_cropper, _pixels, square, _surround):
        looked.append(square)
        return square

    monkeypatch.setattr(search, "locate", lambda *_: places)
    monkeypatch.setattr(search, "SURE", 0.0)
    monkeypatch.setattr(search, "MIN_SCORE", 0.0)
    monkeypatch.setattr(Search, "_refine", lambda _search, attempt: attempt)
    monkeypatch.setattr(CropSegmenter, "features", features)
    monkeypatch.setattr(CropPrototype, "distance", lambda _prototype, square: distances[square])
    found = run_to_end(search_in(loaded, photograph(3)[0]).run(np.zeros((64, 64), np.float32)))
    assert found.location == places[1]
    assert looked == [place.square for place in places]


def test_a_training_is_measured_with_what_it_knows_of_crops(samples, tiny, device, tmp_path, monkeypatch):
    known = []

    def measured(used, _samples, _undrawn):
        known.append(used._prototype)
        return iter(())

    monkeypatch.setattr("unet_desktop.engine.training.fit.evaluate_end_to_end", measured)
    for _ in fit(samples, samples, DISC_AND_CUP, tiny, save_to=tmp_path / "model", device=device):
        pass
    assert known[0] is not None
    assert known[0].to_json() == checkpoint.load(tmp_path / "model").header.trust["typical"]


def test_a_model_that_does_not_know_takes_the_first_place(model):
    loaded = checkpoint.load(model)
    trust = {name: value for name, value in loaded.header.trust.items() if name != "typical"}
    checkpoint.save(model.with_name("old"), replace(loaded.header, trust=trust), loaded.networks)
    places = [Location(Square(50, 50, 40), 20.0, 0.9, 1), Location(Square(90, 90, 40), 20.0, 0.9, 1)]
    old = Segmenter.open(model.with_name("old"), "cpu")
    assert search_in(old, np.zeros((99, 99, 3), np.uint8))._by_likeness(places) == places


def test_a_direction_that_is_none_is_refused(model):
    loaded = checkpoint.load(model)
    trust = loaded.header.trust | {"typical": {"direction": [0.0, 0.0]}}
    checkpoint.save(model.with_name("bad"), replace(loaded.header, trust=trust), loaded.networks)
    with pytest.raises(CheckpointError, match="damaged"):
        Segmenter.open(model.with_name("bad"), "cpu")
