"""What is odd about masks that can be read."""

from __future__ import annotations

import numpy as np
import pytest

from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE
from unet_desktop.masks.oddities import describe_oddities


def blank(value=0):
    return np.full((60, 80), value, np.uint8)


def eye():
    mask = blank()
    mask[20:40, 30:50], mask[25:35, 35:45] = 1, 2
    return mask


def in_pieces():
    mask = eye()
    mask[5:7, 5:8] = 1
    return mask


def bare_cup():
    mask = blank()
    mask[20:40, 30:50] = 2
    return mask


def reaching_out():
    mask = eye()
    mask[25:35, 30:58] = 2
    return mask


def partly_annotated():
    mask = eye()
    mask[20:28, 30:40] = 255
    return mask


@pytest.mark.parametrize(
    ("mask", "said"),
    [
        (eye(), ()),
        (partly_annotated(), ()),
        (blank(), ("it is empty",)),
        (blank(255), ("nothing in it is annotated",)),
        (in_pieces(), ("the optic disc is in 2 pieces (6 pixels are not in the largest)",)),
        (blank(1), ("the optic disc covers 100% of it",)),
        (bare_cup(), ("100% of the border of the optic cup is not inside the optic disc",)),
        (reaching_out(), ("50% of the border of the optic cup is not inside the optic disc",)),
    ],
)
def test_oddities_are_named(mask, said):
    assert describe_oddities(mask, DISC_AND_CUP) == said


def test_labels_that_may_occur_often_may_be_in_pieces_and_cover_much():
    mask = blank(1)
    mask[::2] = 0
    mask[:40] = 1
    assert describe_oddities(mask, ONE_STRUCTURE) == ()
    assert describe_oddities(blank(1), ONE_STRUCTURE) == ("the structure covers 100% of it",)
