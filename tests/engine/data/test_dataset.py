from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from unet_desktop.engine.config import PRESETS
from unet_desktop.engine.data import variants
from unet_desktop.engine.data.augment import (
    AugmentationRange,
    add_atrophy,
    add_border,
    add_distractors,
    recolour,
    resize_cup,
    warp,
)
from unet_desktop.engine.data.dataset import Dataset, check_training_data, crop_example
from unet_desktop.engine.data.training_example import make_example
from unet_desktop.engine.data.variants import augment_example
from unet_desktop.engine.networks.specs import specs_for
from unet_desktop.images.crop import Square
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE

SPECS = specs_for(DISC_AND_CUP, PRESETS["fast"])
STILL = AugmentationRange(rotation=0.0, smaller=1.0, larger=1.0, shift=0.0, flip_vertical=False, reflect=False)


def test_the_crop_holds_the_disc_in_its_middle(photograph):
    pixels, mask = photograph(2, 600, 700)
    view = make_example(pixels, mask, DISC_AND_CUP, SPECS["segment"], "segment")
    picture, labels = crop_example(view, SPECS["segment"])
    assert picture.shape == (256, 256, 3)
    rows, columns = np.nonzero((labels == 1) | (labels == 2))
    assert abs(rows.mean() - 127.5) < 1.5
    assert abs(columns.mean() - 127.5) < 1.5
    assert np.ptp(rows) + 1 == pytest.approx(256 / PRESETS["fast"].crop_factor, abs=3)


def test_the_locating_view_holds_the_disc_alone_and_the_whole_picture(photograph):
    pixels, mask = photograph(2)
    view = make_example(pixels, mask, DISC_AND_CUP, SPECS["locate"], "locate")
    assert set(np.unique(view.mask)) == {0, 1, 255}  # 255 above and below: the picture is wider than high
    assert view.picture.shape[:2] == view.mask.shape


def test_what_does_not_fit_in_memory_is_decoded_again(samples):
    small = Dataset(samples, DISC_AND_CUP, SPECS, cache_bytes=0)
    large = Dataset(samples, DISC_AND_CUP, SPECS)
    assert list(small.read()) == list(large.read()) == [1, 2, 3, 4]
    assert small.fingerprint == large.fingerprint
    for name in SPECS:
        assert np.array_equal(small.example(name, 2).picture, large.example(name, 2).picture)


def test_without_strength_a_picture_is_only_cut_out(photograph):
    pixels, mask = photograph(2, 128, 128)
    generator = np.random.default_rng(0)
    picture, labels = warp(pixels, mask, Square(64, 64, 128), 128, STILL, 0.0, generator)
    assert np.array_equal(picture, pixels)
    assert np.array_equal(labels, mask)
    assert recolour(pixels, 0.0, generator) is pixels


@pytest.mark.parametrize("name", ["locate", "segment"])
def test_chance_comes_from_the_generator_alone(name, photograph):
    pixels, mask = photograph(2)
    view = make_example(pixels, mask, DISC_AND_CUP, SPECS[name], name)
    config = PRESETS["fast"]
    first, second, third = (
        augment_example(view, SPECS[name], config, np.random.default_rng(seed))[0] for seed in (1, 1, 2)
    )
    assert np.array_equal(first, second)
    assert not np.array_equal(first, third)


@pytest.mark.parametrize("bend", [0.0, 1 / 32])
def test_picture_and_mask_turn_and_bend_together(photograph, bend):
    _, mask = photograph(2, 128, 128)
    painted = np.repeat((mask * 100)[..., np.newaxis], 3, axis=2)
    generator = np.random.default_rng(4)
    reach = AugmentationRange(40.0, 0.7, 1.4, 0.1, flip_vertical=True, reflect=False, bend=bend)
    for _ in range(10):
        picture, labels = warp(painted, mask, Square(64, 64, 128), 96, reach, 1.0, generator)
        judged = labels != 255
        wrong = np.round(picture[..., 0] / 100).astype(int)[judged] != labels[judged]
        assert wrong.mean() < 0.02  # only where interpolation crosses a boundary


def test_bending_changes_the_shape_of_seven_looks_of_ten():
    rows, columns = np.mgrid[:128, :128]
    disc = (np.hypot(rows - 63.5, columns - 63.5) < 30).astype(np.uint8)
    picture = np.repeat(disc[..., np.newaxis] * np.uint8(200), 3, axis=2)
    changed = []
    for seed in range(40):
        reach = AugmentationRange(0.0, 1.0, 1.0, 0.0, flip_vertical=False, reflect=False, bend=1 / 64)
        _, plain = warp(picture, disc, Square(64, 64, 128), 128, STILL, 1.0, np.random.default_rng(seed))
        _, bent = warp(picture, disc, Square(64, 64, 128), 128, reach, 1.0, np.random.default_rng(seed))
        changed.append(2 * np.sum((plain == 1) & (bent == 1)) / (np.sum(plain == 1) + np.sum(bent == 1)))
    assert 0.8 < min(changed) < 0.97
    assert 5 <= changed.count(1.0) <= 20  # three looks of ten are not bent


def test_black_stays_black_when_colours_change():
    black = np.zeros((32, 32, 3), np.uint8)
    for seed in range(20):
        assert recolour(black, 1.0, np.random.default_rng(seed)).mean() < 5


