"""Which region a label must stay inside: the one around it, once that has been drawn."""

from __future__ import annotations

import numpy as np
import pytest

from unet_desktop.labels import DISC_AND_CUP, Label, LabelSet
from unet_desktop.masks.history import History
from unet_desktop.masks.nesting import find_limit
from unet_desktop.masks.paint_tables import outside_table, paint_table
from unet_desktop.masks.patch import patch_between

DISC, CUP = DISC_AND_CUP
THREE = LabelSet(
    (Label(1, "cell", "#0072b2"), Label(2, "nucleus", "#d55e00", "cell"), Label(3, "nucleolus", "#009e73", "nucleus"))
)


def square(value: int, reach: int) -> np.ndarray:
    mask = np.zeros((20, 20), np.uint8)
    mask[10 - reach : 10 + reach, 10 - reach : 10 + reach] = value
    return mask


def steps(*masks: np.ndarray) -> History:
    """The history that leads from an empty mask over these."""
    history, before = History(), np.zeros((20, 20), np.uint8)
    for mask in masks:
        patch = patch_between("Test", before, mask)
        assert patch is not None
        history.push(patch)
        before = mask
    return history


@pytest.mark.parametrize("began_blank", [True, False])
def test_a_cup_stays_inside_a_disc_that_is_there(began_blank: bool) -> None:
    assert find_limit(square(1, 8), DISC_AND_CUP, CUP, History(), began_blank=began_blank) == DISC
    assert find_limit(square(1, 8), DISC_AND_CUP, DISC, History(), began_blank=began_blank) is None


@pytest.mark.parametrize("began_blank", [True, False])
def test_a_cup_may_be_drawn_first(began_blank: bool) -> None:
    empty = np.zeros((20, 20), np.uint8)
    assert find_limit(empty, DISC_AND_CUP, CUP, History(), began_blank=began_blank) is None


def test_and_continued_by_a_second_stroke() -> None:
    assert find_limit(square(2, 4), DISC_AND_CUP, CUP, steps(square(2, 4)), began_blank=True) is None


def test_a_disc_that_the_cup_covers_still_limits_it() -> None:
    history = steps(square(1, 8), square(2, 8))
    assert find_limit(square(2, 8), DISC_AND_CUP, CUP, history, began_blank=True) == DISC
    history.undo()
    history.redo()
    assert find_limit(square(2, 8), DISC_AND_CUP, CUP, history, began_blank=True) == DISC


def test_a_disc_that_was_erased_does_not() -> None:
    history = steps(square(1, 8), np.zeros((20, 20), np.uint8), square(2, 4))
    assert find_limit(square(2, 4), DISC_AND_CUP, CUP, history, began_blank=True) is None


def test_a_file_without_a_rim_is_taken_as_a_disc_without_a_rim() -> None:
    assert find_limit(square(2, 8), DISC_AND_CUP, CUP, History(), began_blank=False) == DISC


def test_the_innermost_region_that_is_there_limits() -> None:
    cell, nucleus, nucleolus = THREE
    assert find_limit(square(1, 8), THREE, nucleolus, History(), began_blank=True) == cell
    both = square(1, 8)
    both[8:12, 8:12] = 2
    assert find_limit(both, THREE, nucleolus, History(), began_blank=True) == nucleus
    assert find_limit(both, THREE, nucleus, History(), began_blank=True) == cell


def test_the_tables_leave_what_is_outside() -> None:
    mask = np.array([0, 1, 2, 255], np.uint8)
    assert paint_table(DISC_AND_CUP, CUP, DISC)[mask].tolist() == [0, 2, 2, 255]
    assert paint_table(DISC_AND_CUP, CUP)[mask].tolist() == [2, 2, 2, 2]
    assert outside_table(DISC_AND_CUP, DISC)[mask].tolist() == [1, 0, 0, 1]
    assert not outside_table(DISC_AND_CUP, None).any()
