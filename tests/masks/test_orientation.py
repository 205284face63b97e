"""Masks of turned photographs: upright or as stored, found by sizes, by the other masks, or asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from unet_desktop.errors import MaskError, Remedy
from unet_desktop.masks.orientation import Placement, decide_placements

SIZE = (240, 320)


def placed(number: int, orientation: int, size: tuple[int, int] = SIZE, **options) -> Placement:
    upright = options.pop("upright", SIZE)
    return Placement(Path(f"{number}.jpg"), Path(f"{number}.png"), orientation, upright, size, **options)


def test_swapped_sides_tell_of_the_mask_and_of_those_that_do_not_tell():
    found = decide_placements([placed(1, 6, SIZE[::-1]), placed(2, 3), placed(3, 2)], None)
    assert found.stored == {Path("1.png"): 6, Path("2.png"): 3, Path("3.png"): 2}
    assert not found.doubtful
    assert found.remarks == (
        "3 masks were drawn on photographs as their files store them, and turned with them: 1.png, 2.png, 3.png.",
    )


def test_upright_sides_tell_too():
    found = decide_placements([placed(1, 6), placed(2, 3)], None)
    assert not found.stored
    assert not found.doubtful
    assert found.remarks == ("1 mask was taken as drawn on upright photographs, as the others are.",)


@pytest.mark.parametrize("orientation", [2, 3, 4])
def test_what_sizes_do_not_tell_is_asked(orientation):
    found = decide_placements([placed(1, orientation)], None)
    with pytest.raises(MaskError, match="turned or mirrored") as caught:
        found.place(Path("1.png"), np.zeros(SIZE, np.uint8))
    assert caught.value.remedy is Remedy.MASK_ORIENTATION


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_square_tells_nothing(orientation):
    assert decide_placements([placed(1, orientation, (9, 9), upright=(9, 9))], None).doubtful


def test_masks_that_contradict_each_other_tell_nothing_of_the_rest():
    found = decide_placements([placed(1, 6, SIZE[::-1]), placed(2, 6), placed(3, 3)], None)
    assert found.stored == {Path("1.png"): 6}
    assert found.doubtful == {Path("3.png")}


@pytest.mark.parametrize(("as_stored", "stored"), [(True, {Path("1.png"): 3}), (False, {})])
def test_what_somebody_said_counts(as_stored, stored):
    found = decide_placements([placed(1, 3)], as_stored)
    assert found.stored == stored
    assert not found.doubtful


def test_a_mask_with_an_orientation_of_its_own_is_upright():
    assert decide_placements([placed(1, 3, is_upright=True)], None).doubtful == frozenset()


def test_a_mask_of_another_picture_is_no_evidence():
    assert decide_placements([placed(1, 6, (50, 60)), placed(2, 3)], None).doubtful == {Path("2.png")}
