"""Locks: what each pixel value may become when labels are locked."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from unet_desktop.labels import DISC_AND_CUP, Label, LabelSet
from unet_desktop.masks.locks import Locks, locks_of
from unet_desktop.masks.paint_tables import erase_table, paint_table, unannotate_table
from unet_desktop.masks.patch import patch_between

NESTED = LabelSet(
    (
        Label(1, "disc", "#56b4e9"),
        Label(2, "cup", "#009e73", "disc"),
        Label(7, "pit", "#e69f00", "cup"),
        Label(3, "vessel", "#cc79a7"),
    )
)
DISC, CUP = DISC_AND_CUP


@pytest.mark.parametrize("locked", [*itertools.combinations([1, 2, 7, 3], 1), *itertools.combinations([1, 2, 7, 3], 2)])
def test_no_pixel_enters_or_leaves_a_locked_region(locked):
    outcomes = Locks(NESTED, frozenset(locked)).outcomes
    for label in NESTED:
        if label.value in locked:
            inside = np.isin(np.arange(256), NESTED.region_values(label))
            assert np.array_equal(inside[outcomes], np.repeat(inside[:, np.newaxis], 256, axis=1))


def test_erasing_a_disc_leaves_its_locked_cup():
    table = Locks(DISC_AND_CUP, frozenset({2})).restrict_table(erase_table(DISC_AND_CUP, DISC))
    assert (table[1], table[2]) == (0, 2)


def test_a_cup_is_painted_and_erased_in_a_locked_disc_and_not_beyond():
    locks = Locks(DISC_AND_CUP, frozenset({1}))
    painted = locks.restrict_table(paint_table(DISC_AND_CUP, CUP))
    assert list(painted[[0, 1, 2, 255]]) == [0, 2, 2, 255]
    assert locks.restrict_table(erase_table(DISC_AND_CUP, CUP))[2] == 1
    assert list(locks.restrict_table(unannotate_table())[[0, 1, 2]]) == [255, 1, 2]


def test_where_a_locked_cup_may_not_come_there_is_disc():
    locks = Locks(DISC_AND_CUP, frozenset({2}))
    before, after = np.array([[0, 0, 2, 2]], np.uint8), np.array([[2, 1, 0, 1]], np.uint8)
    assert locks.restrict(before, after).tolist() == [[1, 1, 2, 2]]


def test_a_patch_that_is_allowed_stays_as_it_is():
    locks = Locks(DISC_AND_CUP, frozenset({2}))
    before = np.zeros((4, 4), np.uint8)
    patch = patch_between("Test", before, np.ones((4, 4), np.uint8))
    assert patch is not None
    assert locks.restrict_patch(patch) is patch


def test_labels_that_are_gone_lock_nothing():
    assert locks_of(DISC_AND_CUP, {9}) is None
    assert locks_of(None, {1}) is None
    locks = locks_of(DISC_AND_CUP, {9, 2})
    assert locks is not None
    assert locks.names == ("optic cup",)