def test_distractors_spare_the_label_and_the_black_ground(photograph):
    pixels, mask = photograph(2)
    pixels[:20] = 0
    changed = 0
    for seed in range(10):
        painted = add_distractors(pixels, mask, np.random.default_rng(seed))
        assert np.array_equal(painted[mask > 0], pixels[mask > 0])
        assert not painted[:20].any()
        changed += not np.array_equal(painted, pixels)
    assert changed >= 2


def test_atrophy_surrounds_the_label_and_spares_it(photograph):
    pixels, mask = photograph(2, 128, 128)
    changed = 0
    for seed in range(40):
        painted = add_atrophy(pixels, mask, np.random.default_rng(seed))
        assert np.array_equal(painted[mask > 0], pixels[mask > 0])
        brighter = painted.astype(int).sum(axis=2) > pixels.astype(int).sum(axis=2) + 30
        changed += bool(brighter.any())
    assert 4 <= changed <= 20  # a quarter of the views


def test_a_border_hides_and_says_nothing_of_what_it_hides(photograph):
    pixels, mask = photograph(2, 128, 128)
    hidden = 0
    for seed in range(20):
        picture, labels = add_border(pixels, mask, np.random.default_rng(seed))
        inside = labels != 255
        assert np.array_equal(picture[inside], pixels[inside])
        assert np.array_equal(labels[inside], mask[inside])
        assert inside.mean() >= 0.16
        if not inside.all():
            hidden += 1
            assert len(np.unique(picture[~inside], axis=0)) == 1
    assert hidden >= 10


def test_cups_of_other_sizes_keep_the_disc_and_their_pixels():
    rows, columns = np.mgrid[:128, :128]
    distance = np.hypot(rows - 63, columns - 60)
    mask = np.where(distance < 25, 2, np.where(distance < 36, 1, 0)).astype(np.uint8)
    painted = np.repeat((mask * 100)[..., np.newaxis], 3, axis=2)
    areas = []
    for seed in range(20):
        picture, planes = resize_cup(painted, mask[..., np.newaxis], (1, 2), (2,), np.random.default_rng(seed))
        resized = planes[..., 0]
        areas.append(np.count_nonzero(resized == 2) / np.count_nonzero(mask == 2))
        assert np.count_nonzero(resized) == pytest.approx(np.count_nonzero(mask), rel=0.2)
        assert (np.round(picture[..., 0] / 100).astype(int) != resized).mean() < 0.03
    assert min(areas) < 0.5
    assert max(areas) > 0.95
    assert (
        resize_cup(painted, np.minimum(mask, 1)[..., np.newaxis], (1, 2), (2,), np.random.default_rng(0))[0] is painted
    )


def test_pictures_without_a_located_label_get_no_atrophy_and_are_padded_with_black(photograph):
    pixels, mask = photograph(2)
    config = replace(PRESETS["fast"], framing="whole")
    spec = specs_for(ONE_STRUCTURE, config)["segment"]
    example = make_example(pixels, np.minimum(mask, 1), ONE_STRUCTURE, spec, "segment")
    padded = example.mask == 255
    assert padded.any()
    assert not np.median(example.picture[padded], axis=0).any()
    assert example.surround == (0, 0, 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(variants, "add_atrophy", lambda *_: pytest.fail("cells have no atrophy"))
        augment_example(example, spec, config, np.random.default_rng(0))


def test_the_locating_network_sees_discs_of_all_sizes(photograph):
    pixels, mask = photograph(2, 600, 700)
    view = make_example(pixels, mask, DISC_AND_CUP, SPECS["locate"], "locate")
    generator = np.random.default_rng(0)
    heights = []
    for _ in range(200):
        _, labels, _ = augment_example(view, SPECS["locate"], PRESETS["fast"], generator)
        rows = np.flatnonzero((labels == 1).any(axis=1))
        heights.append(0.0 if rows.size == 0 else (rows[-1] - rows[0] + 1) / labels.shape[0])
    shares = np.array(heights)
    for low, high in ((0.05, 0.15), (0.15, 0.3), (0.3, 0.6), (0.6, 1.01)):
        assert np.mean((shares >= low) & (shares < high)) > 0.04, (low, high)  # the disc is large in this picture


def test_a_case_without_its_cup_is_known_unless_it_was_said_that_there_is_none(photograph, write_sample, tmp_path):
    pixels, mask = photograph(3)
    whole = write_sample(tmp_path, "whole", pixels, mask)
    bare = write_sample(tmp_path, "bare", pixels, np.minimum(mask, 1))
    said = replace(bare, case_id="said", no_cup=True)
    data = Dataset([whole, bare, said], DISC_AND_CUP, SPECS)
    list(data.read())
    assert data.cases_without_cup == ["bare"]
    assert data.lack_cup
    assert [data.example("segment", index).lacks_cup for index in range(3)] == [False, True, False]
    [message] = check_training_data(data, DISC_AND_CUP)
    assert message.text.startswith("1 case is incomplete: the optic disc is drawn, but no optic cup. It teaches")


def test_where_no_mask_has_a_cup_they_say_that_there_is_none(photograph, write_sample, tmp_path):
    pixels, mask = photograph(3)
    data = Dataset([write_sample(tmp_path, "bare", pixels, np.minimum(mask, 1))], DISC_AND_CUP, SPECS)
    list(data.read())
    assert data.cases_without_cup == ["bare"]
    assert not data.lack_cup
    [message] = check_training_data(data, DISC_AND_CUP)
    assert message.text.startswith('None of the training masks holds "optic cup"')
