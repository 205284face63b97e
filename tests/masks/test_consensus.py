"""One mask from several readers' masks."""

from __future__ import annotations

import numpy as np
import pytest

from unet_desktop.labels import DISC_AND_CUP, NOT_ANNOTATED
from unet_desktop.masks.consensus import majority, staple


def drawn(*rows: str) -> np.ndarray:
    return np.array([[int(value) if value != "?" else NOT_ANNOTATED for value in row] for row in rows], np.uint8)


A = drawn("1111100", "1222100", "0000000")
B = drawn("1111000", "1220000", "0000000")
C = drawn("0111110", "1122110", "0000001")


def test_majority_by_hand():
    assert (majority([A, B, C], DISC_AND_CUP) == drawn("1111100", "1222100", "0000000")).all()
    assert (majority([A, B], DISC_AND_CUP) == drawn("1111000", "1220000", "0000000")).all()  # a tie draws nothing


def test_who_has_not_annotated_does_not_count():
    first, second, third = drawn("1?0?"), drawn("11??"), drawn("0?0?")
    assert (majority([first, second, third], DISC_AND_CUP) == drawn("110?")).all()
    assert (staple([first, second, third], DISC_AND_CUP) == drawn("110?")).all()


@pytest.mark.parametrize("combine", [majority, staple])
def test_the_same_mask_is_its_own_consensus(combine):
    assert (combine([A, A, A], DISC_AND_CUP) == A).all()
    assert not combine([np.zeros((3, 4), np.uint8)] * 3, DISC_AND_CUP).any()


def test_staple_trusts_those_who_agree():
    rows, columns = np.indices((60, 80))
    truth = ((rows - 30) ** 2 + (columns - 40) ** 2 < 400).astype(np.uint8)
    cup = (rows - 30) ** 2 + (columns - 40) ** 2 < 100
    truth[cup] = 2
    shifted = np.roll(truth, 12, 1)
    found = staple([truth, truth, np.roll(truth, 1, 1), shifted, shifted], DISC_AND_CUP)
    most = majority([truth, truth, np.roll(truth, 1, 1), shifted, shifted], DISC_AND_CUP)
    assert (found != truth).mean() <= (most != truth).mean()
    assert (staple([truth, truth, shifted], DISC_AND_CUP) == truth).all()


def test_a_reading_centre_has_many_readers():
    readers = [A] * 12 + [B] * 8 + [C] * 5
    assert (staple(readers, DISC_AND_CUP) == A).all()
    assert (majority(readers, DISC_AND_CUP) == A).all()
    assert (staple([*readers[:10], B], DISC_AND_CUP) == staple(readers[:10], DISC_AND_CUP)).all()


def test_the_cup_is_in_the_disc():
    discs = [drawn("1110"), drawn("0122"), drawn("0022")]
    for combine in (majority, staple):
        assert combine(discs, DISC_AND_CUP)[0, 3] in {0, 2}
        assert combine(discs, DISC_AND_CUP)[0, 0] == 0
