"""Augmented pictures are those of training, with outlines that fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from unet_desktop.engine.config import PRESETS
from unet_desktop.errors import TrainingError
from unet_desktop.images.read import read_image
from unet_desktop.tasks.events import AugmentedSheet, FileWritten
from unet_desktop.tasks.show_augmentation import show_augmentation, write_augmentation

CONFIG = replace(PRESETS["fast"], image_size=128)


@pytest.fixture
def corrected(project, write_picture, tmp_path, fundus):
    """A project with two corrected cases."""
    for seed in (1, 2):
        case = project.add_image(write_picture(tmp_path / "in" / f"c{seed}.png", seed, 128))
        project.save_mask(case.id, fundus(seed, 128).mask)
    return project


def test_twelve_looks_at_the_cases_there_are(corrected):
    *read, sheet = show_augmentation(corrected.root, CONFIG)
    assert [(event.name, event.done, event.total) for event in read] == [("c1", 1, 2), ("c2", 2, 2)]
    assert isinstance(sheet, AugmentedSheet)
    assert sheet.pixels.shape == (3 * 256, 4 * 256, 3)
    tiles = sheet.pixels.reshape(3, 256, 4, 256, 3).swapaxes(1, 2).reshape(12, -1)
    assert len({tile.tobytes() for tile in tiles}) == 12
    colour = np.array([int(corrected.labels.labels[0].colour[at : at + 2], 16) for at in (1, 3, 5)])
    for tile in tiles:  # each shows the disc's outline
        assert (np.abs(tile.reshape(-1, 3).astype(int) - colour).sum(axis=1) < 90).sum() > 50


def test_the_seed_decides_and_without_augmentation_all_looks_are_alike(corrected):
    def sheet(config):
        return list(show_augmentation(corrected.root, config))[-1].pixels

    assert np.array_equal(sheet(CONFIG), sheet(CONFIG))
    assert not np.array_equal(sheet(CONFIG), sheet(replace(CONFIG, seed=1)))
    plain = sheet(replace(CONFIG, augmentation=0.0))
    assert np.array_equal(plain[:, :256], plain[:, 512:768])


def test_it_is_written_as_a_picture(corrected, tmp_path):
    *_, written = write_augmentation(corrected.root, CONFIG, tmp_path / "out.jpg")
    assert written == FileWritten("augmented pictures", tmp_path / "out.jpg")
    assert read_image(tmp_path / "out.jpg").pixels.shape == (768, 1024, 3)


def test_without_a_corrected_case_there_is_nothing_to_show(project):
    with pytest.raises(TrainingError, match="nothing to show"):
        list(show_augmentation(project.root, CONFIG))


def test_another_kind_of_file_is_refused_before_it_is_written(corrected, tmp_path):
    with pytest.raises(TrainingError, match=r"end in \.jpg"):
        next(write_augmentation(corrected.root, CONFIG, tmp_path / "sheet.txt"))
    assert not (tmp_path / "sheet.txt").exists()
