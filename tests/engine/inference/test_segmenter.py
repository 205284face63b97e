from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from unet_desktop.engine.files.checkpoint import load
from unet_desktop.engine.inference import search
from unet_desktop.engine.inference.locate import (
    Location,
    candidate_locations,
    drop_repeated,
    from_afar,
    further_squares,
    locate,
)
from unet_desktop.engine.inference.predictor import Predictor
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.engine.networks.specs import NetworkSpec, build
from unet_desktop.engine.training.fit import fit
from unet_desktop.images.crop import Square
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE


@pytest.fixture(scope="module")
def opened(model) -> Segmenter:
    return Segmenter.open(model, "cpu")


def test_the_same_picture_gives_the_same_mask(opened, model, photograph):
    pixels = photograph(7)[0]
    first, second = opened.segment(pixels), Segmenter.open(model, "cpu").segment(pixels)
    assert np.array_equal(first.mask, second.mask)
    assert first.confidence == second.confidence


@pytest.mark.parametrize("shape", [(1, 1), (37, 501), (501, 37), (64, 64), (2, 300), (1, 3000)])
def test_odd_sizes(opened, shape):
    prediction = opened.segment(np.full((*shape, 3), 90, np.uint8))
    assert prediction.mask.shape == shape
    assert prediction.mask.dtype == np.uint8
    assert set(np.unique(prediction.mask)) <= {0, 1, 2}
    assert 0.0 <= prediction.confidence <= 1.0
    assert prediction.found == bool(prediction.mask.any())


@pytest.mark.parametrize("shape", [(1, 1), (37, 501), (300, 200)])
def test_odd_sizes_in_tiles(shape, device, samples, tiny, tmp_path):
    config = replace(tiny, framing="patches", least_steps=1)
    path = tmp_path / "model.safetensors"
    for _ in fit(samples[:1], [], DISC_AND_CUP, config, save_to=path, device=device):
        pass
    opened = Segmenter.open(path, "cpu")
    prediction = opened.segment(np.full((*shape, 3), 90, np.uint8))
    assert prediction.mask.shape == shape
    assert prediction.probabilities.shape == (2, *shape)


def test_nothing_found_is_an_empty_mask(opened, monkeypatch, photograph):
    monkeypatch.setattr(search, "locate", lambda plane, shape, factor, seen=None: [])
    prediction = opened.segment(photograph(7)[0])
    assert not prediction.found
    assert not prediction.mask.any()
    assert prediction.square is None
    assert prediction.probabilities is None


def test_locating_a_known_blob():
    plane = np.zeros((64, 64), np.float32)
    plane[20:30, 40:50] = 0.9
    plane[2:4, 2:4] = 1.0  # brighter, but small
    (found,) = candidate_locations(plane, Square(640, 640, 1280), 2.0)
    assert (found.square.x, found.square.y) == (900, 500)
    assert found.diameter == pytest.approx(2 * np.sqrt(100 / np.pi) * 20)
    assert found.square.side == pytest.approx(2 * found.diameter)
    assert found.confidence == pytest.approx(0.9)


def test_a_weak_answer_is_found_and_a_flat_one_is_not():
    plane = np.full((64, 64), 0.02, np.float32)
    assert candidate_locations(plane, Square(32, 32, 64), 2.0) == []
    plane[10:20, 10:20] = 0.3
    assert len(candidate_locations(plane, Square(32, 32, 64), 2.0)) == 1


def test_tiles_agree_with_the_whole_picture(device, photograph):
    spec = NetworkSpec("unet", 4, 1, "patches", 64, 1.9, 256)
    predictor = Predictor(build(spec), spec, device, mirror=True)
    pixels = photograph(3, 128, 128)[0]
    assert np.allclose(predictor.whole(pixels), predictor.square(pixels), atol=1e-5)
    assert predictor.whole(photograph(3, 300, 200)[0]).shape == (1, 256, 171)


def test_a_project_without_a_located_label_trains_on_patches(device, samples, tiny, tmp_path, photograph, write_sample):
    pixels, mask = photograph(1)
    sample = write_sample(tmp_path, "cell", pixels, (mask > 0).astype(np.uint8), ONE_STRUCTURE)
    path = tmp_path / "cells.safetensors"
    for _ in fit([sample], [sample], ONE_STRUCTURE, tiny, save_to=path, device=device):
        pass
    assert list(load(path).networks) == ["segment"]
    seen = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Predictor, "features", lambda self, picture: seen.append(picture) or np.zeros(3))
        opened = Segmenter.open(path, "cpu")
        opened.features(pixels, Square.around(*mask.shape))
        patch.setattr(opened, "_familiarity", SimpleNamespace(distance=lambda features: 0.0, limit=1.0))
        opened.segment(pixels)
    assert np.array_equal(*seen)  # the statistics of training hold for what is seen later
    assert Segmenter.open(path, "cpu").segment(pixels).mask.shape == mask.shape


def test_a_ragged_lesion_does_not_pass_for_a_disc():
    plane = np.zeros((64, 64), np.float32)
    plane[10:20, 10:20] = 0.9
    plane[40:44, 4:44] = 0.95  # heavier, but long
    found, other = candidate_locations(plane, Square(32, 32, 64), 2.0)
    assert (found.square.x, found.square.y) == (15, 15)
    assert (other.square.x, other.square.y) == (24, 42)
    assert found.rivals == other.rivals == 1


def test_a_label_is_located_in_a_view_of_a_part_and_not_beyond_the_picture():
    plane = np.zeros((64, 64), np.float32)
    plane[8:16, 8:16] = 0.9
    plane[40:56, 40:56] = 0.9
    [place] = locate(plane, (100, 100), 2.0, seen=Square(0, 0, 128))
    assert (place.square.x, place.square.y) == (32, 32)  # (48 - 32) * 2; the other lies outside the picture


@pytest.mark.parametrize("shape", [(1757, 2049), (512, 512), (300, 900)])
def test_further_squares_cover_the_picture_at_several_scales(shape):
    squares = further_squares(*shape)
    seen = np.zeros(shape, int)
    for square in squares:
        if square.side < max(shape):
            seen[square.box(*shape).slices] += 1
    assert seen.min() >= 1
    assert max(square.side for square in squares) >= 4 * max(shape)


def test_a_photograph_of_the_disc_alone_is_seen_from_afar_first():
    square = from_afar(300, 400)
    assert (square.x, square.y) == (200, 150)
    assert square.side >= 4 * 400


def test_places_that_repeat_each_other_count_once():
    first = Location(Square(100, 100, 80), 40.0, 0.8)
    same = Location(Square(103, 99, 84), 42.0, 0.9)
    larger = Location(Square(100, 100, 200), 100.0, 0.5)
    assert drop_repeated([first, same, larger]) == [same, larger]
