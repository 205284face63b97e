"""The first proposal: disc and cup at any size and place; nothing where there is no disc."""

from __future__ import annotations

import numpy as np
import pytest
from fundus import cup_of, fundus, fundus_mask

from unet_desktop.images.opencv import cv2
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE, Label, LabelSet
from unet_desktop.masks.compare import compare_masks
from unet_desktop.masks.first_proposal.cup import find_cup
from unet_desktop.masks.first_proposal.propose import find_disc_and_cup, propose_mask, proposed_labels
from unet_desktop.masks.shapes.ellipse import Ellipse

SIZE = (480, 512)
WHOLE_FIELD = Ellipse(150, 230, 30, 34, 0.2)


def dices(picture: np.ndarray, disc: Ellipse) -> tuple[float, float]:
    proposed = propose_mask(picture, DISC_AND_CUP)
    assert proposed is not None
    metrics = compare_masks(proposed, fundus_mask(disc, picture.shape[:2]), DISC_AND_CUP)
    return metrics["dice/optic disc"], metrics["dice/optic cup"]


@pytest.mark.parametrize("share", [0.06, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95])
def test_a_disc_of_any_size_is_found_with_its_cup(share: float) -> None:
    half = share * SIZE[0] / 2
    disc = Ellipse(SIZE[1] / 2 - 10, SIZE[0] / 2 + 4, 0.9 * half, half)
    found, cup = dices(fundus(disc), disc)
    assert found > 0.9
    assert cup > 0.75


@pytest.mark.parametrize("disc", [Ellipse(95, 240, 28, 32), Ellipse(420, 200, 30, 30), Ellipse(150, 300, 60, 76, -0.5)])
def test_the_disc_may_lie_at_the_side_and_be_tilted(disc: Ellipse) -> None:
    assert dices(fundus(disc), disc)[0] > 0.9


@pytest.mark.parametrize("turn", [cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180])
def test_the_picture_may_be_turned(turn: int) -> None:
    expected = cv2.rotate(fundus_mask(WHOLE_FIELD), turn)
    proposed = propose_mask(cv2.rotate(fundus(WHOLE_FIELD), turn), DISC_AND_CUP)
    assert proposed is not None
    assert compare_masks(proposed, expected, DISC_AND_CUP)["dice/optic disc"] > 0.9


def test_a_field_in_a_wide_black_surround_is_found_and_kept_in_its_pixels() -> None:
    picture = cv2.copyMakeBorder(fundus(WHOLE_FIELD), 300, 700, 900, 200, cv2.BORDER_CONSTANT)
    found = find_disc_and_cup(picture)
    assert found is not None
    disc, cup = found
    assert (disc.x, disc.y) == pytest.approx((900 + WHOLE_FIELD.x, 300 + WHOLE_FIELD.y), abs=4)
    assert disc.level(cup.x, cup.y) < 0.5


def test_darker_and_brighter_photographs_give_the_same_disc() -> None:
    picture = fundus(WHOLE_FIELD)
    for factor in (0.4, 1.15):
        assert dices(np.clip(picture * factor, 0, 255).astype(np.uint8), WHOLE_FIELD)[0] > 0.9


def test_the_brighter_scar_beside_the_disc_is_not_taken_for_it() -> None:
    picture = fundus(WHOLE_FIELD)
    cv2.circle(picture, (350, 260), 45, (250, 235, 160), -1)
    assert dices(picture, WHOLE_FIELD)[0] > 0.85


def form() -> np.ndarray:
    page = np.full((700, 500, 3), 245, np.uint8)
    for line in range(18):
        cv2.putText(page, "Patient ______ Date of birth ____", (20, 40 + 35 * line), 0, 0.7, (20, 20, 20), 2)
    return page


def eye_from_outside() -> np.ndarray:
    face = np.full((400, 600, 3), (200, 150, 125), np.uint8)
    for axes, colour in (((240, 110), (235, 230, 225)), ((100, 100), (95, 60, 35)), ((40, 40), (15, 12, 10))):
        cv2.ellipse(face, (300, 200), axes, 0, 0, 360, colour, -1, cv2.LINE_AA)
    cv2.circle(face, (325, 170), 14, (255, 255, 255), -1, cv2.LINE_AA)  # the flash
    return cv2.GaussianBlur(face, (0, 0), 2)


def exudate() -> np.ndarray:
    picture = fundus(None)
    cv2.circle(picture, (280, 240), 30, (235, 205, 110), -1, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize(
    "picture",
    [
        fundus(None),
        exudate(),
        form(),
        eye_from_outside(),
        np.zeros((200, 300, 3), np.uint8),
        np.full((200, 300, 3), 120, np.uint8),
        np.random.default_rng(0).integers(0, 255, (200, 300, 3)).astype(np.uint8),
        np.full((1, 1, 3), 200, np.uint8),
        np.full((2, 900, 3), 200, np.uint8),
        np.full((33, 33, 3), 200, np.uint8),
    ],
    ids=["macula", "exudate", "form", "eye", "black", "even", "noise", "pixel", "strip", "tiny"],
)
def test_nothing_is_proposed_without_a_disc(picture: np.ndarray) -> None:
    assert propose_mask(picture, DISC_AND_CUP) is None


def test_the_cup_is_found_in_a_tilted_disc() -> None:
    disc = Ellipse(150, 300, 60, 76, -0.5)
    cup = find_cup(fundus(disc)[..., 1].astype(np.float32), disc)
    wanted = cup_of(disc)
    assert (cup.x, cup.y) == pytest.approx((wanted.x, wanted.y), abs=8)
    assert cup.a * cup.b == pytest.approx(wanted.a * wanted.b, rel=0.3)


DISC_ALONE = LabelSet((Label(7, "Papille", "#112233", unique=True),))
CELLS = LabelSet((Label(1, "cell", "#112233", unique=True), Label(2, "nucleus", "#223344", "cell", unique=True)))
WITH_VESSELS = LabelSet((Label(3, "vessels", "#334455"), *DISC_AND_CUP.labels))


def test_only_labels_named_disc_and_cup_are_proposed() -> None:
    assert [label.name for label in proposed_labels(WITH_VESSELS)] == ["optic disc", "optic cup"]
    assert [label.name for label in proposed_labels(DISC_ALONE)] == ["Papille"]
    assert proposed_labels(CELLS) == proposed_labels(ONE_STRUCTURE) == ()
    picture = fundus(WHOLE_FIELD)
    assert propose_mask(picture, CELLS) is None
    alone, among = (propose_mask(picture, labels) for labels in (DISC_ALONE, WITH_VESSELS))
    assert alone is not None
    assert among is not None
    assert set(np.unique(alone)) == {0, 7}
    assert set(np.unique(among)) == {0, 1, 2}
