from __future__ import annotations

import numpy as np
import pytest

from unet_desktop.engine.inference.star_outline import fit_outline, outline_disc_and_cup
from unet_desktop.images.box import Box
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE
from unet_desktop.masks.compare import dice

SIZE = 128


def ellipse(x: float, y: float, across: float, down: float) -> np.ndarray:
    """(SIZE, SIZE) float32 probabilities with an edge two pixels wide."""
    rows, columns = np.mgrid[:SIZE, :SIZE]
    distance = np.hypot((columns - x) / across, (rows - y) / down)
    return (1.0 / (1.0 + np.exp((distance - 1.0) * 0.5 * (across + down)))).astype(np.float32)


DISC, CUP = ellipse(60, 66, 30, 36), ellipse(63, 68, 15, 17)


def test_smooth_outlines_stay_where_they_are():
    outlined = outline_disc_and_cup(np.stack([DISC, CUP]), DISC_AND_CUP)
    for before, after in zip((DISC, CUP), outlined, strict=True):
        assert dice(after >= 0.5, before >= 0.5) > 0.985
        assert np.abs(after - before).mean() < 0.01


def test_a_bay_is_filled_and_a_leak_is_cut_off():
    rows, columns = np.mgrid[:SIZE, :SIZE]
    angle = np.degrees(np.arctan2(rows - 66, columns - 60))
    torn = DISC.copy()
    torn[(angle > 20) & (angle < 60) & (np.hypot(rows - 66, columns - 60) > 20)] = 0.0
    torn[(angle > -60) & (angle < -30) & (np.hypot(rows - 66, columns - 60) < 55)] = 0.9
    assert dice(torn >= 0.5, DISC >= 0.5) < 0.93
    outline = fit_outline(torn, 2)
    assert dice(outline.render(SIZE, SIZE) >= 0.5, DISC >= 0.5) > 0.95


def test_the_cup_stays_in_the_disc():
    outlined = outline_disc_and_cup(np.stack([DISC, ellipse(85, 66, 20, 20)]), DISC_AND_CUP)
    assert (outlined[1] <= outlined[0]).all()
    assert (outlined[1] >= 0.5).any()


def test_where_the_picture_ends_the_rest_of_the_outline_decides():
    cut_off = DISC.copy()
    cut_off[:, 75:] = 0.5  # what a network answers for the padding means nothing
    outline = fit_outline(cut_off, 2, Box(0, 0, SIZE, 75))
    assert dice(outline.render(SIZE, SIZE)[:, :75] >= 0.5, DISC[:, :75] >= 0.5) > 0.98


@pytest.mark.parametrize("planes", [np.zeros((2, SIZE, SIZE), np.float32), np.stack([DISC * 0.0 + 0.4, CUP])])
def test_without_a_disc_the_network_has_the_last_word(planes):
    assert outline_disc_and_cup(planes, DISC_AND_CUP) is planes


def test_other_labels_are_left_alone():
    planes = ellipse(60, 66, 30, 36)[np.newaxis]
    assert outline_disc_and_cup(planes, ONE_STRUCTURE) is planes


def test_a_disc_without_cup_has_no_cup_afterwards():
    outlined = outline_disc_and_cup(np.stack([DISC, DISC * 0.01]), DISC_AND_CUP)
    assert (outlined[0] >= 0.5).any()
    assert not (outlined[1] >= 0.5).any()


def test_a_region_that_no_outline_describes_is_left_to_the_network():
    rows, columns = np.mgrid[:SIZE, :SIZE]
    ring = (np.abs(np.hypot(rows - 64, columns - 64) - 50) < 1).astype(np.float32)
    ring[:64] = 0.0
    line = np.zeros((SIZE, SIZE), np.float32)
    line[60, 10:110] = 0.9
    for plane in (ring, line):
        outline = fit_outline(plane, 2)
        assert outline is None or np.isfinite(outline.render(SIZE, SIZE)).all()
