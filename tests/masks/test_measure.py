from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as npst

from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE, Label, LabelSet
from unet_desktop.masks.measure import CupToDisc, Extent, cup_and_disc, cup_to_disc, lacks_cup, measure_extent
from unet_desktop.masks.regions import region


def test_the_extent_of_a_known_shape():
    plane = np.zeros((10, 12), bool)
    plane[3, 4:9] = True
    plane[7, 2] = True
    assert measure_extent(plane) == Extent(left=2, top=3, width=7, height=5, area=6)


def test_the_extent_of_nothing_and_of_everything():
    assert measure_extent(np.zeros((4, 5), bool)) == Extent(0, 0, 0, 0, 0)
    assert measure_extent(np.ones((4, 5), bool)) == Extent(0, 0, 5, 4, 20)
    assert measure_extent(np.ones((1, 1), bool)) == Extent(0, 0, 1, 1, 1)


@given(npst.arrays(bool, npst.array_shapes(min_dims=2, max_dims=2, max_side=10)))
def test_the_extent_against_the_list_of_pixels(plane):
    at = np.argwhere(plane)
    found = measure_extent(plane)
    assert found.area == len(at)
    if len(at):
        assert (found.top, found.left) == tuple(at.min(axis=0))
        assert (found.top + found.height - 1, found.left + found.width - 1) == tuple(at.max(axis=0))


def test_ratios_by_hand():
    mask = np.zeros((60, 60), np.uint8)
    mask[10:50, 5:55] = 1  # 40 high, 50 wide, 2000 pixels with its cup
    mask[20:48, 10:30] = 2  # 28 high, 20 wide, 560 pixels
    assert cup_to_disc(mask, DISC_AND_CUP) == CupToDisc(vertical=28 / 40, horizontal=20 / 50, area=560 / 2000)


def test_cup_that_was_painted_outside_counts_as_disc():
    mask = np.zeros((60, 60), np.uint8)
    mask[20:30, 20:30] = 1
    mask[30:40, 20:30] = 2
    assert cup_to_disc(mask, DISC_AND_CUP) == CupToDisc(vertical=0.5, horizontal=1.0, area=0.5)


def test_without_a_cup_the_ratio_is_0_and_without_a_disc_there_is_none():
    mask = np.zeros((9, 9), np.uint8)
    empty = cup_to_disc(mask, DISC_AND_CUP)
    assert all(math.isnan(value) for value in (empty.vertical, empty.horizontal, empty.area))
    mask[2:5, 2:5] = 1
    assert cup_to_disc(mask, DISC_AND_CUP) == CupToDisc(0.0, 0.0, 0.0)


def test_the_pair_is_found_by_its_form_in_any_language():
    cup, disc = cup_and_disc(DISC_AND_CUP)
    assert (cup.name, disc.name) == ("optic cup", "optic disc")
    papilla = Label(4, "Papille", "#000000", unique=True)
    hollow = Label(9, "Exkavation", "#000000", inside="Papille", unique=True)
    vessel = Label(3, "Gefäß", "#000000", inside="Papille")
    assert cup_and_disc(LabelSet((papilla, vessel, hollow))) == (hollow, papilla)


@pytest.mark.parametrize(
    "labels",
    [
        ONE_STRUCTURE,
        LabelSet((Label(1, "cell", "#000000"), Label(2, "nucleus", "#000000", inside="cell", unique=True))),
        LabelSet((Label(1, "cell", "#000000", unique=True), Label(2, "nucleus", "#000000", "cell", unique=True))),
        LabelSet((Label(1, "a", "#000000", unique=True), Label(2, "b", "#000000", unique=True))),
    ],
)
def test_labels_without_the_pair_have_no_ratios(labels):
    assert cup_and_disc(labels) is None
    assert cup_to_disc(np.ones((4, 4), np.uint8), labels) is None


@given(npst.arrays(np.uint8, (7, 8), elements={"min_value": 0, "max_value": 2}))
def test_ratios_lie_between_0_and_1(mask):
    ratios = cup_to_disc(mask, DISC_AND_CUP)
    if region(mask, DISC_AND_CUP, DISC_AND_CUP.labels[0]).any():
        assert all(0 <= value <= 1 for value in (ratios.vertical, ratios.horizontal, ratios.area))


def test_a_mask_lacks_its_cup_only_if_the_whole_disc_is_said_to_be_disc():
    mask = np.zeros((60, 60), np.uint8)
    assert not lacks_cup(mask, DISC_AND_CUP)  # no disc either
    mask[10:50, 5:55] = 1
    assert lacks_cup(mask, DISC_AND_CUP)
    assert not lacks_cup(np.where(mask == 1, 1, 255).astype(np.uint8), DISC_AND_CUP)  # strokes
    ring = mask.copy()
    ring[9:51, 4:56][mask[9:51, 4:56] == 0] = 255  # a void edge around the disc leaves its inside as it is
    ring[9, :] = ring[50, :] = ring[:, 4] = 0
    assert lacks_cup(ring, DISC_AND_CUP)
    open_inside = mask.copy()
    open_inside[20:40, 20:40] = 255
    assert not lacks_cup(open_inside, DISC_AND_CUP)
    mask[30, 30] = 2
    assert not lacks_cup(mask, DISC_AND_CUP)
    assert not lacks_cup(np.ones((9, 9), np.uint8), ONE_STRUCTURE)
